// Fifteen octets of digits and a Z.
#include "protocols/kerberos/time.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/message/date.hpp"

namespace postroad::kerberos {
namespace {

constexpr std::int64_t day_s = 86'400;

void put_digits(std::string& out, std::int64_t value, std::size_t count) {
    std::string text(count, '0');
    for (std::size_t i = count; i-- > 0; value /= 10) text[i] = static_cast<char>('0' + value % 10);
    out += text;
}

}  // namespace

std::optional<std::int64_t> read_time(std::string_view text) {
    if (text.size() != 15 || text[14] != 'Z') return std::nullopt;
    for (std::size_t i = 0; i < 14; ++i)
        if (!is_digit(text[i])) return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t count) {
        return static_cast<int>(*parse_number(text.substr(at, count)));
    };
    const int year = number(0, 4);
    const int month = number(4, 2);
    const int day = number(6, 2);
    const int of_day = number(8, 2) * 3600 + number(10, 2) * 60 + number(12, 2);
    if (month < 1 || month > 12 || day < 1 || day > message::days_in_month(year, month) ||
        number(8, 2) > 23 || number(10, 2) > 59 || number(12, 2) > 59)
        return std::nullopt;
    return message::days_from_civil({year, month, day}) * day_s + of_day;
}

std::string write_time(std::int64_t unix_s) {
    std::int64_t days = unix_s / day_s;
    if (unix_s % day_s < 0) --days;
    const std::int64_t of_day = unix_s - days * day_s;
    const message::CivilDate date = message::civil_from_days(days);
    std::string out;
    put_digits(out, date.year, 4);
    put_digits(out, date.month, 2);
    put_digits(out, date.day, 2);
    put_digits(out, of_day / 3600, 2);
    put_digits(out, of_day / 60 % 60, 2);
    put_digits(out, of_day % 60, 2);
    return out + "Z";
}

}  // namespace postroad::kerberos

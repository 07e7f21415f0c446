// Addresses are read by protocols/message, dates too; here is what Sieve makes of them.
#include "protocols/sieve/values.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/message/characters.hpp"

namespace postroad::sieve {

bool is_field_name(std::string_view name) {
    if (name.empty()) return false;
    for (const char c : name)
        if (!message::is_ftext(c)) return false;
    return true;
}

std::optional<message::Mailbox> mailbox_of(std::string_view text) {
    const message::AddressList list = message::parse_addresses(text, 2);
    if (!list.errors.empty() || list.addresses.size() != 1 || list.addresses[0].is_group)
        return std::nullopt;
    const message::Mailbox& one = list.addresses[0].mailboxes[0];
    if (one.local_part.empty() || one.domain.empty()) return std::nullopt;
    return one;
}

bool is_address(std::string_view text) {
    const auto one = mailbox_of(text);
    return one && one->display_name.empty() && one->comment.empty() && one->route.empty() &&
           text.find_first_of("<>\r\n") == std::string_view::npos;
}

std::optional<std::string> address_part(Tag part, std::string_view local_part,
                                        std::string_view domain, char separator) {
    const std::size_t split = local_part.find(separator);
    switch (part) {
    case Tag::localpart: return std::string(local_part);
    case Tag::domain: return std::string(domain);
    case Tag::user: return std::string(local_part.substr(0, split));
    case Tag::detail:
        if (split == std::string_view::npos) return std::nullopt;
        return std::string(local_part.substr(split + 1));
    default: break;
    }
    if (local_part.empty() && domain.empty()) return std::string();  // the null reverse-path
    std::string all;
    message::put_local_part(all, local_part);
    if (!domain.empty()) {
        all += '@';
        all += domain;
    }
    return all;
}

std::optional<std::int32_t> parse_zone(std::string_view text) {
    if (text.size() != 5 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    std::int32_t digits[4];
    for (std::size_t i = 0; i < 4; ++i) {
        if (!is_digit(text[i + 1])) return std::nullopt;
        digits[i] = text[i + 1] - '0';
    }
    const std::int32_t minutes = digits[2] * 10 + digits[3];
    if (minutes > 59) return std::nullopt;
    const std::int32_t all = (digits[0] * 10 + digits[1]) * 60 + minutes;
    return text[0] == '-' ? -all : all;
}

std::optional<message::DateTime> date_in_field(std::string_view value) {
    const std::size_t semicolon = value.rfind(';');
    if (semicolon != std::string_view::npos) value.remove_prefix(semicolon + 1);
    return message::parse_date(value);
}

std::string date_part(DatePart part, std::int64_t unix_s, std::int32_t offset_min) {
    const std::int64_t local = unix_s + std::int64_t{offset_min} * 60;
    std::int64_t days = local / 86'400;
    std::int64_t second = local % 86'400;
    if (second < 0) {
        second += 86'400;
        --days;
    }
    const message::CivilDate date = message::civil_from_days(days);
    std::string out;
    const auto number = [&](std::int64_t value, int width) {
        message::put_number(out, static_cast<std::uint64_t>(value < 0 ? 0 : value), width);
    };
    const auto put_day = [&] {
        number(date.year, 4);
        out += '-';
        number(date.month, 2);
        out += '-';
        number(date.day, 2);
    };
    const auto put_time = [&] {
        number(second / 3600, 2);
        out += ':';
        number(second / 60 % 60, 2);
        out += ':';
        number(second % 60, 2);
    };
    const auto put_zone = [&](bool colon) {
        const std::int32_t size = offset_min < 0 ? -offset_min : offset_min;
        out += offset_min < 0 ? '-' : '+';
        number(size / 60, 2);
        if (colon) out += ':';
        number(size % 60, 2);
    };
    switch (part) {
    case DatePart::year: number(date.year, 4); break;
    case DatePart::month: number(date.month, 2); break;
    case DatePart::day: number(date.day, 2); break;
    case DatePart::date: put_day(); break;
    case DatePart::julian: number(days + 40'587, 1); break;  // the modified Julian day
    case DatePart::hour: number(second / 3600, 2); break;
    case DatePart::minute: number(second / 60 % 60, 2); break;
    case DatePart::second: number(second % 60, 2); break;
    case DatePart::time: put_time(); break;
    case DatePart::iso8601:
        put_day();
        out += 'T';
        put_time();
        if (offset_min == 0)
            out += 'Z';
        else
            put_zone(true);
        break;
    case DatePart::std11: message::put_date(out, unix_s, offset_min); break;
    case DatePart::zone: put_zone(false); break;
    case DatePart::weekday: number(message::weekday_from_days(days), 1); break;
    }
    return out;
}

}  // namespace postroad::sieve

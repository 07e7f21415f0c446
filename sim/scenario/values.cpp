// Reads and writes the small values of a scenario file with integers only: what cannot be said
// exactly in the unit underneath is refused, never rounded.
#include "sim/scenario/values.hpp"

#include <limits>
#include <numeric>
#include <span>

#include "protocols/base/ascii.hpp"

namespace postroad::scenario {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t worth;
};

constexpr std::uint64_t second_ns = 1'000'000'000;
constexpr Unit duration_units[] = {{"d", 86'400 * second_ns},
                                   {"h", 3'600 * second_ns},
                                   {"m", 60 * second_ns},
                                   {"s", second_ns},
                                   {"ms", 1'000'000},
                                   {"us", 1'000},
                                   {"ns", 1},
                                   {"min", 60 * second_ns},
                                   {"w", 604'800 * second_ns}};
constexpr Unit size_units[] = {{"GiB", 1U << 30}, {"MiB", 1U << 20},     {"KiB", 1U << 10},
                               {"B", 1},          {"GB", 1'000'000'000}, {"MB", 1'000'000},
                               {"kB", 1'000}};
constexpr Unit rate_units[] = {
    {"Gbit/s", 1'000'000'000}, {"Mbit/s", 1'000'000}, {"kbit/s", 1'000}, {"bit/s", 1}};
constexpr Unit per_units[] = {
    {"s", second_ns}, {"min", 60 * second_ns}, {"h", 3'600 * second_ns}, {"d", 86'400 * second_ns}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_spaces_around(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

// Takes "12", "1.25" or "1_000" from the front.
struct Decimal {
    std::uint64_t whole = 0;
    std::uint64_t part = 0;   // of
    std::uint64_t parts = 1;  // a power of ten
};
std::optional<Decimal> take_decimal(std::string_view& text) {
    Decimal out;
    if (text.empty() || !is_digit(text.front())) return std::nullopt;
    bool digit_before = false;
    while (!text.empty() && (is_digit(text.front()) || (text.front() == '_' && digit_before))) {
        digit_before = is_digit(text.front());
        if (digit_before) {
            const auto digit = static_cast<std::uint64_t>(text.front() - '0');
            if (__builtin_mul_overflow(out.whole, std::uint64_t{10}, &out.whole) ||
                __builtin_add_overflow(out.whole, digit, &out.whole))
                return std::nullopt;
        }
        text.remove_prefix(1);
    }
    if (!digit_before) return std::nullopt;
    if (text.size() > 1 && text[0] == '.' && is_digit(text[1])) {
        text.remove_prefix(1);
        while (!text.empty() && is_digit(text.front())) {
            if (out.parts >= 1'000'000'000'000'000ULL) return std::nullopt;
            out.part = out.part * 10 + static_cast<std::uint64_t>(text.front() - '0');
            out.parts *= 10;
            text.remove_prefix(1);
        }
    }
    return out;
}

// The decimal times the unit, when that is a whole number that fits.
std::optional<std::uint64_t> times(const Decimal& number, std::uint64_t unit) {
    std::uint64_t out = 0;
    if (__builtin_mul_overflow(number.whole, unit, &out)) return std::nullopt;
    if (number.part == 0) return out;
    const std::uint64_t common = std::gcd(number.part, number.parts);
    const std::uint64_t parts = number.parts / common;
    if (unit % parts != 0) return std::nullopt;
    std::uint64_t rest = 0;
    if (__builtin_mul_overflow(unit / parts, number.part / common, &rest) ||
        __builtin_add_overflow(out, rest, &out))
        return std::nullopt;
    return out;
}

const Unit* find_unit(std::span<const Unit> units, std::string_view name) {
    for (const Unit& unit : units)
        if (unit.name == name) return &unit;
    return nullptr;
}

std::optional<std::uint64_t> number_with_unit(std::string_view text, std::span<const Unit> units,
                                              std::uint64_t bare) {
    text = without_spaces_around(text);
    const auto number = take_decimal(text);
    if (!number) return std::nullopt;
    text = without_spaces_around(text);
    if (text.empty()) return bare == 0 ? std::nullopt : times(*number, bare);
    const Unit* unit = find_unit(units, text);
    return unit == nullptr ? std::nullopt : times(*number, unit->worth);
}

std::string in_largest_unit(std::uint64_t value, std::span<const Unit> units_from_large,
                            std::string_view zero_unit) {
    if (value == 0) return "0 " + std::string(zero_unit);
    for (const Unit& unit : units_from_large)
        if (value % unit.worth == 0)
            return std::to_string(value / unit.worth) + " " + std::string(unit.name);
    return std::to_string(value);
}

std::string two_digits(std::int64_t value) {
    return std::string(value < 10 ? "0" : "") + std::to_string(value);
}

// A fixed number of digits from the front, as a number.
std::optional<std::int64_t> take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) return std::nullopt;
    std::int64_t out = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (!is_digit(text[i])) return std::nullopt;
        out = out * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return out;
}
bool take_char(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

// Days since 1970-01-01 in the proleptic Gregorian calendar, by counting 400-year eras that
// begin in March, so that the leap day is the last of its year.
std::int64_t days_from_date(std::int64_t year, std::int64_t month, std::int64_t day) {
    year -= month <= 2 ? 1 : 0;
    const std::int64_t era = year / 400;
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719'468;
}
std::int64_t days_in_month(std::int64_t year, std::int64_t month) {
    if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

std::optional<std::uint32_t> small_number(std::string_view text, std::uint32_t max) {
    if (text.empty() || text.size() > 6 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
    std::uint32_t out = 0;
    for (const char c : text) {
        if (!is_digit(c)) return std::nullopt;
        out = out * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return out <= max ? std::optional(out) : std::nullopt;
}

std::optional<Ip> parse_ip4(std::string_view text) {
    Ip out;
    for (std::size_t i = 0; i < 4; ++i) {
        const std::size_t dot = i < 3 ? text.find('.') : text.size();
        if (dot == std::string_view::npos) return std::nullopt;
        const auto byte = small_number(text.substr(0, dot), 255);
        if (!byte) return std::nullopt;
        out.bytes[i] = static_cast<std::uint8_t>(*byte);
        text.remove_prefix(i < 3 ? dot + 1 : dot);
    }
    return out;
}

std::optional<std::uint16_t> parse_hex_group(std::string_view text) {
    if (text.empty() || text.size() > 4) return std::nullopt;
    unsigned out = 0;
    for (const char c : text) {
        unsigned digit = 0;
        if (is_digit(c))
            digit = static_cast<unsigned>(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = static_cast<unsigned>(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = static_cast<unsigned>(c - 'A') + 10;
        else
            return std::nullopt;
        out = out * 16 + digit;
    }
    return static_cast<std::uint16_t>(out);
}

// The groups of one side of "::"; the last one may be a dotted IPv4 address (RFC 4291 §2.2).
bool parse_groups(std::string_view text, std::array<std::uint16_t, 8>& groups, std::size_t& count) {
    while (!text.empty()) {
        const std::size_t colon = text.find(':');
        const std::string_view group = text.substr(0, colon);
        if (group.find('.') != std::string_view::npos) {
            const auto ip4 = parse_ip4(group);
            if (!ip4 || colon != std::string_view::npos || count > 6) return false;
            groups[count++] = static_cast<std::uint16_t>(ip4->bytes[0] * 256 + ip4->bytes[1]);
            groups[count++] = static_cast<std::uint16_t>(ip4->bytes[2] * 256 + ip4->bytes[3]);
            return true;
        }
        const auto value = parse_hex_group(group);
        if (!value || count == 8) return false;
        groups[count++] = *value;
        if (colon == std::string_view::npos) return true;
        text.remove_prefix(colon + 1);
        if (text.empty()) return false;
    }
    return true;
}

std::optional<Ip> parse_ip6(std::string_view text) {
    std::array<std::uint16_t, 8> front{};
    std::array<std::uint16_t, 8> back{};
    std::size_t front_count = 0;
    std::size_t back_count = 0;
    const std::size_t gap = text.find("::");
    if (!parse_groups(text.substr(0, gap), front, front_count)) return std::nullopt;
    if (gap == std::string_view::npos) {
        if (front_count != 8) return std::nullopt;
    } else {
        if (!parse_groups(text.substr(gap + 2), back, back_count)) return std::nullopt;
        if (front_count + back_count > 7) return std::nullopt;
    }
    for (std::size_t i = 0; i < back_count; ++i) front[8 - back_count + i] = back[i];
    Ip out;
    out.v6 = true;
    for (std::size_t i = 0; i < 8; ++i) {
        out.bytes[2 * i] = static_cast<std::uint8_t>(front[i] >> 8);
        out.bytes[2 * i + 1] = static_cast<std::uint8_t>(front[i] & 0xff);
    }
    return out;
}

std::string hex_group(unsigned value) {
    std::string out;
    for (int shift = 12; shift >= 0; shift -= 4) {
        const unsigned digit = (value >> shift) & 15U;
        if (digit != 0 || !out.empty() || shift == 0) out += "0123456789abcdef"[digit];
    }
    return out;
}

std::string ip6_text(const Ip& ip) {  // RFC 5952 §4: the longest run of zero groups is "::"
    std::array<unsigned, 8> groups{};
    for (std::size_t i = 0; i < 8; ++i) groups[i] = ip.bytes[2 * i] * 256U + ip.bytes[2 * i + 1];
    std::size_t best = 8;
    std::size_t best_length = 1;
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t length = 0;
        while (i + length < 8 && groups[i + length] == 0) ++length;
        if (length > best_length) {
            best = i;
            best_length = length;
        }
    }
    std::string out;
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == best) {
            out += "::";
            i += best_length - 1;
            continue;
        }
        if (!out.empty() && out.back() != ':') out += ':';
        out += hex_group(groups[i]);
    }
    return out;
}

}  // namespace

bool Prefix::contains(const Ip& other) const {
    if (other.v6 != ip.v6) return false;
    for (unsigned bit = 0; bit < length; ++bit) {
        const unsigned mask = 0x80U >> (bit % 8);
        if (((ip.bytes[bit / 8] ^ other.bytes[bit / 8]) & mask) != 0) return false;
    }
    return true;
}

std::optional<Duration> parse_duration(std::string_view text) {
    text = without_spaces_around(text);
    if (text == "0") return Duration{};
    Duration total;
    bool any = false;
    while (!text.empty()) {
        const auto number = take_decimal(text);
        if (!number) return std::nullopt;
        text = without_spaces_around(text);
        std::size_t letters = 0;
        while (letters < text.size() && text[letters] >= 'a' && text[letters] <= 'z') ++letters;
        const Unit* unit = find_unit(duration_units, text.substr(0, letters));
        if (unit == nullptr) return std::nullopt;
        const auto part = times(*number, unit->worth);
        if (!part || __builtin_add_overflow(total.ns, *part, &total.ns)) return std::nullopt;
        text.remove_prefix(letters);
        text = without_spaces_around(text);
        any = true;
    }
    return any ? std::optional(total) : std::nullopt;
}

std::optional<Size> parse_size(std::string_view text) {
    const auto bytes = number_with_unit(text, size_units, 1);
    return bytes ? std::optional(Size{*bytes}) : std::nullopt;
}

std::optional<BitRate> parse_bit_rate(std::string_view text) {
    if (text == "unlimited") return BitRate{};
    const auto bits = number_with_unit(text, rate_units, 0);
    return bits && *bits > 0 ? std::optional(BitRate{*bits}) : std::nullopt;
}

std::optional<Frequency> parse_frequency(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto count = number_with_unit(text.substr(0, slash), {}, 1);
    const std::string_view per = without_spaces_around(text.substr(slash + 1));
    if (!count || *count == 0) return std::nullopt;
    if (const Unit* unit = find_unit(per_units, per)) return Frequency{*count, unit->worth};
    if (per == "m") return Frequency{*count, 60 * second_ns};
    const auto length = parse_duration(per);
    if (!length || length->ns == 0) return std::nullopt;
    return Frequency{*count, length->ns};
}

std::optional<PortRange> parse_port_range(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = parse_number(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_number(text.substr(dash + 1));
    if (!first || !last || *first == 0 || *last > 65535 || *first > *last) return std::nullopt;
    return PortRange{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

std::optional<Chance> parse_chance(std::string_view text) {
    constexpr Unit units[] = {{"%", 10'000'000}};
    const auto value = number_with_unit(text, units, 1'000'000'000);
    if (!value || *value > 1'000'000'000) return std::nullopt;
    return Chance{static_cast<std::uint32_t>(*value)};
}

std::optional<UtcOffset> parse_utc_offset(std::string_view text) {
    if (text == "Z") return UtcOffset{};
    const bool west = !text.empty() && text.front() == '-';
    if (!take_char(text, "+-")) return std::nullopt;
    const auto hours = take_digits(text, 2);
    if (!hours || !take_char(text, ":")) return std::nullopt;
    const auto minutes = take_digits(text, 2);
    if (!minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
    const auto total = static_cast<std::int32_t>(*hours * 60 + *minutes);
    return UtcOffset{west ? -total : total};
}

std::optional<Instant> parse_instant(std::string_view text) {
    const auto year = take_digits(text, 4);
    if (!year || !take_char(text, "-")) return std::nullopt;
    const auto month = take_digits(text, 2);
    if (!month || !take_char(text, "-")) return std::nullopt;
    const auto day = take_digits(text, 2);
    if (!day || !take_char(text, "Tt ")) return std::nullopt;
    const auto hour = take_digits(text, 2);
    if (!hour || !take_char(text, ":")) return std::nullopt;
    const auto minute = take_digits(text, 2);
    if (!minute || !take_char(text, ":")) return std::nullopt;
    const auto second = take_digits(text, 2);
    if (!second) return std::nullopt;
    const auto offset = parse_utc_offset(text == "z" ? "Z" : text);
    if (!offset || *year < 1 || *month < 1 || *month > 12 || *day < 1 ||
        *day > days_in_month(*year, *month) || *hour > 23 || *minute > 59 || *second > 59)
        return std::nullopt;
    return Instant{days_from_date(*year, *month, *day) * 86'400 + *hour * 3'600 + *minute * 60 +
                   *second - offset->minutes * 60};
}

std::optional<Ip> parse_ip(std::string_view text) {
    return text.find(':') == std::string_view::npos ? parse_ip4(text) : parse_ip6(text);
}

std::optional<Prefix> parse_prefix(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto ip = parse_ip(text.substr(0, slash));
    if (!ip) return std::nullopt;
    const auto length = small_number(text.substr(slash + 1), ip->v6 ? 128 : 32);
    if (!length) return std::nullopt;
    Prefix out{*ip, static_cast<std::uint8_t>(*length)};
    for (unsigned bit = *length; bit < 128; ++bit)  // bits that name a host are a slip
        if ((out.ip.bytes[bit / 8] & (0x80U >> (bit % 8))) != 0) return std::nullopt;
    return out;
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    Endpoint out{std::string(text.substr(0, colon)), 0};
    if (colon != std::string_view::npos) {
        const auto port = small_number(text.substr(colon + 1), 65'535);
        if (!port || *port == 0) return std::nullopt;
        out.port = static_cast<std::uint16_t>(*port);
    }
    if (out.host.empty() || out.host.find_first_of(" :") != std::string::npos) return std::nullopt;
    return out;
}

std::string to_text(Duration value) {
    if (value.ns == 0) return "0s";
    std::string out;
    std::uint64_t rest = value.ns;
    for (const Unit& unit : std::span(duration_units).first(7)) {
        if (rest / unit.worth > 0)
            out += std::to_string(rest / unit.worth) + std::string(unit.name);
        rest %= unit.worth;
    }
    return out;
}

std::string to_text(Size value) {
    return in_largest_unit(value.bytes, std::span(size_units).first(4), "B");
}

std::string to_text(BitRate value) {
    return value.unlimited() ? "unlimited" : in_largest_unit(value.bits_per_s, rate_units, "bit/s");
}

std::string to_text(Frequency value) {
    for (const Unit& unit : per_units)
        if (unit.worth == value.per_ns)
            return std::to_string(value.count) + "/" + std::string(unit.name);
    return std::to_string(value.count) + "/" + to_text(Duration{value.per_ns});
}

std::string to_text(PortRange value) {
    const std::string first = std::to_string(value.first);
    return value.first == value.last ? first : first + "-" + std::to_string(value.last);
}

std::string to_text(Chance value) {
    std::string out = std::to_string(value.per_billion / 10'000'000);
    std::string part = std::to_string(10'000'000 + value.per_billion % 10'000'000).substr(1);
    while (!part.empty() && part.back() == '0') part.pop_back();
    return out + (part.empty() ? "" : "." + part) + "%";
}

std::string to_text(UtcOffset value) {
    const std::int32_t size = value.minutes < 0 ? -value.minutes : value.minutes;
    return (value.minutes < 0 ? "-" : "+") + two_digits(size / 60) + ":" + two_digits(size % 60);
}

std::string to_text(Instant value) {
    std::int64_t days = value.unix_s / 86'400;
    std::int64_t rest = value.unix_s % 86'400;
    if (rest < 0) {
        rest += 86'400;
        --days;
    }
    days += 719'468;  // the inverse of days_from_date
    const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
    const std::int64_t day_of_era = days - era * 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
    const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    std::string year_text = std::to_string(year);
    while (year_text.size() < 4) year_text.insert(0, "0");
    return year_text + "-" + two_digits(month) + "-" +
           two_digits(day_of_year - (153 * month_from_march + 2) / 5 + 1) + "T" +
           two_digits(rest / 3'600) + ":" + two_digits(rest / 60 % 60) + ":" +
           two_digits(rest % 60) + "Z";
}

std::string to_text(const Ip& value) {
    if (value.v6) return ip6_text(value);
    std::string out;
    for (std::size_t i = 0; i < 4; ++i) out += (i == 0 ? "" : ".") + std::to_string(value.bytes[i]);
    return out;
}

std::string to_text(const Prefix& value) {
    return to_text(value.ip) + "/" + std::to_string(value.length);
}

std::string to_text(const Endpoint& value) {
    return value.port == 0 ? value.host : value.host + ":" + std::to_string(value.port);
}

}  // namespace postroad::scenario

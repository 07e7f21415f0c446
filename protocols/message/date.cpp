// Calendar arithmetic and the two ways of writing an instant.
#include "protocols/message/date.hpp"

#include <array>
#include <cstring>

namespace postroad::message {

namespace {

constexpr std::int64_t day_s = 86'400;
constexpr std::array<std::string_view, 7> day_names = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> month_names = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

constexpr bool leap(std::int64_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

// Days before 1 March of `year`, counted from 1 March of year 0: leap days come last in a year
// that begins in March.
constexpr std::int64_t days_before_march(std::int64_t year) {
    return 365 * year + floor_div(year, 4) - floor_div(year, 100) + floor_div(year, 400);
}

// Months after March take 31 30 31 30 31 31 30 31 30 31 31 days: 153 in each five of them.
constexpr std::int64_t days_before_month(int months_after_march) {
    return (153 * std::int64_t{months_after_march} + 2) / 5;
}

constexpr std::int64_t epoch_days = days_before_march(1969) + days_before_month(10);

// Appends to a fixed buffer that is known to be large enough.
struct Writer {
    char* text;
    std::size_t size = 0;
    void append(const char* data, std::size_t n) {
        // Not a loop: clang 14 at -O2 writes but the first octet of it.
        std::memcpy(text + size, data, n);
        size += n;
    }
};

// Reads an RFC 5322 date token by token.
struct Reader {
    std::string_view text;
    std::size_t at = 0;
    bool comments = false;

    void skip() {
        const std::size_t after = skip_cfws(text, at);
        for (std::size_t i = at; i < after; ++i) comments |= text[i] == '(';
        at = after;
    }
    char peek() {
        skip();
        return at < text.size() ? text[at] : '\0';
    }
    bool take(char c) {
        if (peek() != c) return false;
        ++at;
        return true;
    }
    std::string_view word() {
        skip();
        const std::size_t begin = at;
        while (at < text.size() && is_alpha(text[at])) ++at;
        return text.substr(begin, at - begin);
    }
    // Digits, how many, or -1 when there are none or too many.
    int number(int digits_max, int* digits = nullptr) {
        skip();
        int value = 0;
        int count = 0;
        while (at < text.size() && is_digit(text[at]) && count <= digits_max) {
            value = value * 10 + (text[at++] - '0');
            ++count;
        }
        if (digits) *digits = count;
        return count == 0 || count > digits_max ? -1 : value;
    }
};

int index_of(std::string_view name, const auto& names) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (equal_ignoring_case(name, names[i])) return static_cast<int>(i);
    return -1;
}

// RFC 5322 §4.3: the zone names of RFC 822. Military letters were defined with the wrong sign
// there, so they and unknown names mean "-0000".
void read_zone_name(std::string_view name, DateTime& time) {
    struct Zone {
        std::string_view name;
        int hours;
    };
    constexpr Zone zones[] = {{"UT", 0},   {"GMT", 0},  {"EST", -5}, {"EDT", -4}, {"CST", -6},
                              {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};
    time.obsolete = true;
    for (const Zone& zone : zones) {
        if (!equal_ignoring_case(name, zone.name)) continue;
        time.offset_min = zone.hours * 60;
        return;
    }
    time.offset_unknown = true;
}

bool read_zone(Reader& in, DateTime& time) {
    const char sign = in.peek();
    if (sign == '+' || sign == '-') {
        ++in.at;
        if (in.at >= in.text.size() || !is_digit(in.text[in.at])) return false;
        int digits = 0;
        const int zone = in.number(4, &digits);
        if (zone < 0 || digits != 4 || zone % 100 > 59) return false;
        time.offset_min = (zone / 100 * 60 + zone % 100) * (sign == '-' ? -1 : 1);
        time.offset_unknown = sign == '-' && zone == 0;
        return true;
    }
    const std::string_view name = in.word();
    if (name.empty() || name.size() > 8) return false;
    read_zone_name(name, time);
    return true;
}

std::int64_t seconds_of(std::int64_t days, int hour, int minute, int second, int offset_min) {
    // A leap second is the first second of the next minute: Unix time has no other name for it.
    return days * day_s + hour * 3600 + minute * 60 + second - std::int64_t{offset_min} * 60;
}

// Exactly `count` digits at `at`, or -1.
int fixed_digits(std::string_view text, std::size_t at, std::size_t count) {
    if (text.size() < at + count) return -1;
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (!is_digit(text[i])) return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

} // namespace

int days_in_month(std::int64_t year, int month) {
    constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap(year) ? 29 : days[static_cast<std::size_t>(month - 1)];
}

std::int64_t days_from_civil(const CivilDate& date) {
    const bool early = date.month < 3; // January and February end the year that began in March
    return days_before_march(date.year - (early ? 1 : 0)) +
           days_before_month(early ? date.month + 9 : date.month - 3) + date.day - 1 - epoch_days;
}

CivilDate civil_from_days(std::int64_t days) {
    const std::int64_t n = days + epoch_days;
    // 400 years have 146,097 days. The guess is at most one year off; step to the right one.
    std::int64_t year = floor_div(n * 400, 146'097);
    while (days_before_march(year) > n) --year;
    while (days_before_march(year + 1) <= n) ++year;
    const auto day_of_year = static_cast<int>(n - days_before_march(year));
    const int month = (5 * day_of_year + 2) / 153; // after March
    const int day = day_of_year - static_cast<int>(days_before_month(month)) + 1;
    return {month < 10 ? year : year + 1, month < 10 ? month + 3 : month - 9, day};
}

int weekday_from_days(std::int64_t days) {
    return static_cast<int>(((days + 4) % 7 + 7) % 7); // 1970-01-01 was a Thursday
}

std::size_t format_date(std::int64_t unix_s, std::int32_t offset_min, char (&text)[40]) {
    const std::int64_t local = unix_s + std::int64_t{offset_min} * 60;
    const std::int64_t days = floor_div(local, day_s);
    const auto second = static_cast<std::uint64_t>(local - days * day_s);
    const CivilDate date = civil_from_days(days);
    // RFC 5322 §3.3: four digits, not before 1900; a scenario's years are within that.
    const std::int64_t year = date.year < 0 ? 0 : date.year > 9999 ? 9999 : date.year;
    const auto offset = static_cast<std::uint64_t>(offset_min < 0 ? -offset_min : offset_min);
    Writer out{text};
    put(out, day_names[static_cast<std::size_t>(weekday_from_days(days))]);
    put(out, ", ");
    put_number(out, static_cast<std::uint64_t>(date.day));
    put(out, " ");
    put(out, month_names[static_cast<std::size_t>(date.month - 1)]);
    put(out, " ");
    put_number(out, static_cast<std::uint64_t>(year), 4);
    put(out, " ");
    put_number(out, second / 3600, 2);
    put(out, ":");
    put_number(out, second / 60 % 60, 2);
    put(out, ":");
    put_number(out, second % 60, 2);
    put(out, offset_min < 0 ? " -" : " +");
    put_number(out, offset / 60 % 100, 2);
    put_number(out, offset % 60, 2);
    return out.size;
}

std::optional<DateTime> parse_date(std::string_view text) {
    Reader in{text};
    DateTime time;
    int weekday = -1;
    if (is_alpha(in.peek())) {
        weekday = index_of(in.word(), day_names);
        if (weekday < 0 || !in.take(',')) return std::nullopt;
    }
    CivilDate date;
    date.day = in.number(2);
    const int month = index_of(in.word(), month_names);
    int year_digits = 0;
    const int year = in.number(4, &year_digits);
    if (date.day < 1 || month < 0 || year < 0 || year_digits < 2) return std::nullopt;
    date.month = month + 1;
    // §4.3: two digits below 50 are of this century, other two and three digits of the last.
    date.year = year_digits == 4 ? year : year_digits == 2 && year < 50 ? 2000 + year : 1900 + year;
    time.obsolete = year_digits != 4;
    if (date.day > days_in_month(date.year, date.month)) return std::nullopt;

    const int hour = in.number(2);
    if (!in.take(':')) return std::nullopt;
    const int minute = in.number(2);
    const int second = in.take(':') ? in.number(2) : 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return std::nullopt;
    const bool inside = in.comments;
    if (!read_zone(in, time)) return std::nullopt;
    time.obsolete |= inside;
    if (in.peek() != '\0' || in.at < text.size()) return std::nullopt;

    const std::int64_t days = days_from_civil(date);
    time.unix_s = seconds_of(days, hour, minute, second, time.offset_min);
    time.weekday_wrong = weekday >= 0 && weekday != weekday_from_days(days);
    return time;
}

std::size_t format_rfc3339(const DateTime& time, char (&text)[40]) {
    const std::int64_t local = time.unix_s + std::int64_t{time.offset_min} * 60;
    const std::int64_t days = floor_div(local, day_s);
    const auto second = static_cast<std::uint64_t>(local - days * day_s);
    const CivilDate date = civil_from_days(days);
    const std::int64_t year = date.year < 0 ? 0 : date.year > 9999 ? 9999 : date.year;
    Writer out{text};
    put_number(out, static_cast<std::uint64_t>(year), 4);
    put(out, "-");
    put_number(out, static_cast<std::uint64_t>(date.month), 2);
    put(out, "-");
    put_number(out, static_cast<std::uint64_t>(date.day), 2);
    put(out, "T");
    put_number(out, second / 3600, 2);
    put(out, ":");
    put_number(out, second / 60 % 60, 2);
    put(out, ":");
    put_number(out, second % 60, 2);
    if (time.nanoseconds > 0) {
        auto fraction = static_cast<std::uint64_t>(time.nanoseconds);
        int digits = 9;
        for (; fraction % 10 == 0; fraction /= 10) --digits;
        put(out, ".");
        put_number(out, fraction, digits);
    }
    if (time.offset_unknown) {
        put(out, "-00:00");
    } else if (time.offset_min == 0) {
        put(out, "Z");
    } else {
        const auto offset = static_cast<std::uint64_t>(time.offset_min < 0 ? -time.offset_min
                                                                           : time.offset_min);
        put(out, time.offset_min < 0 ? "-" : "+");
        put_number(out, offset / 60 % 100, 2);
        put(out, ":");
        put_number(out, offset % 60, 2);
    }
    return out.size;
}

std::optional<DateTime> parse_rfc3339(std::string_view text) {
    const int year = fixed_digits(text, 0, 4);
    const int month = fixed_digits(text, 5, 2);
    const int day = fixed_digits(text, 8, 2);
    const int hour = fixed_digits(text, 11, 2);
    const int minute = fixed_digits(text, 14, 2);
    const int second = fixed_digits(text, 17, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
        hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return std::nullopt;
    const char t = to_lower(text[10]);
    if (text[4] != '-' || text[7] != '-' || (t != 't' && t != ' ') || text[13] != ':' ||
        text[16] != ':')
        return std::nullopt;
    DateTime time;
    std::size_t at = 19;
    if (at < text.size() && text[at] == '.') {
        const std::size_t begin = ++at;
        std::int32_t scale = 100'000'000;
        for (; at < text.size() && is_digit(text[at]); ++at, scale /= 10)
            time.nanoseconds += (text[at] - '0') * scale; // what is finer than 1 ns is left off
        if (at == begin) return std::nullopt;
    }
    if (at + 1 == text.size() && to_lower(text[at]) == 'z') {
        at += 1;
    } else {
        const int hours = fixed_digits(text, at + 1, 2);
        const int minutes = fixed_digits(text, at + 4, 2);
        if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || text[at + 3] != ':' ||
            (text[at] != '+' && text[at] != '-') || at + 6 != text.size())
            return std::nullopt;
        time.offset_min = (hours * 60 + minutes) * (text[at] == '-' ? -1 : 1);
        time.offset_unknown = text[at] == '-' && time.offset_min == 0;
    }
    time.unix_s =
        seconds_of(days_from_civil({year, month, day}), hour, minute, second, time.offset_min);
    return time;
}

} // namespace postroad::message

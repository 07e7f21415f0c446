// Date and time as mail writes it (RFC 5322 §3.3, §4.3) and as scenarios write it (RFC 3339).
// Calendar arithmetic is ours, in integers, over the proleptic Gregorian calendar.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocols/message/characters.hpp"

namespace postroad::message {

struct CivilDate {
    std::int64_t year = 1970;
    int month = 1; // 1…12
    int day = 1;   // 1…31
    bool operator==(const CivilDate&) const = default;
};

// Days since 1970-01-01. Years within ±1,000,000.
std::int64_t days_from_civil(const CivilDate& date);
CivilDate civil_from_days(std::int64_t days);
int weekday_from_days(std::int64_t days); // 0 is Sunday
int days_in_month(std::int64_t year, int month);

// An instant, and the clock it was written by.
struct DateTime {
    std::int64_t unix_s = 0;
    std::int32_t offset_min = 0;   // local time minus UTC
    std::int32_t nanoseconds = 0;  // RFC 3339 fractions only
    bool offset_unknown = false;   // "-0000", "-00:00", or an obsolete zone nobody can resolve
    bool obsolete = false;         // read by §4.3: zone name, short year, comments inside
    bool weekday_wrong = false;    // RFC 5322 §3.3: the day name MUST be that of the date
    bool operator==(const DateTime&) const = default;
};

// "Mon, 23 Nov 2026 09:00:00 +0100" into 32 octets; returns how many. Years 1900…9999.
std::size_t format_date(std::int64_t unix_s, std::int32_t offset_min, char (&text)[40]);

template <Appender Out>
void put_date(Out& out, std::int64_t unix_s, std::int32_t offset_min) {
    char text[40];
    out.append(text, format_date(unix_s, offset_min, text));
}

// RFC 5322 §3.3, with comments, folding and the obsolete forms of §4.3. Nothing if malformed.
std::optional<DateTime> parse_date(std::string_view text);

// "2026-11-23T09:00:00+01:00"; offset 0 is written "Z"; nanoseconds only when there are some.
std::size_t format_rfc3339(const DateTime& time, char (&text)[40]);

template <Appender Out>
void put_rfc3339(Out& out, const DateTime& time) {
    char text[40];
    out.append(text, format_rfc3339(time, text));
}

// RFC 3339 §5.6 date-time. A space may stand for the "T" (§5.6 note). Nothing if malformed.
std::optional<DateTime> parse_rfc3339(std::string_view text);

} // namespace postroad::message

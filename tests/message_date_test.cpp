// Dates of RFC 5322 and RFC 3339, and the calendar under them.
#include "protocols/message/date.hpp"

#include <string>

#include "protocols/base/random.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::message;

namespace {

std::string mail_date(std::int64_t unix_s, std::int32_t offset_min) {
    std::string out;
    put_date(out, unix_s, offset_min);
    return out;
}

std::string rfc3339(const DateTime& time) {
    std::string out;
    put_rfc3339(out, time);
    return out;
}

} // namespace

TEST_CASE("days and civil dates agree over eight hundred years") {
    CHECK(days_from_civil({1970, 1, 1}) == 0);
    CHECK(days_from_civil({2000, 3, 1}) == 11017);
    CHECK(days_from_civil({1600, 2, 29}) == -135081);
    std::int64_t days = days_from_civil({1600, 1, 1});
    int weekday = weekday_from_days(days);
    CHECK(weekday == 6); // a Saturday
    for (std::int64_t year = 1600; year < 2400; ++year) {
        for (int month = 1; month <= 12; ++month) {
            for (int day = 1; day <= days_in_month(year, month); ++day, ++days) {
                const CivilDate date{year, month, day};
                REQUIRE(days_from_civil(date) == days);
                REQUIRE(civil_from_days(days) == date);
                REQUIRE(weekday_from_days(days) == weekday);
                weekday = (weekday + 1) % 7;
            }
        }
    }
}

TEST_CASE("a date is written as RFC 5322 wants it") {
    CHECK(mail_date(880'127'706, -360) == "Fri, 21 Nov 1997 09:55:06 -0600");
    CHECK(mail_date(0, 0) == "Thu, 1 Jan 1970 00:00:00 +0000");
    CHECK(mail_date(951'782'400, 330) == "Tue, 29 Feb 2000 05:30:00 +0530");
    CHECK(mail_date(-27'723'426, -210) == "Thu, 13 Feb 1969 23:32:54 -0330");
}

TEST_CASE("dates of the RFC's appendix are read, obsolete ones too") {
    CHECK(parse_date(" Fri, 21 Nov 1997 09:55:06 -0600")->unix_s == 880'127'706);
    const auto folded = parse_date("Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      "
                                   "23:32\r\n               -0330 (Newfoundland Time)");
    REQUIRE(folded);
    CHECK(folded->unix_s == -27'723'480);
    CHECK(folded->offset_min == -210);
    CHECK_FALSE(folded->obsolete);
    const auto short_year = parse_date("21 Nov 97 09:55:06 GMT");
    REQUIRE(short_year);
    CHECK(short_year->unix_s == 880'106'106);
    CHECK(short_year->obsolete);
    const auto inside = parse_date("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600");
    REQUIRE(inside);
    CHECK(inside->unix_s == 880'127'706);
    CHECK(inside->obsolete);
    CHECK(parse_date("1 Jan 49 00:00 UT")->unix_s == days_from_civil({2049, 1, 1}) * 86'400);
    CHECK(parse_date("1 Jan 104 00:00 UT")->unix_s == days_from_civil({2004, 1, 1}) * 86'400);
    CHECK(parse_date("1 Jan 2026 00:00 EST")->offset_min == -300);
    CHECK(parse_date("1 Jan 2026 00:00 Z")->offset_unknown);
    CHECK(parse_date("1 Jan 2026 00:00 -0000")->offset_unknown);
    CHECK(parse_date("1 Jan 2026 23:59:60 +0000")->unix_s ==
          parse_date("2 Jan 2026 00:00:00 +0000")->unix_s);
    CHECK(parse_date("Mon, 1 Jan 2026 00:00:00 +0000")->weekday_wrong);
}

TEST_CASE("what is no date is refused") {
    for (const char* text :
         {"", "Fri", "Fri,", "31 Nov 1997 00:00 +0000", "29 Feb 2001 00:00 +0000",
          "0 Jan 2026 00:00 +0000", "1 Foo 2026 00:00 +0000", "1 Jan 2026 24:00 +0000",
          "1 Jan 2026 00:60 +0000", "1 Jan 2026 00:00:61 +0000", "1 Jan 2026 00:00",
          "1 Jan 2026 00:00 +000", "1 Jan 2026 00:00 +00000", "1 Jan 2026 00:00 +0060",
          "1 Jan 2026 00:00 +0000 x", "1 Jan 20266 00:00 +0000", "Xxx, 1 Jan 2026 00:00 +0000",
          "1 Jan 2026 00:00 (open", "1 Jan 6 00:00 +0000"}) {
        INFO(text);
        CHECK_FALSE(parse_date(text));
    }
}

TEST_CASE("RFC 3339 times are read and written") {
    CHECK(parse_rfc3339("2026-11-23T09:00:00Z")->unix_s == 1'795'424'400);
    CHECK(parse_rfc3339("2026-11-23T10:00:00+01:00")->unix_s == 1'795'424'400);
    CHECK(parse_rfc3339("2026-11-23 09:00:00z")->unix_s == 1'795'424'400);
    CHECK(parse_rfc3339("1996-12-19T16:39:57-08:00")->unix_s == 851'042'397);
    CHECK(parse_rfc3339("1985-04-12T23:20:50.52Z")->nanoseconds == 520'000'000);
    CHECK(parse_rfc3339("2026-11-23T09:00:00-00:00")->offset_unknown);
    for (const char* text : {"2026-11-23T09:00:00Z", "1937-01-01T12:00:27.87+00:20",
                             "2026-02-28T23:59:59.000000001-11:30", "2026-11-23T09:00:00-00:00"})
        CHECK(rfc3339(*parse_rfc3339(text)) == text);
    for (const char* text : {"", "2026-11-23", "2026-11-23T09:00:00", "2026-13-01T00:00:00Z",
                             "2026-11-31T00:00:00Z", "2026-11-23T09:00:00.Z",
                             "2026-11-23T09:00:00+0100", "2026-11-23T09:00:00Zx",
                             "2026/11/23T09:00:00Z", "2026-11-23T09:00:00+24:00"})
        CHECK_FALSE(parse_rfc3339(text));
}

TEST_CASE("writing and reading a date is the identity, and a cut date is never another time zone") {
    for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
        Random random{seed};
        // From 1900 to 9999.
        const auto unix_s = static_cast<std::int64_t>(random.below(255'000'000'000)) -
                            2'208'988'800 + 86'400;
        const auto offset_min = static_cast<std::int32_t>(random.below(2 * 1439)) - 1439;
        const std::string text = mail_date(unix_s, offset_min);
        const auto back = parse_date(text);
        INFO(text);
        REQUIRE(back);
        REQUIRE(back->unix_s == unix_s);
        REQUIRE(back->offset_min == offset_min);
        REQUIRE_FALSE(back->weekday_wrong);
        const DateTime time{unix_s, offset_min, 0, false, false, false};
        REQUIRE(parse_rfc3339(rfc3339(time)) == time);
        for (std::size_t size = 0; size < text.size(); ++size)
            REQUIRE_FALSE(parse_date(std::string_view(text).substr(0, size)));
    }
}

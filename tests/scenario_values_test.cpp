// The small values of scenario files: exact, and the same after being written and read again.
#include "sim/scenario/names.hpp"
#include "sim/scenario/values.hpp"
#include "tests/catch.hpp"

using namespace postroad::scenario;

TEST_CASE("durations are exact to the nanosecond") {
    CHECK(parse_duration("250ms")->ns == 250'000'000);
    CHECK(parse_duration("2m30s")->ns == 150'000'000'000);
    CHECK(parse_duration("1.5s")->ns == 1'500'000'000);
    CHECK(parse_duration("1h")->ns == 3'600'000'000'000);
    CHECK(parse_duration("5d")->ns == 432'000'000'000'000);
    CHECK(parse_duration("0.000000001s")->ns == 1);
    CHECK(parse_duration("90 s")->ns == 90'000'000'000);
    CHECK(parse_duration("0")->ns == 0);
    for (const char* wrong :
         {"", "5", "s", "1.5", "1.5ns", "-1s", "1 parsec", "1s2", "40000w", "1..5s"}) {
        INFO(wrong);
        CHECK_FALSE(parse_duration(wrong));
    }
    for (const std::uint64_t ns : {1ULL, 999ULL, 1'500'000ULL, 150'000'000'000ULL,
                                   90'061'001'001'001ULL, 18'446'744'073'709'551'615ULL})
        CHECK(parse_duration(to_text(Duration{ns}))->ns == ns);
}

TEST_CASE("sizes, rates, frequencies and chances are whole numbers underneath") {
    CHECK(parse_size("10 MiB")->bytes == 10'485'760);
    CHECK(parse_size("1.5 KiB")->bytes == 1'536);
    CHECK(parse_size("35MB")->bytes == 35'000'000);
    CHECK(parse_size("1_000")->bytes == 1'000);
    CHECK_FALSE(parse_size("1.5"));
    CHECK_FALSE(parse_size("10 mib"));
    CHECK(parse_bit_rate("8 Mbit/s")->bits_per_s == 8'000'000);
    CHECK(parse_bit_rate("unlimited")->unlimited());
    CHECK_FALSE(parse_bit_rate("0 bit/s"));
    CHECK_FALSE(parse_bit_rate("8 MB/s"));
    CHECK(*parse_frequency("12/min") == Frequency{12, 60'000'000'000});
    CHECK(*parse_frequency("1/2m30s") == Frequency{1, 150'000'000'000});
    CHECK_FALSE(parse_frequency("0/s"));
    CHECK(parse_chance("1%")->per_billion == 10'000'000);
    CHECK(parse_chance("0.01")->per_billion == 10'000'000);
    CHECK(parse_chance("1")->threshold() == 0x1'0000'0000ULL);
    CHECK(parse_chance("50%")->threshold() == 0x8000'0000ULL);
    CHECK_FALSE(parse_chance("101%"));
    for (const char* text : {"0 B", "64 KiB", "1000 B", "3 GiB"})
        CHECK(to_text(*parse_size(text)) == text);
    for (const char* text : {"unlimited", "64 kbit/s", "1500 kbit/s"})
        CHECK(to_text(*parse_bit_rate(text)) == text);
    for (const char* text : {"3/s", "12/min", "7/h", "1/d", "5/1m30s"})
        CHECK(to_text(*parse_frequency(text)) == text);
    for (const char* text : {"0%", "0.25%", "100%", "0.0000001%"})
        CHECK(to_text(*parse_chance(text)) == text);
}

TEST_CASE("instants are RFC 3339, leap years and offsets included") {
    CHECK(parse_instant("2010-09-01T08:00:00Z")->unix_s == 1'283'328'000);
    CHECK(parse_instant("2010-09-01T10:00:00+02:00")->unix_s == 1'283'328'000);
    CHECK(parse_instant("1970-01-01T00:00:00Z")->unix_s == 0);
    CHECK(parse_instant("2000-02-29 12:00:00z"));
    CHECK_FALSE(parse_instant("1900-02-29T12:00:00Z"));
    CHECK_FALSE(parse_instant("2010-13-01T08:00:00Z"));
    CHECK_FALSE(parse_instant("2010-09-01"));
    for (std::int64_t s = -62'000'000'000; s < 200'000'000'000; s += 987'654'321)
        REQUIRE(parse_instant(to_text(Instant{s}))->unix_s == s);
    CHECK(parse_utc_offset("-03:30")->minutes == -210);
    CHECK(to_text(UtcOffset{-210}) == "-03:30");
    CHECK_FALSE(parse_utc_offset("+25:00"));
}

TEST_CASE("addresses and prefixes are read strictly and written shortly") {
    for (const char* text :
         {"192.0.2.1", "::", "::1", "2001:db8::1", "2001:db8:0:1:1:1:1:1", "fe80::1:0:0:1"})
        CHECK(to_text(*parse_ip(text)) == text);
    CHECK(to_text(*parse_ip("2001:DB8:0:0:0:0:0:1")) == "2001:db8::1");
    CHECK(to_text(*parse_ip("::ffff:192.0.2.1")) == "::ffff:c000:201");
    for (const char* wrong : {"", "192.0.2", "192.0.2.256", "192.0.2.01", "1:2", ":::", "1::2::3",
                              "12345::", "1:2:3:4:5:6:7:8:9", "::1:"}) {
        INFO(wrong);
        CHECK_FALSE(parse_ip(wrong));
    }
    CHECK(parse_prefix("192.0.2.0/24")->contains(*parse_ip("192.0.2.77")));
    CHECK_FALSE(parse_prefix("192.0.2.0/24")->contains(*parse_ip("192.0.3.1")));
    CHECK_FALSE(parse_prefix("192.0.2.1/24"));
    CHECK_FALSE(parse_prefix("192.0.2.0/33"));
    CHECK(parse_prefix("0.0.0.0/0")->contains(*parse_ip("203.0.113.9")));
}

TEST_CASE("domains become lower-case A-labels and addresses keep their local part") {
    CHECK(check_domain("Mail.Example.ORG.").text == "mail.example.org");
    CHECK(check_domain("bücher.example").text == "xn--bcher-kva.example");
    CHECK(check_domain(".").text == ".");
    for (const char* wrong : {"", "..", "a..b", "-a.org", "a b.org", "ex\xc3\xa4 mple.org"}) {
        INFO(wrong);
        CHECK_FALSE(check_domain(wrong).ok());
    }
    CHECK_FALSE(check_domain(std::string(64, 'a') + ".org").ok());
    CHECK(check_mail_address("Alice@BÜCHER.example", false).text == "Alice@xn--bcher-kva.example");
    CHECK(check_mail_address("\"a b\"@example.org", false).ok());
    CHECK(check_mail_address("a@[192.0.2.1]", false).ok());
    CHECK(check_mail_address("", true).ok());
    for (const char* wrong : {"", "alice", "@example.org", "a b@example.org", ".a@example.org",
                              "a@", "ä@example.org"}) {
        INFO(wrong);
        CHECK_FALSE(check_mail_address(wrong, false).ok());
    }
}

// IMAP's words: what is read, what is refused, and that what is written is read back.
#include "protocols/imap/lexer.hpp"

#include "protocols/base/random.hpp"
#include "protocols/imap/list_match.hpp"
#include "protocols/imap/mailbox_name.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using imap::Reader;

namespace {

std::optional<imap::SequenceSet> set_of(std::string_view text) {
    Reader reader(text);
    auto out = reader.sequence_set();
    return reader.done() ? out : std::nullopt;
}

std::string ranges_of(std::string_view text, std::uint32_t largest) {
    std::string out;
    imap::put_ranges(out, imap::resolved(*set_of(text), largest));
    return out;
}

}  // namespace

TEST_CASE("an IMAP sequence set is what RFC 3501 says it is, and nothing else") {
    CHECK(ranges_of("2,4:7,9,12:*", 15) == "2,4:7,9,12:15");  // RFC 3501 §9
    CHECK(ranges_of("*:4,5:7", 10) == "4:10");
    CHECK(ranges_of("3291:*", 10) == "10:3291");
    CHECK(ranges_of("5,3:1,2", 10) == "1:3,5");
    CHECK(set_of("$")->saved);
    for (const char* const bad :
         {"", "0", "1:", ":1", "1,", ",1", "1:2:3", "a", "4294967296", "$1"}) {
        INFO(bad);
        CHECK(!set_of(bad));
    }
}

TEST_CASE("mailbox names go to modified UTF-7 and back as RFC 3501 §5.1.3 has it") {
    CHECK(imap::to_modified_utf7("~peter/mail/\u53f0\u5317/\u65e5\u672c\u8a9e") ==
          "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
    CHECK(imap::from_modified_utf7("~peter/mail/&U,BTFw-/&ZeVnLIqe-") ==
          "~peter/mail/\u53f0\u5317/\u65e5\u672c\u8a9e");
    CHECK(imap::to_modified_utf7("Hi & \U0001F600") == "Hi &- &2D3eAA-");
    for (const char* const bad :
         {"&Jjo", "&Jjo!", "&U,BTFw-&ZeVnLIqe-", "&AGE-", "&2D0-", "\xc3\xa4", "&U,B-", "a\x01"}) {
        INFO(bad);
        CHECK(!imap::from_modified_utf7(bad));
    }
    Random dice{7, 0};
    for (int round = 0; round < 2000; ++round) {
        std::string name;
        for (std::uint64_t i = dice.below(12); i > 0; --i) {
            constexpr std::string_view letters[] = {"a",      "&",          "-", "\u00e4",
                                                    "\u53f0", "\U0001F600", "/"};
            name += letters[dice.below(7)];
        }
        INFO(name);
        CHECK(imap::from_modified_utf7(imap::to_modified_utf7(name)) == name);
    }
}

TEST_CASE("an IMAP string that is written is read back, whatever octets it has") {
    Random dice{11, 0};
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (std::uint64_t i = dice.below(20); i > 0; --i)
            text += static_cast<char>(1 + dice.below(255));
        for (const bool utf8 : {false, true}) {
            std::string out;
            imap::put_string(out, text, utf8);
            imap::put_astring(out += ' ', text, utf8);
            Reader reader(out);
            CHECK(reader.string() == text);
            CHECK(reader.space());
            CHECK(reader.astring() == text);
            CHECK(reader.done());
        }
    }
}

TEST_CASE("an IMAP date is read only if there is such a day, and is written as it was read") {
    for (const char* const text :
         {"\" 7-Feb-1994 21:52:25 -0800\"", "\"29-Feb-2024 00:00:00 +0545\"",
          "\"31-Dec-1969 23:59:59 +0000\""}) {
        Reader reader(text);
        const auto date = reader.date_time();
        REQUIRE(date);
        std::string out;
        imap::put_date_time(out, *date);
        CHECK(out == text);
    }
    for (const char* const bad :
         {"\"7-Feb-1994 21:52:25 -0800\"", "\"30-Feb-2024 00:00:00 +0000\"",
          "\"29-Feb-2023 00:00:00 +0000\"", "\"01-Feb-2023 24:00:00 +0000\"", "01-Feb-2023",
          "\"01-Feb-23 00:00:00 +0000\"", "\"01-Feb-2023 00:00:00 0000\""}) {
        INFO(bad);
        CHECK(!Reader(bad).date_time());
    }
    CHECK(Reader("1-Feb-1994").date() == 8797);
    CHECK(Reader("\"1-Feb-1994\"").date() == 8797);
}

TEST_CASE("a literal is announced at a line's end, and nowhere else") {
    const auto plus = imap::literal_behind("a APPEND x {310+}");
    REQUIRE(plus);
    CHECK(plus->octets == 310);
    CHECK(!plus->waits);
    CHECK(imap::literal_behind("a ~{3}")->binary);
    for (const char* const bad :
         {"a {3} ", "a {}", "a {x}", "a 3}", "a {99999999999999999999999}", "{-1}"}) {
        INFO(bad);
        CHECK(!imap::literal_behind(bad));
    }
    CHECK(Reader("{3}\r\nabc").literal() == "abc");
    CHECK(!Reader("{4}\r\nabc").literal());
}

TEST_CASE("LIST's wildcards: the asterisk crosses levels, the percent sign does not") {
    const auto matches = [](std::string_view name, std::string_view pattern) {
        return imap::matches_pattern(name, pattern, '/');
    };
    CHECK(matches("a/b/c", "*"));
    CHECK(!matches("a/b", "%"));
    CHECK(matches("a/b", "%/%"));
    CHECK(matches("a/b/c", "a*c"));
    CHECK(matches("a/b/c", "%*c"));
    CHECK(!matches("a/b/c", "a%c"));
    CHECK(matches("inbox", "INBOX"));
    CHECK(!matches("Sent", "SENT"));
    CHECK(matches("", "*"));
    // As many wildcards as there is room for take no longer than names times patterns.
    CHECK(!matches(std::string(1000, 'a'), std::string(1000, '*') + "b"));
}

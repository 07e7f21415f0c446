// The parser's bounds, and what a script is as a value. What it says of mistakes is in
// tests/golden/sieve/mistakes.sieve.
#include "protocols/sieve/parse.hpp"

#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sieve;
using Catch::Matchers::ContainsSubstring;

namespace {

Script parsed(std::string_view source) {
    Parsed out = parse(source);
    INFO(to_text(out.problems, "test"));
    REQUIRE(out.ok());
    return std::move(out.script);
}

std::string first_problem(std::string_view source, const ParseLimits& limits = {}) {
    const Parsed out = parse(source, limits);
    return out.ok() ? "none" : out.problems[0].what;
}

std::string repeated(std::string_view text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

}  // namespace

TEST_CASE("layout, case and comments are no part of a script", "[sieve]") {
    CHECK(parsed("keep;stop;") == parsed("# first\r\nKEEP /* and */ ;\r\n\tStop\n;"));
    CHECK(parsed("if true{stop;}") == parsed("if true { stop; }"));
    CHECK(parsed("redirect \"a@b.c\";") == parsed("redirect \"a\\@b.c\";"));
    CHECK_FALSE(parsed("keep;stop;") == parsed("stop;keep;"));
    CHECK_FALSE(parsed("if not true { stop; }") == parsed("if true { stop; }"));
}

TEST_CASE("a list of one string is a string", "[sieve]") {
    CHECK(parsed("if exists [\"From\"] { stop; }") == parsed("if exists \"From\" { stop; }"));
}

TEST_CASE("strings have CRLF whatever the script has", "[sieve]") {
    const Script lf = parsed("require \"reject\"; reject text:\none\n..two\n.\n;");
    CHECK(lf == parsed("require \"reject\"; reject text: # why\r\none\r\n..two\r\n.\r\n;"));
    CHECK(lf == parsed("require \"reject\"; reject \"one\n.two\n\";"));
    CHECK(lf.text(1) == "one\r\n.two\r\n");
}

TEST_CASE("numbers have the units of RFC 5228", "[sieve]") {
    const auto limit = [](std::string_view number) {
        const Script script = parsed("if size :over " + std::string(number) + " { discard; }");
        return script.find(1, Slot::limit)->number;
    };
    CHECK(limit("100") == 100);
    CHECK(limit("1k") == 1024);
    CHECK(limit("2M") == 2 * 1024 * 1024);
    CHECK(limit("3G") == std::uint64_t{3} << 30U);
    CHECK(first_problem("if size :over 99999999999999999999 { keep; }") ==
          "this number is too large");
    CHECK(first_problem("if size :over 9999999G { keep; }") == "this number is too large");
    CHECK_THAT(first_problem("if size :over 5T { keep; }"), ContainsSubstring("K, M, G"));
}

TEST_CASE("a place has the line, the column and the octets of what it is of", "[sieve]") {
    const std::string source = "# ä\n  if header :is \"To\" \"ü\" { /* ü */ keep; }";
    const Script script = parsed(source);
    REQUIRE(script.places.size() == 3);
    CHECK(script.places[0].line == 2);
    CHECK(script.places[0].column == 3);
    CHECK(script.places[2].column == 36);
    const Place& test = script.places[1];
    CHECK(source.substr(test.begin, test.end - test.begin) == "header :is \"To\" \"ü\"");
}

TEST_CASE("thirty-two levels are read, and the next is told", "[sieve]") {
    CHECK(parse(repeated("if true { ", 32) + repeated("}", 32)).ok());
    CHECK(first_problem(repeated("if true { ", 33) + repeated("}", 33)) ==
          "blocks nest too deeply here");
    CHECK(parse("if " + repeated("not ", 31) + "true { stop; }").ok());
    CHECK(first_problem("if " + repeated("not ", 32) + "true { stop; }") ==
          "tests nest too deeply here");
    CHECK(first_problem(repeated("if true { ", 100'000)) == "blocks nest too deeply here");
    CHECK(first_problem("if " + repeated("anyof(", 100'000)) == "tests nest too deeply here");
}

TEST_CASE("what is too long is not read, and what has too many mistakes not to its end",
          "[sieve]") {
    ParseLimits limits;
    limits.source_octets_max = 4;
    CHECK(first_problem("keep;", limits) == "this script is too long");
    CHECK(parse(repeated("wrong; ", 1000)).problems.size() == 20);
}

TEST_CASE("octets that no script may have are told", "[sieve]") {
    using namespace std::string_view_literals;
    CHECK(first_problem("redirect \"a\0b\";"sv) == "a string must not have the octet NUL in it");
    CHECK_THAT(first_problem("redirect \"\xff\";"), ContainsSubstring("UTF-8"));
    CHECK_THAT(first_problem("redirect \"a\rb\";"), ContainsSubstring("carriage return"));
    CHECK_THAT(first_problem("keep\r;"), ContainsSubstring("carriage return"));
}

TEST_CASE("each capability is asked for once, and only where it is used", "[sieve]") {
    const auto first = [](std::string_view source) {
        const Parsed out = parse(source);
        REQUIRE(out.problems.size() == 1);
        return out.problems[0].what;
    };
    CHECK_THAT(first("fileinto \"a\"; fileinto \"b\";"), ContainsSubstring("\"fileinto\""));
    CHECK_THAT(first("if header :count \"eq\" \"To\" \"1\" { stop; }"),
               ContainsSubstring("\"relational\""));
    CHECK_THAT(first("if header :comparator \"i;ascii-numeric\" \"To\" \"1\" { stop; }"),
               ContainsSubstring("\"comparator-i;ascii-numeric\""));
    CHECK_THAT(first("require \"fileinto\"; fileinto :copy \"a\";"), ContainsSubstring("\"copy\""));
    CHECK_THAT(first("require \"fileinto\"; fileinto :create \"a\";"),
               ContainsSubstring("\"mailbox\""));
    CHECK_THAT(first("require \"imap4flags\"; setflag \"x\" \"\\\\Seen\";"),
               ContainsSubstring("\"variables\""));
    CHECK_THAT(first("if header :index 2 \"To\" \"x\" { stop; }"), ContainsSubstring("\"index\""));
    CHECK_THAT(first("if address :detail \"To\" \"x\" { stop; }"),
               ContainsSubstring("\"subaddress\""));
    CHECK_THAT(first("require \"vacation\"; vacation :seconds 5 \"x\";"),
               ContainsSubstring("\"vacation-seconds\""));
    CHECK(parse("require \"vacation-seconds\"; vacation :days 5 \"x\";").ok());
    CHECK(parse("require \"editheader\"; deleteheader :index 1 :last \"X-Y\";").ok());
}

TEST_CASE("a message with a terminal's escapes in it is shown without them", "[sieve]") {
    const Parsed out = parse("keep \x1b[31m;");
    REQUIRE_FALSE(out.ok());
    const std::string shown = to_text(out.problems, "a\x1b]0;b");
    CHECK(shown.find('\x1b') == std::string::npos);
    CHECK_THAT(shown, ContainsSubstring("keep ?[31m;"));
}

TEST_CASE("a long line is clipped around its caret", "[sieve]") {
    const Parsed out = parse(repeated("keep; ", 100) + "kepp; " + repeated("keep; ", 100));
    REQUIRE(out.problems.size() == 1);
    const std::string shown = to_text(out.problems[0], "x");
    CHECK_THAT(shown, ContainsSubstring("x:1:601: error: unknown command \"kepp\""));
    CHECK_THAT(shown, ContainsSubstring("1 | ...") && ContainsSubstring("...\n"));
    const std::size_t line = shown.find("| ...") + 2;
    const std::size_t caret = shown.find("^~~~") - shown.find("  | ", line) - 4;
    CHECK(shown.substr(line + caret, 4) == "kepp");
}

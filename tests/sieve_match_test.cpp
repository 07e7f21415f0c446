// Comparators and match types on their own (RFC 4790, RFC 5228 §2.7, RFC 5229 §3.2, RFC 5231), and
// the small values beside them.
#include "protocols/sieve/match.hpp"

#include "protocols/base/random.hpp"
#include "protocols/sieve/body.hpp"
#include "protocols/sieve/expand.hpp"
#include "protocols/sieve/values.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sieve;

namespace {

using Texts = std::vector<std::string>;

Texts captured(std::string_view value, std::string_view pattern,
               Comparator comparator = Comparator::casemap) {
    Texts out{"no match"};
    matches({Tag::matches, comparator, Relation::eq}, value, pattern, &out);
    return out;
}

// -1, 0, 1, as Catch can show it.
int order(Comparator comparator, std::string_view a, std::string_view b) {
    const auto result = compare(comparator, a, b);
    return result < 0 ? -1 : result > 0 ? 1 : 0;
}

// The definition itself: exponential, so for short texts only.
bool fits(std::string_view value, std::string_view pattern) {
    if (pattern.empty()) return value.empty();
    if (pattern[0] == '*')
        return fits(value, pattern.substr(1)) || (!value.empty() && fits(value.substr(1), pattern));
    if (value.empty()) return false;
    return (pattern[0] == '?' || pattern[0] == value[0]) &&
           fits(value.substr(1), pattern.substr(1));
}

}  // namespace

TEST_CASE("wildcards take as little as they can, from left to right", "[sieve]") {
    CHECK(captured("foo bar", "* *") == Texts{"foo bar", "foo", "bar"});
    CHECK(captured("a-b-c", "*-*") == Texts{"a-b-c", "a", "b-c"});
    CHECK(captured("a-b-c", "*-?") == Texts{"a-b-c", "a-b", "c"});
    CHECK(captured("xyz", "**") == Texts{"xyz", "", "xyz"});
    CHECK(captured("xyz", "?*?") == Texts{"xyz", "x", "y", "z"});
    CHECK(captured("frop...frop..", "?*frop*") == Texts{"frop...frop..", "f", "rop...", ".."});
    CHECK(captured("", "*") == Texts{"", ""});
    CHECK(captured("ABC", "a*C") == Texts{"ABC", "B"});
    CHECK(captured("abc", "b*") == Texts{"no match"});
}

TEST_CASE("a question mark is a character, and an octet to i;octet", "[sieve]") {
    CHECK(captured("süß", "s??") == Texts{"süß", "ü", "ß"});
    CHECK(captured("süß", "s??", Comparator::octet) == Texts{"no match"});
    CHECK(captured("süß", "s????", Comparator::octet).size() == 5);
}

TEST_CASE("a backslash takes the meaning from a wildcard", "[sieve]") {
    CHECK(captured("what?", "what\\?") == Texts{"what?"});
    CHECK(captured("whats", "what\\?") == Texts{"no match"});
    CHECK(captured("a*b", "a\\**") == Texts{"a*b", "b"});
    CHECK(captured("a\\b", "a\\\\b") == Texts{"a\\b"});
    CHECK(captured("a\\", "a\\") == Texts{"a\\"});
}

TEST_CASE("patterns match what their definition says", "[sieve]") {
    Random random{7};
    std::size_t matched = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string value;
        std::string pattern;
        for (std::uint64_t n = random.below(8); n > 0; --n) value += "ab"[random.below(2)];
        for (std::uint64_t n = random.below(7); n > 0; --n) pattern += "ab?*"[random.below(4)];
        const bool mine = matches({Tag::matches, Comparator::octet, Relation::eq}, value, pattern);
        INFO(value << " : " << pattern);
        REQUIRE(mine == fits(value, pattern));
        matched += mine ? 1 : 0;
    }
    CHECK(matched > 2'000);
}

TEST_CASE("a text is found where it first stands", "[sieve]") {
    Random random{8};
    for (int i = 0; i < 20'000; ++i) {
        std::string value;
        std::string key;
        for (std::uint64_t n = random.below(14); n > 0; --n) value += "ab"[random.below(2)];
        for (std::uint64_t n = random.below(5); n > 0; --n) key += "ab"[random.below(2)];
        INFO(value << " : " << key);
        REQUIRE(find_in(Comparator::octet, value, key) == value.find(key));
    }
    CHECK(find_in(Comparator::casemap, "Lunch on Friday", "FRI") == 9);
    CHECK(find_in(Comparator::octet, "Lunch on Friday", "FRI") == std::string_view::npos);
}

TEST_CASE("numbers compare by value, and what is none is more than all", "[sieve]") {
    const auto numbers = [](std::string_view a, std::string_view b) {
        return order(Comparator::numeric, a, b);
    };
    CHECK(numbers("10", "9") > 0);
    CHECK(numbers("007", "7 days") == 0);
    CHECK(numbers("99999999999999999999999998", "99999999999999999999999999") < 0);
    CHECK(numbers("none", "5") > 0);
    CHECK(numbers("5", "") < 0);
    CHECK(numbers("none", "nothing") == 0);
}

TEST_CASE("case does not matter to i;ascii-casemap, but only that of ASCII", "[sieve]") {
    CHECK(order(Comparator::casemap, "Straße", "STRAßE") == 0);
    CHECK(order(Comparator::casemap, "Ä", "ä") != 0);
    CHECK(order(Comparator::octet, "a", "A") != 0);
    CHECK(order(Comparator::casemap, "abc", "abd") < 0);
    CHECK(order(Comparator::casemap, "abc", "ab") > 0);
}

TEST_CASE("relations hold as they are named", "[sieve]") {
    const auto holds = [](Relation relation, std::string_view a, std::string_view b) {
        return matches({Tag::value, Comparator::numeric, relation}, a, b);
    };
    CHECK(holds(Relation::gt, "3", "2"));
    CHECK_FALSE(holds(Relation::gt, "2", "2"));
    CHECK(holds(Relation::ge, "2", "2"));
    CHECK(holds(Relation::lt, "1", "2"));
    CHECK(holds(Relation::le, "2", "2"));
    CHECK(holds(Relation::eq, "2", "02"));
    CHECK(holds(Relation::ne, "2", "3"));
}

TEST_CASE("an address is compared by the part that is asked for", "[sieve]") {
    const auto part = [](Tag tag) { return address_part(tag, "bob+box+x", "example.net", '+'); };
    CHECK(part(Tag::all) == "bob+box+x@example.net");
    CHECK(part(Tag::localpart) == "bob+box+x");
    CHECK(part(Tag::domain) == "example.net");
    CHECK(part(Tag::user) == "bob");
    CHECK(part(Tag::detail) == "box+x");
    CHECK(address_part(Tag::detail, "bob", "example.net", '+') == std::nullopt);
    CHECK(address_part(Tag::user, "bob", "example.net", '+') == "bob");
    CHECK(is_address("bob@example.net"));
    CHECK_FALSE(is_address("Bob <bob@example.net>"));
    CHECK_FALSE(is_address("bob@example.net, carol@example.net"));
    CHECK_FALSE(is_address("bob"));
}

TEST_CASE("dates are taken apart by the clock that is asked for", "[sieve]") {
    const auto at = [](DatePart part, std::int32_t offset) {
        return date_part(part, 951'868'799, offset);  // 2000-02-29T23:59:59Z
    };
    CHECK(at(DatePart::date, 0) == "2000-02-29");
    CHECK(at(DatePart::date, 1) == "2000-03-01");
    CHECK(at(DatePart::weekday, 0) == "2");
    CHECK(at(DatePart::julian, 0) == "51603");
    CHECK(at(DatePart::iso8601, -90) == "2000-02-29T22:29:59-01:30");
    CHECK(at(DatePart::zone, -90) == "-0130");
    CHECK(date_part(DatePart::date, -1, 0) == "1969-12-31");
    CHECK(parse_zone("+0530") == 330);
    CHECK(parse_zone("-0100") == -60);
    CHECK(parse_zone("+0160") == std::nullopt);
    CHECK(parse_zone("0100") == std::nullopt);
    CHECK(date_in_field("from x by y; Tue, 1 Apr 1997 09:06:31 -0800")->unix_s == 859'914'391);
    CHECK(date_in_field("no date") == std::nullopt);
}

TEST_CASE("a type of body is a type, a type and subtype, or everything", "[sieve]") {
    CHECK(type_is("text/plain", "text"));
    CHECK(type_is("text/plain", "TEXT/Plain"));
    CHECK(type_is("text/plain", ""));
    CHECK_FALSE(type_is("text/plain", "text/html"));
    CHECK_FALSE(type_is("text/plain", "text/"));
    CHECK_FALSE(type_is("text/plain", "/plain"));
    CHECK_FALSE(type_is("text/plain", "text/plain/x"));
}

TEST_CASE("parts of parts are found, to the depth that is allowed", "[sieve]") {
    std::string header = "Content-Type: multipart/mixed; boundary=b0\r\n";
    std::string body;
    for (int i = 1; i <= 6; ++i)
        body += "--b" + std::to_string(i - 1) + "\r\nContent-Type: multipart/mixed; boundary=b" +
                std::to_string(i) + "\r\n\r\n";
    body += "--b6\r\n\r\nthe innermost\r\n--b6--\r\n";
    const auto has_innermost = [&](std::size_t depth) {
        for (const BodyPart& part : body_parts(header, body, {depth, 256}))
            if (part.text == "the innermost") return true;
        return false;
    };
    CHECK(has_innermost(16));
    CHECK_FALSE(has_innermost(4));
    CHECK(body_parts(header, body, {16, 3}).size() == 3);
}

TEST_CASE("Latin-1 text is compared as UTF-8", "[sieve]") {
    const auto parts = body_parts("Content-Type: text/plain; charset=iso-8859-1\r\n"
                                  "Content-Transfer-Encoding: quoted-printable\r\n",
                                  "Gr=FC=DFe\r\n", {});
    REQUIRE(parts.size() == 1);
    CHECK(parts[0].text == "Grüße\r\n");
}

TEST_CASE("encoded characters are decoded, and what only looks like one stays", "[sieve]") {
    const auto decoded = [](std::string_view text) {
        std::string out;
        return decode_characters(text, out) ? out : "refused: " + out;
    };
    CHECK(decoded("$${hex:40}") == "$@");
    CHECK(decoded("${hex: 40 }") == "@");
    CHECK(decoded("${HEX: 40}") == "@");
    CHECK(decoded("${hex:40") == "${hex:40");
    CHECK(decoded("${hex:400}") == "${hex:400}");
    CHECK(decoded("${hex:4${hex:30}}") == "${hex:40}");
    CHECK(decoded("${unicode:40}") == "@");
    CHECK(decoded("${ unicode:40}") == "${ unicode:40}");
    CHECK(decoded("${UNICODE:40}") == "@");
    CHECK(decoded("${UnICoDE:0000040}") == "@");
    CHECK(decoded("${Unicode:Cool}") == "${Unicode:Cool}");
    CHECK(decoded("${unicode:20ac 1F600}") == "€😀");
    CHECK(decoded("${unicode:200000}").starts_with("refused"));
    CHECK(decoded("${Unicode:DF01}").starts_with("refused"));
}

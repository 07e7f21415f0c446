// Domain names: limits, escapes, case, order, compression.
#include "protocols/dns/name.hpp"

#include "tests/catch.hpp"

#include <vector>

using namespace postroad::dns;

namespace {
Name name(std::string_view text) {
    const ParsedName parsed = parse_name(text);
    INFO(text);
    REQUIRE(parsed);
    return parsed.name;
}
}  // namespace

TEST_CASE("a name keeps its case and compares without it") {
    CHECK(to_text(name("Mail.Example.ORG")) == "Mail.Example.ORG.");
    CHECK(name("Mail.Example.ORG") == name("mail.example.org."));
    CHECK_FALSE(name("mail.example.org") == name("mail.example.net"));
    CHECK(hash(name("A.b")) == hash(name("a.B")));
    CHECK(to_text(lowercased(name("A.bC"))) == "a.bc.");
}

TEST_CASE("a relative name is completed with the origin, an absolute one is not") {
    const Name origin = name("example.org");
    CHECK(to_text(parse_name("mx1", &origin).name) == "mx1.example.org.");
    CHECK(to_text(parse_name("mx1.", &origin).name) == "mx1.");
    CHECK(to_text(parse_name("@", &origin).name) == "example.org.");
    CHECK(to_text(parse_name(".", &origin).name) == ".");
    CHECK(is_absolute_text("a."));
    CHECK_FALSE(is_absolute_text("a\\."));
    CHECK(is_absolute_text("a\\\\."));
}

TEST_CASE("escapes in names are read and written back") {
    const Name odd = name("john\\.doe.a\\032b\\255.\\@");
    CHECK(label_count(odd) == 3);
    CHECK(to_text(odd) == "john\\.doe.a\\032b\\255.\\@.");
    CHECK(name(to_text(odd)) == odd);
    for (const char* bad : {"a\\", "a\\25", "a\\256", "a\\2x4"})
        CHECK(parse_name(bad).error == NameError::bad_escape);
}

TEST_CASE("labels end at 63 octets and names at 255") {
    const std::string l63(63, 'a');
    CHECK(parse_name(l63));
    CHECK(parse_name(l63 + "a").error == NameError::label_too_long);
    const std::string longest = l63 + "." + l63 + "." + l63 + "." + std::string(61, 'a');
    CHECK(name(longest).length == 255);
    CHECK(parse_name(longest + "a").error == NameError::name_too_long);
    CHECK(parse_name(l63 + "." + l63 + "." + l63 + "." + l63).error == NameError::name_too_long);
    CHECK(parse_name("a..b").error == NameError::empty_label);
    CHECK(parse_name(".a").error == NameError::empty_label);
    CHECK(parse_name("").error == NameError::empty);
}

TEST_CASE("names sort as RFC 4034 section 6.1 shows") {
    const char* sorted[] = {"example", "a.example", "yljkjljk.a.example", "Z.a.example",
                            "zABC.a.EXAMPLE", "z.example", "\\001.z.example", "*.z.example",
                            "\\200.z.example"};
    for (std::size_t i = 0; i < std::size(sorted); ++i)
        for (std::size_t k = 0; k < std::size(sorted); ++k) {
            INFO(sorted[i] << " " << sorted[k]);
            CHECK((canonical_order(name(sorted[i]), name(sorted[k])) < 0) == (i < k));
        }
    CHECK((canonical_order(name("\\000.z"), name("\\000\\000.z")) < 0));
    CHECK((canonical_order(name("\\000\\255.z"), name("\\001.z")) < 0));
}

TEST_CASE("a name knows what it is within") {
    CHECK(is_within(name("a.b.c"), name("B.c")));
    CHECK(is_within(name("b.c"), name("b.c")));
    CHECK(is_within(name("b.c"), Name{}));
    CHECK_FALSE(is_within(name("ab.c"), name("b.c")));
    CHECK_FALSE(is_within(name("c"), name("b.c")));
    CHECK(is_wildcard(name("*.c")));
    CHECK_FALSE(is_wildcard(name("a.*.c")));
}

TEST_CASE("compression pointers must go backwards, so that no packet makes the reader loop") {
    //                                0  1    2  3    4  5    6     7     8  9    10    11
    const std::vector<std::uint8_t> p{1, 'a', 1, 'b', 0, 1, 'c', 0xC0, 0, 0xC0, 5, 0};
    CHECK(to_text(read_name(p, 5).name) == "c.a.b.");
    CHECK(read_name(p, 5).next == 9);
    CHECK(to_text(read_name(p, 9).name) == "c.a.b.");
    CHECK(read_name(p, 9).next == 11);
    const std::vector<std::uint8_t> self{0xC0, 0};
    CHECK(read_name(self, 0).error == NameError::bad_pointer);
    const std::vector<std::uint8_t> own_label{1, 'a', 0xC0, 0};
    CHECK(read_name(own_label, 0).error == NameError::bad_pointer);
    const std::vector<std::uint8_t> pair{0xC0, 2, 0xC0, 0};
    CHECK(read_name(pair, 2).error == NameError::bad_pointer);
    const std::vector<std::uint8_t> forward{0xC0, 2, 0};
    CHECK(read_name(forward, 0).error == NameError::bad_pointer);
    const std::vector<std::uint8_t> reserved{0x41, 'a', 0};
    CHECK(read_name(reserved, 0).error == NameError::bad_label_type);
    const std::vector<std::uint8_t> cut{3, 'a', 'b'};
    CHECK(read_name(cut, 0).error == NameError::truncated);
    CHECK(read_name(cut, 3).error == NameError::truncated);
}

TEST_CASE("a name grown past 255 octets through pointers is refused") {
    std::vector<std::uint8_t> p(64, 'a');  // 63 octets, then pointer to the piece before, ...
    p[0] = 63;
    p.push_back(0);
    std::size_t last = 0;
    for (int i = 0; i < 4; ++i) {
        const std::size_t here = p.size();
        p.push_back(63);
        p.insert(p.end(), 63, 'b');
        p.push_back(static_cast<std::uint8_t>(0xC0u | last >> 8));
        p.push_back(static_cast<std::uint8_t>(last));
        last = here;
    }
    CHECK(read_name(p, last).error == NameError::name_too_long);
}

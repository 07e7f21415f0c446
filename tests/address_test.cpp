// Addresses and prefixes: text both ways, SMTP literals, PTR names, order; and "did you mean".
#include <array>
#include <map>

#include "protocols/base/did_you_mean.hpp"
#include "sim/net/address.hpp"
#include "tests/catch.hpp"

using namespace postroad::net;

namespace {

Address at(std::string_view text) {
    const auto a = parse_address(text);
    INFO(text);
    REQUIRE(a);
    return *a;
}

}  // namespace

TEST_CASE("IPv4 addresses read and print as dotted decimal") {
    for (const std::string text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "10.200.3.99"})
        CHECK(format(at(text)) == text);
    CHECK(at("192.0.2.1").v4() == 0xc0000201);
    CHECK(at("192.0.2.1") == make_v4(192, 0, 2, 1));
    CHECK(at("192.0.2.1").is_v4());
    CHECK(!Address{}.is_v4());
}

TEST_CASE("what is not quite an IPv4 address is refused") {
    for (const std::string_view text : {"", ".", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4",
                                        "1.2.3.4 ", " 1.2.3.4", "1..3.4", "1.2.3.", "0x1.2.3.4",
                                        "1.2.3.-4", "1.2.3.1000", "localhost"})
        CHECK(!parse_address(text));
}

TEST_CASE("IPv6 addresses print as RFC 5952 says") {
    const std::map<std::string, std::string> cases{
        {"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
        {"2001:DB8::1", "2001:db8::1"},
        {"2001:0db8::0001", "2001:db8::1"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},    // §4.2.2: one zero group stays
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},             // §4.2.3: the longest run
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},       // the first of equal runs
        {"::", "::"}, {"::1", "::1"}, {"1::", "1::"}, {"0:0:0:0:0:0:0:0", "::"},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"}, {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
        {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
        {"::ffff:192.0.2.1", "192.0.2.1"},                   // the mapped form is the IPv4 address
        {"fe80::ABCD:10", "fe80::abcd:10"},
    };
    for (const auto& [text, canonical] : cases) {
        CHECK(format(at(text)) == canonical);
        CHECK(at(canonical) == at(text));
    }
}

TEST_CASE("what is not quite an IPv6 address is refused") {
    for (const std::string_view text :
         {":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::1", "::1:",
          ":1::2", "1:2:3:4:5:6:7:8::", "fe80::1%eth0", "::1.2.3", "1.2.3.4::", "::1.2.3.4:5",
          "1:2:3:4:5:6:7:1.2.3.4", "[::1]", "1:", "::1 "})
        CHECK(!parse_address(text));
}

TEST_CASE("any sixteen bytes survive being printed and read") {
    std::uint64_t state = 42;
    for (int i = 0; i < 20000; ++i) {
        Address a;
        for (auto& byte : a.bytes) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            const auto draw = static_cast<std::uint8_t>(state >> 40);
            byte = (state >> 60) < 9 ? std::uint8_t{0} : draw;  // many zeros: runs to shorten
        }
        REQUIRE(parse_address(format(a)) == a);
        REQUIRE(parse_reverse_name(reverse_name(a)) == a);
        REQUIRE(parse_address_literal(format_address_literal(a)) == a);
        REQUIRE(predecessor(successor(a)) == a);
    }
}

TEST_CASE("SMTP address literals need their brackets and IPv6 its tag") {
    CHECK(parse_address_literal("[192.0.2.1]") == at("192.0.2.1"));
    CHECK(parse_address_literal("[IPv6:2001:db8::1]") == at("2001:db8::1"));
    CHECK(parse_address_literal("[ipv6:::1]") == at("::1"));
    CHECK(format_address_literal(at("192.0.2.1")) == "[192.0.2.1]");
    CHECK(format_address_literal(at("2001:db8::1")) == "[IPv6:2001:db8::1]");
    for (const std::string_view text : {"", "[", "[]", "192.0.2.1", "[192.0.2.1", "[2001:db8::1]",
                                        "[IPv6:]", "[IPv6:192.0.2.1]", "[IPv6]", "[a]"})
        CHECK(!parse_address_literal(text));
}

TEST_CASE("PTR names run backwards") {
    CHECK(reverse_name(at("192.0.2.1")) == "1.2.0.192.in-addr.arpa");
    CHECK(reverse_name(at("2001:db8::567:89ab")) ==
          "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
    CHECK(parse_reverse_name("1.2.0.192.IN-ADDR.ARPA.") == at("192.0.2.1"));
    for (const std::string_view name : {"2.0.192.in-addr.arpa", "in-addr.arpa", "", "1.2.0.192",
                                        "1.2.0.256.in-addr.arpa", "1.0.0.2.ip6.arpa"})
        CHECK(!parse_reverse_name(name));
}

TEST_CASE("a prefix holds its network and no other family") {
    const auto in = [](std::string_view prefix, std::string_view address) {
        const auto p = parse_prefix(prefix);
        REQUIRE(p);
        return p->contains(at(address));
    };
    CHECK(in("192.0.2.0/24", "192.0.2.255"));
    CHECK(!in("192.0.2.0/24", "192.0.3.0"));
    CHECK(in("192.0.2.1/32", "192.0.2.1"));
    CHECK(!in("192.0.2.1/32", "192.0.2.0"));
    CHECK(in("0.0.0.0/0", "8.8.8.8"));
    CHECK(!in("0.0.0.0/0", "2001:db8::1"));
    CHECK(in("::/0", "2001:db8::1"));
    CHECK(!in("::/0", "8.8.8.8"));
    CHECK(in("2001:db8::/33", "2001:db8:7fff::"));
    CHECK(!in("2001:db8::/33", "2001:db8:8000::"));
    CHECK(in("2001:db8:0:1::/64", "2001:db8:0:1:ffff::"));
    CHECK(!in("2001:db8:0:1::/65", "2001:db8:0:1:ffff::"));
    CHECK(parse_prefix("10.0.0.0/8")->contains(*parse_prefix("10.9.0.0/16")));
    CHECK(!parse_prefix("10.9.0.0/16")->contains(*parse_prefix("10.0.0.0/8")));
    CHECK(parse_prefix("10.0.0.0/8")->last() == at("10.255.255.255"));
    CHECK(parse_prefix("10.0.0.0/8")->length() == 8);
}

TEST_CASE("prefixes and interface addresses keep their text") {
    for (const std::string text : {"192.0.2.0/24", "0.0.0.0/0", "::/0", "2001:db8::/32", "::1/128"})
        CHECK(format(*parse_prefix(text)) == text);
    CHECK(format(*parse_interface_address("192.0.2.7/24")) == "192.0.2.7/24");
    CHECK(format(parse_interface_address("192.0.2.7/24")->prefix()) == "192.0.2.0/24");
    CHECK(parse_interface_address("192.0.2.7")->bits == 128);
    for (const std::string_view text : {"192.0.2.7/24", "192.0.2.0/33", "192.0.2.0", "192.0.2.0/",
                                        "2001:db8::/129", "/8", "192.0.2.0/024", "::1/0"})
        CHECK(!parse_prefix(text));
}

TEST_CASE("addresses sort as numbers, IPv4 together") {
    CHECK(at("9.0.0.0") < at("10.0.0.0"));
    CHECK(at("::1") < at("0.0.0.0"));
    CHECK(at("255.255.255.255") < at("2001:db8::1"));
    CHECK(successor(at("10.0.0.255")) == at("10.0.1.0"));
    CHECK(successor(at("2001:db8::ffff:ffff:ffff:ffff")) == at("2001:db8:0:1::"));
}

TEST_CASE("the hash is fixed and spreads neighbours") {
    CHECK(hash(at("192.0.2.1")) == hash(at("192.0.2.1")));
    std::array<int, 64> buckets{};
    for (std::uint32_t i = 0; i < 6400; ++i) ++buckets[hash(make_v4(0x0a000000 + i)) & 63];
    for (const int n : buckets) CHECK((n > 50 && n < 150));
    CHECK(hash(at("192.0.2.1"), 1) != hash(at("192.0.2.1"), 2));
}

TEST_CASE("did you mean proposes the nearest word, and nothing when none is near") {
    constexpr std::array<std::string_view, 5> known{"accept", "drop", "reject", "dport", "sport"};
    CHECK(postroad::closest("acept", known) == "accept");
    CHECK(postroad::closest("acecpt", known) == "accept");
    CHECK(postroad::closest("DROP", known) == "drop");
    CHECK(postroad::closest("dprot", known) == "dport");
    CHECK(postroad::closest("banana", known).empty());
    CHECK(postroad::closest("", known).empty());
    CHECK(postroad::closest(std::string(1000, 'a'), known).empty());
    CHECK(postroad::edit_distance("kitten", "sitting", 5) == 3);
    CHECK(postroad::edit_distance("ab", "ba", 5) == 1);
    CHECK(postroad::edit_distance("abc", "xyz", 1) == 2);
}

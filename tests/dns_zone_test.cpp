// Zone files: what loads, how it is looked up, and each mistake with its exact place.
#include "protocols/dns/zone.hpp"

#include "tests/catch.hpp"
#include "tests/dns_zones.hpp"

using namespace postroad::dns;
using dns_test::load;
using dns_test::name;
using dns_test::problems;

namespace {
// Line 1 of `body` is line 5.
std::string with(const std::string& body) {
    return "$TTL 3600\n@ SOA ns1 host ( 1 2 3 4 300 )\n@ NS ns1\nns1 A 192.0.2.1\n" + body;
}
}  // namespace

TEST_CASE("the example zone loads without a word, $GENERATE and all") {
    const LoadedZone z = load(dns_test::example_zone());
    CHECK(problems(z) == "");
    REQUIRE(z.zone);
    CHECK(z.zone->soa().serial == 2026010101);
    CHECK(z.zone->negative_ttl_s() == 300);
    const Rrset host = z.zone->at(name("host-02.example.org"), Type::a);
    REQUIRE(host);
    CHECK(host.rdata(0)[3] == 202);
    CHECK(host.line(0) == 25);
    CHECK(z.zone->find(name("deep.example.org"), Type::a).outcome == Outcome::no_data);
}

TEST_CASE("a zone printed and read again is the same zone") {
    const LoadedZone z = load(dns_test::example_zone());
    REQUIRE(z.zone);
    const std::string text = z.zone->to_text();
    const LoadedZone again = load(text);
    CHECK(problems(again) == "");
    REQUIRE(again.zone);
    CHECK(again.zone->to_text() == text);
}

TEST_CASE("looking names up follows RFC 1034 section 4.3.2 and RFC 4592") {
    const LoadedZone z = load(dns_test::example_zone());
    REQUIRE(z.zone);
    const auto outcome = [&](const char* n, Type t) { return z.zone->find(name(n), t).outcome; };
    CHECK(outcome("example.org", Type::mx) == Outcome::answer);
    CHECK(outcome("EXAMPLE.org", Type::mx) == Outcome::answer);
    CHECK(outcome("example.org", Type::a) == Outcome::no_data);
    CHECK(outcome("www.example.org", Type::a) == Outcome::cname);
    CHECK(outcome("www.example.org", Type::cname) == Outcome::answer);
    CHECK(outcome("nope.example.org", Type::a) == Outcome::no_such_name);
    CHECK(outcome("x.deep.example.org", Type::a) == Outcome::no_such_name);
    CHECK(outcome("wild.example.org", Type::mx) == Outcome::no_data);
    CHECK(outcome("a.b.wild.example.org", Type::mx) == Outcome::answer);
    CHECK(z.zone->find(name("a.wild.example.org"), Type::mx).by_wildcard);
    CHECK_FALSE(z.zone->find(name("*.wild.example.org"), Type::mx).by_wildcard);
    CHECK(outcome("a.wild.example.org", Type::a) == Outcome::no_data);
    CHECK(outcome("child.example.org", Type::a) == Outcome::delegation);
    CHECK(outcome("child.example.org", Type::ns) == Outcome::delegation);
    CHECK(outcome("ns.child.example.org", Type::a) == Outcome::delegation);
    CHECK(outcome("x.y.child.example.org", Type::a) == Outcome::delegation);
    CHECK(outcome("child.example.org", Type::ds) == Outcome::no_data);
    CHECK(outcome("example.com", Type::a) == Outcome::not_here);
    CHECK(outcome("org", Type::a) == Outcome::not_here);
    CHECK(outcome("notexample.org", Type::a) == Outcome::not_here);
}

TEST_CASE("a wildcard does not cover names below an existing one") {
    const LoadedZone z = load(with("*.w A 192.0.2.1\nhost.w TXT x\n"));
    REQUIRE(z.zone);
    CHECK(z.zone->find(name("a.w.example.org"), Type::a).outcome == Outcome::answer);
    CHECK(z.zone->find(name("host.w.example.org"), Type::a).outcome == Outcome::no_data);
    CHECK(z.zone->find(name("x.host.w.example.org"), Type::a).outcome == Outcome::no_such_name);
}

TEST_CASE("every mistake of the broken zone is told, each at its line and column") {
    const LoadedZone z = load(dns_test::read_data("broken.zone"));
    CHECK_FALSE(z.zone);
    CHECK(problems(z) ==
          "5:16 error: \"mail\" is not a number up to 65535: an MX begins with its preference\n"
          "6:16 error: \"192.0.2.256\" is not an IPv4 address\n"
          "7:1 error: www.example.org. has CNAME and other data (TXT on line 8)\n"
          "9:12 error: unknown record type \"MXX\"\n"
          "10:19 warning: \"mx1.example.org\" means mx1.example.org.example.org.\n"
          "10:19 warning: mx1.example.org.example.org. has no address\n"
          "11:1 error: other.example.com. is not within the zone example.org.\n"
          "12:19 warning: MX points to cn.example.org., which is an alias (CNAME)\n"
          "14:1 error: unknown directive $BOGUS\n");
    const auto hint = [&](unsigned line) {
        for (const Problem& p : z.problems) if (p.line == line && !p.hint.empty()) return p.hint;
        return std::string();
    };
    CHECK(hint(10) == "did you mean mx1.example.org. with a final dot?");
    CHECK(hint(9) == "did you mean MX?");
    CHECK(hint(5) == "for example: MX 10 mx1.example.org.");
}

TEST_CASE("single mistakes in zone files are placed and named") {
    struct Case { const char* body; const char* told; };
    const Case cases[] = {
        {"m MX ten mail\n",
            "5:6 error: \"ten\" is not a number up to 65535: an MX begins with its preference\n"},
        {"m MX 10\n", "5:6 error: the MX record ends too early: it has 1 of 2 fields\n"},
        {"m MX\n", "5:3 error: the MX record ends too early: it has 0 of 2 fields\n"},
        {"m MX 10 192.0.2.9\n", "5:9 error: \"192.0.2.9\" is an address, and MX takes a name\n"},
        {"m A 192.0.2.1 x\n", "5:15 error: \"x\" is more than a A record holds\n"},
        {"m A mail\n", "5:5 error: \"mail\" is not an IPv4 address\n"},
        {"m AAAA 192.0.2.1\n", "5:8 error: \"192.0.2.1\" is not an IPv6 address\n"},
        {"m MX 70000 ns1\n",
            "5:6 error: \"70000\" is not a number up to 65535: an MX begins with its preference\n"},
        {"m TXT \"open\n", "5:7 error: this quoted string is not closed on its line\n"},
        {"m TXT ( a\n", "5:7 error: this ( is never closed\n"},
        {"m TXT a )\n", "5:9 error: this ) closes no parenthesis\n"},
        {"m 3000000000 A 192.0.2.1\n", "5:3 error: a TTL of 3000000000\n"},
        {"m CH A 192.0.2.1\n", "5:3 error: class CH\n"},
        {"m 60 IN\n", "5:6 error: the record has no type\n"},
        {"a..b A 192.0.2.1\n", "5:1 error: \"a..b\" is no domain name\n"},
        {"MX 10 ns1\n", "5:7 error: unknown record type \"ns1\"\n"},
        {"m A \\# 3 c00002\n", "5:5 error: the data of this A record cannot be read\n"},
        {"$INCLUDE none\n", "5:10 error: cannot read \"none\"\n"},
        {"$GENERATE 5-1 h$ A 192.0.2.$\n", "5:11 error: \"5-1\" is no range\n"},
        {"$GENERATE 1-2 h${x} A 192.0.2.$\n", "5:15 error: \"h${x}\" cannot be expanded\n"},
        {"$GENERATE 250-300 h$ A 192.0.2.$\n",
            "5:24 error: \"192.0.2.256\" is not an IPv4 address\n"},
        {"@ SOA a b 1 2 3 4 5\n", "5:1 error: a second SOA record\n"},
        {"s NS ns1.s\n", "5:6 warning: the delegation to ns1.s.example.org. has no glue\n"},
        {"m MX 10 nobody\n", "5:9 warning: nobody.example.org. has no address\n"},
        {"m MX 0 .\nm MX 10 ns1\n", "5:1 warning: a null MX beside other MX records\n"},
        {"m 60 A 192.0.2.1\nm 90 A 192.0.2.2\n",
            "6:1 warning: the A records of m.example.org. differ in TTL\n"},
        {"m A 192.0.2.1\nM A 192.0.2.1\n", "6:1 warning: the same record again\n"},
        {"c CNAME ns1\nc CNAME ns2\n", "6:1 error: c.example.org. has two CNAME records\n"},
        {"$ORIGIN sub\nm CNAME ns1.example.org\n",
         "6:9 warning: \"ns1.example.org\" means ns1.example.org.sub.example.org.\n"},
        {"w.example.org A 192.0.2.1\n",
            "5:1 warning: the owner means w.example.org.example.org.\n"},
    };
    for (const Case& c : cases) {
        INFO(c.body);
        CHECK(problems(load(with(c.body))) == c.told);
    }
    CHECK(problems(load("$TTL 60\n@ NS ns1\nns1 A 192.0.2.1\n")) ==
        "1:1 error: the zone has no SOA record\n");
    CHECK(problems(load("$TTL 60\n@ SOA ns1 host 1 2 3 4 5\n")) ==
          "2:1 error: the zone has no NS record at its apex\n");
    CHECK(problems(load("$TTL 60\n@ SOA ns1 host@example.org. 1 2 3 4 5\n@ NS n.example.net.\n")) ==
          "2:11 error: \"host@example.org.\" has an @ inside a name\n");
}

TEST_CASE("a TXT string over 255 octets is refused with the way out") {
    const LoadedZone z = load(with("m TXT \"" + std::string(256, 'a') + "\"\n"));
    REQUIRE(z.problems.size() == 1);
    CHECK(z.problems[0].hint == "split it into several quoted strings");
    CHECK(load(with("m TXT \"" + std::string(255, 'a') + "\"\n")).zone);
}

TEST_CASE("RDATA forms: quotes, escapes, parentheses, comments, unknown types") {
    const LoadedZone z = load(with("m TXT \"a;b (c) \\\"q\\\" \\065\" plain\\;x ; note\n"
                                   "n ( MX\n 10 ; first\n @ )\n@ A 192.0.2.2\n"
                                   "o TYPE65280 \\# 4 01 020304\n"
                                   "p A \\# 4 c0000207\n"));
    CHECK(problems(z) == "");
    REQUIRE(z.zone);
    auto txt = z.zone->at(name("m.example.org"), Type::txt).record(0).as_txt();
    std::string_view s;
    REQUIRE((txt && txt->next(s)));
    CHECK(s == "a;b (c) \"q\" A");
    REQUIRE(txt->next(s));
    CHECK(s == "plain;x");
    CHECK(to_text(z.zone->at(name("n.example.org"), Type::mx).record(0).as_mx()->exchange) ==
        "example.org.");
    CHECK(z.zone->at(name("o.example.org"), static_cast<Type>(65280)).rdata(0).size() == 4);
    CHECK(z.zone->at(name("p.example.org"), Type::a).record(0).as_a() == std::array<std::uint8_t,
        4>{192, 0, 2, 7});
}

TEST_CASE("an included file has its own origin, and its mistakes carry its name") {
    const Include include = [](std::string_view path) -> std::optional<std::string> {
        if (path == "sub.zone") return "host A 192.0.2.7\n$ORIGIN deeper\nx A 192.0.2.8\n";
        if (path == "bad.zone") return "\nbad A 1.2.3\n";
        if (path == "self.zone") return "$INCLUDE self.zone\n";
        return std::nullopt;
    };
    const LoadedZone z = load(with("own TXT a\n$INCLUDE sub.zone sub\n TXT b\nback A 192.0.2.9\n"),
        include);
    CHECK(problems(z) == "");
    REQUIRE(z.zone);
    CHECK(z.zone->at(name("host.sub.example.org"), Type::a));
    CHECK(z.zone->at(name("x.deeper.sub.example.org"), Type::a));
    CHECK(z.zone->at(name("back.example.org"), Type::a));
    CHECK(z.zone->at(name("own.example.org"), Type::txt).size() == 2);
    const LoadedZone bad = load(with("$INCLUDE bad.zone\n"), include);
    REQUIRE(bad.problems.size() == 1);
    CHECK(bad.problems[0].file == "bad.zone");
    CHECK(bad.problems[0].line == 2);
    CHECK(bad.problems[0].column == 7);
    CHECK(has_errors(load(with("$INCLUDE self.zone\n"), include).problems));
}

TEST_CASE("TTLs come from the record, $TTL, the record before, or the SOA, in this order") {
    const LoadedZone z = load("@ 60 SOA ns1 host 1 2 3 4 5\n@ NS ns1\nns1 1h30m IN A 192.0.2.1\n"
                              "a IN 7 A 192.0.2.1\nb A 192.0.2.1\n$TTL 1d\nc A 192.0.2.1\n");
    REQUIRE(z.zone);
    const auto ttl = [&](const char* n) { return z.zone->at(name(n), Type::a).ttl_s(); };
    CHECK(ttl("ns1.example.org") == 5400);
    CHECK(ttl("a.example.org") == 7);
    CHECK(ttl("b.example.org") == 7);
    CHECK(ttl("c.example.org") == 86400);
    const LoadedZone bare = load("@ SOA ns1 host 1 2 3 4 5\n@ NS ns1\nns1 A 192.0.2.1\n");
    CHECK(problems(bare) == "1:3 warning: no TTL here and no $TTL before\n");
    CHECK(bare.zone->at(name("ns1.example.org"), Type::a).ttl_s() == 5);
}

TEST_CASE("$GENERATE counts in decimal, octal, hex and nibbles") {
    CHECK(generate_text("a-$", 7) == "a-7");
    CHECK(generate_text("${3,4}", 7) == "0010");
    CHECK(generate_text("${-2}", 7) == "5");
    CHECK(generate_text("${0,4,x}", 255) == "00ff");
    CHECK(generate_text("${0,0,o}", 8) == "10");
    CHECK(generate_text("${0,7,n}", 0x1f) == "f.1.0.0");
    CHECK(generate_text("$$", 1) == "$");
    CHECK(generate_text("\\$", 1) == "\\$");
    CHECK_FALSE(generate_text("${", 1));
    CHECK_FALSE(generate_text("${-9}", 1));
    const LoadedZone z = load(with("$GENERATE 1-3/2 d$ MX \"$ ns1\"\n"));
    CHECK(problems(z) == "");
    REQUIRE(z.zone);
    CHECK(z.zone->at(name("d3.example.org"), Type::mx).record(0).as_mx()->preference == 3);
    CHECK_FALSE(z.zone->at(name("d2.example.org"), Type::mx));
}

TEST_CASE("the nearest zone of a server is the one closest above a name") {
    ZoneSet set;
    for (const char* origin : {"org", "example.org", "sub.example.org"})
        set.add(load("$TTL 60\n@ SOA a.x. b.x. 1 2 3 4 5\n@ NS a.x.\n", {}, origin).zone);
    CHECK(to_text(set.nearest(name("a.b.sub.example.org"))->origin()) == "sub.example.org.");
    CHECK(to_text(set.nearest(name("notsub.example.org"))->origin()) == "example.org.");
    CHECK(to_text(set.nearest(name("org"))->origin()) == "org.");
    CHECK(set.nearest(name("com")) == nullptr);
}

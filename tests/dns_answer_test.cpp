// The authoritative server: golden answers in dig's manner, and refusals of bad queries.
#include "protocols/dns/answer.hpp"
#include "protocols/dns/message_reader.hpp"

#include "tests/catch.hpp"
#include "tests/dns_zones.hpp"

using namespace postroad::dns;
using dns_test::name;

namespace {

ZoneSet example() {
    ZoneSet zones;
    zones.add(dns_test::load(dns_test::example_zone()).zone);
    return zones;
}

using Packet = std::vector<std::uint8_t>;

Packet query(const std::string& text, Type type, std::optional<Edns> edns = {}) {
    Packet buffer(512);
    MessageWriter w(buffer, 512);
    w.header.id = 7;
    w.header.recursion_desired = true;
    w.add_question({name(text), type, Class::in});
    if (edns) w.add_edns(*edns);
    const Bytes done = w.finish();
    return {done.begin(), done.end()};
}

// "NOERROR aa / question / answer lines / authority lines / additional lines", one a line.
std::string show(Bytes packet) {
    static const char* marks[] = {"", "", "auth: ", "add: "};
    MessageReader r(packet);
    std::string out = to_text(r.header().rcode);
    CHECK(r.header().id == 7);
    CHECK(r.header().is_response);
    if (r.header().authoritative) out += " aa";
    if (r.header().truncated) out += " tc";
    if (r.header().recursion_desired) out += " rd";
    if (r.header().recursion_available) out += " ra";
    out += "\n";
    for (Record rr; r.next(rr);) {
        out += marks[static_cast<int>(rr.section)];
        if (const auto edns = rr.as_edns()) {
            out += "OPT " + std::to_string(edns->udp_size_bytes) + " " +
                   std::to_string(edns->extended_rcode) + "\n";
            continue;
        }
        out += to_text(rr.name) + " " + std::to_string(rr.ttl_s()) + " " + to_text(rr.type) + " " +
               rdata_to_text(rr) + "\n";
    }
    CHECK(r.error() == MessageError::none);
    CHECK(r.trailing_size() == 0);
    return out;
}

std::string ask(const ZoneSet& zones, const Packet& q, const AnswerLimits& limits = {}) {
    std::vector<std::uint8_t> out(65535);
    const Answer a = answer(zones, q, limits, out);
    if (a.size == 0) return "silence\n";
    return show(Bytes(out).first(a.size));
}

const std::string soa = "auth: example.org. 300 SOA ns1.example.org. hostmaster.example.org. "
                        "2026010101 7200 3600 1209600 300\n";

}  // namespace

TEST_CASE("an MX query is answered with the addresses of the hosts in the zone") {
    CHECK(ask(example(), query("example.org", Type::mx)) ==
          "NOERROR aa rd\n"
          "example.org. 3600 MX 10 mx1.example.org.\n"
          "example.org. 3600 MX 20 mx2.example.org.\n"
          "example.org. 3600 MX 30 backup.example.net.\n"
          "add: mx1.example.org. 3600 A 192.0.2.25\n"
          "add: mx1.example.org. 3600 AAAA 2001:db8:0:0:0:0:0:25\n"
          "add: mx2.example.org. 3600 A 192.0.2.26\n");
}

TEST_CASE("names that are not there are denied with the SOA and its negative TTL") {
    CHECK(ask(example(), query("nope.example.org", Type::a)) == "NXDOMAIN aa rd\n" + soa);
    CHECK(ask(example(), query("web.example.org", Type::mx)) == "NOERROR aa rd\n" + soa);
    CHECK(ask(example(), query("deep.example.org", Type::mx)) == "NOERROR aa rd\n" + soa);
}

TEST_CASE("an alias is followed within the zones and left at their edge") {
    CHECK(ask(example(), query("www.example.org", Type::a)) ==
          "NOERROR aa rd\nwww.example.org. 3600 CNAME web.example.org.\n"
          "web.example.org. 3600 A 192.0.2.80\n");
    CHECK(ask(example(), query("www.example.org", Type::cname)) ==
          "NOERROR aa rd\nwww.example.org. 3600 CNAME web.example.org.\n");
    CHECK(ask(example(), query("away.example.org", Type::a)) ==
          "NOERROR aa rd\naway.example.org. 3600 CNAME www.example.com.\n");
    CHECK(ask(example(), query("gone.example.org", Type::a)) ==
          "NXDOMAIN aa rd\ngone.example.org. 3600 CNAME nowhere.example.org.\n" + soa);
    CHECK(ask(example(), query("loop1.example.org", Type::a)) ==
          "NOERROR aa rd\nloop1.example.org. 3600 CNAME loop2.example.org.\n"
          "loop2.example.org. 3600 CNAME loop1.example.org.\n");
}

TEST_CASE("a name below a cut gets a referral with glue and without AA") {
    for (const char* n : {"child.example.org", "mail.child.example.org", "ns.child.example.org"})
        CHECK(ask(example(), query(n, Type::a)) ==
              "NOERROR rd\n"
              "auth: child.example.org. 3600 NS ns.child.example.org.\n"
              "auth: child.example.org. 3600 NS ns1.example.org.\n"
              "add: ns.child.example.org. 3600 A 192.0.2.100\n"
              "add: ns1.example.org. 3600 A 192.0.2.53\n");
}

TEST_CASE("a wildcard answers under the name that was asked") {
    CHECK(ask(example(), query("a.B.wild.example.org", Type::mx)) ==
          "NOERROR aa rd\na.B.wild.example.org. 3600 MX 10 mx1.example.org.\n"
          "add: mx1.example.org. 3600 A 192.0.2.25\n"
          "add: mx1.example.org. 3600 AAAA 2001:db8:0:0:0:0:0:25\n");
    CHECK(ask(example(), query("x.wild.example.org", Type::txt)) == "NOERROR aa rd\n" + soa);
}

TEST_CASE("unknown types and ANY are answered as they stand") {
    CHECK(ask(example(), query("odd.example.org", static_cast<Type>(65280))) ==
          "NOERROR aa rd\nodd.example.org. 3600 TYPE65280 \\# 4 c0000201\n");
    CHECK(ask(example(), query("mx1.example.org", Type::any)) ==
          "NOERROR aa rd\nmx1.example.org. 3600 A 192.0.2.25\n"
          "mx1.example.org. 3600 AAAA 2001:db8:0:0:0:0:0:25\n");
}

TEST_CASE("an alias into another zone of the same server is followed there") {
    ZoneSet zones = example();
    zones.add(dns_test::load("$TTL 60\n@ SOA a.x. b.x. 1 2 3 4 5\n@ NS a.x.\nwww A 192.0.2.99\n",
        {},
                             "example.com").zone);
    CHECK(ask(zones, query("away.example.org", Type::a)) ==
          "NOERROR aa rd\naway.example.org. 3600 CNAME www.example.com.\n"
          "www.example.com. 60 A 192.0.2.99\n");
}

TEST_CASE("queries that cannot be served are refused by the right code") {
    const ZoneSet zones = example();
    CHECK(ask(zones, query("example.net", Type::a)) == "REFUSED rd\n");
    CHECK(ask(zones, query("example.org", Type::axfr)) == "REFUSED rd\n");
    Packet q = query("example.org", Type::a);
    q[q.size() - 1] = 3;  // class CH
    CHECK(ask(zones, q) == "REFUSED rd\n");
    q = query("example.org", Type::a);
    q[2] = static_cast<std::uint8_t>(q[2] | 0x28);  // opcode UPDATE
    CHECK(ask(zones, q) == "NOTIMP rd\n");
    q = query("example.org", Type::a);
    q[5] = 2;
    CHECK(ask(zones, q) == "FORMERR rd\n");
    q = query("example.org", Type::a);
    q.push_back(0);
    CHECK(ask(zones, q) == "FORMERR rd\n");
    q = query("example.org", Type::a);
    q[2] = static_cast<std::uint8_t>(q[2] | 0x80);
    CHECK(ask(zones, q) == "silence\n");
    Edns edns;
    edns.version = 1;
    CHECK(ask(zones, query("example.org", Type::a, edns)) == "NOERROR rd\nadd: OPT 1232 1\n");
}

TEST_CASE("a query cut at any length is FORMERR or, without a header, silence") {
    const ZoneSet zones = example();
    const Packet whole = query("mail.example.org", Type::mx, Edns{});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        INFO(size);
        const Packet cut(whole.begin(), whole.begin() + static_cast<long>(size));
        CHECK(ask(zones, cut) == (size < 12 ? "silence\n" : "FORMERR rd\n"));
    }
}

TEST_CASE("an answer over 512 octets is cut over UDP, and whole with EDNS or over TCP") {
    ZoneSet zones;
    std::string text = "$TTL 60\n@ SOA a.x. b.x. 1 2 3 4 5\n@ NS a.x.\n"
                       "$GENERATE 1-40 big A 192.0.2.$\n";
    zones.add(dns_test::load(text).zone);
    std::array<std::uint8_t, 65535> out;
    const Packet plain = query("big.example.org", Type::a);
    const Answer cut = answer(zones, plain, {}, out);
    CHECK(cut.truncated);
    CHECK(cut.size <= 512);
    MessageReader r(Bytes(out).first(cut.size));
    CHECK(r.header().truncated);
    CHECK(r.header().counts[1] == 29);  // 12 + 21 + 29 * 16 = 497
    AnswerLimits tcp;
    tcp.stream = true;
    const Answer whole = answer(zones, plain, tcp, out);
    CHECK_FALSE(whole.truncated);
    CHECK(MessageReader(Bytes(out).first(whole.size)).header().counts[1] == 40);
    const Answer edns = answer(zones, query("big.example.org", Type::a, Edns{}), {}, out);
    CHECK_FALSE(edns.truncated);
    CHECK(edns.size == 12 + 21 + 40 * 16 + 11);
}

TEST_CASE("the answer says why") {
    const ZoneSet zones = example();
    std::array<std::uint8_t, 1232> out;
    const Answer a = answer(zones, query("www.example.org", Type::a), {}, out);
    CHECK(a.aliases_followed == 1);
    CHECK(a.outcome == Outcome::answer);
    CHECK(a.set.line(0) == 14);
    CHECK(a.set.file(0) == "test.zone");
    CHECK(answer(zones, query("a.wild.example.org", Type::mx), {}, out).by_wildcard);
    CHECK(answer(zones, query("example.com", Type::a), {}, out).reason ==
        "no zone here holds this name");
}

TEST_CASE("damaged queries of many seeds always get a readable answer or none") {
    const ZoneSet zones = example();
    std::uint64_t state = 1;
    const auto next = [&] {
        std::uint64_t z = (state += 0x9E3779B97F4A7C15ull);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    };
    std::array<std::uint8_t, 1232> out;
    for (int i = 0; i < 5000; ++i) {
        Packet q = query("mail.child.example.org", Type::mx, Edns{});
        for (int k = 0; k < 3; ++k) q[next() % q.size()] = static_cast<std::uint8_t>(next());
        const Answer a = answer(zones, q, {}, out);
        if (a.size == 0) continue;
        MessageReader r(Bytes(out).first(a.size));
        for (Record rr; r.next(rr);) {}
        REQUIRE(r.error() == MessageError::none);
        REQUIRE(r.trailing_size() == 0);
    }
}

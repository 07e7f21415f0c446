// DNS messages: round trips over seeds, hostile packets, compression, truncation.
#include "protocols/dns/message_reader.hpp"
#include "protocols/dns/message_writer.hpp"

#include "tests/catch.hpp"

#include <vector>

using namespace postroad::dns;

namespace {

struct SplitMix {
    std::uint64_t state;
    std::uint64_t next() {
        std::uint64_t z = (state += 0x9E3779B97F4A7C15ull);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }
    std::uint64_t below(std::uint64_t n) { return next() % n; }
};

Name name(std::string_view text) { return parse_name(text).name; }

Name random_name(SplitMix& r) {
    const char* labels[] = {"mail", "MX1", "a", "example", "org", "sub", "very-long-label-here"};
    std::string text;
    for (std::uint64_t n = r.below(5); n > 0; --n) text += std::string(labels[r.below(7)]) + ".";
    return name(text.empty() ? "." : text);
}

std::vector<std::uint8_t> sample() {
    std::vector<std::uint8_t> buffer(512);
    MessageWriter w(buffer, 512);
    w.header.id = 0x1234;
    w.header.is_response = w.header.authoritative = true;
    const Name org = name("example.org");
    w.add_question({org, Type::mx, Class::in});
    w.add_mx(Section::answer, org, 3600, {10, name("mx1.example.org")});
    w.add_txt(Section::answer, org, 60, {"v=spf1 mx -all", ""});
    w.add_soa(Section::authority, org, 300, {name("ns1.example.org"), name("h.example.org"), 1, 2,
        3, 4, 5});
    w.add_a(Section::additional, name("mx1.example.org"), 60, {192, 0, 2, 25});
    w.add_edns({});
    const Bytes done = w.finish();
    return {done.begin(), done.end()};
}

}  // namespace

TEST_CASE("a query for MX example.org has the octets dig sends without EDNS") {
    std::array<std::uint8_t, 64> buffer;
    MessageWriter w(buffer, 512);
    w.header.id = 0xBEEF;
    w.header.recursion_desired = true;
    w.header.authentic_data = true;
    w.add_question({name("example.org"), Type::mx, Class::in});
    const Bytes got = w.finish();
    const std::vector<std::uint8_t> want{0xBE, 0xEF, 0x01, 0x20, 0, 1, 0, 0, 0, 0, 0, 0,
        7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'o', 'r', 'g', 0, 0, 15, 0, 1};
    CHECK(std::vector<std::uint8_t>(got.begin(), got.end()) == want);
}

TEST_CASE("each record of a message reads back as it was written") {
    const auto packet = sample();
    MessageReader r(packet);
    CHECK(r.header().id == 0x1234);
    CHECK(r.header().authoritative);
    Question q;
    REQUIRE(r.next(q));
    CHECK(q.type == Type::mx);
    Record rr;
    REQUIRE(r.next(rr));
    REQUIRE(rr.as_mx());
    CHECK(rr.as_mx()->preference == 10);
    CHECK(to_text(rr.as_mx()->exchange) == "mx1.example.org.");
    CHECK(rr.ttl_s() == 3600);
    CHECK_FALSE(rr.as_a());
    CHECK_FALSE(rr.as_soa());
    REQUIRE(r.next(rr));
    auto txt = rr.as_txt();
    REQUIRE(txt);
    std::string_view text;
    CHECK((txt->next(text) && text == "v=spf1 mx -all"));
    CHECK((txt->next(text) && text.empty()));
    CHECK_FALSE(txt->next(text));
    REQUIRE(r.next(rr));
    CHECK(rr.section == Section::authority);
    REQUIRE(rr.as_soa());
    CHECK(rr.as_soa()->minimum_s == 5);
    CHECK(to_text(rr.as_soa()->responsible) == "h.example.org.");
    REQUIRE(r.next(rr));
    CHECK(rr.as_a() == std::array<std::uint8_t, 4>{192, 0, 2, 25});
    REQUIRE(r.next(rr));
    REQUIRE(rr.as_edns());
    CHECK(rr.as_edns()->udp_size_bytes == 1232);
    CHECK_FALSE(r.next(rr));
    CHECK(r.error() == MessageError::none);
    CHECK(r.trailing_size() == 0);
}

TEST_CASE("a message cut at any length is an error, never a record too many") {
    const auto packet = sample();
    for (std::size_t size = 0; size < packet.size(); ++size) {
        INFO(size);
        const std::vector<std::uint8_t> cut(packet.begin(),
            packet.begin() + static_cast<long>(size));
        MessageReader r(cut);
        Record rr;
        int count = 0;
        while (r.next(rr)) ++count;
        CHECK(r.error() != MessageError::none);
        CHECK(count < 5);
    }
}

TEST_CASE("a name stands once in a message and is pointed to afterwards") {
    const auto packet = sample();
    const std::string text(packet.begin(), packet.end());
    CHECK(text.find("example") == text.rfind("example"));
    CHECK(text.find("mx1") == text.rfind("mx1"));
}

TEST_CASE("RDATA of types younger than RFC 1035 is not compressed") {
    std::array<std::uint8_t, 256> buffer;
    MessageWriter w(buffer, 256);
    const Name org = name("example.org");
    std::vector<std::uint8_t> srv{0, 0, 0, 1, 2, 75};
    srv.insert(srv.end(), org.wire.begin(), org.wire.begin() + org.length);
    w.add(Section::answer, org, Type::srv, 1, srv);
    const std::size_t before = w.size();
    CHECK(before == header_size + org.length + 10 + srv.size());
}

TEST_CASE("compressed RDATA expands, and keeps within its length") {
    const auto packet = sample();
    MessageReader r(packet);
    Record rr;
    REQUIRE(r.next(rr));
    std::array<std::uint8_t, 600> out;
    const auto size = expand_rdata(rr, out);
    REQUIRE(size);
    const Name mx1 = name("mx1.example.org");
    CHECK(*size == 2u + mx1.length);
    CHECK(equal(Bytes(out.data() + 2, *size - 2), mx1));
    CHECK_FALSE(expand_rdata(rr, std::span(out).first(4)));
    rr.rdata = rr.rdata.first(rr.rdata.size() - 1);
    CHECK_FALSE(rr.as_mx());
    CHECK_FALSE(expand_rdata(rr, out));
}

TEST_CASE("records that do not fit are left out whole and TC says so") {
    std::array<std::uint8_t, 512> buffer;
    MessageWriter w(buffer, 80);
    const Name org = name("example.org");
    w.add_question({org, Type::a, Class::in});
    w.reserve_edns();
    int added = 0;
    while (w.add_a(Section::answer, org, 60, {192, 0, 2, 1})) ++added;
    CHECK(added == 2);  // 12 + 17 + 2 * 16 = 61; a third would leave no room for OPT
    CHECK_FALSE(w.add_a(Section::additional, name("b"), 60, {192, 0, 2, 1}));
    CHECK(w.add_edns({}));
    const Bytes packet = w.finish();
    CHECK(packet.size() == 72);
    MessageReader r(packet);
    CHECK(r.header().truncated);
    CHECK(r.header().counts == std::array<std::uint16_t, 4>{1, 2, 0, 1});
}

TEST_CASE("additional records that do not fit do not set TC") {
    std::array<std::uint8_t, 512> buffer;
    MessageWriter w(buffer, 50);
    const Name org = name("example.org");
    w.add_question({org, Type::a, Class::in});
    CHECK(w.add_a(Section::answer, org, 60, {192, 0, 2, 1}));
    CHECK_FALSE(w.add_a(Section::additional, org, 60, {192, 0, 2, 1}));
    CHECK_FALSE(w.truncated());
    CHECK_FALSE(w.add(Section::additional, org, Type::a, 60, Bytes(org.wire.data(), 4), true));
    CHECK(w.truncated());
}

TEST_CASE("a TTL with its top bit set counts as zero") {
    Record r;
    r.ttl_raw = 0x80000000u;
    CHECK(r.ttl_s() == 0);
    r.ttl_raw = 0x7FFFFFFFu;
    CHECK(r.ttl_s() == 0x7FFFFFFFu);
}

TEST_CASE("types have names, and numbers where they have none") {
    CHECK(to_text(Type::mx) == "MX");
    CHECK(to_text(static_cast<Type>(65280)) == "TYPE65280");
    CHECK(parse_type("type65280") == static_cast<Type>(65280));
    CHECK(parse_type("aaaa") == Type::aaaa);
    CHECK_FALSE(parse_type("TYPE65536"));
    CHECK_FALSE(parse_type("TYPE"));
    CHECK(nearest_type("MXX") == "MX");
    CHECK(nearest_type("CNMAE") == "CNAME");
    CHECK_FALSE(nearest_type("mailhost"));
}

TEST_CASE("messages over TCP are taken off a stream only when whole") {
    const std::vector<std::uint8_t> two{0, 3, 1, 2, 3, 0, 1, 9, 0, 5, 1};
    Bytes stream = two;
    CHECK(take_framed(stream)->size() == 3);
    CHECK((*take_framed(stream))[0] == 9);
    CHECK_FALSE(take_framed(stream));
    CHECK(stream.size() == 3);
}

TEST_CASE("random messages round trip, and random damage never breaks the reader") {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        INFO("seed " << seed);
        SplitMix r{seed};
        std::array<std::uint8_t, 4096> buffer;
        MessageWriter w(buffer, 64 + r.below(4000));
        w.header.id = static_cast<std::uint16_t>(r.next());
        w.header.recursion_desired = r.below(2) != 0;
        struct Wanted { Section section; Name owner; Type type; std::uint32_t ttl; Mx mx;
            Soa soa; };
        std::vector<Wanted> wanted;
        const std::uint64_t count = r.below(60);
        for (std::uint64_t i = 0; i < count; ++i) {
            Wanted x{static_cast<Section>(1 + i * 3 / count), random_name(r), Type::mx,
                     static_cast<std::uint32_t>(r.below(1u << 31)),
                     {static_cast<std::uint16_t>(r.next()), random_name(r)}, {}};
            bool ok = false;
            switch (r.below(3)) {
                case 0: ok = w.add_mx(x.section, x.owner, x.ttl, x.mx); break;
                case 1:
                    x.type = Type::cname;
                    ok = w.add_name(x.section, x.owner, x.type, x.ttl, x.mx.exchange);
                    break;
                default:
                    x.type = Type::soa;
                    x.soa = {random_name(r), random_name(r), static_cast<std::uint32_t>(r.next()),
                        1, 2, 3, 4};
                    ok = w.add_soa(x.section, x.owner, x.ttl, x.soa);
            }
            if (ok) wanted.push_back(x);
        }
        const Bytes packet = w.finish();
        MessageReader reader(packet);
        Record got;
        for (const Wanted& x : wanted) {
            REQUIRE(reader.next(got));
            CHECK(got.section == x.section);
            CHECK(got.name == x.owner);
            CHECK(got.ttl_s() == x.ttl);
            REQUIRE(got.type == x.type);
            if (x.type == Type::mx) CHECK(got.as_mx()->exchange == x.mx.exchange);
            if (x.type == Type::cname) CHECK(*got.as_name() == x.mx.exchange);
            if (x.type == Type::soa) CHECK((got.as_soa()->primary == x.soa.primary &&
                got.as_soa()->serial == x.soa.serial));
        }
        CHECK_FALSE(reader.next(got));
        CHECK(reader.error() == MessageError::none);
        CHECK(reader.trailing_size() == 0);

        std::vector<std::uint8_t> damaged(packet.begin(), packet.end());
        for (int i = 0; i < 8; ++i)
            damaged[r.below(damaged.size())] = static_cast<std::uint8_t>(r.next());
        MessageReader hurt(damaged);
        std::array<std::uint8_t, 70000> out;
        std::size_t records = 0;
        while (hurt.next(got)) {
            ++records;
            if (got.as_mx()) CHECK(got.as_mx()->exchange.length >= 1);
            (void)got.as_soa(), (void)got.as_txt(), (void)got.as_edns(), (void)expand_rdata(got,
                out);
        }
        CHECK(records <= damaged.size());
    }
}

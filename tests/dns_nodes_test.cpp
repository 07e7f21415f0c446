// The DNS nodes of a world: stub, resolver and name servers, judged by what they record and send.
#include "sim/dns/cache.hpp"
#include "sim/dns/datagram.hpp"
#include "sim/dns/resolve.hpp"
#include "sim/world/open.hpp"
#include "sim/world/world_make.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

// A root, an org and a net server, two organisations, a client and the resolver it asks.
constexpr std::string_view tree = R"(
postroad = 1
[networks.internet]
kind = "internet"
subnet = "198.51.100.0/24"
[networks.office]
[hosts.root]
network = ["internet"]
address = ["198.51.100.1"]
names = ["a.root.net"]
services = ["dns"]
[hosts.top]
network = ["internet"]
address = ["198.51.100.2"]
names = ["a.top.net"]
services = ["dns"]
[hosts.ns1]
network = ["internet"]
address = ["198.51.100.3"]
names = ["ns1.example.org"]
services = ["dns"]
[hosts.ns2]
network = ["internet"]
address = ["198.51.100.4"]
names = ["ns2.example.org"]
services = ["dns"]
[hosts.nsnet]
network = ["internet"]
address = ["198.51.100.5"]
names = ["ns.example.net"]
services = ["dns"]
[hosts.cache]
network = ["office"]
services = ["resolver"]
[hosts.client]
network = ["office"]
resolver = "cache"
services = []
[zones."."]
served_by = ["root"]
text = '''
$TTL 3600
@ SOA a.root.net. h.root.net. 1 7200 900 1209600 300
@ NS a.root.net.
org. NS a.top.net.
net. NS a.top.net.
a.top.net. A 198.51.100.2
a.root.net. A 198.51.100.1
'''
[zones."org"]
served_by = ["top"]
text = '''
$ORIGIN org.
$TTL 3600
@ SOA a.top.net. h.top.net. 1 7200 900 1209600 300
@ NS a.top.net.
example NS ns1.example
example NS ns2.example
ns1.example A 198.51.100.3
ns2.example A 198.51.100.4
glueless NS ns.example.net.
round-a NS ns.round-b
round-b NS ns.round-a
'''
[zones."net"]
served_by = ["top"]
text = '''
$ORIGIN net.
$TTL 3600
@ SOA a.top.net. h.top.net. 1 7200 900 1209600 300
@ NS a.top.net.
a.top A 198.51.100.2
example NS ns.example
ns.example A 198.51.100.5
'''
[zones."example.org"]
served_by = ["ns1", "ns2"]
text = '''
$ORIGIN example.org.
$TTL 600
@ SOA ns1 hostmaster 1 7200 900 1209600 60
@ NS ns1
@ NS ns2
@ MX 10 mx1
@ MX 20 mx2
mx1 A 192.0.2.25
mx2 A 192.0.2.26
ns1 A 198.51.100.3
ns2 A 198.51.100.4
www CNAME web.example.net.
loop CNAME pool
pool CNAME loop
$GENERATE 1-120 big A 192.0.2.$
'''
[zones."example.net"]
served_by = ["nsnet"]
text = '''
$ORIGIN example.net.
$TTL 300
@ SOA ns hostmaster 1 7200 900 1209600 60
@ NS ns
ns A 198.51.100.5
web A 192.0.2.80
'''
[zones."glueless.org"]
served_by = ["nsnet"]
text = '''
$ORIGIN glueless.org.
$TTL 300
@ SOA ns hostmaster 1 7200 900 1209600 60
@ NS ns.example.net.
@ A 192.0.2.99
'''
)";

struct Lookup {
    std::string host, name, words;  // words: the answers, a line each
    std::uint16_t rcode = 0;
    std::uint32_t ttl_s = 0;
    bool from_cache = false, timed_out = false;
    Time time = 0;
};

class Net {
  public:
    explicit Net(const std::string& more = {}, std::uint64_t seed = 1)
        : opened_(open(std::string(tree) + more)),
          simulation_(make_world(opened_.setup, seed), Trace(Depth::bytes)) {}

    void ask(std::string_view name, dns::Type type = dns::Type::a, const char* host = "client") {
        dns_layer::ask(simulation_.hands(), node(host), dns::parse_name(name).name, type, 0,
                       dns_layer::nobody, 0);
    }
    // Asks, waits, and gives what the host's own software learnt.
    Lookup look_up(std::string_view name, dns::Type type = dns::Type::a,
                   const char* host = "client") {
        ask(name, type, host);
        simulation_.run_until(never);
        const auto all = lookups(host);
        REQUIRE(!all.empty());
        return all.back();
    }
    void wait(Duration ns) { simulation_.run_until(simulation_.world().now + ns); }

    std::vector<Lookup> lookups(std::string_view host) const {
        std::vector<Lookup> out;
        for (auto at = simulation_.trace().read(); !at.done(); at.next()) {
            const RowView row = at.row();
            if (row.head().fact != Fact::lookup || row.head().node != node(host)) continue;
            const LookupFact& fact = row.as<LookupFact>();
            const std::string_view tail = row.tail<LookupFact>();
            out.push_back({std::string(host), std::string(tail.substr(0, fact.name_octets)),
                           std::string(tail.substr(fact.name_octets)), fact.rcode, fact.ttl_s,
                           fact.from_cache != 0, fact.timed_out != 0, row.head().time});
        }
        return out;
    }
    // How often a reason was given, and its last sentence.
    std::size_t reasons(Reason reason, std::string* last = nullptr) const {
        std::size_t count = 0;
        for (auto at = simulation_.trace().read(); !at.done(); at.next()) {
            const RowView row = at.row();
            if (row.head().fact != Fact::decision ||
                row.as<DecisionFact>().reason != static_cast<std::uint16_t>(reason))
                continue;
            ++count;
            if (last != nullptr) *last = sentence(reason, row.tail<DecisionFact>());
        }
        return count;
    }
    // Packets that left a host for port 53.
    std::size_t queries(std::string_view host, std::uint8_t protocol = net::protocol_udp) const {
        std::size_t count = 0;
        for (auto at = simulation_.trace().read(); !at.done(); at.next()) {
            const RowView row = at.row();
            if (row.head().fact != Fact::packet || row.head().node != node(host)) continue;
            const PacketFact& packet = row.as<PacketFact>();
            if (packet.target_port == 53 && packet.protocol == protocol) ++count;
        }
        return count;
    }
    NodeId node(std::string_view host) const { return opened_.setup->find_host(host); }
    const World& world() const { return simulation_.world(); }
    Simulation& simulation() { return simulation_; }
    void check_nothing_open() const {
        CHECK(world().dns.questions.live() == 0);
        CHECK(world().dns.tasks.live() == 0);
        CHECK(world().dns.by_port.size() == 0);
        CHECK(world().dns.tasks_by_question.size() == 0);
        CHECK(world().tcp.segments.live() == 0);
    }

  private:
    static Opened open(const std::string& text) {
        Opened opened = open_scenario(text, "tree.toml");
        INFO(scenario::to_text(opened.problems));
        REQUIRE(opened);
        return opened;
    }
    Opened opened_;
    Simulation simulation_;
};

}  // namespace

TEST_CASE("a resolver walks from the root by referrals, and answers from its cache afterwards") {
    Net net;
    const Lookup first = net.look_up("example.org", dns::Type::mx);
    CHECK(first.rcode == 0);
    CHECK(first.words == "example.org MX 10 mx1.example.org\nexample.org MX 20 mx2.example.org\n");
    CHECK(net.queries("cache") == 3);
    CHECK(net.reasons(Reason::referral) == 2);
    std::string last;
    net.reasons(Reason::referral, &last);
    CHECK(last == "198.51.100.2 refers us to ns1.example.org for example.org");
    CHECK(net.lookups("cache").back().from_cache == false);

    net.wait(10 * second);
    const Lookup again = net.look_up("example.org", dns::Type::mx);
    CHECK(again.words == first.words);
    CHECK(again.ttl_s < first.ttl_s);
    CHECK(net.queries("cache") == 3);
    CHECK(net.queries("client") == 2);
    CHECK(net.lookups("cache").back().from_cache == true);
    net.reasons(Reason::cache_hit, &last);
    CHECK(last.substr(0, 46) == "example.org MX is in the cache for another 9 m");
    net.check_nothing_open();
}

TEST_CASE("names are compared without regard to case, and asked as they are written") {
    Net net;
    net.look_up("mx1.example.org");
    const Lookup again = net.look_up("MX1.Example.ORG");
    CHECK(again.name == "MX1.Example.ORG");
    CHECK(again.words == "MX1.Example.ORG A 192.0.2.25\n");
    CHECK(net.lookups("cache").back().from_cache);
}

TEST_CASE("what is in the cache goes when its TTL has run out, and the nearest servers are known") {
    Net net;
    net.look_up("mx1.example.org");
    CHECK(net.queries("cache") == 3);
    net.wait(590 * second);  // five seconds have gone with the stub's timer
    CHECK(net.look_up("mx1.example.org").ttl_s <= 10);
    CHECK(net.queries("cache") == 3);
    net.wait(3 * second);
    CHECK(net.look_up("mx1.example.org").ttl_s == 600);
    CHECK(net.queries("cache") == 4);  // the NS set of example.org lives an hour
}

TEST_CASE("a name or type that does not exist is remembered for the SOA's minimum") {
    Net net;
    CHECK(net.look_up("nobody.example.org").rcode == 3);
    const std::size_t asked = net.queries("cache");
    const Lookup other_type = net.look_up("nobody.example.org", dns::Type::mx);
    CHECK(other_type.rcode == 3);  // RFC 2308 §5: the name has no type at all
    CHECK(other_type.ttl_s <= 60);
    CHECK(net.look_up("mx1.example.org", dns::Type::mx).rcode == 0);
    CHECK(net.queries("cache") == asked + 1);
    const Lookup no_data = net.look_up("mx1.example.org", dns::Type::mx);
    CHECK(no_data.rcode == 0);
    CHECK(no_data.words.empty());
    CHECK(net.queries("cache") == asked + 1);
    CHECK(net.reasons(Reason::negative_hit) == 2);
    net.wait(61 * second);
    net.look_up("nobody.example.org");
    CHECK(net.queries("cache") == asked + 2);
}

TEST_CASE("an alias is followed into another zone, and its parts are cached apart") {
    Net net;
    const Lookup www = net.look_up("www.example.org");
    CHECK(www.words == "www.example.org CNAME web.example.net\nweb.example.net A 192.0.2.80\n");
    CHECK(net.reasons(Reason::dns_alias) == 1);
    const std::size_t asked = net.queries("cache");
    CHECK(net.look_up("web.example.net").words == "web.example.net A 192.0.2.80\n");
    CHECK(net.look_up("www.example.org").words == www.words);
    CHECK(net.queries("cache") == asked);
    net.wait(301 * second);  // the address has gone, the alias has not
    CHECK(net.look_up("www.example.org").words == www.words);
    CHECK(net.queries("cache") == asked + 1);
}

TEST_CASE("aliases in a circle end as a server failure") {
    Net net;
    CHECK(net.look_up("loop.example.org").rcode == 2);
    net.check_nothing_open();
}

TEST_CASE("servers without glue are looked up themselves") {
    Net net;
    CHECK(net.look_up("glueless.org").words == "glueless.org A 192.0.2.99\n");
    net.check_nothing_open();
}

TEST_CASE("two zones whose servers are named in each other without glue end as a failure") {
    Net net;
    const Lookup lost = net.look_up("www.round-a.org");
    CHECK(lost.rcode == 2);
    CHECK_FALSE(lost.timed_out);
    CHECK(net.queries("cache") < 10);
    net.check_nothing_open();
}

TEST_CASE("a lame server is passed over") {
    Net net("[hosts.ns1.dns]\nanswers = \"refused\"\n");
    CHECK(net.look_up("mx1.example.org").words == "mx1.example.org A 192.0.2.25\n");
    std::string words;
    CHECK(net.reasons(Reason::lame, &words) == 1);
    CHECK(words == "ns1.example.org is named for example.org and does not serve it");
    net.reasons(Reason::dns_next_server, &words);
    CHECK(words == "ns1.example.org gave no usable answer: ns2.example.org is asked");
}

TEST_CASE("a silent server costs a time-out, then the next one answers") {
    Net net("[hosts.ns1.dns]\nanswers = \"silent\"\n");
    const Lookup found = net.look_up("mx1.example.org");
    CHECK(found.words == "mx1.example.org A 192.0.2.25\n");
    CHECK(found.time > 2 * second);
    CHECK(found.time < 3 * second);
    CHECK(net.reasons(Reason::dns_next_server) == 1);
}

TEST_CASE("when no server of a zone answers, the resolver gives up with a server failure") {
    Net net("[hosts.ns1.dns]\nanswers = \"silent\"\n[hosts.ns2.dns]\nanswers = \"silent\"\n");
    const Lookup lost = net.look_up("mx1.example.org");
    CHECK(lost.rcode == 2);
    CHECK(net.queries("cache") == 5);   // root, org, and three tries
    CHECK(net.queries("client") == 2);  // the stub asks again after five seconds
    CHECK(net.reasons(Reason::dns_retry) == 1);
    net.check_nothing_open();
}

TEST_CASE("a server failure is passed on, and remembered for a moment") {
    Net net("[hosts.ns1.dns]\nanswers = \"servfail\"\n[hosts.ns2.dns]\nanswers = \"servfail\"\n");
    net.ask("mx1.example.org");
    net.wait(2 * second);
    CHECK(net.lookups("client").back().rcode == 2);
    const std::size_t asked = net.queries("cache");
    net.ask("mx1.example.org");
    net.wait(2 * second);
    CHECK(net.lookups("client").size() == 2);
    CHECK(net.queries("cache") == asked);
    net.wait(5 * second);
    net.look_up("mx1.example.org");
    CHECK(net.queries("cache") == asked + 2);
}

TEST_CASE("a slow server's answer comes after its delay") {
    Net net("[hosts.ns1.dns]\ndelay = \"700ms\"\n");
    const Lookup found = net.look_up("mx1.example.org");
    CHECK(found.rcode == 0);
    CHECK(found.time > 700 * millisecond);
    net.check_nothing_open();
}

TEST_CASE("an answer too large for a datagram comes over TCP, at each step of the way") {
    Net net;
    const Lookup big = net.look_up("big.example.org");
    CHECK(big.rcode == 0);
    CHECK(std::count(big.words.begin(), big.words.end(), '\n') == 120);
    CHECK(net.reasons(Reason::dns_truncated) == 2);
    CHECK(net.queries("cache", net::protocol_tcp) > 0);
    CHECK(net.queries("client", net::protocol_tcp) > 0);
    net.check_nothing_open();
    CHECK(net.world().tcp.tcbs.live() == 0);
}

TEST_CASE("where TCP to port 53 is closed, a large answer is a failure and not a hang") {
    Net net("[hosts.ns1.dns]\ntcp = false\n[hosts.ns2.dns]\ntcp = false\n");
    CHECK(net.look_up("big.example.org").rcode == 2);
    net.check_nothing_open();
}

TEST_CASE("equal questions at once are asked upstream once") {
    Net net;
    for (int i = 0; i < 5; ++i) net.ask("mx1.example.org");
    net.simulation().run_until(never);
    const auto answers = net.lookups("client");
    REQUIRE(answers.size() == 5);
    for (const Lookup& one : answers) CHECK(one.words == "mx1.example.org A 192.0.2.25\n");
    CHECK(net.queries("cache") == 3);
    net.check_nothing_open();
}

TEST_CASE("a resolver's own host asks it without a packet") {
    Net net;
    CHECK(net.look_up("mx1.example.org", dns::Type::a, "cache").words ==
          "mx1.example.org A 192.0.2.25\n");
    CHECK(net.queries("cache") == 3);
    net.check_nothing_open();
}

TEST_CASE("a forwarder asks another resolver and no name server") {
    Net net("[hosts.near]\nnetwork = [\"office\"]\nservices = [\"resolver\"]\n"
            "[hosts.near.caching]\nforward_to = [\"cache\"]\n"
            "[hosts.other]\nnetwork = [\"office\"]\nresolver = \"near\"\nservices = []\n");
    CHECK(net.look_up("www.example.org", dns::Type::a, "other").words ==
          "www.example.org CNAME web.example.net\nweb.example.net A 192.0.2.80\n");
    CHECK(net.queries("near") == 1);
    CHECK(net.look_up("web.example.net", dns::Type::a, "other").words ==
          "web.example.net A 192.0.2.80\n");
    CHECK(net.queries("near") == 1);
}

TEST_CASE("a stub whose resolver is stopped fails at once; a silent one after two tries") {
    Net net("[hosts.gone]\nnetwork = [\"office\"]\nservices = [\"resolver\"]\n"
            "stopped = [\"resolver\"]\n"
            "[hosts.other]\nnetwork = [\"office\"]\nresolver = \"gone\"\nservices = []\n");
    const Lookup refused = net.look_up("example.org", dns::Type::mx, "other");
    CHECK(refused.time < second);
    CHECK_FALSE(refused.timed_out);
    net.simulation().hands().world.tcp.hosts.edit(net.node("gone")).down = 1;
    const Lookup silent = net.look_up("example.org", dns::Type::mx, "other");
    CHECK(silent.timed_out);
    CHECK(net.queries("other") == 3);
    net.check_nothing_open();
}

TEST_CASE("a crash ends a host's questions and empties its cache") {
    Net net;
    net.look_up("mx1.example.org");
    net.ask("mx2.example.org");
    dns_layer::crash(net.simulation().hands(), net.node("client"));
    dns_layer::crash(net.simulation().hands(), net.node("cache"));
    net.simulation().run_until(never);
    CHECK(net.lookups("client").size() == 1);
    CHECK(net.world().dns.entries.live() > 0);  // the query was under way and has been answered
    net.check_nothing_open();
}

TEST_CASE("a full cache forgets its oldest entry first") {
    Net net;
    Run& run = net.simulation().hands();
    const NodeId host = net.node("cache");
    const auto name = [](std::uint32_t i) {
        return dns::parse_name("n" + std::to_string(i) + ".example.org").name;
    };
    const auto is_known = [&](std::uint32_t i) {
        return dns_layer::find_entry(run, host, name(i), dns::Type::a) != nothing;
    };
    for (std::uint32_t i = 0; i < dns_layer::cache_entries_max + 3; ++i)
        dns_layer::store(run, host, name(i), dns::Type::a, CacheKind::no_data, CacheRank::answer,
                         60, {});
    CHECK(run.world.dns.entries.live() == dns_layer::cache_entries_max);
    CHECK_FALSE(is_known(2));
    CHECK(is_known(3));
    dns_layer::forget(run, host);
    CHECK(run.world.dns.entries.live() == 0);
    CHECK(run.world.dns.cache.size() == 0);
}

TEST_CASE("better data replaces worse in the cache, and never the other way") {
    Net net;
    Run& run = net.simulation().hands();
    const dns::Name name = dns::parse_name("ns1.example.org").name;
    const auto put = [&](CacheRank rank, std::uint32_t ttl_s) {
        dns_layer::store(run, 0, name, dns::Type::a, CacheKind::records, rank, ttl_s, {});
    };
    put(CacheRank::additional, 100);
    CHECK(dns_layer::look_up(run, 0, name, dns::Type::a).kind == dns_layer::Known::Kind::miss);
    put(CacheRank::answer, 50);
    put(CacheRank::additional, 100);
    const auto known = dns_layer::look_up(run, 0, name, dns::Type::a);
    REQUIRE(known.kind == dns_layer::Known::Kind::records);
    CHECK(dns_layer::ttl_left_s(run, known.entry) == 50);
}

TEST_CASE("the same seed asks the same, another one draws other message ids") {
    const auto print = [](std::uint64_t seed) {
        Net net({}, seed);
        net.look_up("www.example.org");
        std::string bytes;
        for (auto at = net.simulation().trace().read(); !at.done(); at.next())
            if (at.row().head().fact == Fact::packet) bytes += at.row().tail<PacketFact>();
        return bytes;
    };
    CHECK(print(1) == print(1));
    CHECK(print(1) != print(2));
}

TEST_CASE("no text is left in the heap when all questions are answered and the cache is empty") {
    Net net;
    const std::uint64_t before = net.world().heap.live_blocks();
    for (const char* name : {"www.example.org", "nobody.example.org", "big.example.org",
                             "glueless.org", "www.round-a.org", "loop.example.org"})
        net.look_up(name);
    dns_layer::forget(net.simulation().hands(), net.node("cache"));
    CHECK(net.world().heap.live_blocks() == before);
}

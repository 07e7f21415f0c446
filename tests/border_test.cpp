// Firewalls and NAT: packets are put through a border one by one, and through whole worlds.
#include "sim/net/border.hpp"

#include <vector>

#include "sim/net/border_counts.hpp"
#include "sim/net/border_flows.hpp"
#include "sim/net/network.hpp"
#include "sim/net/segment_header.hpp"
#include "sim/net/wire.hpp"
#include "sim/world/changes.hpp"
#include "sim/world/open.hpp"
#include "sim/world/simulation.hpp"
#include "sim/world/world_make.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sim;
using border::Passage;

namespace {

constexpr std::uint8_t syn = net::tcp_syn;
constexpr std::uint8_t syn_ack = net::tcp_syn | net::tcp_ack;
constexpr std::uint8_t ack = net::tcp_ack;
constexpr std::uint8_t fin = net::tcp_fin | net::tcp_ack;
constexpr std::uint8_t rst = net::tcp_rst;

// Two hosts inside, one outside, and a border between them; `lan` and `edge` are added to.
std::string scenario_text(const std::string& lan, const std::string& edge,
                          const std::string& more = {}) {
    return R"(postroad = 1
[networks.internet]
kind = "internet"
subnet = "198.51.100.0/24"
[networks.lan]
subnet = "10.0.0.0/24"
firewall = "edge"
)" + lan + R"(
[[links]]
between = ["lan", "internet"]
[firewalls.edge]
)" + edge + R"(
[hosts.a]
network = "lan"
address = "10.0.0.10"
[hosts.b]
network = "lan"
address = "10.0.0.11"
[hosts.out]
network = "internet"
address = "198.51.100.25"
)" + more;
}

const std::string stateful = "policy = \"drop\"\nrules = '''\n"
                             "ct state established,related accept\n"
                             "iifname \"lan\" accept\n"
                             "tcp dport 25 reject with tcp reset\n"
                             "udp dport 53 reject\n'''\n";
const std::string natted = "nat = true\npublic_address = \"203.0.113.1\"\n";

class Net {
  public:
    explicit Net(const std::string& text) : simulation_(start(text), Trace(Depth::bytes)) {}

    Run& run() { return simulation_.hands(); }
    Simulation& simulation() { return simulation_; }
    const Setup& setup() { return run().setup(); }
    AddressId id(std::string_view address) {
        return run().address_id(*net::parse_address(address));
    }
    std::string text(AddressId address) { return format(run().address(address)); }
    void later(Duration time) { simulation_.run_until(run().now() + time); }

    std::uint32_t packet(std::uint8_t protocol, std::string_view from, std::uint16_t from_port,
                         std::string_view to, std::uint16_t to_port, std::uint8_t flags = 0) {
        const AddressId source = id(from);
        const AddressId target = id(to);
        const std::uint32_t out = run().world.tcp.segments.add();
        Segment& segment = run().world.tcp.segments.edit(out);
        segment.source = source;
        segment.target = target;
        segment.source_port = from_port;
        segment.target_port = to_port;
        segment.protocol = protocol;
        segment.tcp_flags = flags;
        segment.packet = 1;  // nobody's who is asked
        return out;
    }
    std::uint32_t tcp(std::string_view from, std::uint16_t from_port, std::string_view to,
                      std::uint16_t to_port, std::uint8_t flags) {
        return packet(net::protocol_tcp, from, from_port, to, to_port, flags);
    }
    const Segment& at(std::uint32_t segment) { return run().world.tcp.segments[segment]; }
    // "10.0.0.10:4000 > 198.51.100.25:25"
    std::string ends(std::uint32_t segment) {
        const Segment& s = at(segment);
        return text(s.source) + ":" + std::to_string(s.source_port) + " > " + text(s.target) +
               ":" + std::to_string(s.target_port);
    }

    Passage cross(std::uint32_t segment, bool outwards) {
        return border::at_network(run(), setup().find_network("lan"),
                                  setup().find_network("internet"), segment, outwards);
    }
    Passage leave(std::uint32_t segment) { return cross(segment, true); }
    Passage enter(std::uint32_t segment) { return cross(segment, false); }
    // Across the border and away.
    Passage out(std::string_view from, std::uint16_t from_port, std::string_view to,
                std::uint16_t to_port, std::uint8_t flags) {
        return gone(tcp(from, from_port, to, to_port, flags), true);
    }
    Passage in(std::string_view from, std::uint16_t from_port, std::string_view to,
               std::uint16_t to_port, std::uint8_t flags) {
        return gone(tcp(from, from_port, to, to_port, flags), false);
    }
    Passage gone(std::uint32_t segment, bool outwards) {
        const Passage passage = cross(segment, outwards);
        net_layer::discard(run(), segment);
        return passage;
    }

    template <class F>
    std::vector<F> facts() {
        std::vector<F> out;
        for (auto row = run().trace.read(); !row.done(); row.next())
            if (row.row().head().fact == F::fact) out.push_back(row.row().template as<F>());
        return out;
    }
    std::uint32_t flows() { return run().world.border.flows.live(); }

  private:
    static World start(const std::string& text) {
        const Opened opened = open_scenario(text, "test.toml");
        INFO(scenario::to_text(opened.problems));
        REQUIRE(opened.setup != nullptr);
        return make_world(opened.setup, 1);
    }
    Simulation simulation_;
};

// A handshake, data both ways, and both ends close.
void whole_connection(Net& net) {
    REQUIRE(net.out("10.0.0.10", 4000, "198.51.100.25", 25, syn) == Passage::pass);
    REQUIRE(net.in("198.51.100.25", 25, "10.0.0.10", 4000, syn_ack) == Passage::pass);
    REQUIRE(net.out("10.0.0.10", 4000, "198.51.100.25", 25, ack) == Passage::pass);
    REQUIRE(net.out("10.0.0.10", 4000, "198.51.100.25", 25, fin) == Passage::pass);
    REQUIRE(net.in("198.51.100.25", 25, "10.0.0.10", 4000, fin) == Passage::pass);
    REQUIRE(net.out("10.0.0.10", 4000, "198.51.100.25", 25, ack) == Passage::pass);
}

std::string quote_of(Net& net, const Segment& segment) {
    const net::PacketHeader header = header_of(net.run(), segment);
    std::string bytes(net::packet_bytes(header), '\0');
    const std::span<std::uint8_t> out{reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    net::write_packet(header, {}, 7, out);
    bytes.resize(net::quoted_bytes(out, header.is_v4()));
    return bytes;
}

std::uint32_t icmp_error(Net& net, std::string_view from, std::string_view to,
                         const std::string& quote) {
    const std::uint32_t id = net.packet(net::protocol_icmp, from, 0, to, 0);
    const Text data = net.run().world.heap.make(quote);
    Segment& segment = net.run().world.tcp.segments.edit(id);
    segment.icmp_type = 3;
    segment.icmp_code = 3;
    segment.data = data;
    segment.size = static_cast<std::uint16_t>(quote.size());
    return id;
}

}  // namespace

TEST_CASE("what inside hosts begin comes back through a stateful border, strangers do not") {
    Net net(scenario_text("", stateful));
    CHECK(net.in("198.51.100.25", 25, "10.0.0.10", 4000, syn_ack) == Passage::drop);
    whole_connection(net);
    CHECK(net.in("198.51.100.25", 25, "10.0.0.10", 4001, ack) == Passage::drop);
    CHECK(net.in("198.51.100.25", 4000, "10.0.0.10", 587, syn) == Passage::drop);

    const auto verdicts = net.facts<VerdictFact>();
    REQUIRE(verdicts.size() == 4);  // the accepted connection once, and what was dropped
    CHECK(verdicts[0].verdict == static_cast<std::uint8_t>(net::Action::drop));
    CHECK(verdicts[0].rule == -1);
    CHECK(verdicts[1].verdict == static_cast<std::uint8_t>(net::Action::accept));
    CHECK(verdicts[1].rule == 1);
    CHECK(verdicts[1].direction == 1);
    CHECK(verdicts[1].firewall == net.setup().find_firewall("edge"));
    CHECK(verdicts[3].target_port == 587);
}

TEST_CASE("each rule counts the packets and octets that it decided") {
    Net net(scenario_text("", stateful));
    whole_connection(net);
    const std::uint32_t edge = net.setup().find_firewall("edge");
    CHECK(border::count_of(net.run().world, edge, 0).packets == 5);
    CHECK(border::count_of(net.run().world, edge, 1).packets == 1);
    CHECK(border::count_of(net.run().world, edge, 1).octets == 40);
    CHECK(border::count_of(net.run().world, edge, -1).packets == 0);
    net.in("198.51.100.25", 9, "10.0.0.10", 9, syn);
    CHECK(border::count_of(net.run().world, edge, -1).packets == 1);

    std::string error;
    REQUIRE(changes::apply_text(net.run(),
                                "firewall = { firewall = \"edge\", edit = \"insert\", "
                                "position = 1, rule = \"tcp dport 7 drop\" }",
                                error));
    CHECK(border::count_of(net.run().world, edge, 0).packets == 0);
    CHECK(border::count_of(net.run().world, edge, 1).packets == 5);  // it has moved
    CHECK(border::count_of(net.run().world, edge, 2).packets == 1);
    CHECK(border::count_of(net.run().world, edge, -1).packets == 1);
}

TEST_CASE("a connection goes on when the rule that let it in is gone, a new one does not begin") {
    Net net(scenario_text("", stateful));
    REQUIRE(net.out("10.0.0.10", 4000, "198.51.100.25", 25, syn) == Passage::pass);
    REQUIRE(net.in("198.51.100.25", 25, "10.0.0.10", 4000, syn_ack) == Passage::pass);
    std::string error;
    REQUIRE(changes::apply_text(
        net.run(), "firewall = { firewall = \"edge\", edit = \"remove\", position = 2 }", error));
    CHECK(net.out("10.0.0.10", 4000, "198.51.100.25", 25, ack) == Passage::pass);
    CHECK(net.in("198.51.100.25", 25, "10.0.0.10", 4000, ack) == Passage::pass);
    CHECK(net.out("10.0.0.10", 4001, "198.51.100.25", 587, syn) == Passage::drop);
}

TEST_CASE("a rejected SYN is answered with the RST that its target would have sent") {
    Net net(scenario_text("", stateful));
    const std::uint32_t segment = net.tcp("198.51.100.25", 4000, "10.0.0.10", 25, syn);
    net.run().world.tcp.segments.edit(segment).sequence = 1000;
    net.run().world.tcp.segments.edit(segment).conversation = 77;
    CHECK(net.enter(segment) == Passage::reject);
    auto packets = net.facts<PacketFact>();
    REQUIRE(packets.size() == 1);
    CHECK(packets[0].tcp_flags == (net::tcp_rst | net::tcp_ack));
    CHECK(packets[0].sequence == 0);
    CHECK(packets[0].acknowledgment == 1001);
    CHECK(net.text(packets[0].source) == "10.0.0.10");
    CHECK(net.text(packets[0].target) == "198.51.100.25");
    CHECK(packets[0].source_port == 25);
    CHECK(packets[0].target_port == 4000);
    CHECK(packets[0].conversation == 77);
    CHECK(net.flows() == 0);

    // With an ACK the number comes from there, and a reset is never answered.
    const std::uint32_t data = net.tcp("198.51.100.25", 4000, "10.0.0.10", 25, ack);
    net.run().world.tcp.segments.edit(data).acknowledgment = 5000;
    CHECK(net.enter(data) == Passage::reject);
    packets = net.facts<PacketFact>();
    REQUIRE(packets.size() == 2);
    CHECK(packets[1].tcp_flags == net::tcp_rst);
    CHECK(packets[1].sequence == 5000);
    CHECK(net.in("198.51.100.25", 4000, "10.0.0.10", 25, rst) == Passage::drop);
    CHECK(net.facts<PacketFact>().size() == 2);

    // The border lets its own resets out: they reach who asked.
    net.later(second);
    CHECK(net.facts<ArrivalFact>().size() == 2);
}

TEST_CASE("a rejected datagram is answered with port unreachable that quotes it") {
    Net net(scenario_text("", stateful));
    const std::uint32_t segment =
        net.packet(net::protocol_udp, "198.51.100.25", 4000, "10.0.0.10", 53);
    CHECK(net.enter(segment) == Passage::reject);
    const auto packets = net.facts<PacketFact>();
    REQUIRE(packets.size() == 1);
    CHECK(packets[0].protocol == net::protocol_icmp);
    CHECK(packets[0].icmp_type == 3);
    CHECK(packets[0].icmp_code == 3);
    CHECK(net.text(packets[0].target) == "198.51.100.25");
    CHECK(packets[0].payload_octets == 28);
}

TEST_CASE("NAT hides two hosts that use the same port, and gives each its own answers") {
    Net net(scenario_text(natted, stateful));
    const std::uint32_t first = net.tcp("10.0.0.10", 4000, "198.51.100.25", 25, syn);
    const std::uint32_t second_one = net.tcp("10.0.0.11", 4000, "198.51.100.25", 25, syn);
    const std::uint32_t elsewhere = net.tcp("10.0.0.11", 4000, "198.51.100.26", 25, syn);
    CHECK(net.leave(first) == Passage::pass);
    CHECK(net.leave(second_one) == Passage::pass);
    CHECK(net.leave(elsewhere) == Passage::pass);
    CHECK(net.ends(first) == "203.0.113.1:4000 > 198.51.100.25:25");
    CHECK(net.ends(second_one) == "203.0.113.1:4001 > 198.51.100.25:25");
    CHECK(net.ends(elsewhere) == "203.0.113.1:4000 > 198.51.100.26:25");

    const std::uint32_t to_b = net.tcp("198.51.100.25", 25, "203.0.113.1", 4001, syn_ack);
    const std::uint32_t to_a = net.tcp("198.51.100.25", 25, "203.0.113.1", 4000, syn_ack);
    CHECK(net.enter(to_b) == Passage::pass);
    CHECK(net.enter(to_a) == Passage::pass);
    CHECK(net.ends(to_b) == "198.51.100.25:25 > 10.0.0.11:4000");
    CHECK(net.ends(to_a) == "198.51.100.25:25 > 10.0.0.10:4000");

    // The same mapping for what follows, and none for a stranger.
    const std::uint32_t data = net.tcp("10.0.0.11", 4000, "198.51.100.25", 25, ack);
    CHECK(net.leave(data) == Passage::pass);
    CHECK(net.ends(data) == "203.0.113.1:4001 > 198.51.100.25:25");
    CHECK(net.in("198.51.100.99", 25, "203.0.113.1", 4001, syn_ack) == Passage::drop);
    CHECK(net.facts<TranslationFact>().size() == 6);
}

TEST_CASE("a closed connection's port is free again in time, and at once for who begins anew") {
    Net net(scenario_text(natted, stateful));
    REQUIRE(net.out("10.0.0.10", 4000, "198.51.100.25", 25, syn) == Passage::pass);
    REQUIRE(net.in("198.51.100.25", 25, "203.0.113.1", 4000, rst | ack) == Passage::pass);
    const std::uint32_t again = net.tcp("10.0.0.10", 4000, "198.51.100.25", 25, syn);
    CHECK(net.leave(again) == Passage::pass);
    CHECK(net.ends(again) == "203.0.113.1:4000 > 198.51.100.25:25");
    CHECK(net.flows() == 1);
    const std::uint32_t other = net.tcp("10.0.0.11", 4000, "198.51.100.25", 25, syn);
    CHECK(net.leave(other) == Passage::pass);
    CHECK(net.ends(other) == "203.0.113.1:4001 > 198.51.100.25:25");
    net.later(121 * second);  // both SYNs were never answered
    const std::uint32_t later = net.tcp("10.0.0.11", 4000, "198.51.100.25", 25, syn);
    CHECK(net.leave(later) == Passage::pass);
    CHECK(net.ends(later) == "203.0.113.1:4000 > 198.51.100.25:25");
}

TEST_CASE("destination NAT opens a port, and answers seem to come from the border") {
    Net net(scenario_text(natted, "policy = \"drop\"\nrules = '''\n"
                                  "iifname \"internet\" tcp dport 25 dnat to 10.0.0.11:2525\n"
                                  "ct state established accept\n"
                                  "ip daddr 10.0.0.11 tcp dport 2525 accept\n'''\n"));
    const std::uint32_t first = net.tcp("198.51.100.25", 4000, "203.0.113.1", 25, syn);
    CHECK(net.enter(first) == Passage::pass);
    CHECK(net.ends(first) == "198.51.100.25:4000 > 10.0.0.11:2525");
    const std::uint32_t answer = net.tcp("10.0.0.11", 2525, "198.51.100.25", 4000, syn_ack);
    CHECK(net.leave(answer) == Passage::pass);
    CHECK(net.ends(answer) == "203.0.113.1:25 > 198.51.100.25:4000");
    const std::uint32_t next = net.tcp("198.51.100.25", 4000, "203.0.113.1", 25, ack);
    CHECK(net.enter(next) == Passage::pass);
    CHECK(net.ends(next) == "198.51.100.25:4000 > 10.0.0.11:2525");
    CHECK(net.in("198.51.100.25", 4001, "203.0.113.1", 26, syn) == Passage::drop);
}

TEST_CASE("source NAT rules choose the address and stay in their range of ports") {
    Net net(scenario_text(natted, "rules = '''\n"
                                  "ip saddr 10.0.0.10 tcp dport 25 snat to 203.0.113.9:5000-5001\n"
                                  "ip saddr 10.0.0.11 oifname \"internet\" masquerade\n'''\n"));
    const auto sent = [&](std::string_view from, std::uint16_t port) {
        const std::uint32_t segment = net.tcp(from, port, "198.51.100.25", 25, syn);
        return net.leave(segment) == Passage::pass ? net.ends(segment) : std::string("stopped");
    };
    CHECK(sent("10.0.0.10", 4000) == "203.0.113.9:5000 > 198.51.100.25:25");
    CHECK(sent("10.0.0.10", 4001) == "203.0.113.9:5001 > 198.51.100.25:25");
    CHECK(sent("10.0.0.10", 4002) == "stopped");  // no port is left
    CHECK(sent("10.0.0.11", 4000) == "203.0.113.1:4000 > 198.51.100.25:25");
}

TEST_CASE("an access provider's block of port 25 stops mail and nothing else") {
    Net net(scenario_text("blocks = [25]\n", ""));
    CHECK(net.out("10.0.0.10", 4000, "198.51.100.25", 25, syn) == Passage::drop);
    CHECK(net.out("10.0.0.10", 4000, "198.51.100.25", 587, syn) == Passage::pass);
    CHECK(net.in("198.51.100.25", 4000, "10.0.0.10", 25, syn) == Passage::pass);
    const auto verdicts = net.facts<VerdictFact>();
    REQUIRE(verdicts.size() == 1);
    CHECK(verdicts[0].firewall == nothing);
    CHECK(verdicts[0].rule == -1);
    CHECK(net.facts<PacketFact>().empty());

    Net loud(scenario_text("blocks = [25]\nblock_action = \"reject\"\n", ""));
    CHECK(loud.out("10.0.0.10", 4000, "198.51.100.25", 25, syn) == Passage::reject);
    REQUIRE(loud.facts<PacketFact>().size() == 1);
    CHECK(loud.facts<PacketFact>()[0].tcp_flags == (net::tcp_rst | net::tcp_ack));
}

TEST_CASE("flows are forgotten when Linux would forget them") {
    const auto asks = [](Net& net) {
        return net.gone(net.packet(net::protocol_udp, "10.0.0.10", 4000, "198.51.100.25", 53),
                        true);
    };
    const auto answers = [](Net& net) {
        return net.gone(net.packet(net::protocol_udp, "198.51.100.25", 53, "10.0.0.10", 4000),
                        false);
    };
    SECTION("UDP without an answer after 30 s") {
        Net net(scenario_text("", stateful));
        REQUIRE(asks(net) == Passage::pass);
        net.later(29 * second);
        CHECK(answers(net) == Passage::pass);
        net.later(179 * second);
        CHECK(answers(net) == Passage::pass);
        net.later(180 * second);
        CHECK(answers(net) == Passage::drop);
    }
    SECTION("a SYN without an answer after 120 s") {
        Net net(scenario_text("", stateful));
        REQUIRE(net.out("10.0.0.10", 4000, "198.51.100.25", 25, syn) == Passage::pass);
        net.later(120 * second);
        CHECK(net.in("198.51.100.25", 25, "10.0.0.10", 4000, syn_ack) == Passage::drop);
    }
    SECTION("a closed connection after 120 s") {
        Net net(scenario_text("", stateful));
        whole_connection(net);
        net.later(119 * second);
        CHECK(net.in("198.51.100.25", 25, "10.0.0.10", 4000, fin) == Passage::pass);
        net.later(121 * second);
        CHECK(net.in("198.51.100.25", 25, "10.0.0.10", 4000, fin) == Passage::drop);
    }
    SECTION("an idle connection after five days") {
        Net net(scenario_text("", stateful));
        REQUIRE(net.out("10.0.0.10", 4000, "198.51.100.25", 25, syn) == Passage::pass);
        REQUIRE(net.in("198.51.100.25", 25, "10.0.0.10", 4000, syn_ack) == Passage::pass);
        REQUIRE(net.out("10.0.0.10", 4000, "198.51.100.25", 25, ack) == Passage::pass);
        net.later(119 * hour);
        CHECK(net.in("198.51.100.25", 25, "10.0.0.10", 4000, ack) == Passage::pass);
        net.later(120 * hour);
        CHECK(net.in("198.51.100.25", 25, "10.0.0.10", 4000, ack) == Passage::drop);
    }
}

TEST_CASE("old flows make room for new ones") {
    Net net(scenario_text(natted, stateful));
    for (std::uint16_t port = 1024; port < 7024; ++port) {
        REQUIRE(net.out("10.0.0.10", port, "198.51.100.25", 25, syn) == Passage::pass);
        if (port % 10 == 0) net.later(second);
    }
    CHECK(net.flows() >= 1200);  // ten a second that live 120 s
    CHECK(net.flows() < 2400);   // and the sweep's delay
}

TEST_CASE("who only passes through a network passes its rules twice and is one flow") {
    Net net(scenario_text("nat = true\npublic_address = \"203.0.113.1\"\n",
                          "policy = \"drop\"\nrules = \'\'\'\n"
                          "ct state established accept\n"
                          "iifname \"wifi\" accept\n"
                          "iifname \"lan\" oifname \"internet\" masquerade\n"
                          "iifname \"lan\" accept\n\'\'\'\n",
                          "[networks.wifi]\nsubnet = \"10.0.1.0/24\"\nisolated = true\n"
                          "[[links]]\nbetween = [\"wifi\", \"lan\"]\n"
                          "[hosts.pad]\nnetwork = \"wifi\"\naddress = \"10.0.1.7\"\n"));
    const std::uint32_t lan = net.setup().find_network("lan");
    const std::uint32_t wifi = net.setup().find_network("wifi");
    const std::uint32_t there = net.tcp("10.0.1.7", 4000, "198.51.100.25", 25, syn);
    CHECK(border::at_network(net.run(), lan, wifi, there, false) == Passage::pass);
    CHECK(net.ends(there) == "10.0.1.7:4000 > 198.51.100.25:25");
    CHECK(net.leave(there) == Passage::pass);
    CHECK(net.ends(there) == "203.0.113.1:4000 > 198.51.100.25:25");
    CHECK(net.flows() == 1);
    const std::uint32_t back = net.tcp("198.51.100.25", 25, "203.0.113.1", 4000, syn_ack);
    CHECK(net.enter(back) == Passage::pass);
    CHECK(border::at_network(net.run(), lan, wifi, back, true) == Passage::pass);
    CHECK(net.ends(back) == "198.51.100.25:25 > 10.0.1.7:4000");
    CHECK(net.flows() == 1);
    CHECK(net.facts<VerdictFact>().size() == 2);
}

TEST_CASE("an ICMP error about a known flow is related, goes back through NAT and is rewritten") {
    Net net(scenario_text(natted, stateful));
    const std::uint32_t sent =
        net.packet(net::protocol_udp, "10.0.0.11", 4000, "198.51.100.25", 5353);
    REQUIRE(net.leave(sent) == Passage::pass);
    const std::uint32_t error =
        icmp_error(net, "198.51.100.25", "203.0.113.1", quote_of(net, net.at(sent)));
    CHECK(net.enter(error) == Passage::pass);
    CHECK(net.text(net.at(error).target) == "10.0.0.11");
    CHECK(net.text(net.at(error).source) == "198.51.100.25");

    // The quote is what the host once sent, every checksum right.
    const std::uint32_t original =
        net.packet(net::protocol_udp, "10.0.0.11", 4000, "198.51.100.25", 5353);
    const Segment& now = net.at(error);
    CHECK(net.run().world.heap.view(now.data) == quote_of(net, net.at(original)));

    const std::uint32_t strange =
        net.packet(net::protocol_udp, "203.0.113.1", 9, "198.51.100.25", 9);
    const std::uint32_t false_one =
        icmp_error(net, "198.51.100.25", "203.0.113.1", quote_of(net, net.at(strange)));
    CHECK(net.enter(false_one) == Passage::drop);
}

TEST_CASE("a host's own firewall sees names of networks and lets answers of its own out") {
    Net net(scenario_text("", "", "firewall = \"own\"\n[firewalls.own]\npolicy = \"drop\"\n"
                                  "rules = '''\n"
                                  "ct state established,related accept\n"
                                  "iifname \"internet\" tcp dport 25 accept\n"
                                  "tcp dport 26 reject with tcp reset\n"
                                  "oifname \"internet\" tcp dport 80 accept\n'''\n"));
    const NodeId out = net.setup().find_host("out");
    REQUIRE(border::host_has_firewall(net.run(), out));
    CHECK_FALSE(border::host_has_firewall(net.run(), net.setup().find_host("a")));
    const auto at = [&](std::uint32_t segment, bool outwards) {
        return border::at_host(net.run(), out, segment, outwards);
    };
    CHECK(at(net.tcp("10.0.0.10", 1, "198.51.100.25", 25, syn), false) == Passage::pass);
    CHECK(at(net.tcp("198.51.100.25", 25, "10.0.0.10", 1, syn_ack), true) == Passage::pass);
    CHECK(at(net.tcp("198.51.100.25", 25, "10.0.0.10", 2, syn_ack), true) == Passage::drop);
    CHECK(at(net.tcp("198.51.100.25", 3, "10.0.0.10", 80, syn), true) == Passage::pass);
    CHECK(at(net.tcp("10.0.0.10", 3, "198.51.100.25", 80, syn), false) == Passage::drop);
    CHECK(at(net.tcp("10.0.0.10", 4, "198.51.100.25", 26, syn), false) == Passage::reject);
    REQUIRE(net.facts<PacketFact>().size() == 1);  // the reset has got out
    CHECK(net.facts<PacketFact>()[0].source_port == 26);
    net.later(second);
    CHECK(net.facts<ArrivalFact>().size() == 1);
}

TEST_CASE("a copy of the world keeps its flows, and equal packets make equal worlds") {
    Net one(scenario_text(natted, stateful));
    Net two(scenario_text(natted, stateful));
    for (Net* net : {&one, &two}) {
        net->out("10.0.0.10", 4000, "198.51.100.25", 25, syn);
        net->out("10.0.0.11", 4000, "198.51.100.25", 25, syn);
        net->in("198.51.100.25", 25, "203.0.113.1", 4001, syn_ack);
        net->in("198.51.100.25", 25, "203.0.113.1", 1, syn);
    }
    CHECK(one.run().world.border == two.run().world.border);
    CHECK(fingerprint(one.run().world) == fingerprint(two.run().world));

    const World copy = one.run().world;
    one.out("10.0.0.11", 4000, "198.51.100.25", 25, ack);
    CHECK_FALSE(copy.border == one.run().world.border);
    CHECK(copy.border == two.run().world.border);
    two.run().world = copy;
    const std::uint32_t data = two.tcp("10.0.0.11", 4000, "198.51.100.25", 25, ack);
    CHECK(two.leave(data) == Passage::pass);
    CHECK(two.ends(data) == "203.0.113.1:4001 > 198.51.100.25:25");
}

TEST_CASE("mail is sent from behind NAT in a whole world") {
    Net net(scenario_text(natted, stateful,
                          "names = \"mx.example.org\"\ndomains = \"example.org\"\n"
                          "[people.alice]\n[people.bob]\ndevice = \"a\"\n"
                          "[[timeline]]\nsend = { from = \"bob\", to = \"alice\" }\n"));
    net.later(hour);
    bool delivered = false;
    for (const CustodyFact& fact : net.facts<CustodyFact>())
        delivered = delivered || fact.move == CustodyMove::delivered;
    CHECK(delivered);
    CHECK_FALSE(net.facts<TranslationFact>().empty());
}

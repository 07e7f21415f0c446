// Firewalls at borders and hosts: what passes, what is dropped, rejected, blocked, forgotten.
#include "tests/border_net.hpp"

using namespace postroad;
using namespace postroad::sim;
using namespace postroad::sim::border_world;

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

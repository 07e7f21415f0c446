// Addresses that change at a border, there and back, and the flows that remember them.
#include "tests/border_net.hpp"

using namespace postroad;
using namespace postroad::sim;
using namespace postroad::sim::border_world;

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

TEST_CASE("from outside nobody addresses a host behind NAT, whatever the rules let in") {
    Net net(scenario_text(natted, "rules = '''\n"
                                  "tcp dport 2525 accept\n"
                                  "iifname \"internet\" tcp dport 25 dnat to 10.0.0.11\n'''\n"));
    CHECK(net.in("198.51.100.25", 4000, "10.0.0.11", 2525, syn) == Passage::drop);
    CHECK(net.in("198.51.100.25", 4000, "10.0.0.11", 80, fin) == Passage::drop);
    const auto verdicts = net.facts<VerdictFact>();
    REQUIRE(verdicts.size() == 2);
    for (const VerdictFact& one : verdicts) {
        CHECK(one.firewall == nothing);
        CHECK(one.rule == border::rule_of_nat);
        CHECK(static_cast<net::Action>(one.verdict) == net::Action::drop);
    }
    // What is mapped comes in, and the answer to what a host inside has begun.
    const std::uint32_t mapped = net.tcp("198.51.100.25", 4001, "203.0.113.1", 25, syn);
    CHECK(net.enter(mapped) == Passage::pass);
    CHECK(net.ends(mapped) == "198.51.100.25:4001 > 10.0.0.11:25");
    CHECK(net.out("10.0.0.10", 4002, "198.51.100.25", 80, syn) == Passage::pass);
    CHECK(net.in("198.51.100.25", 80, "203.0.113.1", 4002, syn_ack) == Passage::pass);
    // A network without NAT hides nobody.
    Net plain(scenario_text("", "rules = \"tcp dport 2525 accept\"\n"));
    CHECK(plain.in("198.51.100.25", 4000, "10.0.0.11", 2525, syn) == Passage::pass);
}

TEST_CASE("who has their way to the internet through a NAT knows the addresses behind it") {
    Net net(scenario_text("nat = true\npublic_address = \"203.0.113.1\"\n", "",
                          "[networks.wifi]\nsubnet = \"10.0.1.0/24\"\nisolated = true\n"
                          "[[links]]\nbetween = [\"wifi\", \"lan\"]\n"
                          "[hosts.pad]\nnetwork = \"wifi\"\naddress = \"10.0.1.7\"\n"));
    const std::uint32_t lan = net.setup().find_network("lan");
    const std::uint32_t wifi = net.setup().find_network("wifi");
    const std::uint32_t near = net.tcp("10.0.1.7", 4000, "10.0.0.11", 25, syn);
    CHECK(border::at_network(net.run(), lan, wifi, near, false) == Passage::pass);
    CHECK(net.in("198.51.100.25", 4000, "10.0.0.11", 25, syn) == Passage::drop);
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

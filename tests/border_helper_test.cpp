// The helper of firewalls for RPC: the port that the endpoint mapper names to a client is open for
// that client, for as long as it is expected, and for nobody and nothing else.
#include "protocols/base/random.hpp"
#include "sim/views/fingerprint.hpp"
#include "tests/border_mapper.hpp"

using namespace postroad;
using namespace postroad::sim;
using namespace postroad::sim::border_world;

TEST_CASE("the port that the mapper names is open for who has asked, and for nobody else") {
    Net net(scenario_text("", rules()));
    CHECK(tries(net, server, 6001) == Passage::drop);
    Line line(net);
    REQUIRE(line.open() == Passage::pass);
    line.bind({});
    CHECK(tries(net, server, 6001) == Passage::drop);
    line.ask({}, "store", 6001);
    CHECK(told(net) ==
          "helper_expects: store (a4f1db00-ca47-1067-b31f-00dd010662da 0.81) is at port 6001 of "
          "10.0.0.10, says the endpoint mapper: the helper lets 198.51.100.25 connect there for 5 "
          "min\n");
    CHECK(tries(net, server, 6002) == Passage::drop);
    CHECK(tries(net, "10.0.0.11", 6001) == Passage::drop);
    CHECK(tries(net, server, 6001, "198.51.100.26") == Passage::drop);
    CHECK(net.in(client, 5555, server, 6001, ack) == Passage::drop);  // only a new connection
    CHECK(tries(net, server, 6001) == Passage::pass);
    CHECK(has(told(net), "helper_admits: 198.51.100.25 connects to port 6001 of 10.0.0.10"));

    // From there it goes on like any other, and the Trace names the rule that let it in.
    CHECK(net.out(server, 6001, client, 5555, syn_ack) == Passage::pass);
    CHECK(net.in(client, 5555, server, 6001, ack) == Passage::pass);
    CHECK(net.facts<VerdictFact>().back().rule == 0);
    CHECK(net.facts<VerdictFact>().back().target_port == 6001);
    // Another one as well: RPC clients make several.
    CHECK(net.in(client, 5556, server, 6001, syn) == Passage::pass);
    net.later(299 * second);
    CHECK(net.in(client, 5557, server, 6001, syn) == Passage::pass);
    net.later(second);
    CHECK(net.in(client, 5558, server, 6001, syn) == Passage::drop);
    CHECK(expected(net) == 0);
}

TEST_CASE("without `related` nothing comes of what a helper expects") {
    Net net(scenario_text("", "policy = \"drop\"\nrules = '''\n"
                              "ct helper rpc { type \"rpc\" protocol tcp; }\n"
                              "ct state established accept\n"
                              "tcp dport 135 ct helper set \"rpc\" accept\n'''\n"));
    Line line(net);
    REQUIRE(line.open() == Passage::pass);
    line.bind({});
    line.ask({}, "store", 6001);
    CHECK(expected(net) == 1);
    CHECK(tries(net, server, 6001) == Passage::drop);
}

TEST_CASE("without a helper the answer opens nothing") {
    Net net(scenario_text("", "policy = \"drop\"\nrules = '''\nct state established,related accept\n"
                              "tcp dport 135 accept\n'''\n"));
    Line line(net);
    REQUIRE(line.open() == Passage::pass);
    line.bind({});
    line.ask({}, "store", 6001);
    CHECK(told(net).empty());
    CHECK(net.run().world.border.helped.live() == 0);
    CHECK(tries(net, server, 6001) == Passage::drop);
}

TEST_CASE("however octets are cut, doubled, lost and sent again, the same is expected") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        Random random{seed, 0};
        Talk talk;
        talk.big_endian = random.next() % 2 == 0;
        talk.part = random.next() % 3 == 0 ? 0 : 1 + random.next() % 90;
        talk.level = random.next() % 3 == 0 ? rpc::AuthLevel::integrity : rpc::AuthLevel::none;
        Net net(scenario_text("", rules()));
        Line line(net);
        REQUIRE(line.open() == Passage::pass);
        const auto say = [&](bool from_client, const std::string& octets) {
            // Packets at random places of all that is said, some of them again, in any order; each
            // octet at least once.
            std::vector<std::pair<std::size_t, std::size_t>> packets;
            for (std::size_t at = 0; at < octets.size();) {
                const std::size_t size = std::min<std::size_t>(
                    octets.size() - at, octets.size() / 6 + 1 + random.next() % 120);
                packets.emplace_back(at, size);
                if (random.next() % 4 == 0) packets.emplace_back(at, size / 2 + 1);
                if (at > 3 && random.next() % 4 == 0) packets.emplace_back(at - 3, size);
                at += size;
            }
            for (std::size_t i = packets.size(); i > 1; --i)
                if (random.next() % 3 == 0) std::swap(packets[i - 1], packets[random.next() % i]);
            for (const auto& [at, size] : packets)
                line.send(from_client, octets.substr(at, size), at, ack);
            line.next(from_client, static_cast<std::uint32_t>(octets.size()));
        };
        say(true, talk.bind());
        say(false, talk.bind_ack());
        say(true, talk.question(interface_of("store")));
        say(false, talk.answer({tower(interface_of("store"), 6001, server_ipv4),
                                tower(interface_of("store"), 6002, 0)}));
        INFO("seed " << seed << "\n" << told(net));
        CHECK(expected(net) == 2);
        CHECK(tries(net, server, 6001) == Passage::pass);
        CHECK(tries(net, server, 6002) == Passage::pass);
        CHECK(tries(net, server, 6003) == Passage::drop);
    }
}

TEST_CASE("a helper that names interfaces opens for no other, and the Trace says for which it was") {
    Net net(scenario_text("", rules("interfaces { store, directory, "
                                    "\"1544f5e0-613c-11d1-93df-00c04fd7bd09\" }")));
    Line line(net);
    REQUIRE(line.open() == Passage::pass);
    line.bind({});
    line.ask({}, "store", 6001, server_ipv4, 2);
    line.ask({}, "service-control", 6002, server_ipv4, 3);
    line.ask({}, "referral", 6003, server_ipv4, 4);
    CHECK(has(told(net), "helper_refuses: the answer is about service-control "
                         "(367abb81-9844-35f1-ad32-98f038001003 2.0), for which the helper \"rpc\" "
                         "opens nothing\n"));
    CHECK(expected(net) == 2);
    CHECK(tries(net, server, 6001) == Passage::pass);
    CHECK(tries(net, server, 6002) == Passage::drop);
    CHECK(tries(net, server, 6003) == Passage::pass);

    // The list is asked when an answer comes: a change counts from then on.
    const auto set_rules = [&](const std::string& text) {
        std::string error;
        const bool done = changes::apply_text(
            net.run(), "set = { path = \"firewalls.edge.rules\", value = '''" + text + "''' }",
            error);
        INFO(error);
        REQUIRE(done);
    };
    const std::string related = "ct state established,related accept\n";
    set_rules("ct helper rpc { type \"rpc\" protocol tcp; interfaces { print } }\n" + related);
    line.ask({}, "store", 6004, server_ipv4, 5);
    CHECK(tries(net, server, 6004) == Passage::drop);
    line.ask({}, "print", 6005, server_ipv4, 6);
    CHECK(tries(net, server, 6005) == Passage::pass);
    set_rules(related);
    line.ask({}, "print", 6006, server_ipv4, 7);
    CHECK(tries(net, server, 6006) == Passage::drop);
    CHECK(has(told(net), "helper_unreadable: the helper opens nothing for this answer: this "
                         "firewall's rules declare no such helper now"));
}

TEST_CASE("what the helper cannot see opens nothing, and is said") {
    Net net(scenario_text("", rules()));
    Line line(net);
    SECTION("a sealed question") {
        REQUIRE(line.open() == Passage::pass);
        Talk talk;
        talk.level = rpc::AuthLevel::privacy;
        line.bind(talk);
        line.ask(talk, "store", 6001);
        CHECK(has(told(net), "helper_sealed: the question to the endpoint mapper is sealed"));
    }
    SECTION("octets that went another way") {
        REQUIRE(line.open() == Passage::pass);
        line.bind({});
        const std::string question = Talk().question(interface_of("store"));
        line.next(true, 20);
        line.send(true, question.substr(20), 0, ack);
        line.next(true, static_cast<std::uint32_t>(question.size() - 20));
        line.say(false, Talk().answer({tower(interface_of("store"), 6001, server_ipv4)}));
        CHECK(has(told(net), "helper_waits: octets of 198.51.100.25 have not come by here"));
        for (int i = 0; i < 20; ++i) line.say(true, "more");
        CHECK(has(told(net), "helper_lost: from here on the helper opens nothing for this "
                             "connection: too much has come behind octets that have not"));
    }
    SECTION("a connection older than the firewall's memory") {
        line.say(true, Talk().bind());
        CHECK(has(told(net), "its beginning has not come by here"));
        line.say(false, Talk().bind_ack());
        line.ask({}, "store", 6001);
    }
    SECTION("something else at that port") {
        REQUIRE(line.open() == Passage::pass);
        line.say(true, "GET / HTTP/1.1\r\n\r\n");
        CHECK(has(told(net), "helper_lost: from here on the helper opens nothing for this "
                             "connection: this is no RPC\n"));
        line.bind({});
        line.ask({}, "store", 6001);
    }
    SECTION("an answer about another host") {
        REQUIRE(line.open() == Passage::pass);
        line.bind({});
        line.ask({}, "store", 6001, 0x0a00000b);
        CHECK(has(told(net), "helper_elsewhere: the answer names 10.0.0.11, and 10.0.0.10 was "
                             "asked"));
        CHECK(tries(net, "10.0.0.11", 6001) == Passage::drop);
    }
    SECTION("an answer to another question") {
        REQUIRE(line.open() == Passage::pass);
        line.bind({});
        line.say(true, Talk().question(interface_of("store")));
        line.say(false, Talk().answer({tower(interface_of("print"), 6001, server_ipv4)}));
        CHECK(has(told(net), "it is about another interface than the question"));
    }
    CHECK(expected(net) == 0);
    CHECK(tries(net, server, 6001) == Passage::drop);
}

TEST_CASE("through NAT the client goes where it has asked, and is told that address") {
    Net net(scenario_text("nat = true\npublic_address = \"203.0.113.1\"\n", rules({}, dnat)));
    Line line(net, "203.0.113.1");
    REQUIRE(line.open() == Passage::pass);
    line.bind({});
    line.say(true, Talk().question(interface_of("store")));
    const Talk talk;
    const std::string answer = talk.answer({tower(interface_of("store"), 6001, server_ipv4)});
    const std::string rewritten = talk.answer({tower(interface_of("store"), 6001, public_ipv4)});
    line.send(false, answer, 0, ack);
    CHECK(line.arrived == rewritten);
    CHECK(has(told(net), "helper_expects: store (a4f1db00-ca47-1067-b31f-00dd010662da 0.81) is at "
                         "port 6001 of 203.0.113.1"));
    CHECK(has(told(net), "helper_rewrites: the answer names 10.0.0.10, which 198.51.100.25 cannot "
                         "reach through the NAT: the helper writes 203.0.113.1 over it\n"));
    REQUIRE(net.facts<AlteredFact>().size() == 1);
    // When it is sent again it is written over again, and nothing is said twice.
    line.send(false, answer, 0, ack);
    CHECK(line.arrived == rewritten);
    CHECK(net.facts<AlteredFact>().size() == 2);
    const std::string said = told(net);
    line.send(false, answer.substr(10), 10, ack);
    CHECK(line.arrived == rewritten.substr(10));
    CHECK(told(net) == said);

    const std::uint32_t first = net.tcp(client, 5555, "203.0.113.1", 6001, syn);
    CHECK(net.enter(first) == Passage::pass);
    CHECK(net.ends(first) == "198.51.100.25:5555 > 10.0.0.10:6001");
    const std::uint32_t reply = net.tcp(server, 6001, client, 5555, syn_ack);
    CHECK(net.leave(reply) == Passage::pass);
    CHECK(net.ends(reply) == "203.0.113.1:6001 > 198.51.100.25:5555");
    CHECK(tries(net, "203.0.113.1", 6002) == Passage::drop);
}

TEST_CASE("an address that cannot be written over stays, and the port is open all the same") {
    Net net(scenario_text("nat = true\npublic_address = \"203.0.113.1\"\n", rules({}, dnat)));
    Line line(net, "203.0.113.1");
    REQUIRE(line.open() == Passage::pass);
    SECTION("its octets are divided between two packets") {
        line.bind({});
        line.say(true, Talk().question(interface_of("store")));
        const std::string answer =
            Talk().answer({tower(interface_of("store"), 6001, server_ipv4)});
        const std::size_t at = answer.find(std::string("\x0a\x00\x00\x0a", 4)) + 2;
        line.send(false, answer.substr(0, at), 0, ack);
        line.send(false, answer.substr(at), at, ack);
        CHECK(line.arrived == answer.substr(at));
        CHECK(has(told(net), "helper_leaves: the answer names 10.0.0.10, which 198.51.100.25 "
                             "cannot reach through the NAT, and it stays so: some of its octets "
                             "have gone by already\n"));
    }
    SECTION("the answer is signed") {
        Talk talk;
        talk.level = rpc::AuthLevel::integrity;
        line.bind(talk);
        line.ask(talk, "store", 6001);
        CHECK(line.arrived == talk.answer({tower(interface_of("store"), 6001, server_ipv4)}));
        CHECK(has(told(net), "the answer is signed, and a change would be noticed"));
    }
    CHECK(tries(net, "203.0.113.1", 6001) == Passage::pass);
}

TEST_CASE("a client behind NAT is expected as it comes from inside") {
    Net net(scenario_text("nat = true\npublic_address = \"203.0.113.1\"\n",
                          "policy = \"drop\"\nrules = '''\n"
                          "ct helper rpc { type \"rpc\" protocol tcp; }\n"
                          "ct state established,related accept\n"
                          "iifname \"lan\" tcp dport 135 ct helper set \"rpc\" accept\n'''\n"));
    const auto pass = [&](bool out, std::uint8_t flags, std::uint32_t sequence,
                          const std::string& octets = {}) {
        const std::uint32_t id = out ? net.tcp("10.0.0.10", 4000, "198.51.100.25", 135, flags)
                                     : net.tcp("198.51.100.25", 135, "203.0.113.1", 4000, flags);
        const Text data = net.run().world.heap.make(octets);
        Segment& segment = net.run().world.tcp.segments.edit(id);
        segment.sequence = sequence;
        segment.data = data;
        segment.size = static_cast<std::uint16_t>(octets.size());
        REQUIRE(net.gone(id, out) == Passage::pass);
        return sequence + static_cast<std::uint32_t>(octets.size());
    };
    const Talk talk;
    pass(true, syn, 99);
    pass(false, syn_ack, 199);
    std::uint32_t from_client = pass(true, ack, 100, talk.bind());
    const std::uint32_t from_server = pass(false, ack, 200, talk.bind_ack());
    pass(true, ack, from_client, talk.question(interface_of("store")));
    pass(false, ack, from_server,
         talk.answer({tower(interface_of("store"), 6001, 0xc6336419)}));
    CHECK(net.out("10.0.0.11", 5000, "198.51.100.25", 6001, syn) == Passage::drop);
    const std::uint32_t next = net.tcp("10.0.0.10", 5000, "198.51.100.25", 6001, syn);
    CHECK(net.leave(next) == Passage::pass);
    CHECK(net.ends(next) == "203.0.113.1:5000 > 198.51.100.25:6001");
    CHECK(net.facts<AlteredFact>().empty());
}

TEST_CASE("a host's own firewall has helpers, too") {
    Net net(scenario_text("", "", "firewall = \"own\"\n[firewalls.own]\npolicy = \"drop\"\n"
                                  "rules = '''\n"
                                  "ct helper rpc { type \"rpc\" protocol tcp; }\n"
                                  "ct state established,related accept\n"
                                  "tcp dport 135 ct helper set \"rpc\" accept\n'''\n"));
    const NodeId out = net.setup().find_host("out");
    std::uint32_t next[2] = {1000, 2000};
    const auto pass = [&](bool inwards, std::uint8_t flags, const std::string& octets = {}) {
        const std::uint32_t id = inwards ? net.tcp("10.0.0.10", 4000, client, 135, flags)
                                         : net.tcp(client, 135, "10.0.0.10", 4000, flags);
        const Text data = net.run().world.heap.make(octets);
        Segment& segment = net.run().world.tcp.segments.edit(id);
        segment.sequence = next[inwards ? 0 : 1];
        segment.data = data;
        segment.size = static_cast<std::uint16_t>(octets.size());
        next[inwards ? 0 : 1] += static_cast<std::uint32_t>(octets.size() + (flags & syn ? 1 : 0));
        CHECK(border::at_host(net.run(), out, id, !inwards) == Passage::pass);
        net_layer::discard(net.run(), id);
    };
    const auto tried = [&] {
        const std::uint32_t id = net.tcp("10.0.0.10", 5000, client, 6001, syn);
        const Passage passage = border::at_host(net.run(), out, id, false);
        net_layer::discard(net.run(), id);
        return passage;
    };
    CHECK(tried() == Passage::drop);
    const Talk talk;
    pass(true, syn);
    pass(false, syn_ack);
    pass(true, ack, talk.bind());
    pass(false, ack, talk.bind_ack());
    pass(true, ack, talk.question(interface_of("store")));
    pass(false, ack, talk.answer({tower(interface_of("store"), 6001, 0)}));
    CHECK(tried() == Passage::pass);
}

TEST_CASE("no more is expected than there is room for: the oldest goes first, and is named") {
    Net net(scenario_text("", rules()));
    Line line(net);
    REQUIRE(line.open() == Passage::pass);
    line.bind({});
    for (std::uint16_t i = 0; i <= border::expected_max; ++i) {
        net.later(second);
        line.ask({}, "store", static_cast<std::uint16_t>(6001 + i), server_ipv4, 2U + i);
    }
    CHECK(expected(net) == border::expected_max);
    CHECK(has(told(net), "helper_forgets: 64 connections are expected here: that of 198.51.100.25 "
                         "to port 6001 is forgotten\n"));
    CHECK(tries(net, server, 6001) == Passage::drop);
    CHECK(tries(net, server, 6002) == Passage::pass);
    // The same answer again is no other expectation.
    line.ask({}, "store", 6002, server_ipv4, 99);
    CHECK(expected(net) == border::expected_max);
    CHECK(tries(net, server, 6003) == Passage::pass);
}

TEST_CASE("what has been read goes with its flow, and what is expected with its time") {
    Net net(scenario_text("", rules()));
    const std::uint64_t before = net.run().world.heap.live_blocks();
    Line line(net);
    REQUIRE(line.open() == Passage::pass);
    line.bind({});
    line.say(true, Talk().question(interface_of("store")).substr(0, 50));
    CHECK(net.run().world.border.helped.live() == 1);
    CHECK(net.run().world.heap.live_blocks() > before);
    REQUIRE(line.send(true, {}, 0, rst) == Passage::pass);
    net.later(11 * second);
    net.in(client, 4000, server, 135, syn_ack);  // begins nothing, but the flow is looked for
    CHECK(net.run().world.border.helped.live() == 0);
    CHECK(net.run().world.heap.live_blocks() == before);
}

TEST_CASE("a copy of the world in mid-conversation reads on as the world itself does") {
    Talk talk;
    talk.part = 40;
    const std::string question = talk.question(interface_of("store"));
    const std::string answer = talk.answer({tower(interface_of("store"), 6001, server_ipv4)});
    for (std::size_t cut = 0; cut < question.size() + answer.size(); cut += 13) {
        const std::string asked = question.substr(0, cut);
        const std::string answered = answer.substr(0, cut - asked.size());
        Net one(scenario_text("", rules()));
        Net two(scenario_text("", rules()));
        Line lines[] = {Line(one), Line(two)};
        for (Line& line : lines) {
            REQUIRE(line.open() == Passage::pass);
            line.bind(talk);
            if (!asked.empty()) line.say(true, asked, 13);
            if (!answered.empty()) line.say(false, answered, 13);
        }
        const World copy = one.run().world;
        two.run().world = copy;
        for (Line& line : lines) {
            if (asked.size() < question.size()) line.say(true, question.substr(asked.size()), 13);
            line.say(false, answer.substr(answered.size()), 13);
        }
        INFO(cut);
        CHECK(expected(one) == 1);
        CHECK(one.run().world.border == two.run().world.border);
        CHECK(views::state_fingerprint(one.run().world) ==
              views::state_fingerprint(two.run().world));
        CHECK_FALSE(copy.border == one.run().world.border);
    }
}

// Two hosts and one TCP connection between them, for tests: packets can be lost, held back or
// counted when they are about to arrive.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sim/net/network.hpp"
#include "sim/net/tcp.hpp"
#include "sim/world/simulation.hpp"
#include "tests/catch.hpp"

namespace postroad::sim::wire {

inline constexpr NodeId client = 0;
inline constexpr NodeId server = 1;
inline constexpr std::uint16_t open_port = 9;
inline constexpr Duration one_way = 20 * millisecond;

inline std::shared_ptr<Setup> two_hosts() {
    auto setup = std::make_shared<Setup>();
    setup->scenario.hosts.resize(1);
    setup->networks.resize(1);
    setup->networks[0].name = "wire";
    setup->networks[0].node = 2;
    setup->access_links = 2;
    for (std::uint32_t i = 0; i < 2; ++i) {
        HostSetup host;
        host.name = i == client ? "client" : "server";
        host.attachments.push_back({0, i, i, nothing});
        if (i == server)
            host.services.push_back(
                {open_port, net::protocol_tcp, Role::outside, scenario::Service::mta, nothing, true});
        setup->hosts.push_back(std::move(host));
        setup->addresses.push_back(net::make_v4(0x0a000001U + i));
        setup->address_host.push_back(i);
        setup->address_network.push_back(0);
        setup->address_link.push_back(i);
        LinkSetup link;
        link.end[0] = i;
        link.end[1] = 2;
        link.latency_ns = one_way / 2;
        setup->links.push_back(link);
    }
    build_routes(*setup, {true, true});
    return setup;
}

// Their lines could lose something, but so seldom that it does not happen: what is lost is the
// test's choice. Ends that close first then wait (RFC 9293 §3.6.1: TIME-WAIT).
inline std::shared_ptr<Setup> lossy_hosts() {
    auto setup = two_hosts();
    setup->links[0].loss = setup->links[1].loss = 1;  // of 2^32
    build_routes(*setup, {true, true});
    return setup;
}

inline World world_of(const std::shared_ptr<const Setup>& setup, std::uint64_t seed) {
    World world;
    world.setup = setup;
    world.seed = seed;
    world.nodes.resize(setup->nodes());
    world.tcp.links.resize(setup->links.size());
    world.tcp.hosts.resize(setup->hosts.size());
    for (std::size_t i = 0; i < setup->hosts.size(); ++i) world.tcp.hosts.edit(i) = HostState{};
    return world;
}

struct Sent {
    Time at = 0;
    NodeId from = 0;
    PacketFact packet;
    bool has(std::uint8_t flag) const { return (packet.tcp_flags & flag) != 0; }
    Why why() const { return static_cast<Why>(packet.why); }
};

// Two hosts, one connection, and a hand on every packet that is about to arrive.
class Wire {
  public:
    explicit Wire(const std::shared_ptr<const Setup>& setup = two_hosts(), std::uint64_t seed = 1)
        : simulation(world_of(setup, seed), Trace(Depth::bytes)) {
        run().on_outside = [this](std::uint32_t subject, OutsideNews what, std::string_view octets) {
            const bool at_client = subject != nothing;
            if (what == OutsideNews::opened) {
                (at_client ? client_open : server_open) = true;
                if (!at_client) server_end = last_end(server);
                const std::string& words = at_client ? client_says : server_says;
                if (!words.empty()) tcp::send(run(), at_client ? client_end : server_end, words);
                if (at_client ? client_closes : server_closes)
                    tcp::close(run(), at_client ? client_end : server_end);
            }
            if (what == OutsideNews::octets) (at_client ? client_got : server_got) += octets;
        };
    }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    Simulation simulation;
    std::string client_says, server_says;            // as soon as the connection is up
    bool client_closes = false, server_closes = false;  // and then this
    std::string client_got, server_got;
    bool client_open = false, server_open = false;
    std::uint32_t client_end = nothing, server_end = nothing;

    Run& run() { return simulation.hands(); }
    const World& world() const { return simulation.world(); }
    void connect(std::uint16_t port = open_port) {
        client_end = tcp::connect(run(), client, server, port, Role::outside, 0);
    }
    std::uint32_t last_end(NodeId host) const {
        std::uint32_t found = nothing;
        for (std::uint32_t i = 0; i < world().tcp.tcbs.size(); ++i)
            if (world().tcp.tcbs[i].conversation != 0 && world().tcp.tcbs[i].node == host)
                found = i;
        return found;
    }

    // What is done with a packet that is about to arrive: 0: nothing, `never`: it is lost, else
    // it is held back for so long. `number` counts arrivals from 1.
    using Hand = std::function<Duration(const Segment&, std::uint64_t number)>;
    void go(Time until = never, const Hand& hand = {}) {
        World& mutable_world = run().world;
        for (int events = 0; !world().agenda.empty(); ++events) {
            REQUIRE(events < 200'000);
            const Event next = mutable_world.agenda.next();
            if (next.time > until) break;
            if (hand && next.kind == static_cast<std::uint16_t>(EventKind::packet)) {
                const Duration verdict = next.detail == held ? 0
                                         : hand(world().tcp.segments[next.a], ++arrivals);
                if (verdict != 0) {
                    Event again = mutable_world.take_next();
                    if (verdict == never) {
                        net_layer::discard(run(), again.a);
                    } else {
                        again.time += verdict;
                        again.detail = held;
                        mutable_world.plan(again);
                    }
                    continue;
                }
            }
            simulation.step();
        }
        if (until != never) simulation.run_until(until);
    }
    std::uint64_t arrivals = 0;

    std::vector<Sent> sent() const {
        std::vector<Sent> out;
        for (auto at = simulation.trace().read(); !at.done(); at.next())
            if (at.row().head().fact == Fact::packet)
                out.push_back({at.row().head().time, at.row().head().node,
                               at.row().as<PacketFact>()});
        return out;
    }
    std::vector<Sent> sent(NodeId from) const {
        std::vector<Sent> out;
        for (const Sent& one : sent())
            if (one.from == from) out.push_back(one);
        return out;
    }
    std::size_t count(Why why) const {
        std::size_t found = 0;
        for (const Sent& one : sent()) found += one.why() == why;
        return found;
    }
    // How the client's end was over.
    std::vector<Ending> endings() const {
        std::vector<Ending> out;
        for (auto at = simulation.trace().read(); !at.done(); at.next())
            if (at.row().head().fact == Fact::ended) out.push_back(at.row().as<EndedFact>().how);
        return out;
    }
    void check_nothing_is_left() const {
        CHECK(world().heap.live_blocks() == 0);
        CHECK(world().tcp.tcbs.live() == 0);
        CHECK(world().tcp.items.live() == 0);
        CHECK(world().tcp.segments.live() == 0);
        CHECK(world().tcp.by_ends.size() == 0);
        CHECK(world().agenda.empty());
        CHECK(world().lively == 0);
    }

  private:
    static constexpr std::uint16_t held = 0xbeef;
};

inline std::string words(std::size_t octets, std::uint64_t seed = 3) {
    Random dice{seed, 0};
    std::string out;
    while (out.size() < octets) out += static_cast<char>(dice.below(256));
    return out;
}

}  // namespace postroad::sim::wire

// A border between two hosts inside and one outside, and packets to put through it one by one.
#pragma once

#include <string>
#include <vector>

#include "sim/net/border.hpp"
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

namespace postroad::sim::border_world {

using border::Passage;

inline constexpr std::uint8_t syn = net::tcp_syn;
inline constexpr std::uint8_t syn_ack = net::tcp_syn | net::tcp_ack;
inline constexpr std::uint8_t ack = net::tcp_ack;
inline constexpr std::uint8_t fin = net::tcp_fin | net::tcp_ack;
inline constexpr std::uint8_t rst = net::tcp_rst;

// Two hosts inside, one outside, and a border between them; `lan` and `edge` are added to.
inline std::string scenario_text(const std::string& lan, const std::string& edge,
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

inline const std::string stateful =
    "policy = \"drop\"\nrules = '''\n"
    "ct state established,related accept\n"
    "iifname \"lan\" accept\n"
    "tcp dport 25 reject with tcp reset\n"
    "udp dport 53 reject\n'''\n";
inline const std::string natted = "nat = true\npublic_address = \"203.0.113.1\"\n";

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
inline void whole_connection(Net& net) {
    REQUIRE(net.out("10.0.0.10", 4000, "198.51.100.25", 25, syn) == Passage::pass);
    REQUIRE(net.in("198.51.100.25", 25, "10.0.0.10", 4000, syn_ack) == Passage::pass);
    REQUIRE(net.out("10.0.0.10", 4000, "198.51.100.25", 25, ack) == Passage::pass);
    REQUIRE(net.out("10.0.0.10", 4000, "198.51.100.25", 25, fin) == Passage::pass);
    REQUIRE(net.in("198.51.100.25", 25, "10.0.0.10", 4000, fin) == Passage::pass);
    REQUIRE(net.out("10.0.0.10", 4000, "198.51.100.25", 25, ack) == Passage::pass);
}

inline std::string quote_of(Net& net, const Segment& segment) {
    const net::PacketHeader header = header_of(net.run(), segment);
    std::string bytes(net::packet_bytes(header), '\0');
    const std::span<std::uint8_t> out{reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    net::write_packet(header, {}, 7, out);
    bytes.resize(net::quoted_bytes(out, header.is_v4()));
    return bytes;
}

inline std::uint32_t icmp_error(Net& net, std::string_view from, std::string_view to,
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

}  // namespace postroad::sim::border_world

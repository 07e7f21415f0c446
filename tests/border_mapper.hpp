// A client outside that talks to an endpoint mapper inside, packet by packet, and what a helper at the
// border makes of it.
#pragma once

#include "sim/core/reasons.hpp"
#include "sim/net/border_expected.hpp"
#include "tests/border_net.hpp"
#include "tests/support/mapper_talk.hpp"

namespace postroad::sim::border_world {

using mapper_talk::interface_of;
using mapper_talk::Talk;
using mapper_talk::tower;

inline constexpr const char* client = "198.51.100.25";
inline constexpr const char* server = "10.0.0.10";
inline constexpr std::uint32_t server_ipv4 = 0x0a00000a, public_ipv4 = 0xcb007101;

inline std::string rules(const std::string& interfaces = {}, const std::string& first = {}) {
    return "policy = \"drop\"\nrules = '''\n"
           "ct helper rpc { type \"rpc\" protocol tcp; " + interfaces + " }\n" + first +
           "ct state established,related accept\n"
           "tcp dport 135 ct helper set \"rpc\" accept\n'''\n";
}
// The mapper's port of the border is that of the server inside, and no other port is.
inline const std::string dnat = "iifname \"internet\" tcp dport 135 dnat to 10.0.0.10\n";

// A connection through the border, from outside to the mapper, packet by packet.
class Line {
  public:
    explicit Line(Net& net, const char* to = server, std::uint16_t port = 4000)
        : net_(net), to_(to), port_(port) {}

    Passage open() {
        const Passage passage = send(true, {}, 0, syn);
        ++next_[0];
        if (passage != Passage::pass) return passage;
        send(false, {}, 0, syn_ack);
        ++next_[1];
        return send(true, {}, 0, ack);
    }
    // All of it, in packets of so many octets (0: one).
    void say(bool from_client, const std::string& octets, std::size_t piece = 0) {
        if (piece == 0) piece = octets.size();
        for (std::size_t at = 0; at < octets.size(); at += piece)
            send(from_client, octets.substr(at, piece), at, ack);
        next_[from_client ? 0 : 1] += static_cast<std::uint32_t>(octets.size());
    }
    void bind(const Talk& talk) {
        say(true, talk.bind());
        say(false, talk.bind_ack());
    }
    void ask(const Talk& talk, const char* word, std::uint16_t port,
             std::uint32_t ipv4 = server_ipv4, std::uint32_t call = 2) {
        say(true, talk.question(interface_of(word), call));
        say(false, talk.answer({tower(interface_of(word), port, ipv4)}, call));
    }
    // One packet, `at` octets behind what has been said; `arrived` is then what came of it.
    Passage send(bool from_client, const std::string& octets, std::size_t at, std::uint8_t flags) {
        // The client sees the border's address, the server its own.
        const std::uint32_t id = from_client ? net_.tcp(client, port_, to_, 135, flags)
                                             : net_.tcp(server, 135, client, port_, flags);
        const Text data = net_.run().world.heap.make(octets);
        Segment& segment = net_.run().world.tcp.segments.edit(id);
        segment.sequence = next_[from_client ? 0 : 1] + static_cast<std::uint32_t>(at);
        segment.data = data;
        segment.size = static_cast<std::uint16_t>(octets.size());
        segment.conversation = 7;
        const Passage passage = net_.cross(id, !from_client);
        const Segment after = net_.at(id);
        arrived = net_.run().world.heap.view(after.data).substr(after.offset, after.size);
        net_layer::discard(net_.run(), id);
        return passage;
    }
    void next(bool from_client, std::uint32_t octets) { next_[from_client ? 0 : 1] += octets; }
    std::string arrived;

  private:
    Net& net_;
    const char* to_;
    std::uint16_t port_;
    std::uint32_t next_[2] = {0xfffffff0, 5000};  // the first ones go past zero
};

// The decisions of helpers: "helper_expects: sentence", one a line.
inline std::string told(Net& net) {
    std::string out;
    for (auto at = net.run().trace.read(); !at.done(); at.next()) {
        if (at.row().head().fact != Fact::decision) continue;
        const auto reason = static_cast<Reason>(at.row().as<DecisionFact>().reason);
        if (!name_of(reason).starts_with("helper_")) continue;
        out += std::string(name_of(reason)) + ": " +
               sentence(reason, at.row().tail<DecisionFact>()) + "\n";
    }
    return out;
}
inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

inline std::uint32_t expected(Net& net) { return border::count_expected(net.run().world); }

inline Passage tries(Net& net, const char* to, std::uint16_t port, const char* from = client) {
    return net.in(from, 5555, to, port, syn);
}

}  // namespace postroad::sim::border_world

// One packet passes one firewall or NAT: flow, destination NAT, rules, source NAT, as a Linux
// router takes the steps. Only border*.cpp include this.
#pragma once

#include "sim/net/border.hpp"
#include "sim/net/border_flows.hpp"

namespace postroad::sim::border {

struct Checkpoint {
    NodeId place = 0;                  // whose flows
    NodeId node = 0;                   // who does it: a host or a network's node
    std::uint32_t firewall = nothing;
    std::uint32_t network = nothing;   // at its border; `nothing`: at a host
    std::uint32_t other = nothing;     // at a border: the network on the other side
    std::string_view in_name, out_name;
    bool outwards = false;
    const net::Ruleset* rules = nullptr;  // null: none, or none that does anything
    bool at_host() const { return network == nothing; }
};

Passage pass(Run& run, const Checkpoint& here, std::uint32_t segment_id);

void record_verdict(Run& run, NodeId node, std::uint32_t firewall, std::int32_t rule,
                    net::Action action, bool outwards, const Segment& packet, const Ends& ends);

}  // namespace postroad::sim::border

// Stateful filtering and address translation where a packet passes a firewall or a NAT.
#pragma once

#include "sim/world/run.hpp"

namespace postroad::sim::border {

enum class Passage : std::uint8_t {
    pass,      // maybe with other addresses: the segment has been edited
    drop,      // silently; the verdict is recorded
    reject,    // an answer has been sent back; the verdict is recorded
};

// A packet passes host `host`'s own firewall, outwards or inwards. True when the host has one.
bool host_has_firewall(const Run& run, NodeId host);
Passage at_host(Run& run, NodeId host, std::uint32_t segment, bool outwards);

// A packet passes the border of `network`, going to or coming from `other_network`: ISP port
// blocks, the network's firewall, its NAT. The owner of the border's state is the network's node.
bool network_has_border(const Run& run, std::uint32_t network);
Passage at_network(Run& run, std::uint32_t network, std::uint32_t other_network,
                   std::uint32_t segment, bool outwards);

// VerdictFact::rule where a border's NAT lets nothing through, for nobody outside can know the
// address; no firewall is named then.
inline constexpr std::int32_t rule_of_nat = -2;
// Whether this is an address behind a NAT: from outside it is reached by mappings and in the answers
// to what it has begun, and not by itself (RFC 3022 §2).
bool hides(const Setup& setup, AddressId address);

// The rules of a firewall have changed: what was admitted stays admitted (as nftables does).
void rules_changed(Run& run, std::uint32_t firewall);

}  // namespace postroad::sim::border

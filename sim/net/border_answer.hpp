// What a border or a host sends back for a packet that it rejects. Only border*.cpp include this.
#pragma once

#include "sim/world/run.hpp"

namespace postroad::sim::border {

// `from`: a host or a network's node. False when the packet is one that is not answered: a reset,
// an ICMP error. `about` is the packet as it came, before any translation.
bool send_back(Run& run, NodeId from, const Segment& about, const net::Reject& how);

}  // namespace postroad::sim::border

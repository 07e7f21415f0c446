// Who a UDP datagram is for, by its port: a service that listens, a question of the host's own that
// waits for its answer there, or somebody outside the world.
#pragma once

#include "sim/world/run.hpp"

namespace postroad::sim::datagrams {

// A datagram has reached its host (the segment stays the caller's). False: nobody is at that port.
bool arrived(Run& run, NodeId host, std::uint32_t segment);

// ICMP says that a datagram of ours will not be answered.
void unreachable(Run& run, NodeId host, const Segment& quoted);

}  // namespace postroad::sim::datagrams

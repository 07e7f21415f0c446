// The helper "rpc": reads what a client asks the endpoint mapper and what it is told, and expects
// the connection that will follow. Only border*.cpp include this.
#pragma once

#include "sim/net/border_pass.hpp"

namespace postroad::sim::border {

inline constexpr std::uint32_t early_max = 16;             // packets kept until those before them come
inline constexpr std::size_t early_octets_max = 32 << 10;  // of one flow

// The rules have set their helper `helper` for a flow that `first` begins.
void attach_helper(Run& run, const Checkpoint& here, std::uint32_t flow, std::uint8_t helper,
                   const Segment& first);

// A packet of the flow has been let through, as it came, not translated yet. May write over
// addresses in its payload.
void read_along(Run& run, NodeId node, std::uint32_t flow, std::uint32_t segment, bool reply);

// The flow goes.
void detach_helper(Run& run, std::uint32_t flow);

}  // namespace postroad::sim::border

// A World at its first moment: tables for every node, and the happenings the scenario declares.
#pragma once

#include "sim/world/world.hpp"

namespace postroad::sim {

// The same Setup and seed give the same World. On the agenda: timeline (a: index), workloads
// (a: index) at their start, outages (a: link, b: 1 down, 0 up).
World make_world(std::shared_ptr<const Setup> setup, std::uint64_t seed);

// Whom an entry of the timeline concerns: the sender's device, a link's first end, the host …;
// node 0 when it is nobody in particular.
NodeId node_of(const Setup& setup, const scenario::Action& action);

}  // namespace postroad::sim

// Asking the processor for the records that events will touch, before they happen. It changes how
// long a run takes and nothing else.
#pragma once

#include <span>

#include "sim/world/world.hpp"

namespace postroad::sim {

// `events` are about to happen, in any order. Worth its while where several of them are.
void prefetch(const World& world, std::span<const Event> events);

}  // namespace postroad::sim

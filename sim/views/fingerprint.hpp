// Fingerprints in 16 hex digits: of what a run has recorded, and of the whole state of a World.
#pragma once

#include <string>

#include "sim/world/simulation.hpp"

namespace postroad::sim::views {

// The chains over all facts that every depth records, in node order: sim/world/simulation.hpp.
using sim::fingerprint;

// Every table, page by page, and the clock: equal Worlds have equal ones. The scenario is in it,
// where its Trace stood is not.
std::string state_fingerprint(const World& world);

}  // namespace postroad::sim::views

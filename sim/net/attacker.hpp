// Somebody on a link: reads what packets carry, and may change it.
#pragma once

#include "sim/world/run.hpp"

namespace postroad::sim::attacker {

// A packet enters the attacker's link from `from`. What was learnt and changed is recorded.
void meet(Run& run, const LinkSetup& link, NodeId from, std::uint32_t segment_id);

}  // namespace postroad::sim::attacker

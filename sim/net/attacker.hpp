// Somebody on a link: reads what packets carry, and may change it, take it away, lead it elsewhere.
#pragma once

#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::attacker {

// A packet enters the attacker's link from `from`. What was learnt and changed is recorded. False:
// he lets it not through.
bool meet(Run& run, const LinkSetup& link, NodeId from, std::uint32_t segment_id);

// What a server says or hears in the clear that works for somebody on `link`.
void overhear(Run& run, std::uint32_t link, NodeId node, Id conversation, std::string_view words);

// From the session layer: a connection in which he says again what he has heard has news.
void replay_heard(Run& run, std::uint32_t connection, OutsideNews news);

}  // namespace postroad::sim::attacker

// What somebody on a link makes of the words that he sees there.
#pragma once

#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::attacker {

// A packet's words, or what a protected session said that he has in the clear: what is worth
// something is recorded. `node`: where the packet comes from.
void read(Run& run, const LinkSetup& link, NodeId node, Id conversation, std::string_view words);

}  // namespace postroad::sim::attacker

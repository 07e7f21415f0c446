// What somebody who reads along makes of the words he sees.
#pragma once

#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::attacker {

// Words of a conversation, as they passed `node`: what is worth something is recorded as learnt on
// `link`. A log-in of several lines is remembered between them.
void read_along(Run& run, const LinkSetup& link, NodeId node, Id conversation,
                std::string_view words);

}  // namespace postroad::sim::attacker

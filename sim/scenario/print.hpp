// Writes a scenario canonically: only what differs from the defaults, in the schema's order.
// load(print(s)) == s for every valid scenario.
#pragma once

#include "sim/scenario/scenario.hpp"

#include <string>

namespace postroad::scenario {

std::string print(const Scenario& scenario);

}  // namespace postroad::scenario

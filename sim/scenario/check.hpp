// What makes a scenario impossible or unlikely although each value in it is well-formed: names
// that lead nowhere, addresses outside their network, people without a mailbox.
#pragma once

#include "sim/scenario/load.hpp"

namespace postroad::scenario {

// `declared` is what was written, `complete` the same with the rest worked out. Problems stand
// where `places` says; without places (a scenario made by a program) they name the path.
void check(const Scenario& declared, const Scenario& complete, const Places& places,
           Problems& problems);

}  // namespace postroad::scenario

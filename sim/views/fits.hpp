// Whether a Trace can be one of this scenario: for whoever reads a file that somebody gave him.
#pragma once

#include <string>

#include "sim/core/trace.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim::views {

// Empty when the rows are in the order of time and name only hosts and reasons that there are; else
// a sentence about the first that does not. The views trust what has passed.
std::string misfit(const Trace& trace, const Setup& setup);

}  // namespace postroad::sim::views

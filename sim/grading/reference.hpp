// labs/CHECKS.md, written from the table of kinds.
#pragma once

#include <string>

namespace postroad::sim::grading {

// The whole of labs/CHECKS.md.
std::string checks_reference();

}  // namespace postroad::sim::grading

// Editing one record set of a zone's master file.
#pragma once

#include <string>

#include "sim/scenario/scenario.hpp"

namespace postroad::sim::changes {

// Sets, adds or removes a record of the zone whose master file is `text`; the text becomes the
// edited zone in canonical order. False, and nothing has changed, when the record is malformed.
bool edit_zone(std::string& text, const std::string& origin, const scenario::RecordChange& change,
               std::string& error);

}  // namespace postroad::sim::changes

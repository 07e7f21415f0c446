// Why was that said? The decisions that stand between a row and what it answers.
#pragma once

#include <vector>

#include "viz/model/recording.hpp"

namespace postroad::viz {

// Decisions and firewalls' verdicts, in time order, the last few. Of a line of a dialogue:
// what its speaker decided since the line before in that connection. Of anything else: what the same
// host decided at that moment, or about the same message or connection just before.
std::vector<RowWords> decided_before(const Recording& run, std::size_t entry);

}  // namespace postroad::viz

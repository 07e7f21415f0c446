// Why a row came to be: what its host, or its connection's firewalls, decided just before it.
#pragma once

#include <vector>

#include "viz/model/recording.hpp"

namespace postroad::viz {

// The last decisions and verdicts among the entries before `until`, the latest first, that are of
// the same host or about the same thing as `said`, and at most 50 ms older than `time`.
std::vector<RowWords> decided_before(const Recording& run, std::size_t until, Time time,
                                     const Who& said, std::size_t most = 3);

}  // namespace postroad::viz

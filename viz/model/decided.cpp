// Looks back from a row for what led to it.
#include "viz/model/decided.hpp"

namespace postroad::viz {

std::vector<RowWords> decided_before(const Recording& run, std::size_t until, Time time,
                                     const Who& said, std::size_t most) {
    std::vector<RowWords> out;
    for (std::size_t i = until; i-- > 0 && out.size() < most;) {
        const Kind kind = run.entries.kind(i);
        if (run.time_of(i) + 50 * millisecond < time) break;
        if (kind != Kind::decision && kind != Kind::verdict) continue;
        RowWords reason = words_at(run, run.entries[i]);
        if (reason.from != said.from && reason.subject != said.subject) continue;
        out.push_back(std::move(reason));
    }
    return out;
}

}  // namespace postroad::viz

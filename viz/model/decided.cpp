// A short way back from the row.
#include "viz/model/decided.hpp"

#include <algorithm>

namespace postroad::viz {

std::vector<RowWords> decided_before(const Recording& run, std::size_t entry) {
    constexpr std::size_t most = 4, rows_back = 600;
    constexpr Duration just_before = 50 * millisecond;
    std::vector<RowWords> out;
    const Who said = who_at(run, run.entries[entry]);
    const Time time = run.time_of(entry);
    const bool line = run.entries.kind(entry) == Kind::line;
    for (std::size_t i = entry; i-- > 0 && out.size() < most && entry - i < rows_back;) {
        const Kind kind = run.entries.kind(i);
        if (kind != Kind::decision && kind != Kind::verdict && kind != Kind::line) {
            if (!line && run.time_of(i) + just_before < time) break;
            continue;
        }
        const Who other = who_at(run, run.entries[i]);
        if (kind == Kind::line) {
            if (line && other.subject == said.subject) break;
            continue;
        }
        const Time then = run.time_of(i);
        if (!line && then + just_before < time) break;
        const bool same = other.subject == said.subject && other.subject != 0;
        const bool own = other.from == said.from;
        if (kind == Kind::verdict ? same : own && (same || then == time))
            out.push_back(words_at(run, run.entries[i]));
    }
    std::reverse(out.begin(), out.end());
    return out;
}

}  // namespace postroad::viz

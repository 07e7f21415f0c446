// The kinds of rows as panels name them: a switch each.
#pragma once

#include <array>

#include "viz/model/entries.hpp"

namespace postroad::viz {

struct KindGroup {
    const char* label;
    std::uint32_t kinds;
};

inline constexpr std::array<KindGroup, 6> kind_groups{{
    {"Lines", bit(Kind::connection) | bit(Kind::line) | bit(Kind::change) | bit(Kind::tls)},
    {"Reasons", bit(Kind::decision)},
    {"DNS", bit(Kind::lookup) | bit(Kind::datagram)},
    {"Mail", bit(Kind::queue) | bit(Kind::custody) | bit(Kind::mailbox)},
    {"Firewall", bit(Kind::verdict) | bit(Kind::lost) | bit(Kind::altered)},
    {"Segments", bit(Kind::segment)},
}};

// Until somebody chooses: all but segments, which say nothing in words.
inline constexpr std::uint32_t kinds_at_first = [] {
    std::uint32_t out = 0;
    for (const KindGroup& group : kind_groups) out |= group.kinds;
    return out & ~bit(Kind::segment);
}();

}  // namespace postroad::viz

// Connections that a helper has read of and that are let in as `related`. Only border*.cpp and tests
// include this.
#pragma once

#include "sim/net/border_flows.hpp"

namespace postroad::sim::border {

// Five minutes, as most of Linux's helpers have it; the connection may be made more than once until
// then, as Cisco's inspection of DCE RPC has it: RPC clients keep several. Another answer begins the
// time anew. The end of the conversation in which it was read changes nothing.
inline constexpr Duration expected_for_ns = 300 * second;
inline constexpr std::uint32_t expected_max = 64;  // at one place; then the oldest goes

// `expected` without the record's own fields and its end.
void expect(Run& run, NodeId node, const Expectation& expected);

struct Expected {
    bool found = false;
    AddressId target_after = nothing;
};
// Whether the packet begins a connection that is expected. What has run out is removed on the way.
Expected find_expected(Run& run, NodeId place, const Segment& segment);

// How many are expected now, of all places.
std::uint32_t count_expected(const World& world);

}  // namespace postroad::sim::border

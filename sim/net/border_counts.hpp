// What each rule of a firewall has met: packets and octets, for the views.
#pragma once

#include "sim/world/run.hpp"

namespace postroad::sim::border {

// Of rule `rule` (from 0; -1: the policy) of the firewall as it is now.
RuleCount count_of(const World& world, std::uint32_t firewall, std::int32_t rule);

// A packet of so many octets met the rule that decided, and those rules before it that only
// count or log (net::Verdict::noted).
void count(Run& run, std::uint32_t firewall, std::int32_t rule, std::uint64_t noted,
           std::uint64_t octets);

// The rules may have changed: a rule that stayed keeps its counts, wherever it stands now.
void lay_out_counts(Run& run, std::uint32_t firewall);

}  // namespace postroad::sim::border

// Random worlds that are valid scenarios, for tests that must hold in any world.
#pragma once

#include "sim/scenario/scenario.hpp"

namespace postroad::scenario {

struct Sizes {
    std::uint32_t organisations_max = 4;  // at least two
    std::uint32_t people_max = 4;         // in each organisation, at least one
    std::uint32_t mails_max = 12;         // on the timeline, at least one
    bool trouble = true;                  // loss, outages, hosts that go down, edited rules
};

// The same seed gives the same scenario everywhere. It ends by itself.
Scenario generate(std::uint64_t seed, const Sizes& sizes = {});

}  // namespace postroad::scenario

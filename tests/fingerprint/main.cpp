// Prints what every lab and a hundred generated worlds come to, a line each, so that builds by
// different compilers can be compared. It needs sim and protocols alone.
#include <cinttypes>
#include <cstdio>

#include "sim/views/fingerprint.hpp"
#include "tests/support/worlds.hpp"

using namespace postroad;

namespace {

bool print(const worlds::Case& one) {
    if (!one.setup) {
        std::fprintf(stderr, "%s: %s\n", one.name.c_str(), one.problem.c_str());
        return false;
    }
    const auto simulation = worlds::start(one);
    sim::run_whole(*simulation, {});
    const sim::World& world = simulation->world();
    std::printf("%s %s %s %" PRIu64 "\n", one.name.c_str(),
                sim::views::fingerprint(world).c_str(),
                sim::views::state_fingerprint(world).c_str(), world.events_done);
    return true;
}

}  // namespace

int main() {
    bool all = true;
    for (const worlds::Case& one : worlds::labs()) all = print(one) && all;
    scenario::Sizes sizes;
    sizes.people_max = 3;
    sizes.mails_max = 6;
    for (std::uint64_t seed = 1; seed <= 100; ++seed)
        all = print(worlds::generated(seed, sizes)) && all;
    return all ? 0 : 1;
}

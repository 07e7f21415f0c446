// A World is a value: copied at any moment of a busy run it equals the original, goes on as the
// original does, and is not touched by what becomes of it.
#include "sim/views/fingerprint.hpp"
#include "tests/catch.hpp"
#include "tests/support/worlds.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

worlds::Case busy() {
    scenario::Sizes sizes;
    sizes.organisations_max = 4;
    sizes.people_max = 6;
    sizes.mails_max = 60;
    for (std::uint64_t seed = 1;; ++seed) {
        worlds::Case one = worlds::generated(seed, sizes);
        INFO(one.problem);
        REQUIRE(one.setup != nullptr);
        const auto run = worlds::start(one);
        run_whole(*run, {});
        if (run->world().events_done > 8'000) return one;
        REQUIRE(seed < 50);
    }
}

struct Kept {
    World world;
    std::string state;
};

}  // namespace

TEST_CASE("a world copied at a thousand random moments equals the original and goes on like it") {
    const worlds::Case one = busy();
    const auto whole = worlds::start(one);
    run_whole(*whole, {});
    const std::uint64_t events = whole->world().events_done;
    const std::uint64_t end = whole->world().now;
    const std::string last = views::state_fingerprint(whole->world());

    Random dice{2026, 0};
    const auto original = worlds::start(one);
    std::vector<Kept> kept;
    std::uint64_t copies = 0;
    std::uint64_t at_rest = 0;
    while (copies < 1000) {
        const std::uint64_t left = events - original->world().events_done;
        const std::uint64_t steps = 1 + dice.below(2 * left / (1000 - copies) + 1);
        for (std::uint64_t i = 0; i < steps && original->world().events_done < events; ++i)
            original->step();
        ++copies;

        const World copy = original->world();
        CHECK(copy == original->world());
        const World of_copy = copy;
        CHECK(of_copy == original->world());
        at_rest += copy.tcp.tcbs.live() == 0 ? 1U : 0U;

        if (copies % 10 == 0) kept.push_back({copy, views::state_fingerprint(copy)});
        if (copies % 5 != 0) continue;
        // The copy goes on first and the original is not touched; then the original catches up.
        const std::string before = views::state_fingerprint(original->world());
        Simulation other(of_copy, Trace(Depth::summary, Trace::Keep::recycled));
        const std::uint64_t further = 1 + dice.below(40);
        for (std::uint64_t i = 0; i < further && other.world().events_done < events; ++i)
            other.step();
        CHECK(views::state_fingerprint(original->world()) == before);
        CHECK(copy == original->world());
        while (original->world().events_done < other.world().events_done) original->step();
        // Where a Trace stood is not part of a world's state; all else is.
        CHECK(other.world() == original->world());
        CHECK(views::state_fingerprint(other.world()) ==
              views::state_fingerprint(original->world()));
    }
    CHECK(at_rest < 500);  // the moments were of a busy world
    original->run_until(end);
    CHECK(views::state_fingerprint(original->world()) == last);

    // The old copies are as they were, and still good to run: each comes to the same end.
    REQUIRE(kept.size() == 100);
    for (std::size_t i = 0; i < kept.size(); ++i) {
        CHECK(views::state_fingerprint(kept[i].world) == kept[i].state);
        if (i % 10 != 0) continue;
        Simulation again(kept[i].world, Trace(Depth::summary, Trace::Keep::recycled));
        again.run_until(end);
        CHECK(views::state_fingerprint(again.world()) == last);
        CHECK(views::state_fingerprint(kept[i].world) == kept[i].state);
    }
}

TEST_CASE("worlds at different moments are not equal") {
    const worlds::Case one = worlds::generated(5);
    REQUIRE(one.setup != nullptr);
    const auto run = worlds::start(one);
    World before = run->world();
    int steps = 0;
    for (; run->step() && steps < 300; ++steps) {
        CHECK_FALSE(before == run->world());
        CHECK(views::state_fingerprint(before) != views::state_fingerprint(run->world()));
        before = run->world();
    }
    CHECK(steps == 300);
}

TEST_CASE("a copied world outlives the one it was copied from") {
    const worlds::Case one = worlds::generated(7);
    REQUIRE(one.setup != nullptr);
    auto run = worlds::start(one);
    for (int i = 0; i < 200; ++i) run->step();
    const World copy = run->world();
    const std::string state = views::state_fingerprint(copy);
    run_whole(*run, {});
    const std::string last = views::state_fingerprint(run->world());
    const Time end = run->world().now;
    run.reset();
    CHECK(views::state_fingerprint(copy) == state);
    Simulation again(copy, Trace(Depth::bytes));
    again.run_until(end);
    CHECK(views::state_fingerprint(again.world()) == last);
}

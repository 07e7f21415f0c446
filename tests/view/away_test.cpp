// What takes long is worked out while frames go on: far ways, and who breaks.
#include "tests/view/scene.hpp"
#include "viz/model/later.hpp"
#include "viz/model/what_if.hpp"

namespace postroad::viz {

TEST_CASE("an answer comes later, once, and work that nobody wants is told so") {
    Later<int> later;
    CHECK_FALSE(later.take());
    later.begin([](const std::atomic<bool>&) { return 7; });
    CHECK(later.busy());
    later.wait();
    CHECK(later.busy());
    CHECK(later.take() == 7);
    CHECK_FALSE(later.busy());
    CHECK_FALSE(later.take());
    std::atomic<bool> seen{false};
    later.begin([&](const std::atomic<bool>& unwanted) {
        while (!unwanted) std::this_thread::yield();
        seen = true;
        return 8;
    });
    later.drop();
    CHECK(seen);
    CHECK_FALSE(later.take());
}

TEST_CASE("who is not patient stays where he was until he arrives, and arrives where a patient one does") {
    Recording& run = run_of("05-the-mx-ladder");
    std::vector<sim::World> worlds;
    const std::vector<std::size_t> ways = {run.entries.size() - 1, 40, run.entries.size() / 2, 3};
    {
        Player patient(run);
        for (const std::size_t entry : ways) {
            patient.go_to_entry(entry);
            worlds.push_back(patient.world());
        }
    }
    Player player(run);
    player.patient = false;
    for (std::size_t i = 0; i < ways.size(); ++i) {
        const std::size_t before = player.happened();
        const sim::World was = player.world();
        player.go_to_entry(ways[i]);
        CHECK(player.happened() == before);  // it sets out in arrive()
        for (;;) {
            player.arrive();
            if (!player.away()) break;
            CHECK(player.happened() == before);
            CHECK(player.world() == was);
            CHECK_FALSE(player.step(Step::row, true));
        }
        CHECK(player.happened() == ways[i] + 1);
        CHECK(player.world() == worlds[i]);
    }
    // Of several wishes the last one counts.
    player.go_to_entry(10);
    player.go_to_entry(20);
    player.go_to_end();
    do player.arrive();
    while (player.away());
    CHECK(player.now() == run.end());
    CHECK(run.replayed_trace().divergence() == ~std::uint64_t{0});
}

TEST_CASE("the history is lent on the way, and the way goes on behind it") {
    Recording& run = run_of("00-first-message");
    Player player(run);
    player.patient = false;
    std::atomic<std::uint64_t> lent_at{0};
    player.go_to_entry(30);
    player.arrive();
    player.lend([&](sim::History& history) { lent_at = history.now().trace().position(); });
    do player.arrive();
    while (player.away() || lent_at == 0);
    CHECK(player.happened() == 31);
    CHECK(lent_at > run.entries.position(30));
}

TEST_CASE("who breaks is worked out while frames go on, and is what a patient one hears") {
    Recording& run = run_of("07-port-25-is-blocked");
    const std::string own = "firewall = { firewall = \"" + run.setup().firewalls.front().name +
                            "\", edit = \"insert\", position = 1, rule = \"tcp dport 587 drop\" }";
    Player player(run);
    player.go_to(run.end() / 2);
    const sim::World here = player.world();

    Trial patient;
    patient.begin(player, own, true, true);
    REQUIRE(patient.arrived(player));
    INFO(patient.error);
    REQUIRE(patient.done != nullptr);
    CHECK(patient.done->at == 0);
    CHECK(player.world() == here);

    player.patient = false;
    Trial trial;
    trial.begin(player, own, true, true);
    CHECK(trial.busy());
    CHECK_FALSE(trial.arrived(player));  // nobody has set out yet
    unsigned frames = 0;
    do {
        player.arrive();
        ++frames;
        CHECK(trial.share() <= 1);
    } while (!trial.arrived(player));
    CHECK(frames > 0);
    CHECK_FALSE(trial.busy());
    REQUIRE(trial.done != nullptr);
    CHECK(trial.done->same == patient.done->same);
    CHECK(trial.done->is.size() == patient.done->is.size());
    REQUIRE(trial.who.size() == patient.who.size());
    for (std::size_t i = 0; i < trial.who.size(); ++i) CHECK(trial.who[i].is == patient.who[i].is);
    while (player.away()) player.arrive();
    CHECK(player.world() == here);

    trial.begin(player, "firewall = { frewall = \"x\" }", false, true);
    do player.arrive();
    while (!trial.arrived(player));
    CHECK_FALSE(trial.error.empty());
    CHECK(trial.done == nullptr);

    // One that nobody waits for any more is given up.
    trial.begin(player, own, true, true);
    trial.drop();
    CHECK_FALSE(trial.busy());
    do player.arrive();
    while (player.away());
    CHECK(run.replayed_trace().divergence() == ~std::uint64_t{0});
}

}  // namespace postroad::viz

// Forward and back: what is shown is the World of that moment, however we came there.
#include "tests/view/scene.hpp"
#include "viz/model/what_if.hpp"

namespace postroad::viz {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("a step to every row finds the world that recorded it") {
    Recording& run = run_of("00-first-message");
    Player player(run);
    for (std::size_t i = 0; i < run.entries.size(); ++i) {
        player.go_to_entry(i);
        INFO("entry " << i << ": " << words_at(run, run.entries[i]).text);
        REQUIRE(player.happened() == i + 1);
        REQUIRE(player.now() == run.time_of(i));
        REQUIRE(player.world().now == run.time_of(i));
        REQUIRE(run.replayed_trace().position() > run.entries[i].position());
    }
    CHECK(run.replayed_trace().divergence() == ~std::uint64_t{0});
}

TEST_CASE("the world reached by stepping back is the world reached by going on") {
    Recording& run = run_of("05-the-mx-ladder");
    Player player(run);
    std::vector<sim::World> worlds;
    std::vector<std::size_t> at;
    player.go_to_start();
    while (at.size() < 60 && player.step(Step::message, true)) {
        worlds.push_back(player.world());
        at.push_back(player.happened());
    }
    REQUIRE(at.size() > 8);
    player.go_to_end();
    for (std::size_t i = at.size(); i-- > 0;) {
        player.go_to_entry(at[i] - 1);
        CHECK(player.world() == worlds[i]);
    }
    CHECK(run.replayed_trace().divergence() == ~std::uint64_t{0});
}

TEST_CASE("each kind of step goes to its kind, and back again") {
    Recording& run = run_of("07-port-25-is-blocked");
    Player player(run);
    for (int kind = 0; kind < count_of_steps; ++kind) {
        const Step step = static_cast<Step>(kind);
        if (step == Step::bounce || step == Step::tls_failure) continue;  // there are none in this lab
        INFO(name_of(step));
        player.go_to_start();
        std::vector<std::size_t> way;
        while (way.size() < 12 && player.step(step, true)) {
            way.push_back(player.happened());
            const Entry entry = *player.current();
            if (step == Step::line) CHECK(entry.kind() == Kind::line);
            if (step == Step::failure) CHECK(entry.failure());
            if (step == Step::message) CHECK(entry.kind() == Kind::custody);
        }
        REQUIRE(way.size() > 1);
        for (std::size_t i = way.size() - 1; i-- > 0;) {
            REQUIRE(player.step(step, false));
            CHECK(player.happened() == way[i]);
        }
        // Before the first row and packet is the start; before the first of another kind nothing.
        const bool to_start = step == Step::row || step == Step::packet;
        const std::size_t first = player.happened();
        CHECK(player.step(step, false) == to_start);
        CHECK(player.happened() == (to_start ? 0 : first));
        CHECK_FALSE(player.step(step, false));
    }
}

TEST_CASE("playing comes to the end and stops there") {
    Recording& run = run_of("00-first-message");
    Player player(run);
    for (const double speed : {0.0, 1000.0}) {
        player.go_to_start();
        player.speed = speed;
        player.playing = true;
        unsigned frames = 0;
        std::size_t before = 0;
        while (player.playing && frames < 20'000) {
            player.tick(1.0 / 30);
            CHECK(player.happened() >= before);
            before = player.happened();
            ++frames;
        }
        CHECK(player.now() == run.end());
        CHECK(player.happened() == run.entries.size());
    }
}

TEST_CASE("a bookmark is gone back to") {
    Player player(run_of("00-first-message"));
    player.go_to_entry(20);
    player.toggle_bookmark();
    player.go_to_end();
    CHECK_FALSE(player.go_to_bookmark(true));
    REQUIRE(player.go_to_bookmark(false));
    CHECK(player.happened() == 21);
    player.toggle_bookmark();
    CHECK(player.bookmarks.empty());
}

TEST_CASE("the story's clock never goes back and leads back to where it came from") {
    const Recording& run = run_of("05-the-mx-ladder");
    double before = -1;
    for (std::size_t i = 0; i < run.entries.size(); i += 7) {
        const Time moment = run.time_of(i);
        const double seconds = run.story.seconds_at(moment);
        CHECK(seconds >= before);
        before = seconds;
        const Time back = run.story.moment_at(seconds);
        CHECK((back > moment ? back - moment : moment - back) <= 1 + moment / 1'000'000);
    }
    CHECK(run.story.length() > 1);
    CHECK(run.story.length() < 600);  // half an hour of simulated time, told in minutes
}

TEST_CASE("networks do not overlap and hold their hosts, the same every time") {
    const auto judge = [](const sim::Setup& setup, bool upright) {
        const Layout layout = make_layout(setup, upright);
        const Layout again = make_layout(setup, upright);
        for (std::size_t a = 0; a < layout.networks.size(); ++a) {
            const Box& one = layout.networks[a];
            CHECK(one.min.x == again.networks[a].min.x);
            CHECK(one.min.y == again.networks[a].min.y);
            CHECK(one.max.x <= layout.size.x);
            CHECK(one.max.y <= layout.size.y);
            for (std::size_t b = a + 1; b < layout.networks.size(); ++b) {
                const Box& other = layout.networks[b];
                const bool apart = one.max.x <= other.min.x || other.max.x <= one.min.x ||
                                   one.max.y <= other.min.y || other.max.y <= one.min.y;
                CHECK(apart);
            }
        }
        for (std::size_t a = 0; a < layout.hosts.size(); ++a) {
            const Box& home = layout.networks[setup.hosts[a].attachments.front().network];
            CHECK(layout.hosts[a].x - Layout::host_width / 2 >= home.min.x);
            CHECK(layout.hosts[a].x + Layout::host_width / 2 <= home.max.x);
            CHECK(layout.hosts[a].y - Layout::host_height / 2 >= home.min.y);
            CHECK(layout.hosts[a].y + Layout::host_height / 2 <= home.max.y);
            for (std::size_t b = 0; b < a; ++b) {
                const bool apart =
                    std::abs(layout.hosts[a].x - layout.hosts[b].x) >= Layout::host_width ||
                    std::abs(layout.hosts[a].y - layout.hosts[b].y) >= Layout::host_height;
                CHECK(apart);
            }
        }
    };
    for (const std::string& lab : labs())
        for (const bool upright : {false, true}) judge(run_of(lab).setup(), upright);
}

TEST_CASE("every lab has a walkthrough whose stops are found, one behind the other") {
    for (const std::string& lab : labs()) {
        INFO(lab);
        std::string error;
        const auto walkthrough = walkthrough_of(lab, error);
        INFO(error);
        REQUIRE(walkthrough);
        CHECK(walkthrough->stops.size() >= 2);
        std::size_t before = 0;
        for (const Stop& stop : walkthrough->stops) {
            CHECK((stop.title + stop.text).find('`') == std::string::npos);  // nobody draws them
            CHECK(stop.entry >= before);
            CHECK(stop.text.size() < 420);  // it must fit the card at 1280 pixels
            before = stop.entry;
        }
    }
}

TEST_CASE("a walkthrough's mistake is told with its line") {
    const Recording& run = run_of("00-first-message");
    std::string error;
    const auto read = [&](const char* text) {
        return read_walkthrough(text, "w.toml", run, error).has_value();
    };
    CHECK_FALSE(read("[[stop]]\ntext = \"a\"\non = \"never said\"\n"));
    CHECK_THAT(error, ContainsSubstring("w.toml:1: nothing in this run says \"never said\""));
    CHECK_FALSE(read("[[stop]]\ntext = \"a\"\nat = \"0s\"\npanl = \"map\"\n"));
    CHECK_THAT(error, ContainsSubstring("w.toml:4: a stop has no key \"panl\"; did you mean \"panel\"?"));
    CHECK_FALSE(read("[[stop]]\ntext = \"a\"\n"));
    CHECK_THAT(error, ContainsSubstring("needs `text`, and `on` or `at`"));
    CHECK_FALSE(read("[[stop]\n"));
    CHECK_THAT(error, ContainsSubstring("w.toml:1:"));
    CHECK_FALSE(read(""));
    CHECK(read("[[stop]]\ntext = \"a\"\nat = \"0s\"\n"));
}

TEST_CASE("what if: the runs are alike up to the change, and the run itself stays") {
    Recording& run = run_of("00-first-message");
    Player player(run);
    player.go_to(50 * millisecond);
    const sim::World before = player.world();
    std::string error;
    const auto down = what_if(player, "host = { host = \"post\", state = \"down\" }", error);
    INFO(error);
    REQUIRE(down);
    CHECK(down->parts());
    // It goes as far as the run itself.
    CHECK(down->other->time_of(down->other->entries.size() - 1) <= run.end());
    CHECK(down->was_counts.delivered == 1);
    CHECK(down->is_counts.delivered == 0);
    CHECK(player.world() == before);
    CHECK(run.replayed_trace().divergence() == ~std::uint64_t{0});

    const auto nothing = what_if(player, "host = { host = \"bob-pc\", state = \"up\" }", error);
    INFO(error);
    REQUIRE(nothing);
    CHECK_FALSE(nothing->parts());

    CHECK(what_if(player, "host = { hst = \"post\" }", error) == nullptr);
    CHECK_THAT(error, ContainsSubstring("did you mean"));
}

}  // namespace postroad::viz

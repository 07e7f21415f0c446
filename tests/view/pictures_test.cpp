// Pictures of every panel and every lab, and hands on the window: looked at as pixels and as state.
#include "tests/view/scene.hpp"

namespace postroad::viz {
namespace {

constexpr unsigned width = 640, height = 400;
// Where panels are at this size: below the header, above the timeline.
constexpr unsigned body_top = 30, body_end = 320;
}  // namespace

TEST_CASE("every panel draws something of every lab, byte for byte the same twice") {
    for (const std::string& lab : labs()) {
        Pixels first[8];
        for (const bool again : {false, true}) {
            Scene scene(lab);
            scene.app.view().player.go_to(run_of(lab).end() / 3);
            const auto names = scene.app.panel_names();
            REQUIRE(names.size() == 8);
            for (std::size_t i = 0; i < names.size(); ++i) {
                INFO(lab << ": " << names[i]);
                REQUIRE(scene.app.show_only(names[i]));
                const Pixels picture = scene.picture();
                if (again) {
                    CHECK(picture == first[i]);
                    continue;
                }
                first[i] = picture;
                // Letters have edges in many shades: an empty panel has three colours.
                CHECK(colours_in(picture, width, 10, body_top, width - 10, body_end) > 12);
                for (std::size_t other = 0; other < i; ++other)
                    CHECK(difference(picture, first[other]) > 0.002);
            }
        }
    }
}

TEST_CASE("the command's two sizes and both grounds are drawn, each its own") {
    for (const bool dark : {true, false}) {
        Scene scene("00-first-message", 2560 / 2, 1440 / 2, 1);
        scene.app.view().theme.dark = dark;
        scene.app.view().player.go_to(2 * millisecond);
        const Pixels picture = scene.picture();
        const int ground = picture[0];
        CHECK((dark ? ground < 60 : ground > 200));
        CHECK(colours_in(picture, 1280, 0, 0, 1280, 720) > 100);
    }
}

TEST_CASE("the map shows another picture when a packet has moved on") {
    Scene scene("00-first-message");
    REQUIRE(scene.app.show_only("map"));
    Player& player = scene.app.view().player;
    player.go_to_start();
    const Pixels before = scene.picture();
    REQUIRE(player.step(Step::packet, true));
    const Pixels packet = scene.picture();
    CHECK(difference(before, packet) > 0.002);
    player.go_to_start();
    CHECK(scene.picture() == before);
}

TEST_CASE("Space goes through a walkthrough, Backspace back, Escape out of it") {
    std::string error;
    Scene scene("00-first-message", width, height, 0.6F, walkthrough_of("00-first-message", error));
    REQUIRE(scene.app.in_walkthrough());
    CHECK(scene.app.stop() == 0);
    CHECK(scene.app.view().player.happened() == 0);
    const Pixels first = scene.picture();
    scene.key(Key::space);
    CHECK(scene.app.stop() == 1);
    const std::size_t second = scene.app.view().player.happened();
    CHECK(second > 0);
    CHECK(difference(first, scene.picture()) > 0.01);
    scene.key(Key::space);
    CHECK(scene.app.view().player.happened() > second);
    scene.key(Key::backspace);
    CHECK(scene.app.view().player.happened() == second);
    scene.key(Key::escape);
    CHECK_FALSE(scene.app.in_walkthrough());
    scene.key(Key::space);
    CHECK(scene.app.view().player.playing);
}

TEST_CASE("Backspace comes back into a walkthrough that was left, at the stop where it was left") {
    std::string error;
    Scene scene("00-first-message", width, height, 0.6F, walkthrough_of("00-first-message", error));
    const std::size_t last = scene.app.walkthrough()->stops.size() - 1;
    Player& player = scene.app.view().player;
    for (std::size_t stop = 0; stop < last; ++stop) scene.key(Key::space);
    REQUIRE(scene.app.stop() == last);
    const std::size_t there = player.happened();
    const Pixels before = scene.picture();
    scene.key(Key::space);  // past the last one
    REQUIRE_FALSE(scene.app.in_walkthrough());
    scene.key(Key::home);
    scene.letter('8');
    scene.key(Key::backspace);
    CHECK(scene.app.in_walkthrough());
    CHECK(scene.app.stop() == last);
    CHECK(player.happened() == there);
    CHECK(scene.picture() == before);
    scene.key(Key::backspace);
    CHECK(scene.app.stop() == last - 1);
    scene.key(Key::escape);
    scene.key(Key::backspace);
    CHECK(scene.app.in_walkthrough());
    CHECK(scene.app.stop() == last - 1);
}

TEST_CASE("Backspace begins no walkthrough where there is none") {
    Scene scene("00-first-message");
    scene.key(Key::backspace);
    CHECK_FALSE(scene.app.in_walkthrough());
}

TEST_CASE("the card is as high at every stop of a walkthrough") {
    std::string error;
    Scene scene("05-the-mx-ladder", width, height, 0.6F, walkthrough_of("05-the-mx-ladder", error));
    // Top and bottom of all that the card's window draws, its ground included.
    const auto card = [&] {
        scene.frames();
        std::pair<float, float> out{height, 0};
        const ImDrawData* const data = ImGui::GetDrawData();
        for (int i = 0; i < data->CmdListsCount; ++i) {
            const ImDrawList* const list = data->CmdLists[i];
            if (std::string_view(list->_OwnerName).find("/card_") == std::string_view::npos) continue;
            for (const ImDrawVert& vertex : list->VtxBuffer) {
                out.first = std::min(out.first, vertex.pos.y);
                out.second = std::max(out.second, vertex.pos.y);
            }
        }
        return out;
    };
    std::size_t shortest = ~std::size_t{0}, longest = 0;
    for (const Stop& stop : scene.app.walkthrough()->stops) {
        shortest = std::min(shortest, stop.text.size());
        longest = std::max(longest, stop.text.size());
    }
    REQUIRE(longest > 150);  // two rows of letters at this width, and one
    REQUIRE(shortest < 60);
    const auto first = card();
    REQUIRE(first.first > height / 2);
    REQUIRE(first.second > first.first);
    for (std::size_t stop = 1; stop < scene.app.walkthrough()->stops.size(); ++stop) {
        REQUIRE(scene.app.go_to_stop(stop));
        CHECK(card() == first);
    }
}

TEST_CASE("keys step, jump, play and choose") {
    Scene scene("07-port-25-is-blocked");
    Player& player = scene.app.view().player;
    scene.key(Key::home);
    scene.letter('e');
    REQUIRE(player.current());
    CHECK(player.current()->failure());
    const std::size_t failure = player.happened();
    scene.key(Key::right);
    CHECK(player.happened() > failure);
    scene.key(Key::left);
    CHECK(player.happened() <= failure);
    scene.key(Key::end);
    CHECK(player.now() == run_of("07-port-25-is-blocked").end());
    scene.key(Key::home);
    CHECK(player.happened() == 0);
    scene.letter('p');
    CHECK(player.playing);
    scene.frames(20, 0.1F);
    CHECK(player.now() > 0);
    scene.letter('p');
    CHECK_FALSE(player.playing);
    scene.letter('5');
    CHECK(scene.app.shown_panel() == 4);
    const NodeId host = scene.app.view().host;
    scene.letter('h');
    CHECK(scene.app.view().host != host);
    scene.letter('h', true);
    CHECK(scene.app.view().host == host);
    const bool split = scene.app.split();
    scene.letter('s');
    CHECK(scene.app.split() != split);
    const Pixels bare = scene.picture();
    scene.key(Key::f1);
    CHECK(scene.app.help_shown());
    CHECK(difference(bare, scene.picture()) > 0.2);
    scene.key(Key::escape);
    CHECK_FALSE(scene.app.help_shown());
    scene.letter('q');
    CHECK(scene.app.wants_quit());
}

TEST_CASE("a click on a line of the ladder goes there and shows why") {
    Scene scene("00-first-message");
    REQUIRE(scene.app.show_only("ladder"));
    Player& player = scene.app.view().player;
    player.go_to_start();
    const Pixels before = scene.picture();
    scene.click(400, 120);
    REQUIRE(player.current());
    const std::size_t there = player.happened();
    const RowWords said = words_at(run_of("00-first-message"), *player.current());
    CHECK_FALSE(said.text.empty());
    // The line is marked, and the words below have changed.
    const Pixels after = scene.picture();
    CHECK(difference(before, after) > 0.01);
    CHECK(colours_in(after, width, 20, 245, 500, 315) > colours_in(before, width, 300, 245, 500, 315));
    // A line above it is in the past.
    scene.click(400, 90);
    CHECK(player.happened() < there);
    CHECK(player.happened() > 0);
}

TEST_CASE("the ladder shows the connection of this moment alone, and all again") {
    Scene scene("00-first-message");
    REQUIRE(scene.app.show_only("ladder"));
    Player& player = scene.app.view().player;
    player.go_to_start();
    for (int i = 0; i < 8; ++i) REQUIRE(player.step(Step::line, true));
    const Pixels all = scene.picture();
    scene.letter('u');
    const Pixels alone = scene.picture();
    CHECK(difference(all, alone) > 0.01);
    // It keeps to that connection when the moment goes on to another one.
    player.go_to_end();
    scene.frames();
    scene.letter('u');
    player.go_to_start();
    for (int i = 0; i < 8; ++i) REQUIRE(player.step(Step::line, true));
    scene.frames();
    CHECK(difference(all, scene.picture()) < 0.05);
}

TEST_CASE("a hand on the timeline goes to that moment") {
    Scene scene("00-first-message");
    Player& player = scene.app.view().player;
    player.go_to_start();
    scene.frames();
    scene.click(500, 370);
    const Time late = player.now();
    CHECK(late > 0);
    scene.drag(500, 370, 80, 370);
    CHECK(player.now() < late);
    scene.drag(80, 370, 639, 370);
    CHECK(player.now() > late);
}

TEST_CASE("the play button plays") {
    Scene scene("00-first-message");
    Player& player = scene.app.view().player;
    player.go_to_start();
    scene.frames();
    // Third of the buttons at the left.
    scene.click(69, 334);
    CHECK(player.playing);
}

TEST_CASE("the sheet of keys fits the window at both of the command's sizes") {
    for (const float scale : {1.0F, 2.0F}) {
        const unsigned wide = scale > 1 ? 2560 : 1280, high = scale > 1 ? 1440 : 800;
        Scene scene("00-first-message", wide, high, scale);
        scene.key(Key::f1);
        const Pixels picture = scene.picture();
        // Its frame is whole: the window's border shows the same dimmed ground all around.
        const auto dimmed = [&](unsigned x, unsigned y) {
            return picture[(std::size_t{y} * wide + x) * 3] < 40;
        };
        for (unsigned y = high / 4; y < high / 2; y += 7) {
            CHECK(dimmed(2, y));
            CHECK(dimmed(wide - 3, y));
        }
        CHECK(colours_in(picture, wide, wide / 4, high / 4, wide / 2, high / 2) > 60);
    }
}

TEST_CASE("search finds what is typed, from the keyboard") {
    Scene scene("05-the-mx-ladder");
    scene.letter('/');
    scene.frames(3);
    const Pixels before = scene.picture();
    scene.type("no mx");
    const Pixels after = scene.picture();
    CHECK(ImGui::GetIO().WantTextInput);
    CHECK(difference(before, after) > 0.002);
    CHECK(colours_in(after, width, 10, 100, width - 10, 200) > 12);
}

}  // namespace postroad::viz

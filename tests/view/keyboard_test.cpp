// The keyboard in the panels: everything that a mouse can press, arrows and Space can, too.
#include "tests/view/scene.hpp"

#include <imgui_internal.h>

namespace postroad::viz {
namespace {

// Keys as ImGui hears them from a window.
class Hands {
  public:
    explicit Hands(Scene& scene) : scene_(scene) {
        ImGuiIO& io = ImGui::GetIO();
        int number = 300;
        for (const ImGuiKey key : {ImGuiKey_LeftArrow, ImGuiKey_RightArrow, ImGuiKey_UpArrow,
                                   ImGuiKey_DownArrow, ImGuiKey_Space, ImGuiKey_Escape, ImGuiKey_Enter})
            io.KeyMap[key] = number++;
    }
    void press(ImGuiKey key) {
        ImGuiIO& io = ImGui::GetIO();
        io.KeysDown[io.KeyMap[key]] = true;
        scene_.frames(1);
        io.KeysDown[io.KeyMap[key]] = false;
        scene_.frames(2);
    }

  private:
    Scene& scene_;
};

}  // namespace

TEST_CASE("Enter lets the keyboard into the panels, Escape out of them") {
    Scene scene("00-first-message", 1280, 800, 1);
    REQUIRE(scene.app.show_only("ladder"));
    Player& player = scene.app.view().player;
    player.go_to_start();
    scene.frames();
    Hands hands(scene);
    scene.key(Key::right);
    const std::size_t stepped = player.happened();
    CHECK(stepped > 0);
    scene.key(Key::enter);
    CHECK(scene.app.hands_on());
    scene.key(Key::right);  // an arrow now moves between things: no step
    CHECK(player.happened() == stepped);
    scene.key(Key::escape);
    CHECK_FALSE(scene.app.hands_on());
    scene.key(Key::right);
    CHECK(player.happened() > stepped);
}

TEST_CASE("arrows walk into the ladder's rows, and Space goes to one") {
    Scene scene("00-first-message", 1280, 800, 1);
    REQUIRE(scene.app.show_only("ladder"));
    Player& player = scene.app.view().player;
    player.go_to_start();
    scene.frames();
    Hands hands(scene);
    scene.key(Key::enter);
    scene.frames(2);
    const Pixels before = scene.picture();
    std::size_t went = 0;
    for (int i = 0; i < 12 && went == 0; ++i) {
        hands.press(ImGuiKey_DownArrow);
        CHECK(ImGui::GetIO().NavVisible);
        hands.press(ImGuiKey_Space);
        went = player.happened();
    }
    CHECK(went > 0);
    CHECK(difference(before, scene.picture()) > 0.002);
}

TEST_CASE("everything of a panel that can be pressed is reached by arrows") {
    // From the header's first button down and to the right until nothing new comes: the things on the
    // way are counted by where the mark stands.
    for (const char* const panel : {"ladder", "message", "host", "firewall", "dns", "what-if", "search"}) {
        INFO(panel);
        Scene scene("07-port-25-is-blocked", 1280, 800, 1);
        REQUIRE(scene.app.show_only(panel));
        scene.app.view().player.go_to(run_of("07-port-25-is-blocked").end() / 2);
        scene.frames();
        Hands hands(scene);
        scene.key(Key::enter);
        scene.frames(2);
        std::set<ImGuiID> seen;
        for (int i = 0; i < 40; ++i) {
            hands.press(i % 4 == 3 ? ImGuiKey_RightArrow : ImGuiKey_DownArrow);
            seen.insert(ImGui::GetCurrentContext()->NavId);
        }
        CHECK(seen.size() >= 5);
    }
}

TEST_CASE("Page Up and Page Down scroll a panel, and keys move the map's camera") {
    Scene scene("05-the-mx-ladder", 1280, 800, 1);
    REQUIRE(scene.app.show_only("dns"));
    scene.app.view().player.go_to_end();
    const Pixels top = scene.picture();
    scene.key(Key::page_down);
    const Pixels further = scene.picture();
    CHECK(difference(top, further) > 0.005);
    scene.key(Key::page_up);
    CHECK(difference(top, scene.picture()) < 0.001);

    REQUIRE(scene.app.show_only("map"));
    const Pixels whole = scene.picture();
    scene.app.press({Key::letter, '+', false, true});
    const Pixels near = scene.picture();
    CHECK(difference(whole, near) > 0.01);
    scene.app.press({Key::left, 0, true, true});
    CHECK(difference(near, scene.picture()) > 0.01);
    scene.app.press({Key::letter, '0', false, true});
    CHECK(difference(whole, scene.picture()) < 0.001);
}

TEST_CASE("what is to come can be left out") {
    Scene scene("00-first-message", 1280, 800, 1);
    REQUIRE(scene.app.show_only("ladder"));
    scene.app.view().player.go_to_start();
    for (int i = 0; i < 6; ++i) scene.letter('l');
    const Pixels all = scene.picture();
    scene.letter(';');
    CHECK(difference(all, scene.picture()) > 0.004);
    scene.letter(';');
    CHECK(scene.picture() == all);
}

}  // namespace postroad::viz

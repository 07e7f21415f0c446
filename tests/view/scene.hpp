// A lab's run under the visualiser, drawn without a display, with a hand on mouse and keys.
#pragma once

#include <imgui.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "sim/world/world_make.hpp"
#include "tests/catch.hpp"
#include "viz/app.hpp"
#include "viz/draw/canvas.hpp"
#include "viz/draw/offscreen.hpp"

namespace postroad::viz {

// Each recorded once a process; its history stands wherever the last user left it.
inline Recording& run_of(const std::string& lab) {
    static std::map<std::string, std::unique_ptr<Recording>> all;
    auto& one = all[lab];
    if (one == nullptr) {
        const auto opened = sim::open_file("labs/" + lab + "/scenario.toml");
        REQUIRE(opened);
        REQUIRE(*opened);
        const auto& setup = opened->setup;
        one = std::make_unique<Recording>(
            std::make_unique<sim::Simulation>(sim::make_world(setup, setup->scenario.seed),
                                              sim::Trace(sim::Depth::bytes)),
            sim::Extent{});
    }
    return *one;
}

inline std::optional<Walkthrough> walkthrough_of(const std::string& lab, std::string& error) {
    const std::string file = "labs/" + lab + "/walkthrough.toml";
    const auto text = sim::read_whole_file(file);
    if (!text) return std::nullopt;
    return read_walkthrough(*text, file, run_of(lab), error);
}

inline const std::vector<std::string>& labs() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> out;
        for (const auto& entry : std::filesystem::directory_iterator("labs"))
            if (std::filesystem::exists(entry.path() / "scenario.toml"))
                out.push_back(entry.path().filename().string());
        std::sort(out.begin(), out.end());
        return out;
    }();
    return all;
}

using Pixels = std::vector<std::uint8_t>;

class Scene {
  public:
    Scene(const std::string& lab, unsigned width = 640, unsigned height = 400, float scale = 0.6F,
          std::optional<Walkthrough> walkthrough = std::nullopt)
        : app(run_of(lab), lab, std::move(walkthrough)), width_(width), height_(height) {
        std::string error;
        const bool opened = screen_.open(width, height, error);
        INFO(error);
        REQUIRE(opened);
        app.view().theme.scale = scale;
        canvas_ = std::make_unique<Canvas>(app.view().theme, true);
    }

    void frames(unsigned count = 3, float seconds = 0) {
        for (unsigned i = 0; i < count; ++i) {
            screen_.bind();
            canvas_->begin(static_cast<float>(width_), static_cast<float>(height_), seconds);
            app.frame(seconds);
            canvas_->end(app.view().theme.colour.ground);
        }
    }
    // POSTROAD_PICTURES=FOLDER keeps every picture that a test looks at, for people to look at.
    Pixels picture() {
        frames();
        Pixels out = screen_.pixels();
        static unsigned number = 0;
        if (const char* const folder = std::getenv("POSTROAD_PICTURES"))
            write_png(std::string(folder) + "/" + std::to_string(++number) + ".png", width_, height_, out);
        return out;
    }
    // As somebody's hand would: move there, press, hold for a frame, let go.
    void click(float x, float y) {
        move(x, y);
        frames(2);
        button(true);
        frames(1);
        button(false);
        frames(2);
    }
    void drag(float from_x, float from_y, float to_x, float to_y) {
        move(from_x, from_y);
        frames(2);
        button(true);
        frames(1);
        move(to_x, to_y);
        frames(2);
        button(false);
        frames(2);
    }
    // For hands that do one thing at a time.
    void hover(float x, float y) {
        move(x, y);
        frames(1);
    }
    void press(bool down) {
        button(down);
        frames(1);
    }
    // The key Enter, as a text field hears it.
    void enter() {
#if IMGUI_VERSION_NUM >= 18700
        ImGui::GetIO().AddKeyEvent(ImGuiKey_Enter, true);
        frames(2);
        ImGui::GetIO().AddKeyEvent(ImGuiKey_Enter, false);
#else
        ImGui::GetIO().KeyMap[ImGuiKey_Enter] = 257;
        ImGui::GetIO().KeysDown[257] = true;
        frames(2);
        ImGui::GetIO().KeysDown[257] = false;
#endif
        frames(1);
    }
    void type(const char* words) {
        for (; *words != 0; ++words)
            ImGui::GetIO().AddInputCharacter(static_cast<unsigned char>(*words));
        frames(2);
    }
    void key(Key key, bool shift = false) {
        app.press({key, 0, shift, false});
        frames(1);
    }
    void letter(char letter, bool shift = false) {
        app.press({Key::letter, letter, shift, false});
        frames(1);
    }

  private:
    static void move(float x, float y) {
#if IMGUI_VERSION_NUM >= 18700
        ImGui::GetIO().AddMousePosEvent(x, y);
#else
        ImGui::GetIO().MousePos = {x, y};
#endif
    }
    static void button(bool down) {
#if IMGUI_VERSION_NUM >= 18700
        ImGui::GetIO().AddMouseButtonEvent(0, down);
#else
        ImGui::GetIO().MouseDown[0] = down;
#endif
    }
    Offscreen screen_;  // outlives the canvas, which deletes what it made there

  public:
    App app;

  private:
    std::unique_ptr<Canvas> canvas_;
    unsigned width_, height_;
};

// Different colours in a part of a picture.
inline std::size_t colours_in(const Pixels& pixels, unsigned width, unsigned x0, unsigned y0,
                              unsigned x1, unsigned y1) {
    std::set<std::uint32_t> seen;
    for (unsigned y = y0; y < y1; ++y)
        for (unsigned x = x0; x < x1; ++x) {
            const std::uint8_t* const p = pixels.data() + (std::size_t{y} * width + x) * 3;
            seen.insert(std::uint32_t{p[0]} << 16 | std::uint32_t{p[1]} << 8 | p[2]);
        }
    return seen.size();
}

// The part of all pixels that differ by more than a shade.
inline double difference(const Pixels& a, const Pixels& b) {
    REQUIRE(a.size() == b.size());
    std::size_t count = 0;
    for (std::size_t i = 0; i < a.size(); i += 3) {
        int most = 0;
        for (std::size_t c = 0; c < 3; ++c)
            most = std::max(most, std::abs(int{a[i + c]} - int{b[i + c]}));
        if (most > 24) ++count;
    }
    return static_cast<double>(count) * 3 / static_cast<double>(a.size());
}

}  // namespace postroad::viz

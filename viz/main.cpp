// The program postroad-view: a scenario file and options in, a window or a picture out.
#include <CLI/CLI.hpp>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <iostream>

#include "sim/world/world_make.hpp"
#include "viz/app.hpp"
#include "viz/draw/canvas.hpp"
#include "viz/draw/offscreen.hpp"
#include "viz/options.hpp"
#include "viz/window.hpp"

namespace {

using namespace postroad;

constexpr int done = 0, bad_input = 2;

int refuse(const std::string& what) {
    std::cerr << "postroad: " << what << "\n";
    return bad_input;
}

std::optional<Time> moment_of(std::string words, const sim::Setup& setup) {
    if (!words.empty() && words[0] == '+') words.erase(0, 1);
    if (const auto after = scenario::parse_duration(words)) return after->ns;
    const auto instant = scenario::parse_instant(words);
    if (!instant || instant->unix_s < setup.start_unix_s) return std::nullopt;
    return static_cast<Time>(instant->unix_s - setup.start_unix_s) * second;
}

// A run, recorded; null, and told, when something is wrong.
std::unique_ptr<viz::Recording> record(const viz::Options& options, std::string& title) {
    const auto opened = sim::open_file(options.source);
    if (!opened) {
        refuse("cannot read \"" + options.source + "\": " + std::strerror(errno));
        return nullptr;
    }
    if (!*opened) {
        refuse("\"" + options.source + "\" has mistakes: `postroad run` shows them");
        return nullptr;
    }
    title = opened->declared.title;
    const auto& setup = opened->setup;
    sim::Extent extent;
    if (!options.until.empty()) {
        extent.until = moment_of(options.until, *setup);
        if (!extent.until) {
            refuse("--until \"" + options.until + "\" is no moment: write 90s, 2m30s, 5d");
            return nullptr;
        }
    }
    auto simulation = std::make_unique<sim::Simulation>(
        sim::make_world(setup, options.seed.value_or(setup->scenario.seed)),
        sim::Trace(static_cast<sim::Depth>(setup->scenario.record)));
    if (!options.journal.empty()) {
        const auto text = sim::read_whole_file(options.journal);
        if (!text) {
            refuse("cannot read \"" + options.journal + "\": " + std::strerror(errno));
            return nullptr;
        }
        std::string error;
        bool cut = false;
        auto journal = sim::Journal::parse(*text, error, cut);
        if (!error.empty()) {
            refuse(options.journal + ": " + error);
            return nullptr;
        }
        simulation->replay(std::move(journal));
    }
    return std::make_unique<viz::Recording>(std::move(simulation), extent);
}

// The lab's own walkthrough, if this is a lab's own run.
std::optional<viz::Walkthrough> walkthrough(const viz::Options& options, const viz::Recording& run,
                                            bool& wrong) {
    const auto file = std::filesystem::path(options.source).parent_path() / "walkthrough.toml";
    const bool own = !options.seed && options.until.empty() && options.journal.empty();
    if (options.no_walkthrough || !own) return std::nullopt;
    const auto text = sim::read_whole_file(file);
    if (!text) return std::nullopt;
    std::string error;
    auto out = viz::read_walkthrough(*text, file.string(), run, error);
    if (!out) {
        refuse(error);
        wrong = true;
    }
    return out;
}

bool set_scene(viz::App& app, const viz::Options& options, const viz::Recording& run) {
    const sim::Setup& setup = run.setup();
    if (options.stop != 0 && !app.go_to_stop(options.stop - 1)) {
        refuse("there is no stop " + std::to_string(options.stop) + " in this walkthrough");
        return false;
    }
    if (!options.panel.empty() && !app.show_only(options.panel)) {
        std::string names;
        for (const std::string& name : app.panel_names()) names += (names.empty() ? "" : ", ") + name;
        refuse("there is no panel \"" + options.panel + "\"; there are: " + names);
        return false;
    }
    if (!options.at.empty()) {
        const auto at = moment_of(options.at, setup);
        if (!at) {
            refuse("--at \"" + options.at + "\" is no moment: write 90s, 2m30s or " +
                   sim::views::rfc3339(setup, 0));
            return false;
        }
        if (app.in_walkthrough()) {  // its first stop has chosen panels
            app.end_walkthrough();
            app.view().lit.clear();
            if (options.panel.empty()) app.show_beside("map", "ladder");
        }
        app.view().player.go_to(*at);
    } else if (options.stop == 0 && !options.screenshot.empty() && !app.in_walkthrough()) {
        app.view().player.go_to_end();
    }
    if (!options.change.empty()) app.view().proposed = options.change;
    if (!options.select.empty()) {
        const std::uint32_t host = setup.find_host(options.select);
        const std::uint32_t firewall = setup.find_firewall(options.select);
        if (host != sim::nothing) app.view().host = host;
        if (firewall != sim::nothing) app.view().firewall = firewall;
        if (host == sim::nothing && firewall == sim::nothing) {
            refuse("there is no host or firewall \"" + options.select + "\"");
            return false;
        }
    }
    return true;
}

int screenshot(viz::App& app, const viz::Options& options, unsigned width, unsigned height) {
    viz::Offscreen screen;
    std::string error;
    if (!screen.open(width, height, error)) return refuse(error);
    viz::Canvas canvas(app.view().theme, true);
    // ImGui learns the sizes of things from the frame before.
    for (int i = 0; i < 3; ++i) {
        screen.bind();
        canvas.begin(static_cast<float>(width), static_cast<float>(height), 0);
        app.frame(0);
        canvas.end(app.view().theme.colour.ground);
    }
    if (!viz::write_png(options.screenshot, width, height, screen.pixels()))
        return refuse("cannot write \"" + options.screenshot + "\": " + std::strerror(errno));
    std::cout << options.screenshot << ": " << width << " x " << height << ", at "
              << sim::views::rfc3339(app.view().run.setup(), app.view().player.now()) << std::endl;
    return done;
}

// What a frame costs us and ImGui, without drawing it.
int measure(viz::App& app, unsigned frames, unsigned width, unsigned height) {
    viz::Canvas canvas(app.view().theme, false);
    app.view().player.playing = true;
    const auto cpu_ms = [] {
        timespec now{};
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
    };
    double began = 0;
    for (unsigned i = 0; i < frames + 5; ++i) {
        if (i == 5) began = cpu_ms();
        canvas.begin(static_cast<float>(width), static_cast<float>(height), 1.0F / 60);
        app.frame(1.0F / 60);
        canvas.end(0);
    }
    std::cout << "rows " << app.view().run.trace().rows() << " frame " << (cpu_ms() - began) / frames
              << " ms" << std::endl;
    return done;
}

int run(const viz::Options& options) {
    unsigned width = 0, height = 0;
    if (!viz::parse_size(options.size, width, height))
        return refuse("--size \"" + options.size + "\" is no size: write 1280x800");
    float scale = 1;
    if (!options.scale.empty()) {
        char* end = nullptr;
        scale = std::strtof(options.scale.c_str(), &end);
        if (*end != 0 || !(scale >= 0.5F && scale <= 4))
            return refuse("--scale \"" + options.scale + "\" is no size: write 0.5 to 4");
    }
    const bool window = options.screenshot.empty() && options.frames == 0;
    if (window && !viz::display_found())
        return refuse("there is no display here to open a window on: `postroad show` tells the same "
                      "as text, and --screenshot FILE.png draws without one");
    std::string title;
    const auto recording = record(options, title);
    if (recording == nullptr) return bad_input;
    bool wrong = false;
    auto steps = walkthrough(options, *recording, wrong);
    if (wrong) return bad_input;
    viz::App app(*recording, title.empty() ? "Postroad" : title, std::move(steps));
    app.view().theme.scale = scale;
    app.view().theme.dark = !options.light;
    if (!set_scene(app, options, *recording)) return bad_input;
    if (options.frames != 0) return measure(app, options.frames, width, height);
    if (!options.screenshot.empty()) return screenshot(app, options, width, height);
    std::string error;
    if (!viz::run_window(app, width, height, title + " - Postroad", error)) return refuse(error);
    return done;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Watch a scenario's run", "postroad-view");
    viz::Options options;
    viz::declare(app, options, "A scenario file");
    CLI11_PARSE(app, argc, argv);
    return run(options);
}

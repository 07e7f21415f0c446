// The program postroad-view: a scenario file and options in, a window or a picture out.
#include <CLI/CLI.hpp>
#include <malloc.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <iostream>

#include "sim/world/world_make.hpp"
#include "viz/app.hpp"
#include "viz/draw/canvas.hpp"
#include "viz/draw/offscreen.hpp"
#include "viz/film.hpp"
#include "viz/model/places.hpp"
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

// The world to run and how far; null, and told, when something is wrong.
std::unique_ptr<sim::Simulation> simulation(const viz::Options& options, std::string& title,
                                            sim::Extent& extent) {
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
    if (!options.until.empty()) {
        extent.until = moment_of(options.until, *setup);
        if (!extent.until) {
            refuse("--until \"" + options.until + "\" is no moment: write 90s, 2m30s, 5d");
            return nullptr;
        }
    }
    auto out = std::make_unique<sim::Simulation>(
        sim::make_world(setup, options.seed.value_or(setup->scenario.seed)),
        sim::Trace(static_cast<sim::Depth>(setup->scenario.record)));
    if (options.journal.empty()) return out;
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
    out->replay(std::move(journal));
    return out;
}

// A run, recorded.
std::unique_ptr<viz::Recording> record(const viz::Options& options, std::string& title) {
    sim::Extent extent;
    auto start = simulation(options, title, extent);
    return start == nullptr ? nullptr : std::make_unique<viz::Recording>(std::move(start), extent);
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

viz::Wanted wanted(const char* words) {
    viz::Wanted out;
    out.words = words;
    out.found_max = 200'000;
    return out;
}

// What the slowest filter that the panels offer costs, with words and without.
double slowest_filter_ms(viz::View& view) {
    const sim::views::TraceIndex& index = view.run.index();
    viz::Wanted host, talk, journey, failures, kinds;
    host.hosts = {view.host};
    talk.talk = static_cast<std::uint32_t>(index.conversations.size() / 2 + 1);
    if (!index.journeys.empty()) journey.journey = static_cast<std::uint32_t>(index.journeys.size() / 2);
    failures.failures = true;
    kinds.kinds = viz::bit(viz::Kind::lookup) | viz::bit(viz::Kind::datagram);
    double out = 0;
    for (const viz::Wanted& filter : {host, talk, journey, failures, kinds})
        for (const char* const words : {"", "250 "}) {
            viz::Wanted both = filter;
            both.words = words;
            both.found_max = 200'000;
            double best_ms = 1e9;
            for (int i = 0; i < 5; ++i) {
                const auto answer = view.finder.ask(both);
                answer->wait();
                best_ms = std::min(best_ms, answer->whole_ms());
            }
            out = std::max(out, best_ms);
        }
    return out;
}

// What a frame costs us and ImGui, without drawing it; what a search costs; what all of it needs.
int measure(viz::App& app, unsigned frames, unsigned width, unsigned height) {
    viz::Canvas canvas(app.view().theme, false);
    app.view().player.playing = true;
    app.view().patient = false;
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
    const double frame_ms = (cpu_ms() - began) / frames;
    app.view().player.patient = true;
    app.view().player.arrive();  // on the way there are two worlds
    // Searches: something that is everywhere, a host, a number, something that is nowhere.
    viz::Finder& finder = app.view().finder;
    finder.prepare();
    finder.ask(wanted("the first question waits for the texts"))->wait();
    double search_ms = 0;
    for (const char* const words : {"250 ", "rcpt to:<p1@", "mail1", "12", "no such words anywhere"}) {
        double best_ms = 1e9;
        for (int i = 0; i < 5; ++i) {  // nothing is kept of the one before but the processor's cache
            const auto answer = finder.ask(wanted(words));
            answer->wait();
            best_ms = std::min(best_ms, answer->whole_ms());
        }
        search_ms = std::max(search_ms, best_ms);
    }
    const double filter_ms = slowest_filter_ms(app.view());
    malloc_trim(0);
    const double trace = static_cast<double>(app.view().run.trace().position());
    std::cout << "rows " << app.view().run.trace().rows() << " frame " << frame_ms << " ms, search "
              << search_ms << " ms, filter " << filter_ms << " ms, trace " << trace / 1e6
              << " MB, beside " << (viz::resident_octets() - app.view().run.octets_before) / 1e6
              << " MB, texts " << static_cast<double>(finder.texts_bytes()) / 1e6 << " MB" << std::endl;
    return done;
}

// Letters and colours, from the options or from the last time.
bool set_look(viz::App& app, const viz::Options& options, const viz::Remembered& last) {
    if (!options.scale.empty()) {
        char* end = nullptr;
        const float scale = std::strtof(options.scale.c_str(), &end);
        if (*end != 0 || !(scale >= 0.5F && scale <= 4)) {
            refuse("--scale \"" + options.scale + "\" is no size: write 0.5 to 4");
            return false;
        }
        app.view().theme.scale = scale;
    } else {
        app.view().theme.scale = static_cast<float>(last.scale);
    }
    app.view().theme.dark = last.dark && !options.light;
    return true;
}

// Where a hand has put the hosts, if one has.
bool set_places(viz::App& app, const viz::Options& options) {
    viz::View& view = app.view();
    view.places_file = viz::places_file(options.source);
    const auto text = sim::read_whole_file(view.places_file);
    if (!text) return true;
    std::string error;
    if (viz::read_places(*text, view.places_file, view.layout, view.upright, view.run.setup(), error))
        return true;
    refuse(error + "; take the file away, and hosts find places of their own");
    return false;
}

int film(viz::App& app, const viz::Options& options, unsigned width, unsigned height) {
    std::string told, error;
    if (!viz::make_film(app, options.animate, width, height, told, error)) return refuse(error);
    std::cout << told << std::endl;
    return done;
}

int window(viz::App& app, const viz::Options& options, viz::WindowOptions window) {
    if (options.panel.empty()) app.recall(window.remembered);
    char own[4096];
    const ssize_t size = readlink("/proc/self/exe", own, sizeof own);
    viz::Options again = options;
    again.at.clear();
    again.stop = 0;
    again.panel.clear();
    if (size > 0) window.film.emplace_back(own, static_cast<std::size_t>(size));
    for (std::string& word : viz::to_arguments(again, options.source)) window.film.push_back(word);
    std::string error;
    if (!viz::run_window(app, window, error)) return refuse(error);
    return done;
}

int run(const viz::Options& options) {
    viz::WindowOptions shown;
    if (!viz::parse_size(options.size, shown.width, shown.height))
        return refuse("--size \"" + options.size + "\" is no size: write 1280x800");
    const bool in_window =
        options.screenshot.empty() && options.animate.empty() && options.frames == 0;
    if (in_window && !viz::display_found())
        return refuse("there is no display here to open a window on: `postroad show` tells the same "
                      "as text, world.player() plays it in a notebook (python/README.md), and "
                      "--screenshot FILE.png draws without one");
    if (!options.animate.empty()) {
        const std::string no = viz::film_refused(options.animate);
        if (!no.empty()) return refuse(no);
    }
    if (in_window) {
        shown.remembered_file = viz::remembered_file();
        const auto last = sim::read_whole_file(shown.remembered_file);
        if (last) shown.remembered = viz::read_remembered(*last);
        if (options.size.empty() && shown.remembered.width != 0) {
            shown.width = static_cast<unsigned>(shown.remembered.width);
            shown.height = static_cast<unsigned>(shown.remembered.height);
            shown.at_its_place = true;
        }
    }
    const auto recording = record(options, shown.title);
    if (recording == nullptr) return bad_input;
    bool wrong = false;
    auto steps = walkthrough(options, *recording, wrong);
    if (wrong) return bad_input;
    if (!options.animate.empty() && !steps)
        return refuse("there is no walkthrough here to make a film of: labs have one, with their own "
                      "seed and to their own end");
    viz::App app(*recording, shown.title.empty() ? "Postroad" : shown.title, std::move(steps));
    if (!set_look(app, options, shown.remembered) || !set_places(app, options) ||
        !set_scene(app, options, *recording))
        return bad_input;
    if (options.frames != 0) return measure(app, options.frames, shown.width, shown.height);
    if (!options.animate.empty()) return film(app, options, shown.width, shown.height);
    if (!options.screenshot.empty()) return screenshot(app, options, shown.width, shown.height);
    shown.title += " - Postroad";
    return window(app, options, std::move(shown));
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Watch a scenario's run", "postroad-view");
    viz::Options options;
    viz::declare(app, options, "A scenario file");
    CLI11_PARSE(app, argc, argv);
    return run(options);
}

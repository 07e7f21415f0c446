// Declares, reads and hands on the words of `postroad view`.
#include "viz/options.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <charconv>

namespace postroad::viz {

void declare(CLI::App& app, Options& options, const std::string& source_help) {
    app.add_option("LAB|FILE", options.source, source_help)->required();
    app.add_option("--screenshot", options.screenshot,
                   "Draw once into this PNG file; needs no display");
    app.add_option("--animate", options.animate,
                   "Draw the walkthrough as a film into this .gif, .webm or .mp4 (by ffmpeg), or as "
                   "pictures into this folder; needs no display");
    app.add_option("--at", options.at, "The moment to show: 90s, 2m30s, 2010-09-01T08:05:00Z");
    app.add_option("--stop", options.stop, "The stop of the walkthrough to show, from 1");
    app.add_option("--size", options.size,
                   "Width and height of window or picture, in pixels (1280x800; a window has the "
                   "size it had last)");
    app.add_option("--panel", options.panel,
                   "One panel alone: map, ladder, message, host, firewall, dns, what-if, search");
    app.add_option("--host", options.select, "The host or firewall that a panel shows");
    app.add_option("--change", options.change,
                   "What the panel What if tries at this moment: a [[timeline]] change");
    app.add_option("--scale", options.scale, "Size of letters: 1, 1.5, 2");
    app.add_flag("--light", options.light, "Dark letters on a light ground");
    app.add_flag("--no-walkthrough", options.no_walkthrough, "Begin without the lab's walkthrough");
    app.add_option("--seed", options.seed, "Seed of all chances (the scenario's)");
    app.add_option("--until", options.until, "Run up to this moment");
    app.add_option("--journal", options.journal,
                   "Let happen again what `talk` has recorded in this file");
    app.add_option("--frames", options.frames)->group("");  // for the benchmark alone
}

std::vector<std::string> to_arguments(const Options& options, const std::string& file) {
    std::vector<std::string> out = {file};
    const auto put = [&](const char* name, const std::string& value) {
        if (value.empty()) return;
        out.emplace_back(name);
        out.push_back(value);
    };
    put("--screenshot", options.screenshot);
    put("--animate", options.animate);
    put("--at", options.at);
    if (options.stop != 0) put("--stop", std::to_string(options.stop));
    put("--size", options.size);
    put("--panel", options.panel);
    put("--host", options.select);
    put("--change", options.change);
    put("--scale", options.scale);
    if (options.light) out.emplace_back("--light");
    if (options.no_walkthrough) out.emplace_back("--no-walkthrough");
    if (options.seed) put("--seed", std::to_string(*options.seed));
    put("--until", options.until);
    put("--journal", options.journal);
    if (options.frames != 0) put("--frames", std::to_string(options.frames));
    return out;
}

bool parse_size(const std::string& words, unsigned& width, unsigned& height) {
    constexpr unsigned side_min = 320, side_max = 8192;
    if (words.empty()) return parse_size(size_at_first, width, height);
    const char* const end = words.data() + words.size();
    const auto first = std::from_chars(words.data(), end, width);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != 'x') return false;
    const auto second = std::from_chars(first.ptr + 1, end, height);
    return second.ec == std::errc() && second.ptr == end && width >= side_min &&
           height >= side_min && width <= side_max && height <= side_max;
}

}  // namespace postroad::viz

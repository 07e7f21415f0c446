// The visualiser's command line: the same words for `postroad view` and the program behind it.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace postroad::viz {

struct Options {
    std::string source;               // a lab or a file; for postroad-view a scenario file
    std::optional<std::uint64_t> seed;
    std::string until, journal;
    std::string screenshot;           // PNG to write; empty: a window
    std::string animate;              // film of the walkthrough, or a folder for its pictures
    std::string at;                   // moment: "90s", "+2m30s", RFC 3339; empty: see main.cpp
    std::string size;                 // pixels; empty: as the window was, or 1280x800
    std::string panel;                // by name; empty: the map beside the ladder
    std::string change;               // for the panel What if
    std::string select;               // a host's name, for the panels that show one
    std::string scale;                // "2", "1.5"
    unsigned stop = 0;                // of the walkthrough, from 1; 0: none
    bool light = false;
    bool no_walkthrough = false;
    unsigned frames = 0;              // for `postroad bench view`: draw so many, print the cost
};

void declare(CLI::App& app, Options& options, const std::string& source_help);

// The options as words for postroad-view, with `file` for the source.
std::vector<std::string> to_arguments(const Options& options, const std::string& file);

inline constexpr const char* size_at_first = "1280x800";
// "1280x800"; empty: that. False when it is no size, or more than a texture may be.
bool parse_size(const std::string& words, unsigned& width, unsigned& height);

}  // namespace postroad::viz

// The labs that there are, and what a LAB or FILE on the command line means.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/io.hpp"
#include "sim/world/open.hpp"

namespace postroad::command {

struct Lab {
    std::filesystem::path folder;
    std::string name;        // "05-the-mx-ladder"
    std::string title, goal;
    int number = 0;
    int minutes = 0;
    bool walkthrough = false;  // `run` tells its story
    bool graded = false;       // it has checks
    std::string_view short_name() const;  // "the-mx-ladder"
};

// In the order of their numbers. A folder without a lab.toml is none.
std::vector<Lab> read_catalogue(const std::filesystem::path& labs);

// By "05-the-mx-ladder", "the-mx-ladder", "05", "5"; null when there is none.
const Lab* find_lab(const std::vector<Lab>& labs, std::string_view words);

// A lab or a scenario file, opened.
struct Source {
    std::string words;       // as it was typed
    std::optional<Lab> lab;
    std::filesystem::path scenario;
    sim::Opened opened;
};

// Finds, reads and compiles. When that fails it is told on io.err, with carets, and nothing is
// given; warnings are told too.
std::optional<Source> open_source(const std::string& words, Io& io);
// A lab alone; a file, or no such lab, is told.
std::optional<Lab> need_lab(const std::string& words, Io& io);
// The scenario file of a source that was found; none, and told, when it cannot be read.
std::optional<sim::Opened> open_told(const std::filesystem::path& path, Io& io);

}  // namespace postroad::command

// What a LAB or FILE on the command line means: found, read and compiled, or told why not.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "command/io.hpp"
#include "sim/grading/catalogue.hpp"
#include "sim/world/open.hpp"

namespace postroad::command {

// A lab that was found; `about` is empty when its lab.toml has mistakes.
struct Lab : sim::grading::LabFolder {
    sim::grading::Lab about;
    bool graded() const { return !about.checks.empty(); }
};

struct Source {
    std::string words;       // as it was typed
    std::optional<Lab> lab;  // none: a file of one's own
    sim::Opened opened;
    // What to call it in a command to be typed.
    std::string name() const { return lab ? std::string(lab->short_name()) : words; }
};

// Each tells on io.err what is wrong, with carets, and then gives nothing; warnings are told too.
// A lab's name or number, a lab's folder, or a scenario file.
std::optional<Source> open_source(const std::string& words, Io& io);
// A lab alone, with every mistake of its lab.toml.
std::optional<Lab> open_lab(const std::string& words, Io& io);
std::optional<sim::Opened> open_scenario_file(const std::filesystem::path& path, Io& io);

// As short as it can be typed from the current folder.
std::string shown_path(const std::filesystem::path& path);

void tell_problems(const scenario::Problems& problems, Io& io);

}  // namespace postroad::command

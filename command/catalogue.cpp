// Finds labs by what people call them, and scenario files by their path.
#include "command/catalogue.hpp"

#include <cerrno>
#include <cstring>
#include <ostream>

namespace postroad::command {
namespace {

namespace fs = std::filesystem;
namespace grading = sim::grading;

bool is_lab_folder(const std::string& words) {
    std::error_code error;
    return fs::is_regular_file(fs::path(words) / "lab.toml", error);
}

// A folder of one's own, as in `postroad run ./05-mine`; else by name.
std::optional<grading::LabFolder> find(const std::string& words, Io& io, std::string& hint) {
    if (!is_lab_folder(words)) return grading::find_lab(io.labs, words, hint);
    grading::LabFolder own;
    own.folder = fs::absolute(words).lexically_normal();
    if (!own.folder.has_filename()) own.folder = own.folder.parent_path();
    own.name = own.folder.filename().string();
    return own;
}

bool looks_like_path(const std::string& words) {
    std::error_code error;
    return words.find('/') != std::string::npos || words.ends_with(".toml") ||
           fs::is_regular_file(words, error);
}

void unknown_lab(const std::string& words, const std::string& hint, Io& io) {
    std::string tried = " (looked for a file \"" + words + "\"";
    tried += io.labs.empty() ? "; no folder of labs was found)"
                             : " and a lab in " + shown_path(io.labs) + ")";
    refuse(io, "there is no lab or scenario \"" + words + "\"" + tried, hint);
}

}  // namespace

std::string shown_path(const fs::path& path) {
    std::error_code error;
    const std::string near = fs::proximate(path, error).string();
    const std::string whole = path.string();
    return error || near.size() >= whole.size() || near.starts_with("..") ? whole : near;
}

void tell_problems(const scenario::Problems& problems, Io& io) {
    if (!problems.empty())
        io.err << scenario::to_text(problems, io.err_is_terminal && !io.no_colour);
}

std::optional<sim::Opened> open_scenario_file(const fs::path& path, Io& io) {
    auto opened = sim::open_file(path);
    if (!opened) {
        refuse(io, "cannot read \"" + path.string() + "\": " + std::strerror(errno));
        return std::nullopt;
    }
    tell_problems(opened->problems, io);
    if (!*opened) return std::nullopt;
    return opened;
}

std::optional<Lab> open_lab(const std::string& words, Io& io) {
    std::string hint;
    const auto found = find(words, io, hint);
    if (!found) {
        unknown_lab(words, hint, io);
        return std::nullopt;
    }
    grading::LoadedLab loaded = grading::load_lab(*found);
    tell_problems(loaded.problems, io);
    if (!loaded.ok()) return std::nullopt;
    return Lab{*found, std::move(loaded.lab)};
}

std::optional<Source> open_source(const std::string& words, Io& io) {
    Source out;
    out.words = words;
    fs::path scenario = words;
    if (is_lab_folder(words) || !looks_like_path(words)) {
        std::string hint;
        const auto found = find(words, io, hint);
        if (!found) {
            unknown_lab(words, hint, io);
            return std::nullopt;
        }
        scenario = found->folder / "scenario.toml";
        // Its lab.toml is for `check`: mistakes there are told, and do not keep it from being run.
        grading::LoadedLab about = grading::load_lab(*found);
        tell_problems(about.problems, io);
        out.lab = Lab{*found, std::move(about.lab)};
    }
    auto opened = open_scenario_file(shown_path(scenario), io);
    if (!opened) return std::nullopt;
    out.opened = std::move(*opened);
    return out;
}

}  // namespace postroad::command

// Finds labs by what people call them, and scenario files by their path.
#include "command/catalogue.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ostream>

#include "protocols/base/ascii.hpp"
#include "protocols/base/did_you_mean.hpp"

namespace postroad::command {
namespace {

namespace fs = std::filesystem;

std::optional<Lab> read_lab(const fs::path& folder) {
    std::error_code error;
    if (!fs::is_regular_file(folder / "lab.toml", error)) return std::nullopt;
    Lab lab;
    lab.folder = folder;
    lab.name = folder.filename().string();
    const std::string digits = lab.name.substr(0, lab.name.find_first_not_of("0123456789"));
    const auto number = parse_number(digits);
    lab.number = number && *number < 1000 ? static_cast<int>(*number) : 999;
    try {
        const toml::table table = toml::parse_file((folder / "lab.toml").string());
        lab.title = table["title"].value_or(lab.name);
        lab.goal = table["goal"].value_or(std::string());
        lab.minutes = table["minutes"].value_or(0);
        lab.walkthrough = table["walkthrough"].value_or(false);
        const toml::array* const checks = table["check"].as_array();
        lab.graded = checks != nullptr && !checks->empty();
    } catch (const toml::parse_error&) {  // `check` tells where; the lab can still be run
        lab.title = lab.name;
    }
    return lab;
}

bool looks_like_path(const std::string& words) {
    std::error_code error;
    return words.find('/') != std::string::npos || words.ends_with(".toml") ||
           fs::is_regular_file(words, error);
}

int unknown_lab(const std::string& words, const std::vector<Lab>& labs, Io& io) {
    std::vector<std::string_view> names;
    for (const Lab& lab : labs) {
        names.push_back(lab.short_name());
        names.push_back(lab.name);
    }
    const std::string_view near = closest(words, names);
    std::string hint = near.empty() ? "`postroad labs` lists the labs"
                                    : "did you mean \"" + std::string(near) + "\"?";
    std::string tried = " (looked for a file \"" + words + "\"";
    tried += io.labs.empty() ? "; no folder of labs was found)"
                             : " and a lab in " + io.labs.string() + ")";
    return refuse(io, "there is no lab or scenario \"" + words + "\"" + tried, hint);
}

}  // namespace

std::string_view Lab::short_name() const {
    const std::size_t from = name.find_first_not_of("0123456789-");
    return from == std::string::npos ? std::string_view(name) : std::string_view(name).substr(from);
}

std::vector<Lab> read_catalogue(const fs::path& labs) {
    std::vector<Lab> out;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(labs, error))
        if (auto lab = read_lab(entry.path())) out.push_back(std::move(*lab));
    std::sort(out.begin(), out.end(), [](const Lab& a, const Lab& b) {
        return a.number != b.number ? a.number < b.number : a.name < b.name;
    });
    return out;
}

const Lab* find_lab(const std::vector<Lab>& labs, std::string_view words) {
    const auto number = parse_number(words);
    for (const Lab& lab : labs)
        if (lab.name == words || lab.short_name() == words ||
            (number && static_cast<std::uint64_t>(lab.number) == *number))
            return &lab;
    return nullptr;
}

std::optional<sim::Opened> open_told(const fs::path& path, Io& io) {
    auto opened = sim::open_file(path);
    if (!opened) {
        refuse(io, "cannot read \"" + path.string() + "\": " + std::strerror(errno));
        return std::nullopt;
    }
    if (!opened->problems.empty())
        io.err << scenario::to_text(opened->problems, io.err_is_terminal && !io.no_colour);
    if (!*opened) return std::nullopt;
    return opened;
}

std::optional<Lab> need_lab(const std::string& words, Io& io) {
    const std::vector<Lab> labs = read_catalogue(io.labs);
    if (const Lab* lab = find_lab(labs, words)) return *lab;
    if (auto lab = read_lab(fs::path(words))) return lab;  // a folder of one's own
    unknown_lab(words, labs, io);
    return std::nullopt;
}

std::optional<Source> open_source(const std::string& words, Io& io) {
    Source out;
    out.words = words;
    std::error_code error;
    const std::vector<Lab> labs = read_catalogue(io.labs);
    if (fs::is_directory(words, error)) out.lab = read_lab(fs::path(words));
    if (!out.lab && !looks_like_path(words)) {
        const Lab* const lab = find_lab(labs, words);
        if (lab == nullptr) {
            unknown_lab(words, labs, io);
            return std::nullopt;
        }
        out.lab = *lab;
    }
    out.scenario = out.lab ? out.lab->folder / "scenario.toml" : fs::path(words);
    auto opened = open_told(out.scenario, io);
    if (!opened) return std::nullopt;
    out.opened = std::move(*opened);
    return out;
}

}  // namespace postroad::command

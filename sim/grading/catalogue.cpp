// Names of labs, with and without their number.
#include "sim/grading/catalogue.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "protocols/base/ascii.hpp"
#include "protocols/base/did_you_mean.hpp"
#include "sim/world/open.hpp"

namespace postroad::sim::grading {

std::string_view LabFolder::short_name() const {
    if (name.find('/') != std::string::npos) return name;  // given by its folder
    const std::size_t dash = name.find('-');
    return std::string_view(name).substr(dash == std::string::npos ? 0 : dash + 1);
}

std::vector<LabFolder> list_labs(const std::filesystem::path& labs) {
    std::vector<LabFolder> out;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(labs, error)) {
        LabFolder one;
        one.folder = entry.path();
        one.name = entry.path().filename().string();
        const std::size_t dash = one.name.find('-');
        const auto number = parse_number(std::string_view(one.name).substr(0, dash));
        if (dash == std::string::npos || !number || *number > 999 ||
            !std::filesystem::is_regular_file(one.folder / "lab.toml", error))
            continue;
        one.number = static_cast<std::uint32_t>(*number);
        out.push_back(std::move(one));
    }
    std::sort(out.begin(), out.end(), [](const LabFolder& a, const LabFolder& b) {
        return a.number != b.number ? a.number < b.number : a.name < b.name;
    });
    return out;
}

std::optional<LabFolder> find_lab(const std::filesystem::path& labs, std::string_view words,
                                  std::string& hint) {
    hint.clear();
    std::error_code error;
    const std::filesystem::path folder(words);
    if (words.find('/') != std::string_view::npos &&
        std::filesystem::is_regular_file(folder / "lab.toml", error))
        return LabFolder{folder, std::string(words), 0};
    const std::vector<LabFolder> all = list_labs(labs);
    const auto number = parse_number(words);
    for (const LabFolder& one : all)
        if (equals_ignoring_case(one.name, words) ||
            equals_ignoring_case(one.short_name(), words) || (number && *number == one.number))
            return one;
    std::vector<std::string_view> names;
    for (const LabFolder& one : all) {
        names.push_back(one.short_name());
        names.push_back(one.name);
    }
    const std::string_view near = closest(words, names);
    if (!near.empty()) hint = "did you mean \"" + std::string(near) + "\"?";
    else if (!all.empty()) hint = "`postroad labs` lists the labs";
    return std::nullopt;
}

LoadedLab load_lab(const LabFolder& folder) {
    const auto path = folder.folder / "lab.toml";
    LoadedLab out;
    if (const auto text = read_whole_file(path)) {
        out = load_lab(*text, path.string());
        out.lab.folder_name = folder.name;
        return out;
    }
    scenario::Problem problem;
    problem.place.file = path.string();
    problem.what = std::string("cannot be read: ") + std::strerror(errno);
    out.problems.add(std::move(problem));
    return out;
}

}  // namespace postroad::sim::grading

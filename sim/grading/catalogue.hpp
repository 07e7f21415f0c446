// The labs in a folder, found by what people call them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/grading/lab.hpp"

namespace postroad::sim::grading {

struct LabFolder {
    std::filesystem::path folder;
    std::string name;                     // "05-the-mx-ladder"
    std::uint32_t number = 0;
    std::string_view short_name() const;  // "the-mx-ladder"
};

// Every folder "NN-name" with a lab.toml in it, by number.
std::vector<LabFolder> list_labs(const std::filesystem::path& labs);

// By "05-the-mx-ladder", "the-mx-ladder", "05" or "5", or a lab's folder elsewhere, by a path with a
// slash in it. Nothing when there is none; `hint` then
// says which name is near.
std::optional<LabFolder> find_lab(const std::filesystem::path& labs, std::string_view words,
                                  std::string& hint);

// Reads its lab.toml; a file that cannot be read is a problem like any other.
LoadedLab load_lab(const LabFolder& folder);

}  // namespace postroad::sim::grading

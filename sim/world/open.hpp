// Opens a scenario: reads it with the files beside it, lets firewall rules and zone data be judged
// by who knows them, and compiles it. What is wrong is told; nothing is half-opened.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sim/scenario/load.hpp"
#include "sim/world/history.hpp"
#include "sim/world/setup.hpp"
#include "sim/world/simulation.hpp"

namespace postroad::sim {

struct Opened {
    std::shared_ptr<const Setup> setup;  // null when anything in `problems` is an error
    scenario::Scenario declared;         // as written
    scenario::Problems problems;         // errors, or warnings alone
    explicit operator bool() const { return setup != nullptr; }
};

// `file` is the name shown in messages; `read_file` gives the files the scenario names,
// `list_files` the names of those in a folder.
Opened open_scenario(std::string_view text, const std::string& file,
                     const scenario::ReadFile& read_file = {},
                     const scenario::ListFiles& list_files = {});

// A whole file's octets, or nothing, with errno as the system left it.
std::optional<std::string> read_whole_file(const std::filesystem::path& path);

// Gives the files in a folder; links out of it lead nowhere.
scenario::ReadFile files_beside(const std::filesystem::path& folder);
scenario::ListFiles lists_beside(const std::filesystem::path& folder);

// A scenario file with what lies beside it. Nothing when the file cannot be read (errno).
std::optional<Opened> open_file(const std::filesystem::path& path);

// How far a run goes.
struct Extent {
    std::optional<Time> until;  // none: the scenario's, or until only repeating is left to happen
    std::uint64_t events_max = ~std::uint64_t{0};
};

// Runs as far as that. Where it ends depends on the scenario alone, not on how often `progress`
// is called (now and then; false stops, and `limit` is returned).
Stopped run_whole(Simulation& simulation, const Extent& extent,
                  const std::function<bool(const World&)>& progress = {});
// The same for a run that can be gone back in: it ends at the same moment.
Stopped run_whole(History& history, const Extent& extent,
                  const std::function<bool(const World&)>& progress = {});

}  // namespace postroad::sim

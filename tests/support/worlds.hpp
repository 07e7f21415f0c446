// The worlds that determinism is judged by: every lab, as it is given and as it is solved, and
// generated ones.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim/core/journal.hpp"
#include "sim/grading/catalogue.hpp"
#include "sim/scenario/complete.hpp"
#include "sim/scenario/generate.hpp"
#include "sim/world/open.hpp"
#include "sim/world/world_make.hpp"

namespace postroad::worlds {

struct Case {
    std::string name;
    std::shared_ptr<const sim::Setup> setup;  // null: `problem` says why
    std::uint64_t seed = 1;
    sim::Journal journal;  // what somebody typed, where that is a lab's solution
    std::string problem;
};

inline Case open_lab(const std::string& name, const std::filesystem::path& scenario,
                     const std::filesystem::path& journal) {
    Case out;
    out.name = name;
    const auto opened = sim::open_file(scenario);
    if (!opened || !*opened) {
        out.problem = opened ? scenario::to_text(opened->problems) : "cannot be read";
        return out;
    }
    if (!journal.empty()) {
        bool cut = false;
        const auto text = sim::read_whole_file(journal);
        if (text) out.journal = sim::Journal::parse(*text, out.problem, cut);
        if (!text || cut) out.problem = "the journal cannot be read";
        if (!out.problem.empty()) return out;
    }
    out.setup = opened->setup;
    out.seed = out.setup->scenario.seed;
    return out;
}

// Each lab's start and, where there is one, its solution, by number.
inline std::vector<Case> labs(const std::filesystem::path& folder = "labs") {
    std::vector<Case> out;
    for (const auto& lab : sim::grading::list_labs(folder)) {
        const auto start = lab.folder / "scenario.toml";
        const auto solution = lab.folder / "solution";
        out.push_back(open_lab(lab.name, start, {}));
        if (!std::filesystem::exists(solution)) continue;
        const bool typed = std::filesystem::exists(solution / "journal.txt");
        const bool changed = std::filesystem::exists(solution / "scenario.toml");
        out.push_back(open_lab(lab.name + "/solution",
                               changed ? solution / "scenario.toml" : start,
                               typed ? solution / "journal.txt" : std::filesystem::path{}));
    }
    return out;
}

inline Case generated(std::uint64_t seed, const scenario::Sizes& sizes = {}) {
    Case out;
    out.name = "generated-" + std::to_string(seed);
    scenario::Problems problems;
    out.setup = sim::compile(scenario::complete(scenario::generate(seed, sizes)), problems);
    if (!out.setup) out.problem = scenario::to_text(problems);
    else out.seed = out.setup->scenario.seed;
    return out;
}

inline std::unique_ptr<sim::Simulation> start(const Case& one,
                                              sim::Depth depth = sim::Depth::summary) {
    auto out = std::make_unique<sim::Simulation>(sim::make_world(one.setup, one.seed),
                                                 sim::Trace(depth));
    if (one.journal.size() != 0) out->replay(one.journal);
    return out;
}

}  // namespace postroad::worlds

// Runs a scenario as the options of the command say.
#pragma once

#include <CLI/App.hpp>
#include <memory>
#include <optional>
#include <string>

#include "command/catalogue.hpp"
#include "sim/world/simulation.hpp"

namespace postroad::command {

struct RunOptions {
    std::optional<std::uint64_t> seed;
    std::string until;             // "2m30s", "+2m30s" or an RFC 3339 moment
    std::uint64_t events_max = 1'000'000'000;
    std::string depth;             // summary, lines, bytes; empty: the scenario's
    std::string journal;           // to be replayed; empty: none
    std::string student;           // whose seed and variant of the lab are used; empty: nobody's
    void add_to(CLI::App& app);    // --seed, --until, --events-max, --student
};

// With --student: the scenario becomes the student's variant of the lab, the seed theirs. False, and
// told, when the variant cannot be.
bool make_own(Source& source, RunOptions& options, Io& io);

struct Ran {
    std::unique_ptr<sim::Simulation> simulation;
    sim::Stopped stopped = sim::Stopped::quiet;
    std::uint64_t took_ns = 1;     // of real time
    const sim::Setup& setup() const { return *simulation->world().setup; }
};

// What the options mean for this scenario; none, and told, when they mean nothing.
std::optional<sim::Extent> extent_of(const RunOptions& options, const sim::Setup& setup, Io& io);
sim::Depth depth_of(const RunOptions& options, const sim::Setup& setup);

// A simulation at its start. `trace_file`: where its Trace is kept; empty: in memory. Null, and
// told, when that file or the journal cannot be used.
std::unique_ptr<sim::Simulation> start(const Source& source, const RunOptions& options,
                                       const std::string& trace_file, Io& io);
// To its end, with a progress bar.
Ran run_to_end(std::unique_ptr<sim::Simulation> simulation, const sim::Extent& extent, Io& io);

// Both, for who needs nothing in between.
std::optional<Ran> simulate(const Source& source, const RunOptions& options, Io& io);

// Tells that a run was stopped by --events-max, and gives own_limit back; else `done`.
int tell_limit(const Ran& ran, Io& io);

}  // namespace postroad::command

// From options to a finished run.
#include "command/simulate.hpp"

#include <cerrno>
#include <cstring>
#include <ostream>

#include "command/progress.hpp"
#include "sim/grading/student.hpp"
#include "sim/world/world_make.hpp"

namespace postroad::command {

void RunOptions::add_to(CLI::App& app) {
    app.add_option("--seed", seed, "Seed of all chances (the scenario's; the same gives the same)");
    app.add_option("--student", student,
                   "Whose run it is: a name or number, from which seed and variant come");
    app.add_option("--until", until, "Stop at this moment: 90s, 2m30s, 2010-09-01T08:05:00Z");
    app.add_option("--events-max", events_max, "Stop after so many events, with exit status 3")
        ->capture_default_str();
}

bool make_own(Source& source, RunOptions& options, Io& io) {
    if (options.student.empty()) return true;
    if (!options.seed) options.seed = sim::grading::student_seed(options.student);
    if (!source.lab) return true;
    const sim::grading::Variant* const variant =
        sim::grading::variant_of(source.lab->about, options.student);
    if (variant == nullptr) return true;
    sim::Opened own = sim::grading::as_variant(source.opened, *variant, source.words,
                                               sim::files_beside(source.lab->folder));
    tell_problems(own.problems, io);
    if (!own) return false;
    source.opened = std::move(own);
    return true;
}

std::optional<sim::Extent> extent_of(const RunOptions& options, const sim::Setup& setup, Io& io) {
    sim::Extent out;
    out.events_max = options.events_max;
    if (options.until.empty()) return out;
    std::string_view words = options.until;
    if (words.starts_with('+')) words.remove_prefix(1);
    if (const auto after = scenario::parse_duration(words)) {
        out.until = after->ns;
        return out;
    }
    const auto moment = scenario::parse_instant(words);
    if (!moment) {
        refuse(io, "--until \"" + options.until + "\" is no moment",
               "write 90s, 2m30s, 5d or 2010-09-01T08:05:00Z");
        return std::nullopt;
    }
    if (moment->unix_s < setup.start_unix_s) {
        refuse(io, "--until " + options.until + " is before the scenario's start");
        return std::nullopt;
    }
    out.until = static_cast<Time>(moment->unix_s - setup.start_unix_s) * second;
    return out;
}

sim::Depth depth_of(const RunOptions& options, const sim::Setup& setup) {
    if (options.depth == "summary") return sim::Depth::summary;
    if (options.depth == "lines") return sim::Depth::lines;
    if (options.depth == "bytes") return sim::Depth::bytes;
    return static_cast<sim::Depth>(setup.scenario.record);
}

std::unique_ptr<sim::Simulation> start(const Source& source, const RunOptions& options,
                                       const std::string& trace_file, Io& io) {
    const auto& setup = source.opened.setup;
    std::optional<sim::Journal> journal;
    if (!options.journal.empty()) {
        const auto text = sim::read_whole_file(options.journal);
        if (!text) {
            refuse(io, "cannot read \"" + options.journal + "\": " + std::strerror(errno));
            return nullptr;
        }
        std::string error;
        bool cut = false;
        journal = sim::Journal::parse(*text, error, cut);
        if (!error.empty()) {
            refuse(io, options.journal + ": " + error);
            return nullptr;
        }
        if (cut)
            io.err << "postroad: " << options.journal
                   << " is cut short: read up to its last whole line\n";
    }
    sim::Trace trace(depth_of(options, *setup));
    if (!trace_file.empty() && !trace.open_file(trace_file)) {
        refuse(io, "cannot write \"" + trace_file + "\": " + std::strerror(errno));
        return nullptr;
    }
    auto out = std::make_unique<sim::Simulation>(
        sim::make_world(setup, options.seed.value_or(setup->scenario.seed)), std::move(trace));
    if (journal) out->replay(std::move(*journal));
    return out;
}

namespace {

// A live session ends when its people say so: a run of its journal ends there, too.
std::optional<Time> end_of(const sim::Journal& journal) {
    if (journal.size() == 0) return std::nullopt;
    const sim::JournalEntry& last = journal[journal.size() - 1];
    if (last.entry != sim::Entry::end) return std::nullopt;
    return last.at;
}

}  // namespace

Ran run_to_end(std::unique_ptr<sim::Simulation> simulation, const sim::Extent& extent, Io& io) {
    Ran out;
    out.simulation = std::move(simulation);
    const auto declared = out.setup().scenario.until;
    sim::Extent whole = extent;
    if (!whole.until) whole.until = end_of(out.simulation->journal());
    Progress progress(io, whole.until ? whole.until
                          : declared   ? std::optional<Time>(declared->ns)
                                       : std::nullopt);
    out.stopped = sim::run_whole(*out.simulation, whole, [&](const sim::World& world) {
        progress.show(world);
        return true;
    });
    out.took_ns = progress.finish_ns();
    return out;
}

std::optional<Ran> simulate(const Source& source, const RunOptions& options, Io& io) {
    const auto extent = extent_of(options, *source.opened.setup, io);
    if (!extent) return std::nullopt;
    auto simulation = start(source, options, {}, io);
    if (!simulation) return std::nullopt;
    return run_to_end(std::move(simulation), *extent, io);
}

int tell_limit(const Ran& ran, Io& io) {
    if (ran.stopped != sim::Stopped::limit) return done;
    io.err << "postroad: stopped after " << ran.simulation->world().events_done
           << " events, as --events-max says; more was left to happen\n";
    return own_limit;
}

}  // namespace postroad::command

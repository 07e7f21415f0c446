// From a scenario's text to a Setup, and from a Setup's start to its end.
#include "sim/world/open.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "sim/world/judge.hpp"

namespace postroad::sim {
namespace {

// Whether timeline, journal and workloads have had their say.
bool all_begun(const Simulation& simulation) {
    const World& world = simulation.world();
    const scenario::Scenario& scenario = world.setup->scenario;
    for (const scenario::Event& event : scenario.timeline)
        if (event.at.ns > world.now) return false;
    const Journal& journal = simulation.journal();
    if (journal.size() != 0 && journal[journal.size() - 1].at > world.now) return false;
    const Pages<WorkloadState>& loads = world.mail.people.workloads;
    if (loads.size() < scenario.workloads.size()) return false;
    for (std::size_t i = 0; i < scenario.workloads.size(); ++i)
        if (loads[i].done == 0) return false;
    return true;
}

// Only what repeats by itself is left: nobody has mail, asks or talks.
bool all_done(Simulation& simulation) {
    const World& world = simulation.world();
    const bool moment_over = simulation.hands().world.agenda.next().time > world.now;
    return moment_over && world.dns.questions.live() == 0 &&
           world.dns.tasks.live() == 0 && world.dns.delayed.live() == 0 &&
           world.mail.people.outbox.live() == 0 && world.tcp.segments.live() == 0 &&
           simulation.settled() && all_begun(simulation);
}

// `runner`: what goes on, the simulation itself or its history.
template <class Runner>
Stopped run_to_the_end(Simulation& simulation, Runner& runner, const Extent& extent,
                       const std::function<bool(const World&)>& progress) {
    constexpr std::uint64_t piece = 1U << 16;
    const World& world = simulation.world();
    const auto declared = world.setup->scenario.until;
    const Time until = extent.until.value_or(declared ? declared->ns : never);
    std::uint64_t left = extent.events_max;
    bool second_over = true;
    for (;;) {
        // Without an end it is looked at whole seconds whether all is done: a rule of simulated
        // time, so that every way of running ends at the same moment.
        if (until == never && second_over && (world.agenda.empty() || all_done(simulation)))
            return Stopped::quiet;
        const Time stop =
            until != never
                ? until
                : (simulation.hands().world.agenda.next().time / second + 1) * second - 1;
        const std::uint64_t before = world.events_done;
        const Stopped why = runner.run_until(stop, std::min(left, piece));
        const std::uint64_t done = world.events_done - before;
        left -= std::min(left, done);
        second_over = why != Stopped::limit;
        if (until != never && second_over) return why;
        if (why == Stopped::limit && (left == 0 || done < piece)) return Stopped::limit;
        if (progress && !progress(world)) return Stopped::limit;
    }
}

}  // namespace

Opened open_scenario(std::string_view text, const std::string& file,
                     const scenario::ReadFile& read_file,
                     const scenario::ListFiles& list_files) {
    scenario::Loaded loaded = scenario::load(text, file, surroundings(read_file, list_files));
    Opened out;
    out.problems = std::move(loaded.problems);
    if (out.problems.any_error()) return out;
    scenario::Problems found;
    out.setup = compile(loaded.complete, found);
    for (const scenario::Problem& one : found.list()) out.problems.add(one);
    if (found.any_error()) out.setup = nullptr;
    out.problems.sort();
    if (out.setup) out.declared = std::move(loaded.declared);
    return out;
}

std::optional<std::string> read_whole_file(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        errno = EISDIR;
        return std::nullopt;
    }
    std::FILE* file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) return std::nullopt;
    std::string out;
    char piece[65536];
    for (std::size_t got = 0; (got = std::fread(piece, 1, sizeof piece, file)) != 0;)
        out.append(piece, got);
    const bool failed = std::ferror(file) != 0;
    std::fclose(file);
    if (failed) return std::nullopt;
    return out;
}

namespace {

std::optional<std::filesystem::path> place_within(const std::filesystem::path& folder,
                                                  const std::string& relative) {
    std::error_code error;
    const auto root = std::filesystem::canonical(folder.empty() ? "." : folder, error);
    if (error) return std::nullopt;
    const auto path = std::filesystem::canonical(root / relative, error);
    if (error) return std::nullopt;
    const auto within = path.lexically_relative(root);
    if (within.empty() || *within.begin() == "..") return std::nullopt;
    return path;
}

}  // namespace

scenario::ReadFile files_beside(const std::filesystem::path& folder) {
    return [folder](const std::string& relative) -> std::optional<std::string> {
        const auto path = place_within(folder, relative);
        if (!path) return std::nullopt;
        return read_whole_file(*path);
    };
}

scenario::ListFiles lists_beside(const std::filesystem::path& folder) {
    return [folder](const std::string& relative) -> std::optional<std::vector<std::string>> {
        const auto path = place_within(folder, relative);
        std::error_code error;
        if (!path || !std::filesystem::is_directory(*path, error)) return std::nullopt;
        std::vector<std::string> out;
        std::filesystem::recursive_directory_iterator at(*path, error);
        for (; !error && at != std::filesystem::end(at); at.increment(error))
            if (at->is_regular_file(error))
                out.push_back(at->path().lexically_relative(*path).generic_string());
        std::sort(out.begin(), out.end());  // a file system has an order of its own
        return out;
    };
}

std::optional<Opened> open_file(const std::filesystem::path& path) {
    const auto text = read_whole_file(path);
    if (!text) return std::nullopt;
    return open_scenario(*text, path.string(), files_beside(path.parent_path()),
                         lists_beside(path.parent_path()));
}

Stopped run_whole(Simulation& simulation, const Extent& extent,
                  const std::function<bool(const World&)>& progress) {
    return run_to_the_end(simulation, simulation, extent, progress);
}

Stopped run_whole(History& history, const Extent& extent,
                  const std::function<bool(const World&)>& progress) {
    return run_to_the_end(history.now(), history, extent, progress);
}

}  // namespace postroad::sim

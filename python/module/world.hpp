// A world as Python holds it: a History over a Simulation, guarded against use from two threads.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "python/module/columns.hpp"
#include "sim/world/history.hpp"
#include "sim/world/open.hpp"

namespace postroad::python {

// A scenario that was read without an error, and the folder its files lie in.
struct ScenarioHandle {
    sim::Opened opened;
    std::string folder;
};

class IndexKeeper;

class WorldHandle {
  public:
    WorldHandle(const std::shared_ptr<ScenarioHandle>& scenario, std::optional<std::uint64_t> seed,
                const std::string& depth);
    explicit WorldHandle(std::unique_ptr<sim::History> history);
    ~WorldHandle();
    WorldHandle(const WorldHandle&) = delete;
    WorldHandle& operator=(const WorldHandle&) = delete;

    // Until then (ns), or until the scenario's end. `progress(now_ns, events)` is called about ten
    // times a second; Ctrl-C ends the run between two events. "reached", "quiet" or "limit".
    std::string run(std::optional<std::uint64_t> until, std::uint64_t events_max,
                    const py::object& progress);
    std::uint64_t step(std::uint64_t events);
    void seek(std::uint64_t moment_ns);
    void seek_event(std::uint64_t count);
    std::unique_ptr<WorldHandle> fork() const;
    // One [[timeline]] table without its `at`; ChangeError, and nothing has changed, when it
    // cannot be.
    void change(const std::string& words);
    // What somebody outside does now: "connect" (words: "host:port"), "say" (octets), "hang_up",
    // "generate". `subject`: the number of the outsider, or of the generator. PostroadError for a host or port that is none.
    void enter(const std::string& what, const std::string& host, std::uint32_t subject,
               const std::string& words);
    void replay(const std::string& journal);
    // Asks `policy(what, host, about, client, helo, reverse_path, forward_path, now_ns, accepted,
    // words, number)` what has its bit in `what` (sim::Asked) from now on; it gives (code, after_ns,
    // text), a sim::Ruling. None: no more. What it raises stops the run and comes out of the call
    // that ran.
    void set_policy(const py::object& policy, std::uint32_t what);

    // For a policy while it is asked: throws what is wrong with an answer that only the world can
    // judge.
    void check_ruling(std::uint32_t what, std::uint16_t code, const std::string& text) const;

    const sim::Simulation& simulation() const;
    const sim::World& world() const { return simulation().world(); }
    const sim::Setup& setup() const { return *world().setup; }
    const sim::History& history() const { return *history_; }

    // Calls `use(trace)` with the rows up to a position, without the interpreter's lock.
    template <class Use>
    void with_trace(std::uint64_t position, Use use) {
        const Busy busy(*this);
        const py::gil_scoped_release unlocked;
        const sim::Trace& all = history_->now().trace();
        if (all.end() == position) {
            use(all);
            return;
        }
        const sim::Trace past = all.fork(position);
        use(past);
    }
    // Up to now.
    template <class Use>
    void with_trace(Use use) {
        with_trace(world().trace_position, use);
    }
    // `position`: one that trace_position once gave.
    py::dict table(const std::string& name, std::uint64_t position);

  private:
    // Refuses a second thread while the first is in a long call.
    class Busy {
      public:
        explicit Busy(WorldHandle& world);
        ~Busy() { world_.busy_ = false; }
        Busy(const Busy&) = delete;
        Busy& operator=(const Busy&) = delete;

      private:
        WorldHandle& world_;
    };
    void check_replay() const;
    // Going back and changing the past would leave two futures in one world: ChangeError.
    void check_at_the_front() const;

    std::unique_ptr<sim::History> history_;
    sim::Ruling ask_policy(const sim::Question& question);
    // Throws what a policy has raised meanwhile.
    void rethrow_policy();

    std::unique_ptr<IndexKeeper> index_;
    py::object policy_ = py::none();
    std::optional<py::error_already_set> policy_raised_;
    std::atomic<bool> busy_ = false;
};

// Raises postroad.errors.NAME(message).
[[noreturn]] void raise(const char* name, const std::string& message);
// Raises postroad.errors.NAME for these problems, each with its place.
[[noreturn]] void raise_problems(const char* name, const scenario::Problems& problems);
py::list to_list(const scenario::Problems& problems);

void bind_scenario(py::module_& module);
void bind_world(py::module_& module);
void bind_views(py::module_& module, py::class_<WorldHandle>& world);
void bind_labs(py::module_& module);

}  // namespace postroad::python

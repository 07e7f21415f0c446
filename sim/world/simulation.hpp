// A Simulation runs one world: a World, the Trace of what happened and the Journal of what
// entered from outside. Going back is History's (history.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sim/core/journal.hpp"
#include "sim/core/trace.hpp"
#include "sim/world/run.hpp"
#include "sim/world/world.hpp"

namespace postroad::sim {

// Why a run returned.
enum class Stopped : std::uint8_t {
    reached,  // the moment asked for; nothing before it is left to happen
    quiet,    // nothing is left to happen at all
    limit,    // as many events as allowed
};

class Simulation {
  public:
    Simulation(World start, Trace recording);
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    // Runs every event at or before `until` (`never`: until all is quiet), `events_max` at the
    // most. The world's clock is then `until`, or the last event's moment.
    Stopped run_until(Time until, std::uint64_t events_max = ~std::uint64_t{0});
    // One event. False when there is none.
    bool step();

    const World& world() const { return world_; }
    const Trace& trace() const { return trace_; }
    const Journal& journal() const { return journal_; }
    Run& hands() { return run_; }

    // Something enters from outside, now. It is journalled and happens at once.
    void enter(Entry entry, NodeId node, std::uint32_t subject, std::string words);
    // The same; the caller keeps a journal of his own beside this one.
    void enter(JournalEntry entry);
    // What has entered is forgotten once it has happened: for a live world that keeps its journal in
    // a file and never goes back.
    void forget_journal();
    // Somebody decides, from the next event on, what is asked: `what` has bit Asked of each. The
    // answers are journalled: replay, rewind and fork ask no question twice. `asker` may be empty.
    using Asker = std::function<Ruling(const Question&)>;
    void set_asker(Asker asker, std::uint32_t what = ~std::uint32_t{0});
    // A whole journal, before or after the start: its entries happen at their moments.
    void replay(Journal journal);

    // Goes to another world of the same run (a keyframe); what is replayed from there is checked
    // against the Trace. Entries of the journal that it has not met yet come again.
    void restore(const World& keyframe);

    // A copy of the world that goes its own way from this moment; its Trace shares what has been.
    std::unique_ptr<Simulation> fork() const;

    // Only what repeats by itself (fetching on a schedule) is left to happen.
    bool settled() const;

  private:
    void dispatch(const Event& event);
    void look_ahead();
    void schedule_journal();
    const Ruling& rule(const Question& question);

    World world_;
    Trace trace_;
    Journal journal_;
    Run run_;
    // How far look_ahead has come in the agenda's bucket; not part of the world.
    std::uint64_t fetched_bucket_ = ~std::uint64_t{0};
    std::size_t unfetched_ = 0;  // events of it
    Asker asker_;
    std::uint32_t asked_ = 0;  // bits of what it is asked
    // By what is asked: events up to that one were nobody's to decide.
    std::array<std::uint64_t, static_cast<std::size_t>(Asked::count_of_asked)> asked_from_{};
    Ruling ruling_;                 // the last one
};

// "0123456789abcdef": the chains over all facts that every depth records, in node order.
std::string fingerprint(const World& world);

}  // namespace postroad::sim

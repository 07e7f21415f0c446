// Where in a run we are, and how we get elsewhere: playing, stepping, jumping, forward and back.
// What is shown is the World of that moment, made again by History; never an undo. A way that takes
// long is gone by a thread of its own, and meanwhile we stay where we are.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <map>
#include <string>

#include "viz/model/later.hpp"
#include "viz/model/recording.hpp"

namespace postroad::viz {

// What a step goes to.
enum class Step : std::uint8_t {
    row, packet, line, decision, message, failure, bounce, drop, tls_failure,
};
inline constexpr int count_of_steps = 9;
const char* name_of(Step step);

class Player {
  public:
    // One player a recording: its history stands where the player is.
    explicit Player(Recording& run);

    const Recording& run() const { return run_; }
    // As it is now; until the next arrive().
    const sim::World& world() const { return shown_ ? *shown_ : run_.history().now().world(); }
    const sim::Setup& setup() const { return *world().setup; }
    Time now() const { return now_; }
    // Rows of the Trace before this position have happened.
    std::uint64_t position() const { return position_; }
    // The entries that have happened are those before this index.
    std::size_t happened() const { return happened_; }
    // The last entry that has happened, or none.
    std::optional<Entry> current() const {
        return happened_ == 0 ? std::nullopt : std::optional(run_.entries[happened_ - 1]);
    }

    // Everything at or before the moment has happened.
    void go_to(Time moment);
    // The row of this entry is the last that has happened.
    void go_to_entry(std::size_t entry);
    // To the next or the one before of this kind; false when there is none: then we stay. Before the
    // first row and the first packet is the start.
    bool step(Step kind, bool forward);
    void go_to_start() { go_to_nothing(); }
    void go_to_end() { go_to(run_.end()); }

    // Whether the functions above return only when we are there. Else they return at once and all
    // stays as it was until arrive(), which sets out, and comes back without us being there when the
    // way is long: then we are away.
    bool patient = true;
    bool away() const { return later_.busy(); }
    void arrive();
    // Somebody else uses the history, on the thread that may take long, and leaves it as it was.
    void lend(std::function<void(sim::History&)> use);

    // Playing. Speed 0 tells the story at a reader's pace; else simulated seconds a second.
    bool playing = false;
    double speed = 0;
    void tick(double seconds);

    // By how many entries have happened there; with a name, if it is the scenario's.
    std::map<std::size_t, std::string> bookmarks;
    void toggle_bookmark();
    bool go_to_bookmark(bool forward);

  private:
    struct Place {
        Time now = 0;
        std::uint64_t position = 0;
        std::uint64_t event_from = 0;  // where the Trace stood before the last event
        std::size_t happened = 0;
    };
    using Way = std::function<Place()>;
    Place nothing_yet();
    Place at_moment(Time moment);
    Place at_entry(std::size_t entry);
    void go(Way way);
    void settle(const Place& place);
    void go_to_nothing();

    Recording& run_;
    Time now_ = 0;
    std::uint64_t position_ = 0;
    std::uint64_t event_from_ = 0;
    std::size_t happened_ = 0;
    double fraction_ns_ = 0;          // what tick() still owes
    std::optional<sim::World> shown_; // while away: the history is another thread's then
    Way lent_, next_;                 // what comes behind that
    Later<Place> later_;
};

}  // namespace postroad::viz

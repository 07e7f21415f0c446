// What would have come of it: a copy of the world goes its own way from this moment with one change,
// and is laid beside the run as it was.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "viz/model/consequences.hpp"
#include "viz/model/later.hpp"
#include "viz/model/player.hpp"

namespace postroad::viz {

struct WhatIf {
    std::string change;                    // a [[timeline]] table's words without its `at`
    Time at = 0;                           // the moment of the fork
    std::unique_ptr<Recording> other;
    // Indices of entries behind the fork that say something (no bare segments), in either run.
    std::vector<std::size_t> was, is;
    std::size_t same = 0;                  // so many of both are alike; then they part
    struct Counts {
        unsigned delivered = 0, bounced = 0, failures = 0, lines = 0;
    };
    Counts was_counts, is_counts;
    bool parts() const { return same < was.size() || same < is.size(); }
};

// A copy of the world at a moment, into which the change has entered.
struct Forked {
    std::string change;
    std::string error;                     // what is wrong with the change; `world` is null then
    std::unique_ptr<sim::Simulation> world;
    Time at = 0;
    std::uint64_t from = 0;                // position of the Trace
};
// From where the history stands, or from the start of the run. The history stays where it is.
Forked fork_with(sim::History& history, const std::string& change, bool from_start);

// Runs the copy as far as the run went, and compares. Null when `progress` has stopped it.
using Progress = std::function<bool(const sim::World&)>;
std::unique_ptr<WhatIf> what_became(const Recording& run, Forked fork, const Progress& progress = {});

// Both at once, from this moment. Null with what is wrong with the change in `error`.
std::unique_ptr<WhatIf> what_if(Player& player, const std::string& change, std::string& error);

// The same without anybody waiting for it.
class Trial {
  public:
    Trial() : told_(std::make_shared<Told>()) {}
    // `with_consequences`: says, too, who suffers. One that is under way is given up.
    void begin(Player& player, const std::string& change, bool from_start, bool with_consequences);
    bool busy() const { return asked_ || later_.busy(); }
    // How far the copy has come by now, of its run. 0 to 1.
    double share() const;
    // Looks in: true once, when all is known.
    bool arrived(Player& player);
    void drop();

    std::string change, error;
    std::unique_ptr<WhatIf> done;
    std::vector<Consequence> who;

  private:
    struct Told {  // by the threads that work at it
        std::atomic<bool> forked{false};
        std::atomic<Time> now{0};
        Forked fork;
    };
    struct Found {
        std::unique_ptr<WhatIf> done;
        std::vector<Consequence> who;
    };
    std::shared_ptr<Told> told_;
    Later<Found> later_;
    Time end_ = 0;
    bool asked_ = false, with_consequences_ = false;
};

}  // namespace postroad::viz

// Going to any moment of a run, forward or back: keyframes (copies of the World, which share
// their pages) and replay from the nearest one, checked against the Trace.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/world/simulation.hpp"

namespace postroad::sim {

class History {
  public:
    // A keyframe is taken every `spacing` events; when there are `keyframes_max` of them every
    // second one goes and the spacing doubles.
    explicit History(std::unique_ptr<Simulation> simulation, std::uint64_t spacing = 25'000,
                     std::size_t keyframes_max = 256);

    Simulation& now() { return *simulation_; }
    const Simulation& now() const { return *simulation_; }

    // Goes on; what has been is kept. `until` as for Simulation::run_until.
    Stopped run_until(Time until, std::uint64_t events_max = ~std::uint64_t{0});

    // The world as it was, is or will be when every event at or before `moment` has happened.
    void seek(Time moment);
    // The world after its first `count` events: stepping back by one is seek_event(done - 1).
    void seek_event(std::uint64_t count);

    // How far this run has ever come.
    Time frontier() const { return frontier_; }
    std::uint64_t frontier_events() const { return frontier_events_; }
    std::size_t keyframes() const { return keyframes_.size(); }

    // A run of its own from this moment on.
    std::unique_ptr<History> fork() const;

  private:
    void keep();
    // To the last keyframe that is not past, unless the world is already nearer.
    void come_near(bool (*past)(const World&, std::uint64_t), std::uint64_t value);
    void note_frontier();

    std::unique_ptr<Simulation> simulation_;
    std::vector<World> keyframes_;  // by moment; the first is the start
    std::uint64_t spacing_;
    std::size_t keyframes_max_;
    Time frontier_ = 0;
    std::uint64_t frontier_events_ = 0;
};

}  // namespace postroad::sim

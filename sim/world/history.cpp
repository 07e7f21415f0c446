// Keyframes: taken as the run goes, thinned when they become many.
#include "sim/world/history.hpp"

#include <algorithm>

namespace postroad::sim {

History::History(std::unique_ptr<Simulation> simulation, std::uint64_t spacing,
                 std::size_t keyframes_max)
    : simulation_(std::move(simulation)), spacing_(spacing), keyframes_max_(keyframes_max) {
    POSTROAD_ASSERT(spacing > 0 && keyframes_max >= 2);
    keyframes_.push_back(simulation_->world());
    note_frontier();
}

void History::note_frontier() {
    frontier_ = std::max(frontier_, simulation_->world().now);
    frontier_events_ = std::max(frontier_events_, simulation_->world().events_done);
}

void History::keep() {
    const World& world = simulation_->world();
    if (world.events_done < keyframes_.back().events_done + spacing_) return;
    keyframes_.push_back(world);
    if (keyframes_.size() <= keyframes_max_) return;
    std::size_t kept = 1;
    for (std::size_t i = 2; i < keyframes_.size(); i += 2)
        keyframes_[kept++] = std::move(keyframes_[i]);
    keyframes_.resize(kept);
    spacing_ *= 2;
}

Stopped History::run_until(Time until, std::uint64_t events_max) {
    for (;;) {
        const std::uint64_t slice = std::min(events_max, spacing_);
        const std::uint64_t before = simulation_->world().events_done;
        const Stopped stopped = simulation_->run_until(until, slice);
        const std::uint64_t done = simulation_->world().events_done - before;
        events_max -= std::min(events_max, done);
        note_frontier();
        if (stopped != Stopped::limit) return stopped;
        keep();
        if (events_max == 0 || done < slice) return stopped;
    }
}

void History::come_near(bool (*past)(const World&, std::uint64_t), std::uint64_t value) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < keyframes_.size() && !past(keyframes_[i], value); ++i) best = i;
    const World& here = simulation_->world();
    if (past(here, value) || here.events_done < keyframes_[best].events_done)
        simulation_->restore(keyframes_[best]);
}

void History::seek(Time moment) {
    come_near([](const World& w, std::uint64_t v) { return w.now > v; }, moment);
    run_until(moment);
}

void History::seek_event(std::uint64_t count) {
    come_near([](const World& w, std::uint64_t v) { return w.events_done > v; }, count);
    run_until(never, count - simulation_->world().events_done);
}

std::unique_ptr<History> History::fork() const {
    return std::make_unique<History>(simulation_->fork(), spacing_, keyframes_max_);
}

}  // namespace postroad::sim

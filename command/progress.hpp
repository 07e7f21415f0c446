// A bar on stderr for runs that take over a second; never in the way of what is piped.
#pragma once

#include <chrono>
#include <optional>

#include "command/io.hpp"
#include "sim/world/world.hpp"

namespace postroad::command {

class Progress {
  public:
    // `until`: the moment the run ends, if that is known.
    Progress(Io& io, std::optional<Time> until);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void show(const sim::World& world);
    // Real time since the start, and the bar is wiped.
    std::uint64_t finish_ns();

  private:
    using Clock = std::chrono::steady_clock;
    Io& io_;
    std::optional<Time> until_;
    Clock::time_point began_, next_;
    bool drawn_ = false;
};

}  // namespace postroad::command

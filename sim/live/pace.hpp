// The one clock: which simulated moment it is now. The only place where real time enters.
#pragma once

#include <chrono>

#include "sim/core/time.hpp"

namespace postroad::sim::live {

class Pace {
  public:
    using Clock = std::chrono::steady_clock;

    Pace(Time start, std::uint32_t speed)
        : moment_(start), since_(Clock::now()), fast_(speed), speed_(1) {}

    Time now() const {
        const auto passed = std::chrono::duration_cast<std::chrono::nanoseconds>(
            Clock::now() - since_);
        return moment_ + static_cast<Time>(passed.count()) * speed_;
    }
    // Real time until `moment`; zero when it is past.
    std::chrono::nanoseconds until(Time moment) const {
        const Time here = now();
        return std::chrono::nanoseconds(
            moment <= here ? 0 : static_cast<std::int64_t>((moment - here) / speed_));
    }
    // Somebody real is waiting: a second is a second. Else time goes as fast as was asked for.
    void attend(bool somebody) {
        const std::uint32_t wanted = somebody ? 1 : fast_;
        if (wanted == speed_) return;
        moment_ = now();
        since_ = Clock::now();
        speed_ = wanted;
    }

  private:
    Time moment_;
    Clock::time_point since_;
    std::uint32_t fast_, speed_;
};

}  // namespace postroad::sim::live

// Draws at most ten times a second.
#include "command/progress.hpp"

#include <algorithm>
#include <ostream>

#include "sim/core/reasons.hpp"

namespace postroad::command {

using namespace std::chrono_literals;

Progress::Progress(Io& io, std::optional<Time> until)
    : io_(io), until_(until), began_(Clock::now()), next_(began_ + 1s) {}

Progress::~Progress() { finish_ns(); }

void Progress::show(const sim::World& world) {
    if (!io_.err_is_terminal) return;
    const Clock::time_point now = Clock::now();
    if (now < next_) return;
    next_ = now + 100ms;
    drawn_ = true;
    io_.err << "\r\x1b[K";
    if (until_ && *until_ != 0) {
        constexpr std::size_t width = 30;
        // In two steps, since nanoseconds times a hundred may not fit.
        const std::uint64_t percent =
            std::min<std::uint64_t>(100, world.now / std::max<Time>(1, *until_ / 100));
        const std::size_t full = width * percent / 100;
        io_.err << '[' << std::string(full, '#') << std::string(width - full, '.') << "] "
                << percent << " %  ";
    }
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - began_);
    const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(1, elapsed.count()));
    io_.err << sim::duration_words(world.now / second * second) << " simulated, "
            << world.events_done << " events, " << world.events_done * 1000 / ms << "/s"
            << std::flush;
}

std::uint64_t Progress::finish_ns() {
    if (drawn_) io_.err << "\r\x1b[K" << std::flush;
    drawn_ = false;
    const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - began_);
    return static_cast<std::uint64_t>(std::max<std::int64_t>(1, took.count()));
}

}  // namespace postroad::command

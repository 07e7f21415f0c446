// The ladder: who said what to whom, when, by which rule of which RFC, and why. As text.
#pragma once

#include <string>

#include "sim/views/index.hpp"
#include "sim/views/text.hpp"

namespace postroad::sim::views {

// What is shown; filters are ANDed.
struct LadderOptions {
    Style style;
    std::uint32_t conversation = 0;   // its number, from 1; 0: all
    std::uint32_t journey = nothing;  // TraceIndex::find_journey
    NodeId node = nothing;            // what it says, hears, decides
    Time from = 0, until = never;
    bool segments = false;            // every TCP segment, not only what went wrong
    bool content = false;             // messages in full
};

void print_ladder(const Trace& trace, const Setup& setup, const TraceIndex& index,
                  const LadderOptions& options, const Sink& sink);
std::string ladder(const Trace& trace, const Setup& setup, const TraceIndex& index,
                   const LadderOptions& options);

}  // namespace postroad::sim::views

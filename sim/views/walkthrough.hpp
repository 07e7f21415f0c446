// The journey of one message as a story: composed, submitted, routed, relayed, delivered, fetched;
// who is responsible at each step, and the eight points of an SMTP session explained where they
// happen. All of it is read from the Trace, so any scenario has its walkthrough.
#pragma once

#include <string>

#include "sim/views/index.hpp"
#include "sim/views/text.hpp"

namespace postroad::sim::views {

struct WalkthroughOptions {
    Style style;
    std::uint32_t journey = 0;        // index into TraceIndex::journeys
    unsigned content_lines_max = 24;  // of a message, each time it is shown
};

// Says so in one line when there is no such message.
void print_walkthrough(const Trace& trace, const Setup& setup, const TraceIndex& index,
                       const WalkthroughOptions& options, const Sink& sink);
std::string walkthrough(const Trace& trace, const Setup& setup, const TraceIndex& index,
                        const WalkthroughOptions& options);

}  // namespace postroad::sim::views

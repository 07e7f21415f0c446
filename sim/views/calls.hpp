// Which calls of MAPI's a mail program has made, and which provider has served each: the same script
// on other providers shows what MAPI keeps the same, and what it hides.
#pragma once

#include "sim/core/trace.hpp"
#include "sim/views/text.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim::views {

// All of them in order, or those of one host's; then how many each provider has served.
void print_calls(const Trace& trace, const Setup& setup, NodeId node, bool everybody,
                 const Sink& sink);
// One object a line: "time_ns" "host" "method" "provider" "became".
void write_calls_json(const Trace& trace, const Setup& setup, NodeId node, bool everybody,
                      const Sink& sink);

}  // namespace postroad::sim::views

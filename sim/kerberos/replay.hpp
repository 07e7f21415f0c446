// Authenticators that a host has seen (RFC 4120 §3.2.3), so that none is good twice: of its KDC's
// clients, and of those of its services.
#pragma once

#include "sim/world/run.hpp"

namespace postroad::sim::kerberos_layer {

// True when these words have been here before; else they are remembered as long as their time stamp
// could still be taken.
bool seen_before(Run& run, NodeId host, std::string_view words, Duration skew);

// The host went down: what it has seen is lost.
void crash_replay(Run& run, NodeId host);

}  // namespace postroad::sim::kerberos_layer

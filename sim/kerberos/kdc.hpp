// A host's KDC in the World: requests come by UDP and TCP (RFC 4120 §7.2), replies go back, and the
// Trace is told what was given to whom, or why not.
#pragma once

#include "sim/world/run.hpp"

namespace postroad::sim::kerberos_layer {

inline constexpr std::uint16_t kdc_port = 88;

// A UDP datagram has reached a host's KDC (the segment stays the caller's).
void request_arrived(Run& run, NodeId host, const Segment& segment, std::string_view request);

// For the desk: role kdc, over TCP.
void stream_ask(Run& run, std::uint32_t connection, const Ask& ask, Answer& out);

}  // namespace postroad::sim::kerberos_layer

// Where DNS meets the network and the agenda: datagrams, messages over TCP, timers.
#pragma once

#include "protocols/dns/message.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim::dns_layer {

// True when a UDP datagram to this port of `host` is for DNS: a name server or resolver listens
// at port 53, or a question of the host's waits for an answer there.
bool wants_datagram(const Run& run, NodeId host, std::uint16_t port);

// A UDP datagram has reached its host (the segment stays the caller's).
void datagram_arrived(Run& run, NodeId host, std::uint32_t segment);

// ICMP says that a datagram of ours will not be answered: the next try begins at once.
void unreachable(Run& run, NodeId host, const Segment& quoted);

// EventKind::dns.
void on_event(Run& run, const Event& event);

// The host went down: its questions end without a word, its cache is lost.
void crash(Run& run, NodeId host);

}  // namespace postroad::sim::dns_layer

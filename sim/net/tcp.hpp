// TCP (RFC 9293) between simulated hosts: handshake, segmentation, delayed ACK (RFC 1122 §4.2.3.2),
// slow start and fast retransmit (RFC 5681, 6582), RTO (RFC 6298), RST, FIN, half-close, keep-alive.
#pragma once

#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::tcp {

// Begins a connection; the machine in `seat` hears of its fate by session::*. Returns the Tcb.
// `conversation` is made here and recorded.
std::uint32_t connect(Run& run, NodeId host, AddressId target, std::uint16_t port, Role role,
                      std::uint32_t seat);

// Sends octets in order; they are copied. Nothing happens on a connection that cannot send.
// `last`: the FIN goes with them.
void send(Run& run, std::uint32_t connection, std::string_view octets, bool last = false);

// No more will be sent: FIN once everything is out. The peer may still send.
void close(Run& run, std::uint32_t connection);

// RST now; the record ends.
void abort(Run& run, std::uint32_t connection, Ending how = Ending::aborted);

// A host whose service is a real program outside has it decide: it takes the connection, or it is
// refused by abort().
void accept(Run& run, std::uint32_t connection);

// Whoever reads here reads again: the peer is told that the window is open (RFC 9293 §3.8.6).
void window_opened(Run& run, std::uint32_t connection);

// Octets handed to send() that the peer has not acknowledged, at most (whole segments).
std::uint64_t backlog_octets(const World& world, std::uint32_t connection);

// Makes sure the record's timer event comes at `deadline` or earlier: for the machine's time-out.
void wake_by(Run& run, std::uint32_t connection, Time deadline);

// Sends keep-alive probes on an idle connection (RFC 1122 §4.2.3.6).
void keep_alive(Run& run, std::uint32_t connection);

// From the network layer: a TCP packet has arrived at its host (the segment stays the caller's).
void arrived(Run& run, NodeId host, std::uint32_t segment);
// An ICMP error about a segment of ours came back.
void unreachable(Run& run, NodeId host, const Segment& quoted, Ending how);
void on_timer(Run& run, std::uint32_t connection, std::uint32_t generation);

// Every connection of a host ends without a word (it crashed).
void crash(Run& run, NodeId host);

}  // namespace postroad::sim::tcp

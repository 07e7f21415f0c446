// What the three files of TCP share; nobody else includes this.
#pragma once

#include <algorithm>

#include "sim/net/tcp.hpp"

namespace postroad::sim::tcp {

std::uint64_t hash_of_ends(NodeId node, AddressId local, AddressId remote,
                           std::uint16_t local_port, std::uint16_t remote_port);
std::uint32_t find(const World& world, NodeId node, AddressId local, AddressId remote,
                   std::uint16_t local_port, std::uint16_t remote_port);
std::uint32_t new_tcb(Run& run, NodeId node, AddressId local, std::uint16_t local_port,
                      AddressId remote, std::uint16_t remote_port);
// Makes a segment of this end's and sends it.
void emit(Run& run, std::uint32_t connection, std::uint8_t flags, std::uint32_t sequence,
          const Text& data, std::uint32_t offset, std::uint16_t size, Why why);
void acknowledge(Run& run, std::uint32_t connection, Why why);
void append_item(Run& run, std::uint32_t connection, const SendItem& item);
void drop_first_item(Run& run, Tcb& tcb);
void transmit(Run& run, std::uint32_t connection, std::uint32_t item, Why why);
void arm_retransmission(Run& run, std::uint32_t connection);
void push_out(Run& run, std::uint32_t connection);
// The end of a connection: its machine hears of it, its records go.
void finish(Run& run, std::uint32_t connection, Ending how);
void release_records(Run& run, std::uint32_t connection);
void remove(Run& run, std::uint32_t connection);
void enter_time_wait(Run& run, std::uint32_t connection);

// A SYN or a FIN by itself.
inline SendItem control_item(std::uint8_t control) {
    SendItem item;
    item.control = control;
    return item;
}

// Sequence numbers wrap (RFC 9293 §3.4).
inline bool before(std::uint32_t a, std::uint32_t b) {
    return static_cast<std::int32_t>(a - b) < 0;
}

// RFC 6298 §2: one second before there is a measurement and at the least.
inline Duration rto(const Tcb& tcb) {
    const Duration measured =
        (Duration{tcb.srtt_100us} + std::max<Duration>(1, 4 * Duration{tcb.rttvar_100us})) *
        (100 * microsecond);
    return tcb.srtt_100us == 0 ? second : std::clamp(measured, second, 60 * second);
}

inline constexpr Duration delayed_ack_ns = 40 * millisecond;      // RFC 1122: below 0.5 s
inline constexpr unsigned syn_tries_max = 6;                      // then "timed out", after 63 s
inline constexpr unsigned data_tries_max = 9;                     // RFC 1122 §4.2.3.5: over 100 s
inline constexpr Duration time_wait_ns = 60 * second;             // 2 MSL
inline constexpr Duration keep_alive_idle_ns = 2 * hour;          // RFC 1122 §4.2.3.6
inline constexpr Duration keep_alive_interval_ns = 75 * second;
inline constexpr unsigned keep_alive_probes_max = 9;
inline constexpr std::size_t out_of_order_max = 64;

}  // namespace postroad::sim::tcp

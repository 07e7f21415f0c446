// The records TCP keeps in the World: a control block an end of a connection, what waits to be
// acknowledged, packets on their way.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/index.hpp"
#include "protocols/base/pages.hpp"
#include "sim/core/facts.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim {

// RFC 9293 §3.3.2. TIME-WAIT exists only where a lost last ACK could show it.
enum class TcpState : std::uint8_t {
    closed, syn_sent, syn_received, established, fin_wait_1, fin_wait_2, close_wait, closing,
    last_ack, time_wait,
};
std::string_view name_of(TcpState state);

// One end of a connection (RFC 9293 §3.3.1: TCB), two cache lines.
struct Tcb {
    NodeId node = 0;                    // (first: the free list's link when ended)
    std::uint32_t generation = 0;
    AddressId local = 0, remote = 0;
    std::uint16_t local_port = 0, remote_port = 0;
    TcpState state = TcpState::closed;
    Role role = Role::none;
    std::uint8_t flags = 0;             // TcbFlag
    std::uint8_t duplicate_acks = 0;
    Id conversation = 0;
    std::uint32_t peer = nothing;       // where the other end's record was last: a hint, checked
    std::uint32_t seat = nothing;       // of the machine that talks here
    std::uint32_t unacknowledged = 0;   // SND.UNA
    std::uint32_t send_next = 0;        // SND.NXT
    std::uint32_t receive_next = 0;     // RCV.NXT
    std::uint32_t congestion_window = 0;
    std::uint32_t slow_start_threshold = 0;
    std::uint16_t send_window = 0;      // octets; no window scaling
    std::uint16_t mss = 0;
    std::uint16_t unanswered = 0;       // octets received since the last ACK went out
    std::uint8_t backoff = 0;           // RTO doublings in a row
    std::uint8_t service = 0;           // index into the host's services (servers)
    std::uint32_t first_item = nothing; // SendItems: in flight, then unsent
    std::uint32_t last_item = nothing;
    std::uint32_t next_item = nothing;  // first unsent
    std::uint32_t out_of_order = nothing;  // Segments kept for later, by sequence
    std::uint16_t srtt_100us = 0, rttvar_100us = 0;  // RFC 6298, in units of 0.1 ms
    std::uint32_t recover = 0;          // RFC 6582
    std::uint32_t items = 0;            // how many SendItems there are
    Time heard_at = 0;                  // the last segment's arrival, for keep-alive
    Time timer_at = never;              // the earliest timer event pending for this record
    Time retransmit_at = never;         // in flight: RTO; idle: keep-alive or TIME-WAIT's end
    Time delayed_ack_at = never;
};
static_assert(Record<Tcb> && sizeof(Tcb) == 128);

namespace tcb_flag {
inline constexpr std::uint8_t initiator = 1;
inline constexpr std::uint8_t fin_wanted = 2;    // close once everything is sent
inline constexpr std::uint8_t fin_sent = 4;
inline constexpr std::uint8_t peer_finished = 8;
inline constexpr std::uint8_t lossy = 16;        // something was lost or doubled: TIME-WAIT is kept
inline constexpr std::uint8_t recovering = 32;   // fast recovery
inline constexpr std::uint8_t keep_alive = 64;
inline constexpr std::uint8_t outside_peer = 128; // somebody outside the world talks to this end
}  // namespace tcb_flag

// A piece of the send stream: sent as one segment, kept until acknowledged.
struct SendItem {
    std::uint32_t next = nothing;
    std::uint32_t sequence = 0;
    Text data;                 // owns one reference; empty for SYN and FIN
    std::uint32_t offset = 0;  // of this piece in `data`
    std::uint16_t size = 0;
    std::uint8_t control = 0;  // tcp_syn, tcp_fin
    std::uint8_t tries = 0;
    Time sent_at = 0;          // first time; RTT is measured on pieces sent once (Karn)
};
static_assert(Record<SendItem> && sizeof(SendItem) == 32);

// A packet on its way (TCP, UDP or ICMP), one cache line and a little.
struct Segment {
    std::uint32_t next = nothing;   // in a receiver's out-of-order list; free list link
    std::uint32_t generation = 0;
    AddressId source = 0, target = 0;
    std::uint16_t source_port = 0, target_port = 0;
    std::uint32_t sequence = 0, acknowledgment = 0;
    std::uint16_t window = 0, mss = 0;
    std::uint8_t protocol = 0, tcp_flags = 0, icmp_type = 0, icmp_code = 0;
    std::uint8_t ttl = 64, stage = 0;  // stage: how far along its way
    std::uint16_t size = 0;            // payload octets
    std::uint32_t offset = 0;          // of the payload in `data`
    Text data;                         // owns one reference
    std::uint32_t peer = nothing;      // receiver's record, a hint
    Id packet = 0;
    Id conversation = 0;
    std::uint32_t sender = nothing;    // sender's record: the receiver's next hint
    std::uint32_t network = 0;         // where it is, between networks
};
static_assert(Record<Segment> && sizeof(Segment) == 80);

// What a link does right now; its settings are the Setup's.
struct LinkState {
    Time busy_until[2] = {0, 0};  // serialisation, by direction
    Time last_arrival[2] = {0, 0};
    std::uint64_t sent_octets[2] = {0, 0};
    std::uint64_t down = 0;       // outages and commands that hold it down
};

// Host records of the network layer.
struct HostState {
    std::uint16_t next_port = 49152;  // ephemeral (RFC 6335 §6)
    std::uint16_t ip_ident = 0;
    std::uint32_t stopped_services = 0;  // bit by index into the host's services
    std::uint8_t down = 0;
    std::uint8_t unused[7] = {};
};

struct TcpTables {
    Table<Tcb> tcbs;
    Table<SendItem> items;
    Table<Segment> segments;
    Index by_ends;  // (host, ports, addresses) → Tcb
    Pages<LinkState> links;
    Pages<HostState> hosts;
    Pages<net::Address> more_addresses;  // met at run time and no host's
    bool operator==(const TcpTables&) const = default;
};

}  // namespace postroad::sim

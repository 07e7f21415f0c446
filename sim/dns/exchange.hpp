// What stub, server and resolver share: ports and ids of questions that are out, queries written,
// replies sent, look-ups recorded.
#pragma once

#include <span>

#include "sim/dns/records.hpp"
#include "sim/dns/resolve.hpp"

namespace postroad::sim::dns_layer {

inline constexpr std::uint16_t dns_port = 53;
inline constexpr std::size_t edns_size_max = 1232;  // what fits every path: DNS flag day 2020
inline constexpr std::size_t query_size_max = 512;

// EventKind::dns: what Event::detail says. Stale events are told by the generation in `b`.
enum class Wakeup : std::uint16_t {
    stub_timer,     // the host's earliest open question may be due
    stub_local,     // a: question: the resolver is on this very host
    stub_failed,    // a: question: there is nobody to ask
    task_begin,     // a: task
    task_timer,     // a: task, b: task_round()
    task_local,     // a: task: the server to ask is this very host
    stream,         // a: tag, b: connection: a whole message has come over TCP, or it broke
    delayed_reply,  // a: reply
};
void wake(Run& run, Time at, NodeId host, Wakeup why, std::uint32_t a, std::uint32_t b = 0);

// A tag names an open question at either table: stub questions as they are, tasks with this bit.
inline constexpr std::uint32_t task_bit = 0x80000000;

// Whose answer is awaited at a port: a tag, or `nothing`.
std::uint32_t tag_at(const Run& run, NodeId host, std::uint16_t port);
// A free port and a message id no other party can guess (RFC 5452 §4).
std::uint16_t take_port(Run& run, NodeId host, std::uint32_t tag);
void give_port(Run& run, NodeId host, std::uint16_t port, std::uint32_t tag);
std::uint16_t new_message_id(Run& run, NodeId host);

// Writes a query with one question (RFC 1035 §4.1). The view is of `out`.
dns::Bytes write_query(std::span<std::uint8_t, query_size_max> out, std::uint16_t id,
                       dns::Bytes name, dns::Type type, bool recursion, bool edns);

// True when `message` is the response to this question.
bool answers(dns::Bytes message, std::uint16_t id, dns::Bytes name, dns::Type type);

// Whether a service with this role runs on the host, at port 53 of this protocol.
bool serves(const Run& run, NodeId host, Role role, std::uint8_t protocol);
const scenario::Host& declared(const Run& run, NodeId host);

// Gives a response to who waits for it, if it still does.
void respond(Run& run, NodeId host, const DnsWaiter& waiter, dns::Bytes message);

// What is recorded of a finished look-up.
struct Finished {
    Id subject = 0;
    AddressId server = nothing;
    dns::Bytes name;
    dns::Type type = dns::Type::none;
    dns::Rcode rcode = dns::Rcode::no_error;
    std::uint32_t ttl_s = 0;
    bool from_cache = false;
    bool timed_out = false;
    dns::Bytes message;  // the response, for its answers; may be empty
};
void record_lookup(Run& run, NodeId host, const Finished& lookup);

// The smallest TTL in the answer section; of a denial, its SOA's (RFC 2308 §5).
std::uint32_t smallest_ttl_s(dns::Bytes message);

}  // namespace postroad::sim::dns_layer

// What DNS keeps in the World: a stub's open questions, a resolver's tasks and cache, replies that
// wait for a slow server's delay.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/index.hpp"
#include "protocols/base/pages.hpp"
#include "sim/core/facts.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim {

// How a question travels.
enum class DnsWay : std::uint8_t { datagram, stream, local };

// A question of a host's own software that its resolver has not answered yet.
struct StubQuestion {
    NodeId host = 0;                     // (first: the free list's link when ended)
    std::uint32_t generation = 0;
    std::uint32_t earlier = nothing, later = nothing;  // the host's questions by deadline
    Time deadline = never;
    Id subject = 0, conversation = 0;
    Text name;                           // wire form
    Text stream_reply;                   // came over TCP; worked off by its own event
    AddressId source = nothing, server = nothing;
    std::uint32_t connection = nothing;  // over TCP
    std::uint32_t who = 0, what = 0;
    std::uint16_t port = 0;              // ours; 0: none taken
    std::uint16_t message_id = 0;
    std::uint16_t type = 0;
    std::uint8_t tries = 0;
    DnsWay way = DnsWay::datagram;
    std::uint8_t live = 0;
    std::uint8_t unused[3] = {};
};
static_assert(Record<StubQuestion>);

// Who waits for a task's answer.
enum class WaiterKind : std::uint8_t { datagram, stream, local, task };
struct DnsWaiter {
    Id conversation = 0;
    AddressId client = nothing, server = nothing;  // server: our own address that was asked
    std::uint32_t id = nothing;                    // connection, StubQuestion or ResolverTask
    std::uint32_t generation = 0;
    std::uint16_t port = 0;
    std::uint16_t message_id = 0;
    std::uint16_t size_max = 0;                    // what fits the client's datagram
    WaiterKind kind = WaiterKind::datagram;
    std::uint8_t edns = 0;                         // the query had an OPT record
};
static_assert(Record<DnsWaiter>);

// A server of the zone a task is at; without an address it is known by name alone (no glue).
struct ZoneServer {
    AddressId address = nothing;
    std::uint16_t name_at = 0;       // in ResolverTask::server_names
    std::uint8_t name_octets = 0;    // 0: a root hint or forwarder
    std::uint8_t unusable = 0;       // lame, failing, or its name leads nowhere
};
static_assert(Record<ZoneServer>);

// A question that a resolver works on (RFC 1034 §5.3.3), for all who ask the same.
struct ResolverTask {
    NodeId host = 0;
    std::uint32_t generation = 0;
    Text name;                       // as asked
    Text current;                    // where the aliases have led so far: SNAME
    Text zone;                       // whose servers are asked
    Text found;                      // records of the answer so far (sim/dns/records.hpp)
    List<DnsWaiter> waiters;
    List<ZoneServer> servers;        // SLIST
    Text server_names;
    Text stream_reply;
    Id conversation = 0;
    std::uint32_t waiting_on = nothing;  // the task that looks for a server's address
    std::uint32_t connection = nothing;
    AddressId source = nothing, server = nothing;
    std::uint32_t server_at = 0;     // in `servers`
    std::uint16_t port = 0;          // of the query that is out; 0: none is
    std::uint16_t message_id = 0;
    std::uint16_t type = 0;
    DnsWay way = DnsWay::datagram;
    std::uint8_t live = 0;
    std::uint8_t aliases = 0;
    std::uint8_t depth = 0;          // tasks that wait for this one, in a row
    std::uint8_t queries = 0;        // sent for this task, ever
    std::uint8_t timeouts = 0;       // at this zone
    std::uint8_t lookups = 0;        // tasks begun for servers' addresses
    std::uint8_t forwarding = 0;
    std::uint8_t unused[6] = {};
};
static_assert(Record<ResolverTask>);

enum class CacheKind : std::uint8_t { records, no_data, no_such_name, failure };

// Where data came from: better data replaces worse, and only answers are given as answers
// (RFC 2181 §5.4.1).
enum class CacheRank : std::uint8_t { additional, referral, answer };

struct CacheEntry {
    NodeId host = 0;
    std::uint32_t generation = 0;
    std::uint64_t hash = 0;
    Time expires = 0;
    Text name;                       // wire form
    Text records;                    // RDATA after RDATA, or the SOA (sim/dns/records.hpp)
    std::uint32_t older = nothing, newer = nothing;  // the host's entries by age
    std::uint16_t type = 0;          // 0: no_such_name holds for all
    CacheKind kind = CacheKind::records;
    CacheRank rank = CacheRank::answer;
    std::uint32_t unused = 0;
};
static_assert(Record<CacheEntry>);

// A reply that its server holds back for a while ([hosts.NAME.dns] delay).
struct DelayedReply {
    NodeId host = 0;
    std::uint32_t generation = 0;
    DnsWaiter waiter;
    Text message;
};
static_assert(Record<DelayedReply>);

// What DNS knows of a host.
struct DnsHost {
    std::uint32_t first_question = nothing, last_question = nothing;  // by deadline
    std::uint32_t oldest = nothing, newest = nothing;                 // cache entries
    std::uint32_t entries = 0;
    std::uint32_t unused = 0;
    Time timer_at = never;           // the event that looks at first_question
};
static_assert(Record<DnsHost>);

struct DnsTables {
    Table<StubQuestion> questions;
    Table<ResolverTask> tasks;
    Table<CacheEntry> entries;
    Table<DelayedReply> delayed;
    Index by_port;                   // (host, port) → question or task
    Index tasks_by_question;         // (host, name, type) → task
    Index cache;                     // (host, name, type) → entry
    Pages<DnsHost> hosts;            // by node, grown when first used
    bool operator==(const DnsTables&) const = default;
};

}  // namespace postroad::sim

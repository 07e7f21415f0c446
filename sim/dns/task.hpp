// A resolver's work on one question: the steps of RFC 1034 §5.3.3.
#pragma once

#include "sim/dns/cache.hpp"
#include "sim/dns/resolver.hpp"

namespace postroad::sim::dns_layer {

inline constexpr std::uint8_t aliases_followed_max = 16;
inline constexpr std::uint8_t queries_max = 40;   // for one question, whatever its servers say
inline constexpr std::uint8_t depth_max = 6;      // tasks that wait for one another
inline constexpr std::uint8_t lookups_max = 8;    // servers' addresses looked up for one question
inline constexpr std::uint32_t failure_ttl_s = 5; // RFC 2308 §7.1: five minutes at most

// A response to a resolver's client: what stands in it besides records (resolver.cpp).
dns::MessageWriter begin_response(std::span<std::uint8_t> out, const DnsWaiter& waiter,
                                  const dns::Question* question);
std::size_t end_response(dns::MessageWriter& writer, const DnsWaiter& waiter);

// Finds the task for exactly this question, or makes one that begins with the next event.
std::uint32_t task_for(Run& run, NodeId host, dns::Bytes name, dns::Type type,
                       std::uint8_t depth);
void add_waiter(Run& run, std::uint32_t task, const DnsWaiter& waiter);

// From the cache as far as that goes, then to the servers (tasks.cpp).
void advance(Run& run, std::uint32_t task);
// The answer or denial is in `found`: everybody who waits hears, and the task is over.
void finish(Run& run, std::uint32_t task, dns::Rcode rcode);
void give_up(Run& run, std::uint32_t task);  // SERVFAIL
// The current name is an alias: goes on with `target`. False: that was one too many.
bool follow_alias(Run& run, std::uint32_t task, dns::Bytes target);

// The servers (servers.cpp). use_zone: false when none of the zone's can be asked.
bool use_zone(Run& run, std::uint32_t task, dns::Bytes zone);
bool use_nearest_zone(Run& run, std::uint32_t task);
void ask_server(Run& run, std::uint32_t task);  // the one at server_at
// The server at server_at is of no use: another one is asked.
void next_server(Run& run, std::uint32_t task);
// A task that was begun for a server's address is over.
void heard_address(Run& run, std::uint32_t task, std::string_view found);
void stop_waiting(Run& run, std::uint32_t task);  // no answer is awaited at any port now
dns::Bytes task_query(const Run& run, std::uint32_t task,
                      std::span<std::uint8_t, query_size_max> out);
void on_task_timer(Run& run, std::uint32_t task, std::uint32_t round);
void on_task_local(Run& run, std::uint32_t task);
std::uint32_t round_of(const ResolverTask& task);
void task_refused(Run& run, std::uint32_t task);  // the way to the server is closed

// A response has come, by whatever way (responses.cpp).
void task_heard(Run& run, std::uint32_t task, dns::Bytes message);

void crash_resolver(Run& run, NodeId host);

inline dns::Name name_in(const Run& run, Text text) {
    return dns::to_name(bytes_of(run.world.heap.view(text)));
}
inline const scenario::ResolverSettings& settings_of(const Run& run, NodeId host) {
    return declared(run, host).caching;
}

}  // namespace postroad::sim::dns_layer

// A resolver's cache (RFC 1034 §5.3.3, RFC 2181 §5.4, RFC 2308): sets of records and denials by
// name and type, each until its TTL has run out; the oldest makes room when the cache is full.
#pragma once

#include "protocols/dns/message.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim::dns_layer {

inline constexpr std::uint32_t cache_entries_max = 10'000;  // of one resolver

// The entry that holds exactly this set or denial and has not expired, or `nothing`.
// Type::none: the denial of the whole name.
std::uint32_t find_entry(const Run& run, NodeId host, dns::Bytes name, dns::Type type);

// What the cache knows about a question, one step of an alias chain.
struct Known {
    enum class Kind : std::uint8_t { miss, records, alias, no_data, no_such_name, failure };
    Kind kind = Kind::miss;
    std::uint32_t entry = nothing;
};
// Only data that may be given as an answer counts (RFC 2181 §5.4.1).
Known look_up(const Run& run, NodeId host, dns::Bytes name, dns::Type type);

// Whole seconds for which an entry may still be used.
std::uint32_t ttl_left_s(const Run& run, std::uint32_t entry);

// Keeps a set or a denial for `ttl_s`; takes over `records` in any case. An entry of better rank
// that still holds stays. Nothing is kept for a TTL of 0.
void store(Run& run, NodeId host, dns::Bytes name, dns::Type type, CacheKind kind, CacheRank rank,
           std::uint32_t ttl_s, Text records);

// Forgets everything a host has cached.
void forget(Run& run, NodeId host);

// The DNS record of a host, made when it is first needed.
DnsHost& dns_host(Run& run, NodeId host);

}  // namespace postroad::sim::dns_layer

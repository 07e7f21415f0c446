// The cache's entries lie in one table; each host's form a list by age, which is also the order in
// which they make room.
#include "sim/dns/cache.hpp"

#include "protocols/base/hash.hpp"
#include "sim/dns/records.hpp"

namespace postroad::sim::dns_layer {
namespace {

std::uint64_t key_of(NodeId host, dns::Bytes name, dns::Type type) {
    return mix64(dns::hash(name), std::uint64_t{host} << 16 | static_cast<std::uint64_t>(type));
}

std::uint32_t find_any(const Run& run, std::uint64_t hash, NodeId host, dns::Bytes name,
                       dns::Type type) {
    const DnsTables& tables = run.world.dns;
    return tables.cache.find(hash, [&](std::uint32_t id) {
        const CacheEntry& entry = tables.entries[id];
        return entry.host == host && entry.type == static_cast<std::uint16_t>(type) &&
               dns::equal(bytes_of(run.world.heap.view(entry.name)), name);
    });
}

void link_newest(Run& run, std::uint32_t id) {
    DnsTables& tables = run.world.dns;
    DnsHost& host = dns_host(run, tables.entries[id].host);
    CacheEntry& entry = tables.entries.edit(id);
    entry.older = host.newest;
    entry.newer = nothing;
    if (host.newest == nothing) host.oldest = id;
    else tables.entries.edit(host.newest).newer = id;
    host.newest = id;
    ++host.entries;
}

void unlink(Run& run, std::uint32_t id) {
    DnsTables& tables = run.world.dns;
    const CacheEntry entry = tables.entries[id];
    DnsHost& host = dns_host(run, entry.host);
    if (entry.older == nothing) host.oldest = entry.newer;
    else tables.entries.edit(entry.older).newer = entry.newer;
    if (entry.newer == nothing) host.newest = entry.older;
    else tables.entries.edit(entry.newer).older = entry.older;
    --host.entries;
}

void remove(Run& run, std::uint32_t id) {
    DnsTables& tables = run.world.dns;
    unlink(run, id);
    CacheEntry& entry = tables.entries.edit(id);
    tables.cache.erase(entry.hash, id);
    run.world.heap.drop(entry.name);
    run.world.heap.drop(entry.records);
    tables.entries.remove(id);
}

}  // namespace

DnsHost& dns_host(Run& run, NodeId host) {
    Pages<DnsHost>& hosts = run.world.dns.hosts;
    while (hosts.size() <= host) hosts.append(DnsHost{});
    return hosts.edit(host);
}

std::uint32_t find_entry(const Run& run, NodeId host, dns::Bytes name, dns::Type type) {
    const std::uint32_t id = find_any(run, key_of(host, name, type), host, name, type);
    return id != nothing && run.world.dns.entries[id].expires > run.now() ? id : nothing;
}

Known look_up(const Run& run, NodeId host, dns::Bytes name, dns::Type type) {
    using Kind = Known::Kind;
    const auto usable = [&](std::uint32_t id) {
        return id != nothing && run.world.dns.entries[id].rank == CacheRank::answer;
    };
    if (const std::uint32_t id = find_entry(run, host, name, type); usable(id))
        switch (run.world.dns.entries[id].kind) {
            case CacheKind::records: return {Kind::records, id};
            case CacheKind::no_data: return {Kind::no_data, id};
            case CacheKind::failure: return {Kind::failure, id};
            case CacheKind::no_such_name: break;
        }
    if (const std::uint32_t id = find_entry(run, host, name, dns::Type::none); usable(id))
        return {Kind::no_such_name, id};
    if (const std::uint32_t id = find_entry(run, host, name, dns::Type::cname);
        usable(id) && run.world.dns.entries[id].kind == CacheKind::records)
        return {Kind::alias, id};
    return {};
}

std::uint32_t ttl_left_s(const Run& run, std::uint32_t entry) {
    return static_cast<std::uint32_t>((run.world.dns.entries[entry].expires - run.now()) / second);
}

void store(Run& run, NodeId host, dns::Bytes name, dns::Type type, CacheKind kind, CacheRank rank,
           std::uint32_t ttl_s, Text records) {
    DnsTables& tables = run.world.dns;
    const std::uint64_t hash = key_of(host, name, type);
    const std::uint32_t known = find_any(run, hash, host, name, type);
    const bool better = known != nothing && tables.entries[known].expires > run.now() &&
                        tables.entries[known].rank > rank;
    if (ttl_s == 0 || better) {
        run.world.heap.drop(records);
        return;
    }
    if (known != nothing) remove(run, known);
    else if (dns_host(run, host).entries >= cache_entries_max)
        remove(run, dns_host(run, host).oldest);
    const std::uint32_t id = tables.entries.add();
    CacheEntry& entry = tables.entries.edit(id);
    entry.host = host;
    entry.hash = hash;
    entry.expires = run.now() + Time{ttl_s} * second;
    entry.name = run.world.heap.make(octets_of(name));
    entry.records = records;
    entry.type = static_cast<std::uint16_t>(type);
    entry.kind = kind;
    entry.rank = rank;
    tables.cache.insert(hash, id);
    link_newest(run, id);
}

void forget(Run& run, NodeId host) {
    if (run.world.dns.hosts.size() <= host) return;
    while (run.world.dns.hosts[host].oldest != nothing)
        remove(run, run.world.dns.hosts[host].oldest);
}

}  // namespace postroad::sim::dns_layer

// A queue a host, the oldest first, and one index over all.
#include "sim/kerberos/replay.hpp"

#include "protocols/base/hash.hpp"

namespace postroad::sim::kerberos_layer {
namespace {

KerberosHost& kerberos_host(Run& run, NodeId host) {
    Pages<KerberosHost>& hosts = run.world.kerberos.hosts;
    while (hosts.size() <= host) hosts.append(KerberosHost{});
    return hosts.edit(host);
}

void forget_oldest(Run& run, NodeId host) {
    KerberosTables& tables = run.world.kerberos;
    KerberosHost& state = kerberos_host(run, host);
    const std::uint32_t id = state.oldest;
    state.oldest = tables.seen[id].newer;
    if (state.oldest == nothing) state.newest = nothing;
    tables.seen_by_hash.erase(tables.seen[id].hash, id);
    tables.seen.remove(id);
}

}  // namespace

bool seen_before(Run& run, NodeId host, std::string_view words, Duration skew) {
    KerberosTables& tables = run.world.kerberos;
    while (kerberos_host(run, host).oldest != nothing &&
           tables.seen[kerberos_host(run, host).oldest].until < run.now())
        forget_oldest(run, host);
    const std::uint64_t hash = hash_octets(words, mix64(host));
    const std::uint32_t known = tables.seen_by_hash.find(hash, [&](std::uint32_t id) {
        return tables.seen[id].host == host && tables.seen[id].hash == hash;
    });
    if (known != nothing) return true;
    const std::uint32_t id = tables.seen.add();
    SeenAuthenticator& fresh = tables.seen.edit(id);
    fresh.host = host;
    fresh.hash = hash;
    fresh.until = run.now() + 2 * skew;
    fresh.newer = nothing;
    tables.seen_by_hash.insert(hash, id);
    KerberosHost& state = kerberos_host(run, host);
    if (state.newest == nothing) state.oldest = id;
    else tables.seen.edit(state.newest).newer = id;
    state.newest = id;
    return false;
}

void crash_replay(Run& run, NodeId host) {
    if (run.world.kerberos.hosts.size() <= host) return;
    while (kerberos_host(run, host).oldest != nothing) forget_oldest(run, host);
}

}  // namespace postroad::sim::kerberos_layer

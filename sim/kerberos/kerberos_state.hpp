// What Kerberos keeps in the World: replay caches of KDCs and servers, and people's tickets.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/index.hpp"
#include "protocols/base/pages.hpp"
#include "sim/core/facts.hpp"
#include "sim/kerberos/ticket_state.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim {

// An authenticator that has been here (RFC 4120 §3.2.3). Each host's stand in their order; all are
// kept equally long.
struct SeenAuthenticator {
    NodeId host = 0;              // (first: the free list's link when ended)
    std::uint32_t generation = 0;
    std::uint64_t hash = 0;
    Time until = 0;
    std::uint32_t newer = nothing;
    std::uint32_t unused = 0;
};
static_assert(Record<SeenAuthenticator>);

struct KerberosHost {
    std::uint32_t oldest = nothing, newest = nothing;  // SeenAuthenticator
};
static_assert(Record<KerberosHost>);

struct KerberosTables {
    Table<SeenAuthenticator> seen;
    Index seen_by_hash;
    Pages<KerberosHost> hosts;    // by node, grown when first used
    Table<CachedTicket> tickets;
    Pages<KerberosPerson> people;  // by person, grown when first used
    Table<TicketJob> jobs;
    Index job_by_port;            // (host, port) → job
    bool operator==(const KerberosTables&) const = default;
};

}  // namespace postroad::sim

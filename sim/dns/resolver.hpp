// Who answers queries at port 53: the authoritative server (RFC 1034 §4.3.2) and the caching,
// recursive resolver (RFC 1034 §5.3.3) of a host.
#pragma once

#include "sim/dns/exchange.hpp"

namespace postroad::sim::dns_layer {

struct Served {
    enum class What : std::uint8_t {
        nothing,  // no response to this, ever
        ready,    // it is in `out`
        later,    // respond() is called with the waiter
    };
    What what = What::nothing;
    std::size_t size = 0;
    Duration delay = 0;  // how long a slow server holds it back
};

// A query has come to the host by the way that `waiter` tells. `out` has room for what the client
// takes. Never answers its waiter by itself before it returns.
Served serve(Run& run, NodeId host, dns::Bytes query, const DnsWaiter& waiter,
             std::span<std::uint8_t> out);

// Keeps a response back for a slow server's delay.
void hold(Run& run, NodeId host, const DnsWaiter& waiter, dns::Bytes message, Duration delay);
void on_delayed_reply(Run& run, std::uint32_t reply);

// The authoritative server's part of serve().
Served serve_zones(Run& run, NodeId host, dns::Bytes query, const DnsWaiter& waiter,
                   std::span<std::uint8_t> out);
// The resolver's part of serve().
Served resolve(Run& run, NodeId host, dns::Bytes query, const DnsWaiter& waiter,
               std::span<std::uint8_t> out);

}  // namespace postroad::sim::dns_layer

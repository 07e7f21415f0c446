// A service first: clients' ports are never those of services.
#include "sim/net/datagrams.hpp"

#include "sim/dns/datagram.hpp"
#include "sim/kerberos/kdc.hpp"
#include "sim/kerberos/tickets.hpp"
#include "sim/rpc/rpc.hpp"
#include "sim/world/outside.hpp"

namespace postroad::sim::datagrams {
namespace {

bool listens(const Run& run, NodeId host, Role role, std::uint16_t port) {
    const auto& services = run.host(host).services;
    const std::uint32_t stopped = run.world.tcp.hosts[host].stopped_services;
    for (std::size_t i = 0; i < services.size(); ++i)
        if (services[i].role == role && services[i].port == port &&
            services[i].protocol == net::protocol_udp && (stopped >> i & 1U) == 0)
            return true;
    return false;
}

}  // namespace

bool arrived(Run& run, NodeId host, std::uint32_t segment_id) {
    const Segment segment = run.world.tcp.segments[segment_id];
    const std::uint16_t port = segment.target_port;
    if (dns_layer::wants_datagram(run, host, port)) {
        dns_layer::datagram_arrived(run, host, segment_id);
        return true;
    }
    const std::string_view payload =
        run.world.heap.view(segment.data).substr(segment.offset, segment.size);
    if (listens(run, host, Role::kdc, port)) {
        kerberos_layer::request_arrived(run, host, segment, payload);
        return true;
    }
    if (kerberos_layer::awaits_datagram(run, host, port)) {
        kerberos_layer::reply_arrived(run, host, segment, payload);
        return true;
    }
    if (rpc_layer::awaits_datagram(run, host, port)) {
        const std::string kept(payload);  // the heap may move while it is heard
        rpc_layer::datagram_arrived(run, host, port, kept);
        return true;
    }
    return outside::datagram_arrived(run, host, segment_id);
}

void unreachable(Run& run, NodeId host, const Segment& quoted) {
    dns_layer::unreachable(run, host, quoted);
    kerberos_layer::unreachable(run, host, quoted);
}

}  // namespace postroad::sim::datagrams

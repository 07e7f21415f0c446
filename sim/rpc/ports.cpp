// Which process of a host listens where. Dynamic ports are drawn anew whenever a service starts, so
// that nobody can know them but by asking the mapper.
#include <algorithm>

#include "protocols/mapi/emsmdb.hpp"
#include "protocols/nspi/nspi.hpp"
#include "protocols/rpc/services.hpp"
#include "sim/mail/mapi_store.hpp"
#include "sim/rpc/rpc.hpp"

namespace postroad::sim::rpc_layer {
namespace {

bool has_rpc(const HostSetup& host) {
    return std::any_of(host.services.begin(), host.services.end(), [](const ServiceSetup& one) {
        return one.role == Role::rpc_server;
    });
}

bool runs(const World& world, NodeId host, std::size_t service) {
    const HostState& state = world.tcp.hosts[host];
    return state.down == 0 && (state.stopped_services >> service & 1U) == 0;
}

std::uint16_t port_of(const World& world, NodeId host, std::size_t service) {
    const ServiceSetup& one = world.setup->hosts[host].services[service];
    if (!one.dynamic) return one.port;
    if (host >= world.rpc.hosts.size()) return 0;
    const List<DynamicPort>& ports = world.rpc.hosts[host].ports;
    for (std::uint32_t i = 0; i < ports.size(); ++i)
        if (const DynamicPort drawn = world.heap.get(ports, i); drawn.service == service)
            return drawn.port;
    return 0;
}

std::vector<rpc::Syntax> interfaces_of(const World& world, NodeId host, std::uint32_t process) {
    switch (process) {
        case mapper: return {rpc::epm::interface};
        case store: return {mapi::emsmdb_interface, mapi::async_interface};
        case directory: return {nspi::interface, nspi::referral_interface};
        default: break;
    }
    const auto& words = world.setup->scenario.hosts[world.setup->hosts[host].scenario_index]
                            .mapi.other_services;
    const std::size_t which = process - first_other;
    const rpc::KnownService* const known =
        which < words.size() ? rpc::find_service(words[which]) : nullptr;
    if (known == nullptr) return {};
    return {known->interface};
}

std::uint16_t draw_port(Run& run, NodeId host) {
    const scenario::PortRange range =
        run.setup().scenario.hosts[run.host(host).scenario_index].mapi.dynamic_ports;
    const std::uint64_t count = std::uint64_t{range.last} - range.first + 1;
    for (;;) {  // there are a hundred ports at least, and eleven services at most
        const auto port =
            static_cast<std::uint16_t>(range.first + run.draw_below(host, Purpose::tcp, count));
        if (run.host(host).service_at(net::protocol_tcp, port) == nullptr &&
            dynamic_service_at(run, host, port) == nullptr)
            return port;
    }
}

}  // namespace

const ServiceSetup* dynamic_service_at(const Run& run, NodeId host, std::uint16_t port) {
    if (host >= run.world.rpc.hosts.size()) return nullptr;
    const List<DynamicPort>& ports = run.world.rpc.hosts[host].ports;
    for (std::uint32_t i = 0; i < ports.size(); ++i)
        if (const DynamicPort one = run.world.heap.get(ports, i); one.port == port)
            return &run.host(host).services[one.service];
    return nullptr;
}

std::vector<Listener> listeners(const World& world, NodeId host) {
    std::vector<Listener> out;
    const std::vector<ServiceSetup>& services = world.setup->hosts[host].services;
    for (std::size_t i = 0; i < services.size(); ++i) {
        if (services[i].role != Role::rpc_server || !runs(world, host, i)) continue;
        const std::uint16_t port = port_of(world, host, i);
        if (port == 0) continue;
        out.push_back({services[i].settings, port, services[i].dynamic,
                       interfaces_of(world, host, services[i].settings)});
    }
    return out;
}

void set_up(Run& run) {
    const Setup& setup = run.setup();
    for (NodeId host = 0; host < setup.hosts.size(); ++host)
        if (has_rpc(setup.hosts[host]) || host < run.world.rpc.hosts.size()) started(run, host);
}

void started(Run& run, NodeId host) {
    const std::vector<ServiceSetup>& services = run.host(host).services;
    if (run.world.rpc.hosts.size() <= host) {
        if (!has_rpc(run.host(host))) return;
        run.world.rpc.hosts.resize(host + 1);
    }
    List<DynamicPort> kept;
    const List<DynamicPort> before = run.world.rpc.hosts[host].ports;
    for (std::uint32_t i = 0; i < before.size(); ++i) {
        const DynamicPort one = run.world.heap.get(before, i);
        if (one.service < services.size() && services[one.service].dynamic &&
            runs(run.world, host, one.service))
            run.world.heap.push(kept, one);
    }
    run.world.heap.drop(run.world.rpc.hosts.edit(host).ports);
    run.world.rpc.hosts.edit(host).ports = kept;
    for (std::size_t i = 0; i < services.size(); ++i) {
        if (services[i].role != Role::rpc_server || !services[i].dynamic ||
            !runs(run.world, host, i) || port_of(run.world, host, i) != 0)
            continue;
        const DynamicPort one{static_cast<std::uint16_t>(i), draw_port(run, host)};
        List<DynamicPort> ports = run.world.rpc.hosts[host].ports;
        run.world.heap.push(ports, one);
        run.world.rpc.hosts.edit(host).ports = ports;
        const std::vector<rpc::Syntax> interfaces =
            interfaces_of(run.world, host, services[i].settings);
        if (!interfaces.empty())
            run.decide(host, 0, Reason::rpc_registered, rpc::find_service(interfaces[0])->word,
                       std::uint32_t{one.port});
    }
}

void crash(Run& run, NodeId host) {
    if (host >= run.world.rpc.hosts.size()) return;
    RpcHost& mine = run.world.rpc.hosts.edit(host);
    rpc::epm::release(mine.mapper, run.world.heap);
    nspi::release(mine.book, run.world.heap);
    run.world.heap.drop(mine.ports);
    run.world.heap.drop(mine.groups);
    mapi_store::crash(run, host);
}

}  // namespace postroad::sim::rpc_layer

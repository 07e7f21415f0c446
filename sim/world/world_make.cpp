// Makes a World: nothing has happened in it, but what will is on its agenda.
#include "sim/world/world_make.hpp"

#include "sim/mail/old_mail.hpp"
#include "sim/mail/people.hpp"
#include "sim/mail/retriever.hpp"
#include "sim/mail/store.hpp"
#include "sim/rpc/rpc.hpp"

#include <algorithm>

#include "sim/world/run.hpp"

namespace postroad::sim {
namespace {

NodeId known_or_first(std::uint32_t node) { return node == nothing ? 0 : node; }

struct WhomItConcerns {
    const Setup& setup;

    NodeId operator()(const scenario::Bookmark&) const { return 0; }
    NodeId operator()(const scenario::SetValue&) const { return 0; }
    NodeId operator()(const scenario::Send& send) const {
        const std::uint32_t person = setup.find_person(send.from);
        if (person != nothing) return known_or_first(setup.people[person].device);
        return send.via ? known_or_first(setup.find_host(send.via->host)) : 0;
    }
    NodeId operator()(const scenario::Fetch& fetch) const {
        const std::uint32_t person = setup.find_person(fetch.person);
        return person == nothing ? 0 : known_or_first(setup.people[person].device);
    }
    NodeId operator()(const scenario::Handle& handle) const {
        const std::uint32_t person = setup.find_person(handle.person);
        return person == nothing ? 0 : known_or_first(setup.people[person].device);
    }
    NodeId operator()(const scenario::LinkChange& change) const {
        const std::uint32_t link = setup.find_link(change.link);
        return link == nothing ? 0 : setup.links[link].end[0];
    }
    NodeId operator()(const scenario::FirewallChange& change) const {
        const std::uint32_t firewall = setup.find_firewall(change.firewall);
        if (firewall == nothing) return 0;
        for (const NetworkSetup& network : setup.networks)
            if (network.firewall == firewall) return network.node;
        for (NodeId host = 0; host < setup.hosts.size(); ++host)
            if (setup.hosts[host].firewall == firewall) return host;
        return 0;
    }
    NodeId operator()(const scenario::RecordChange& change) const {
        const std::uint32_t zone = setup.find_zone(change.zone);
        return zone == nothing || setup.zones[zone].served_by.empty()
                   ? 0
                   : setup.zones[zone].served_by[0];
    }
    NodeId operator()(const scenario::HostChange& change) const {
        return known_or_first(setup.find_host(change.host));
    }
    NodeId operator()(const scenario::ServiceChange& change) const {
        return known_or_first(setup.find_host(change.host));
    }
};

void make_hosts(Run& run) {
    const Setup& setup = run.setup();
    run.world.tcp.hosts.resize(setup.hosts.size());
    for (NodeId node = 0; node < setup.hosts.size(); ++node) {
        HostState host;
        host.next_port =
            static_cast<std::uint16_t>(49152 + run.draw_below(node, Purpose::tcp, 16384));
        const std::vector<ServiceSetup>& services = setup.hosts[node].services;
        POSTROAD_ASSERT(services.size() <= 32);
        for (std::size_t i = 0; i < services.size(); ++i)
            if (!services[i].running) host.stopped_services |= 1U << i;
        run.world.tcp.hosts.edit(node) = host;
    }
}

// All entries have one origin: among those of one moment the file's order holds.
void schedule_timeline(Run& run) {
    const std::vector<scenario::Event>& timeline = run.setup().scenario.timeline;
    for (std::uint32_t i = 0; i < timeline.size(); ++i)
        run.schedule(timeline[i].at.ns, 0, node_of(run.setup(), timeline[i].action),
                     EventKind::timeline, 0, i);
}

void schedule_workloads(Run& run) {
    const std::vector<scenario::Workload>& workloads = run.setup().scenario.workloads;
    for (std::uint32_t i = 0; i < workloads.size(); ++i) {
        NodeId node = 0;
        if (!workloads[i].from.empty()) {
            const std::uint32_t person = run.setup().find_person(workloads[i].from[0]);
            if (person != nothing) node = known_or_first(run.setup().people[person].device);
        }
        run.schedule(workloads[i].start.ns, node, node, EventKind::workload, 0, i);
    }
}

void schedule_outages(Run& run) {
    const std::vector<LinkSetup>& links = run.setup().links;
    for (std::uint32_t i = 0; i < links.size(); ++i)
        for (const scenario::Outage& outage : links[i].outages) {
            const NodeId owner = links[i].end[0];
            run.schedule(outage.from.ns, owner, owner, EventKind::outage, 0, i, 1);
            run.schedule(outage.to.ns, owner, owner, EventKind::outage, 0, i, 0);
        }
}

}  // namespace

NodeId node_of(const Setup& setup, const scenario::Action& action) {
    return std::visit(WhomItConcerns{setup}, action);
}

World make_world(std::shared_ptr<const Setup> setup, std::uint64_t seed) {
    World world;
    world.seed = seed;
    world.nodes.resize(std::max(1U, setup->nodes()));  // node 0 also has what nobody has
    world.tcp.links.resize(setup->links.size());
    world.setup = std::move(setup);
    Trace unused(Depth::summary);
    Run run(world, unused);
    make_hosts(run);
    rpc_layer::set_up(run);
    schedule_timeline(run);
    schedule_workloads(run);
    schedule_outages(run);
    store::set_up(world);
    put_old_mail(run);
    people::begin(run);
    retriever::begin(run);
    return world;
}

}  // namespace postroad::sim

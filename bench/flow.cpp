// The bare case: TCP, SMTP and the Trace, and nothing else.
#include "bench/flow.hpp"

#include "sim/mail/policy.hpp"
#include "sim/mail/store.hpp"
#include "sim/session/session.hpp"

namespace postroad::bench {

using namespace sim;

std::shared_ptr<const Setup> flow_setup(const FlowShape& shape) {
    auto setup = std::make_shared<Setup>();
    const std::uint32_t hosts = 2 * shape.pairs;
    setup->scenario.hosts.resize(1);
    setup->networks.resize(1);
    setup->networks[0].name = "wire";
    setup->networks[0].node = hosts;
    setup->smtp_servers.resize(1);
    setup->smtp_servers[0].name = "server.example";
    setup->smtp_servers[0].offers_auth = true;
    setup->access_links = hosts;
    for (std::uint32_t i = 0; i < hosts; ++i) {
        HostSetup host;
        host.name = (i < shape.pairs ? "c" : "s") + std::to_string(i % shape.pairs);
        host.attachments.push_back({0, i, i, nothing});
        if (i >= shape.pairs)
            host.services.push_back(
                {25, net::protocol_tcp, Role::smtp_server, scenario::Service::mta, 0, true});
        setup->hosts.push_back(std::move(host));
        setup->addresses.push_back(net::make_v4(0x0a000001U + i));
        setup->address_host.push_back(i);
        setup->address_network.push_back(0);
        setup->address_link.push_back(i);
        LinkSetup link;
        link.end[0] = i;
        link.end[1] = hosts;
        link.latency_ns = 5 * millisecond + (std::uint64_t{i} * 7919) % 500 * microsecond;
        link.loss = shape.loss;
        setup->links.push_back(link);
    }
    build_routes(*setup, std::vector<bool>(setup->links.size(), true));
    return setup;
}

World flow_world(const std::shared_ptr<const Setup>& setup, const FlowShape& shape) {
    World world;
    world.setup = setup;
    world.seed = 7;
    const auto hosts = static_cast<std::uint32_t>(setup->hosts.size());
    world.nodes.resize(setup->nodes());
    world.tcp.links.resize(setup->links.size());
    world.tcp.hosts.resize(hosts);
    for (std::uint32_t i = 0; i < hosts; ++i) world.tcp.hosts.edit(i) = HostState{};
    store::set_up(world);
    for (std::uint32_t i = shape.pairs; i < hosts; ++i) mail::set_discards(world, i, true);
    return world;
}

Flow::Flow(const FlowShape& shape) : shape_(shape), sent_(shape.pairs, 0) {
    client_.name = "client.example";
    client_.pipelining = !shape.eleven_exchanges;
    if (shape.eleven_exchanges) {
        client_.courtesy = true;
        client_.user = "alice";
        client_.password = "secret";
    }
    for (int line = 0; body_.size() < shape.body_octets; ++line) {
        body_ += "The quick brown fox jumps over the lazy dog 0123456789 abcdefg\r\n";
        if (line % 7 == 3) body_ += ".x\r\n";
    }
}

void Flow::begin(Simulation& simulation) {
    Run& run = simulation.hands();
    run.embedder = this;
    for (std::uint32_t i = 0; i < shape_.pairs; ++i)
        run.schedule(1 + run.draw_below(i, Purpose::workload, 200 * millisecond), i, i,
                     EventKind::custom);
}

void Flow::on_event(Run& run, const Event& event) {
    const std::uint64_t server = (std::uint64_t{event.node} * 7919 + 3) % shape_.pairs;
    session::start_smtp_client(run, event.node, static_cast<AddressId>(shape_.pairs + server), 25,
                               embedders | event.node);
}

bool Flow::ask(Run& run, std::uint32_t connection, std::uint32_t owner, const Ask& ask,
               Answer& out) {
    out.ok = ask.number == 0;  // one mail a session
    if (!out.ok) return true;
    const std::uint32_t client = owner & ~embedders;
    const Tcb tcb = run.world.tcp.tcbs[connection];
    Heap& heap = run.world.heap;
    smtp::Job job;
    header_ = "u";
    append_number(header_, sent_[client]);
    header_ += "@c";
    append_number(header_, client);
    header_ += ".example";
    job.reverse_path = heap.make(header_);
    header_ = "b@s";
    append_number(header_, tcb.remote);
    header_ += ".example";
    heap.push(job.forward_paths, heap.make(header_));
    header_ = "From: <u@c.example>\r\nTo: <b@s.example>\r\nMessage-ID: <";
    append_number(header_, client);
    header_ += '.';
    append_number(header_, sent_[client]);
    header_ += "@c.example>\r\nSubject: test\r\n\r\n";
    job.content = heap.reserve(header_.size() + shape_.body_octets + 2);
    heap.append(job.content, header_);
    const std::size_t left =
        shape_.body_octets > header_.size() ? shape_.body_octets - header_.size() : 0;
    heap.append(job.content, std::string_view(body_).substr(0, left));
    smtp::give(run.world.sessions.of<smtp::Client>().edit(tcb.seat).machine, job, heap);
    return true;
}

void Flow::tell(Run&, std::uint32_t, const Tell& tell, std::string_view) {
    if (tell.kind == TellKind::message_accepted) ++accepted_;
}

void Flow::over(Run& run, std::uint32_t owner, Ending) {
    const std::uint32_t client = owner & ~embedders;
    ++sessions_;
    if (++sent_[client] >= shape_.mails_each) return;
    run.schedule(run.now() + 1000 + run.draw_below(client, Purpose::workload, millisecond), client,
                 client, EventKind::custom);
}

}  // namespace postroad::bench

// Datagrams and events find their way to server, resolver and stub.
#include "sim/dns/datagram.hpp"

#include "sim/dns/streams.hpp"
#include "sim/dns/stub.hpp"
#include "sim/dns/task.hpp"

namespace postroad::sim::dns_layer {
namespace {

bool has_service(const Run& run, NodeId host) {
    return serves(run, host, Role::dns_server, net::protocol_udp) ||
           serves(run, host, Role::resolver, net::protocol_udp);
}

void query_arrived(Run& run, NodeId host, const Segment& segment, dns::Bytes query) {
    DnsWaiter waiter;
    waiter.kind = WaiterKind::datagram;
    waiter.conversation = segment.conversation;
    waiter.client = segment.source;
    waiter.server = segment.target;
    waiter.port = segment.source_port;
    std::array<std::uint8_t, edns_size_max> out;
    const Served served = serve(run, host, query, waiter, out);
    if (served.what != Served::What::ready) return;
    const dns::Bytes message = dns::Bytes(out).first(served.size);
    if (served.delay != 0) hold(run, host, waiter, message, served.delay);
    else respond(run, host, waiter, message);
}

// An answer counts only when it comes from whom the question went to (RFC 5452 §9.1).
bool is_from(const Segment& segment, AddressId server) {
    return segment.source == server && segment.source_port == dns_port;
}

bool is_live(const Run& run, std::uint32_t question, std::uint32_t generation) {
    const StubQuestion& one = run.world.dns.questions[question];
    return one.live != 0 && one.generation == generation;
}

}  // namespace

bool wants_datagram(const Run& run, NodeId host, std::uint16_t port) {
    return port == dns_port ? has_service(run, host) : tag_at(run, host, port) != nothing;
}

void datagram_arrived(Run& run, NodeId host, std::uint32_t segment_id) {
    const Segment segment = run.world.tcp.segments[segment_id];
    const dns::Bytes payload =
        bytes_of(run.world.heap.view(segment.data).substr(segment.offset, segment.size));
    if (segment.target_port == dns_port) return query_arrived(run, host, segment, payload);
    const std::uint32_t tag = tag_at(run, host, segment.target_port);
    if (tag == nothing) return;
    if (tag & task_bit) {
        const std::uint32_t id = tag & ~task_bit;
        if (is_from(segment, run.world.dns.tasks[id].server)) task_heard(run, id, payload);
    } else if (is_from(segment, run.world.dns.questions[tag].server) &&
               run.world.dns.questions[tag].way == DnsWay::datagram) {
        stub_heard(run, tag, payload);
    }
}

void unreachable(Run& run, NodeId host, const Segment& quoted) {
    const std::uint32_t tag = tag_at(run, host, quoted.source_port);
    if (tag == nothing || quoted.target_port != dns_port) return;
    if (tag & task_bit) {
        const std::uint32_t id = tag & ~task_bit;
        if (run.world.dns.tasks[id].server == quoted.target) task_refused(run, id);
    } else if (run.world.dns.questions[tag].server == quoted.target &&
               run.world.dns.questions[tag].way == DnsWay::datagram) {
        stub_refused(run, tag);
    }
}

void on_event(Run& run, const Event& event) {
    switch (static_cast<Wakeup>(event.detail)) {
        case Wakeup::stub_timer: on_stub_timer(run, event.node); break;
        case Wakeup::stub_local:
            if (is_live(run, event.a, event.b)) on_stub_local(run, event.a);
            break;
        case Wakeup::stub_failed:
            if (is_live(run, event.a, event.b)) stub_refused(run, event.a);
            break;
        case Wakeup::task_begin: {
            const ResolverTask& task = run.world.dns.tasks[event.a];
            if (task.live != 0 && task.generation == event.b) advance(run, event.a);
            break;
        }
        case Wakeup::task_timer: on_task_timer(run, event.a, event.b); break;
        case Wakeup::task_local: {
            const ResolverTask& task = run.world.dns.tasks[event.a];
            if (task.live != 0 && round_of(task) == event.b) on_task_local(run, event.a);
            break;
        }
        case Wakeup::stream: on_stream_event(run, event.a, event.b); break;
        case Wakeup::delayed_reply: on_delayed_reply(run, event.a); break;
    }
}

void crash(Run& run, NodeId host) {
    crash_stub(run, host);
    crash_resolver(run, host);
}

}  // namespace postroad::sim::dns_layer

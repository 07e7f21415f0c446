// The authoritative server: zones of the Setup, the mood of the scenario, no state but delays.
#include "protocols/dns/answer.hpp"
#include "sim/dns/resolver.hpp"

namespace postroad::sim::dns_layer {
namespace {

// Writes a response without data. 0: the query deserves none.
std::size_t bare_response(dns::Bytes query, dns::Rcode rcode, std::span<std::uint8_t> out) {
    dns::MessageReader reader(query);
    const dns::Header asked = reader.header();
    if (query.size() < dns::header_size || asked.is_response) return 0;
    dns::MessageWriter writer(out, out.size());
    writer.header.id = asked.id;
    writer.header.is_response = true;
    writer.header.opcode = asked.opcode;
    writer.header.recursion_desired = asked.recursion_desired;
    writer.header.rcode = rcode;
    dns::Question question;
    if (asked.counts[0] == 1 && reader.next(question)) writer.add_question(question);
    return writer.finish().size();
}

Served ready(std::size_t size, Duration delay) {
    if (size == 0) return {};
    return {Served::What::ready, size, delay};
}

// Whether a zone of the host's is at or above the name asked for.
bool holds(const Run& run, NodeId host, dns::Bytes query) {
    dns::MessageReader reader(query);
    dns::Question question;
    const auto& zones = run.host(host).zones;
    return zones && reader.next(question) && zones->nearest(question.name) != nullptr;
}

}  // namespace

Served serve_zones(Run& run, NodeId host, dns::Bytes query, const DnsWaiter& waiter,
                         std::span<std::uint8_t> out) {
    const scenario::DnsServer& settings = declared(run, host).dns;
    const Duration delay = settings.delay.ns;
    switch (settings.answers) {
        case scenario::DnsMood::silent: return {};
        case scenario::DnsMood::servfail:
            return ready(bare_response(query, dns::Rcode::serv_fail, out), delay);
        case scenario::DnsMood::refused:
            return ready(bare_response(query, dns::Rcode::refused, out), delay);
        case scenario::DnsMood::normal: break;
    }
    static const dns::ZoneSet no_zones;
    const auto& zones = run.host(host).zones;
    dns::AnswerLimits limits;
    limits.stream = waiter.kind == WaiterKind::stream;
    limits.edns_udp_size_bytes_max = edns_size_max;
    return ready(dns::answer(zones ? *zones : no_zones, query, limits, out).size, delay);
}

Served serve(Run& run, NodeId host, dns::Bytes query, const DnsWaiter& waiter,
             std::span<std::uint8_t> out) {
    const std::uint8_t protocol =
        waiter.kind == WaiterKind::stream ? net::protocol_tcp : net::protocol_udp;
    const bool resolver = serves(run, host, Role::resolver, protocol);
    // A host may be both; then its own zones come first.
    if (serves(run, host, Role::dns_server, protocol) && (!resolver || holds(run, host, query)))
        return serve_zones(run, host, query, waiter, out);
    return resolver ? resolve(run, host, query, waiter, out) : Served{};
}

void hold(Run& run, NodeId host, const DnsWaiter& waiter, dns::Bytes message, Duration delay) {
    const std::uint32_t id = run.world.dns.delayed.add();
    DelayedReply& reply = run.world.dns.delayed.edit(id);
    reply.host = host;
    reply.waiter = waiter;
    reply.message = run.world.heap.make(octets_of(message));
    wake(run, run.now() + delay, host, Wakeup::delayed_reply, id);
}

void on_delayed_reply(Run& run, std::uint32_t id) {
    DelayedReply reply = run.world.dns.delayed[id];
    run.world.dns.delayed.remove(id);
    if (!run.is_down(reply.host))
        respond(run, reply.host, reply.waiter, bytes_of(run.world.heap.view(reply.message)));
    run.world.heap.drop(reply.message);
}

}  // namespace postroad::sim::dns_layer

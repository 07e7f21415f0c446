// Questions and answers on their way.
#include "sim/dns/exchange.hpp"

#include "sim/dns/streams.hpp"
#include "sim/dns/stub.hpp"
#include "sim/net/network.hpp"

namespace postroad::sim::dns_layer {
namespace {

std::uint64_t port_key(NodeId host, std::uint16_t port) {
    return mix64(std::uint64_t{host} << 16 | port);
}

bool is_at(const Run& run, std::uint32_t tag, NodeId host, std::uint16_t port) {
    const DnsTables& tables = run.world.dns;
    if (tag & task_bit) {
        const ResolverTask& task = tables.tasks[tag & ~task_bit];
        return task.host == host && task.port == port;
    }
    const StubQuestion& question = tables.questions[tag];
    return question.host == host && question.port == port;
}

}  // namespace

void wake(Run& run, Time at, NodeId host, Wakeup why, std::uint32_t a, std::uint32_t b) {
    run.schedule(at, host, host, EventKind::dns, static_cast<std::uint16_t>(why), a, b);
}

std::uint32_t tag_at(const Run& run, NodeId host, std::uint16_t port) {
    return run.world.dns.by_port.find(port_key(host, port), [&](std::uint32_t tag) {
        return is_at(run, tag, host, port);
    });
}

std::uint16_t take_port(Run& run, NodeId host, std::uint32_t tag) {
    std::uint16_t port = net_layer::new_port(run, host);
    // Ports go round; with every one taken by questions the newest answer is lost, as in life.
    for (int tries = 0; tries < 16384 && tag_at(run, host, port) != nothing; ++tries)
        port = net_layer::new_port(run, host);
    run.world.dns.by_port.insert(port_key(host, port), tag);
    return port;
}

void give_port(Run& run, NodeId host, std::uint16_t port, std::uint32_t tag) {
    run.world.dns.by_port.erase(port_key(host, port), tag);
}

std::uint16_t new_message_id(Run& run, NodeId host) {
    return static_cast<std::uint16_t>(run.draw(host, Purpose::dns) >> 48);
}

dns::Bytes write_query(std::span<std::uint8_t, query_size_max> out, std::uint16_t id,
                       dns::Bytes name, dns::Type type, bool recursion, bool edns) {
    dns::MessageWriter writer(out, query_size_max);
    writer.header.id = id;
    writer.header.recursion_desired = recursion;
    writer.add_question({dns::to_name(name), type, dns::Class::in});
    if (edns) {
        dns::Edns option;
        option.udp_size_bytes = edns_size_max;
        writer.add_edns(option);
    }
    return writer.finish();
}

bool answers(dns::Bytes message, std::uint16_t id, dns::Bytes name, dns::Type type) {
    dns::MessageReader reader(message);
    dns::Question question;
    return reader.header().is_response && reader.header().id == id &&
           reader.header().counts[0] == 1 && reader.next(question) && question.type == type &&
           question.class_ == dns::Class::in && dns::equal(question.name, name);
}

bool serves(const Run& run, NodeId host, Role role, std::uint8_t protocol) {
    const auto& services = run.host(host).services;
    const std::uint32_t stopped = run.world.tcp.hosts[host].stopped_services;
    for (std::size_t i = 0; i < services.size(); ++i)
        if (services[i].role == role && services[i].port == dns_port &&
            services[i].protocol == protocol && (stopped >> i & 1U) == 0)
            return true;
    return false;
}

const scenario::Host& declared(const Run& run, NodeId host) {
    return run.setup().scenario.hosts[run.host(host).scenario_index];
}

void respond(Run& run, NodeId host, const DnsWaiter& waiter, dns::Bytes message) {
    switch (waiter.kind) {
        case WaiterKind::datagram:
            net_layer::send_datagram(run, host, waiter.server, dns_port, waiter.client,
                                     waiter.port, octets_of(message), waiter.conversation);
            break;
        case WaiterKind::stream:
            answer_stream(run, waiter.id, waiter.generation, message);
            break;
        case WaiterKind::local:
            if (run.world.dns.questions[waiter.id].generation == waiter.generation)
                stub_heard(run, waiter.id, message);
            break;
        case WaiterKind::task: break;  // learns of its server's address otherwise
    }
}

void record_lookup(Run& run, NodeId host, const Finished& lookup) {
    LookupFact fact;
    fact.subject = lookup.subject;
    fact.server = lookup.server;
    fact.ttl_s = lookup.ttl_s;
    fact.type = static_cast<std::uint16_t>(lookup.type);
    fact.rcode = static_cast<std::uint16_t>(lookup.rcode);
    fact.from_cache = lookup.from_cache ? 1 : 0;
    fact.timed_out = lookup.timed_out ? 1 : 0;
    const NameWords name(lookup.name);
    fact.name_octets = static_cast<std::uint16_t>(name.view().size());
    AnswerWords words;
    if (!lookup.message.empty()) fact.answers = put_answers(words, lookup.message);
    run.record(host, fact, name.view(), words.view());
}

std::uint32_t smallest_ttl_s(dns::Bytes message) {
    dns::MessageReader reader(message);
    std::uint32_t smallest = 0;
    bool any = false;
    for (dns::Record record; reader.next(record);) {
        const bool counts = record.section == dns::Section::answer ||
                            (record.section == dns::Section::authority &&
                             record.type == dns::Type::soa && reader.header().counts[1] == 0);
        if (!counts) continue;
        std::uint32_t ttl_s = record.ttl_s();
        if (const auto soa = record.as_soa(); soa && record.section == dns::Section::authority)
            ttl_s = std::min(ttl_s, soa->minimum_s);
        smallest = any ? std::min(smallest, ttl_s) : ttl_s;
        any = true;
    }
    return smallest;
}

}  // namespace postroad::sim::dns_layer

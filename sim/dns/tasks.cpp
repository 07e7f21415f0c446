// Tasks begin, go through the cache, and end with everybody who waited hearing the answer.
#include "protocols/base/hash.hpp"
#include "sim/dns/streams.hpp"
#include "sim/dns/task.hpp"

namespace postroad::sim::dns_layer {
namespace {

std::uint64_t question_key(NodeId host, dns::Bytes name, dns::Type type) {
    return mix64(dns::hash(name), std::uint64_t{host} << 16 | static_cast<std::uint64_t>(type));
}

bool same_waiter(const DnsWaiter& a, const DnsWaiter& b) {
    return a.kind == b.kind && a.client == b.client && a.port == b.port && a.id == b.id &&
           a.generation == b.generation && a.message_id == b.message_id;
}

// Takes a task out of the tables; its texts are the caller's now.
ResolverTask take_out(Run& run, std::uint32_t id) {
    stop_waiting(run, id);
    const ResolverTask task = run.world.dns.tasks[id];
    const dns::Name name = name_in(run, task.name);
    run.world.dns.tasks_by_question.erase(
        question_key(task.host, name, static_cast<dns::Type>(task.type)), id);
    run.world.dns.tasks.remove(id);
    return task;
}

void drop_texts(Heap& heap, ResolverTask& task) {
    heap.drop(task.name);
    heap.drop(task.current);
    heap.drop(task.zone);
    heap.drop(task.found);
    heap.drop(task.waiters);
    heap.drop(task.servers);
    heap.drop(task.server_names);
    heap.drop(task.stream_reply);
}

std::size_t compose(const Run& run, const ResolverTask& task, const DnsWaiter& waiter,
                    dns::Rcode rcode, std::span<std::uint8_t> out) {
    const dns::Question question{name_in(run, task.name), static_cast<dns::Type>(task.type),
                                 dns::Class::in};
    dns::MessageWriter writer = begin_response(out, waiter, &question);
    writer.header.rcode = rcode;
    std::string_view found = run.world.heap.view(task.found);
    KeptRecord record;
    while (take_kept(found, record))
        writer.add(record.section, record.owner, record.type, record.ttl_s, record.rdata);
    return end_response(writer, waiter);
}

void tell(Run& run, const ResolverTask& task, const DnsWaiter& waiter, dns::Rcode rcode) {
    if (waiter.kind == WaiterKind::task) {
        const ResolverTask& parent = run.world.dns.tasks[waiter.id];
        if (parent.live == 0 || parent.generation != waiter.generation) return;
        heard_address(run, waiter.id,
                      rcode == dns::Rcode::no_error ? run.world.heap.view(task.found)
                                                    : std::string_view{});
        return;
    }
    std::array<std::uint8_t, edns_size_max> datagram;
    const std::span<std::uint8_t> out =
        waiter.kind == WaiterKind::stream ? stream_buffer() : std::span<std::uint8_t>(datagram);
    const dns::Bytes message = out.first(compose(run, task, waiter, rcode, out));
    const dns::Name name = name_in(run, task.name);
    Finished lookup;
    lookup.subject = waiter.conversation;
    lookup.server = task.server;
    lookup.name = name;
    lookup.type = static_cast<dns::Type>(task.type);
    lookup.rcode = rcode;
    lookup.ttl_s = smallest_ttl_s(message);
    lookup.message = message;
    record_lookup(run, task.host, lookup);
    respond(run, task.host, waiter, message);
}

// Adds what the cache holds under `owner` to the answer.
void keep_entry(Run& run, std::uint32_t id, const dns::Name& owner, std::uint32_t entry_id) {
    const CacheEntry entry = run.world.dns.entries[entry_id];
    Heap& heap = run.world.heap;
    Text found = run.world.dns.tasks[id].found;
    KeptRecord record;
    const std::uint32_t ttl_s = ttl_left_s(run, entry_id);
    std::string_view records = heap.view(entry.records);
    if (entry.kind == CacheKind::records) {
        record = {dns::Section::answer, owner, static_cast<dns::Type>(entry.type), ttl_s, {}};
        while (take_rdata(records, record.rdata)) keep(heap, found, record);
    } else {
        while (take_kept(records, record)) {
            record.ttl_s = ttl_s;
            keep(heap, found, record);
        }
    }
    run.world.dns.tasks.edit(id).found = found;
}

}  // namespace

std::uint32_t task_for(Run& run, NodeId host, dns::Bytes name, dns::Type type,
                       std::uint8_t depth) {
    DnsTables& tables = run.world.dns;
    const std::uint64_t key = question_key(host, name, type);
    const std::uint32_t known = tables.tasks_by_question.find(key, [&](std::uint32_t id) {
        const ResolverTask& task = tables.tasks[id];
        // Letter by letter: each client sees its own spelling again in the response.
        return task.host == host && task.type == static_cast<std::uint16_t>(type) &&
               run.world.heap.view(task.name) == octets_of(name);
    });
    if (known != nothing) return known;
    const std::uint32_t id = tables.tasks.add();
    ResolverTask task;
    task.host = host;
    task.generation = tables.tasks[id].generation;
    task.name = run.world.heap.make(octets_of(name));
    task.current = run.world.heap.share(task.name);
    task.type = static_cast<std::uint16_t>(type);
    task.depth = depth;
    task.live = 1;
    tables.tasks.edit(id) = task;
    tables.tasks_by_question.insert(key, id);
    wake(run, run.now(), host, Wakeup::task_begin, id, task.generation);
    return id;
}

void add_waiter(Run& run, std::uint32_t id, const DnsWaiter& waiter) {
    List<DnsWaiter> waiters = run.world.dns.tasks[id].waiters;
    for (std::uint32_t i = 0; i < waiters.size(); ++i)
        if (same_waiter(run.world.heap.get(waiters, i), waiter)) return;  // it has asked again
    run.world.heap.push(waiters, waiter);
    run.world.dns.tasks.edit(id).waiters = waiters;
}

void advance(Run& run, std::uint32_t id) {
    using Kind = Known::Kind;
    for (;;) {
        const ResolverTask task = run.world.dns.tasks[id];
        const dns::Name current = name_in(run, task.current);
        const Known known =
            look_up(run, task.host, current, static_cast<dns::Type>(task.type));
        switch (known.kind) {
            case Kind::miss:
                if (!use_nearest_zone(run, id)) return give_up(run, id);
                return ask_server(run, id);
            case Kind::failure: return finish(run, id, dns::Rcode::serv_fail);
            case Kind::records:
                keep_entry(run, id, current, known.entry);
                return finish(run, id, dns::Rcode::no_error);
            case Kind::no_data:
                keep_entry(run, id, current, known.entry);
                return finish(run, id, dns::Rcode::no_error);
            case Kind::no_such_name:
                keep_entry(run, id, current, known.entry);
                return finish(run, id, dns::Rcode::nx_domain);
            case Kind::alias: break;
        }
        keep_entry(run, id, current, known.entry);
        std::string_view records = run.world.heap.view(run.world.dns.entries[known.entry].records);
        dns::Bytes target;
        take_rdata(records, target);
        if (!follow_alias(run, id, dns::to_name(target))) return give_up(run, id);
    }
}

bool follow_alias(Run& run, std::uint32_t id, dns::Bytes target) {
    ResolverTask& task = run.world.dns.tasks.edit(id);
    run.decide(task.host, task.conversation, Reason::dns_alias,
               NameWords(name_in(run, task.current)).view(), NameWords(target).view());
    run.world.heap.assign(task.current, octets_of(target));
    return ++task.aliases <= aliases_followed_max;
}

void finish(Run& run, std::uint32_t id, dns::Rcode rcode) {
    ResolverTask task = take_out(run, id);
    for (std::uint32_t i = 0; i < task.waiters.size(); ++i)
        tell(run, task, run.world.heap.get(task.waiters, i), rcode);
    drop_texts(run.world.heap, task);
}

void give_up(Run& run, std::uint32_t id) {
    ResolverTask& task = run.world.dns.tasks.edit(id);
    run.world.heap.drop(task.found);
    const dns::Name name = name_in(run, task.name);
    store(run, task.host, name, static_cast<dns::Type>(task.type), CacheKind::failure,
          CacheRank::answer, failure_ttl_s, {});
    finish(run, id, dns::Rcode::serv_fail);
}

void crash_resolver(Run& run, NodeId host) {
    for (std::uint32_t id = 0; id < run.world.dns.tasks.size(); ++id) {
        if (run.world.dns.tasks[id].live == 0 || run.world.dns.tasks[id].host != host) continue;
        ResolverTask task = take_out(run, id);
        drop_texts(run.world.heap, task);
    }
    forget(run, host);
}

}  // namespace postroad::sim::dns_layer

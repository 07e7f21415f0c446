// The resolver's front: a query is answered from the cache when that knows all of it, and given to
// a task otherwise. The way through the cache allocates nothing.
#include "sim/dns/resolver.hpp"

#include "sim/dns/task.hpp"

namespace postroad::sim::dns_layer {
namespace {

struct Query {
    dns::Header header;
    dns::Question question;
    dns::Rcode wrong = dns::Rcode::no_error;
    bool edns = false;
    std::uint16_t size_max = dns::udp_size_bytes_max;
};

// What a resolver takes no part in: zone transfers, ANY (RFC 8482 lets it be), other classes.
dns::Rcode judge(const dns::Question& question) {
    if (question.class_ != dns::Class::in) return dns::Rcode::refused;
    switch (question.type) {
        case dns::Type::any:
        case dns::Type::axfr:
        case dns::Type::ixfr:
        case dns::Type::opt:
        case dns::Type::none: return dns::Rcode::not_imp;
        default: return dns::Rcode::no_error;
    }
}

Query read_query(dns::Bytes octets) {
    Query query;
    dns::MessageReader reader(octets);
    query.header = reader.header();
    if (query.header.opcode != dns::Opcode::query) {
        query.wrong = dns::Rcode::not_imp;
        return query;
    }
    if (query.header.counts[0] != 1 || !reader.next(query.question)) {
        query.wrong = dns::Rcode::form_err;
        return query;
    }
    query.wrong = judge(query.question);
    for (dns::Record record; reader.next(record);)
        if (const auto edns = record.as_edns()) {
            query.edns = true;
            query.size_max = std::clamp<std::uint16_t>(edns->udp_size_bytes,
                                                       dns::udp_size_bytes_max, edns_size_max);
        }
    if (reader.error() != dns::MessageError::none) query.wrong = dns::Rcode::form_err;
    return query;
}

std::size_t limit_of(const DnsWaiter& waiter) {
    switch (waiter.kind) {
        case WaiterKind::stream: return dns::message_size_bytes_max;
        case WaiterKind::local: return edns_size_max;
        default: return waiter.size_max;
    }
}

// Writes what the cache holds of a set or denial; `owner` is the name it answers.
void write_entry(const Run& run, dns::MessageWriter& writer, const dns::Name& owner,
                 std::uint32_t entry_id) {
    const CacheEntry& entry = run.world.dns.entries[entry_id];
    const std::uint32_t ttl_s = ttl_left_s(run, entry_id);
    std::string_view records = run.world.heap.view(entry.records);
    if (entry.kind == CacheKind::records) {
        dns::Bytes rdata;
        while (take_rdata(records, rdata))
            writer.add(dns::Section::answer, owner, static_cast<dns::Type>(entry.type), ttl_s,
                       rdata);
        return;
    }
    KeptRecord soa;  // RFC 2308 §5: its TTL counts down as well
    while (take_kept(records, soa))
        writer.add(dns::Section::authority, soa.owner, soa.type, ttl_s, soa.rdata);
}

// The whole answer from the cache, or false. `rcode` goes into the header.
bool write_from_cache(const Run& run, NodeId host, const dns::Question& question,
                      dns::MessageWriter& writer, std::uint32_t& last_entry) {
    using Kind = Known::Kind;
    dns::Name current = question.name;
    for (std::uint8_t aliases = 0; aliases <= aliases_followed_max; ++aliases) {
        const Known known = look_up(run, host, current, question.type);
        if (known.kind == Kind::miss) return false;
        last_entry = known.entry;
        if (known.kind == Kind::failure) {
            writer.header.rcode = dns::Rcode::serv_fail;
            return true;
        }
        write_entry(run, writer, current, known.entry);
        if (known.kind == Kind::no_such_name) writer.header.rcode = dns::Rcode::nx_domain;
        if (known.kind != Kind::alias) return true;
        std::string_view records = run.world.heap.view(run.world.dns.entries[known.entry].records);
        dns::Bytes target;
        if (!take_rdata(records, target)) return false;
        current = dns::to_name(target);
    }
    return false;
}

void record_hit(Run& run, NodeId host, const DnsWaiter& waiter, const dns::Question& question,
                std::uint32_t entry_id, dns::Bytes message) {
    const CacheEntry entry = run.world.dns.entries[entry_id];
    const NameWords name(question.name);
    if (entry.kind != CacheKind::failure)
        run.decide(host, waiter.conversation,
                   entry.kind == CacheKind::records ? Reason::cache_hit : Reason::negative_hit,
                   name.view(), dns::to_text(question.type),
                   Run::duration(entry.expires - run.now()));
    Finished lookup;
    lookup.subject = waiter.conversation;
    lookup.server = waiter.server;
    lookup.name = question.name;
    lookup.type = question.type;
    lookup.rcode = dns::MessageReader(message).header().rcode;
    lookup.ttl_s = ttl_left_s(run, entry_id);
    lookup.from_cache = true;
    lookup.message = message;
    record_lookup(run, host, lookup);
}

}  // namespace

dns::MessageWriter begin_response(std::span<std::uint8_t> out, const DnsWaiter& waiter,
                                  const dns::Question* question) {
    dns::MessageWriter writer(out, limit_of(waiter));
    writer.header.id = waiter.message_id;
    writer.header.is_response = true;
    writer.header.recursion_desired = true;
    writer.header.recursion_available = true;
    if (waiter.edns) writer.reserve_edns();
    if (question != nullptr) writer.add_question(*question);
    return writer;
}

std::size_t end_response(dns::MessageWriter& writer, const DnsWaiter& waiter) {
    if (waiter.edns) {
        dns::Edns option;
        option.udp_size_bytes = edns_size_max;
        writer.add_edns(option);
    }
    return writer.finish().size();
}

Served resolve(Run& run, NodeId host, dns::Bytes octets, const DnsWaiter& asked_by,
               std::span<std::uint8_t> out) {
    if (octets.size() < dns::header_size || dns::MessageReader(octets).header().is_response)
        return {};
    const Query query = read_query(octets);
    DnsWaiter waiter = asked_by;
    waiter.message_id = query.header.id;
    waiter.size_max = query.size_max;
    waiter.edns = query.edns ? 1 : 0;
    const bool readable = query.wrong != dns::Rcode::form_err &&
                          query.header.opcode == dns::Opcode::query;
    dns::MessageWriter writer = begin_response(out, waiter, readable ? &query.question : nullptr);
    writer.header.opcode = query.header.opcode;
    writer.header.recursion_desired = query.header.recursion_desired;
    const auto ready = [&] {
        return Served{Served::What::ready, end_response(writer, waiter), 0};
    };
    if (query.wrong != dns::Rcode::no_error) {
        writer.header.rcode = query.wrong;
        return ready();
    }
    std::uint32_t entry = nothing;
    if (write_from_cache(run, host, query.question, writer, entry)) {
        const Served served = ready();
        record_hit(run, host, waiter, query.question, entry, out.first(served.size));
        return served;
    }
    if (!query.header.recursion_desired) {  // what is not in the cache is not looked for
        writer = begin_response(out, waiter, &query.question);
        writer.header.recursion_desired = false;
        writer.header.rcode = dns::Rcode::refused;
        return ready();
    }
    add_waiter(run, task_for(run, host, query.question.name, query.question.type, 0), waiter);
    return {Served::What::later, 0, 0};
}

}  // namespace postroad::sim::dns_layer

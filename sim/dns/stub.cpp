// The stub resolver: one question, one server, two tries five seconds apart, TCP when an answer
// does not fit. Open questions of a host stand in the order of their deadlines behind one timer.
#include "sim/dns/stub.hpp"

#include "sim/dns/cache.hpp"
#include "sim/dns/resolver.hpp"
#include "sim/dns/streams.hpp"
#include "sim/net/network.hpp"

namespace postroad::sim::dns_layer {
namespace {

constexpr Duration try_timeout = 5 * second;
constexpr std::uint8_t tries_max = 2;
constexpr std::uint8_t aliases_max = 16;

// All questions wait equally long, so the newest deadline is the latest.
void await(Run& run, std::uint32_t id) {
    StubQuestion& question = run.world.dns.questions.edit(id);
    const NodeId host = question.host;
    question.deadline = run.now() + try_timeout;
    const Time deadline = question.deadline;
    DnsHost& queue = dns_host(run, host);
    question.earlier = queue.last_question;
    question.later = nothing;
    if (queue.last_question == nothing) queue.first_question = id;
    else run.world.dns.questions.edit(queue.last_question).later = id;
    queue.last_question = id;
    if (queue.timer_at == never) {
        queue.timer_at = deadline;
        wake(run, deadline, host, Wakeup::stub_timer, 0);
    }
}

void stop_awaiting(Run& run, std::uint32_t id) {
    const StubQuestion question = run.world.dns.questions[id];
    DnsHost& queue = dns_host(run, question.host);
    Table<StubQuestion>& questions = run.world.dns.questions;
    if (question.earlier == nothing) queue.first_question = question.later;
    else questions.edit(question.earlier).later = question.later;
    if (question.later == nothing) queue.last_question = question.earlier;
    else questions.edit(question.later).earlier = question.earlier;
}

void send_query(Run& run, std::uint32_t id) {
    const StubQuestion question = run.world.dns.questions[id];
    std::array<std::uint8_t, query_size_max> out;
    net_layer::send_datagram(run, question.host, question.source, question.port, question.server,
                             dns_port, octets_of(stub_query(run, id, out)),
                             question.conversation);
}

// The end of a question's record.
void end(Run& run, std::uint32_t id) {
    stop_awaiting(run, id);
    StubQuestion& question = run.world.dns.questions.edit(id);
    if (question.port != 0) give_port(run, question.host, question.port, id);
    run.world.heap.drop(question.name);
    run.world.heap.drop(question.stream_reply);
    run.world.dns.questions.remove(id);
}

void conclude(Run& run, std::uint32_t id, Resolved& resolved) {
    const StubQuestion question = run.world.dns.questions[id];
    resolved.type = static_cast<dns::Type>(question.type);
    resolved.subject = question.subject;
    resolved.name = dns::to_name(bytes_of(run.world.heap.view(question.name)));
    if (resolved.message.empty()) resolved.canonical = resolved.name;
    end(run, id);
    Finished lookup;
    lookup.subject = question.subject;
    lookup.server = resolved.server;
    lookup.name = resolved.name;
    lookup.type = resolved.type;
    lookup.rcode = resolved.rcode;
    lookup.ttl_s = resolved.ttl_s;
    lookup.timed_out = resolved.outcome == Outcome::timed_out;
    lookup.message = resolved.message;
    record_lookup(run, question.host, lookup);
    if (question.who != nobody) answered(run, question.host, question.who, question.what, resolved);
}

void fail(Run& run, std::uint32_t id, Outcome outcome) {
    Resolved resolved;
    resolved.outcome = outcome;
    conclude(run, id, resolved);
}

bool has_record(dns::Bytes message, const dns::Name& owner, dns::Type type, dns::Record& out) {
    return Records(message, owner, type).next(out);
}

// Follows the aliases that stand in the answer to the name they end at.
void follow_aliases(Resolved& resolved, dns::Type type) {
    dns::Record record;
    while (resolved.aliases < aliases_max && type != dns::Type::cname &&
           has_record(resolved.message, resolved.canonical, dns::Type::cname, record)) {
        const auto target = record.as_name();
        if (!target) return;
        resolved.canonical = *target;
        ++resolved.aliases;
    }
}

// Where to reach the resolver: IPv4 first, of a family that both ends have.
bool find_way(Run& run, NodeId host, std::uint32_t resolver, AddressId& source,
              AddressId& server) {
    for (const bool v4 : {true, false})
        for (const AttachmentSetup& one : run.host(resolver).attachments) {
            server = v4 ? one.v4 : one.v6;
            if (server == nothing) continue;
            source = net_layer::source_address(run, host, server);
            if (source != nothing) return true;
        }
    return false;
}

}  // namespace

std::string_view name_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::answer: return "answer";
        case Outcome::no_data: return "no data";
        case Outcome::no_such_name: return "no such name";
        case Outcome::servfail: return "server failure";
        case Outcome::timed_out: return "timed out";
    }
    return {};
}

bool Records::next(dns::Record& out) {
    while (reader_.next(out)) {
        if (out.section != dns::Section::answer) return false;
        if (out.type == type_ && dns::equal(out.name, owner_)) return true;
    }
    return false;
}

void ask(Run& run, NodeId host, dns::Bytes name, dns::Type type, Id subject, std::uint32_t who,
         std::uint32_t what) {
    const std::uint32_t id = run.world.dns.questions.add();
    const std::uint32_t resolver = run.host(host).resolver;
    StubQuestion asked;
    asked.host = host;
    asked.generation = run.world.dns.questions[id].generation;
    asked.subject = subject;
    asked.name = run.world.heap.make(octets_of(name));
    asked.who = who;
    asked.what = what;
    asked.type = static_cast<std::uint16_t>(type);
    asked.tries = 1;
    asked.live = 1;
    asked.message_id = new_message_id(run, host);
    const bool local = resolver == host;
    const bool reachable = resolver != nothing && !local &&
                           find_way(run, host, resolver, asked.source, asked.server);
    if (!reachable) {
        asked.way = DnsWay::local;
        run.world.dns.questions.edit(id) = asked;
        await(run, id);
        wake(run, run.now(), host, local ? Wakeup::stub_local : Wakeup::stub_failed, id,
             asked.generation);
        return;
    }
    run.world.dns.questions.edit(id) = asked;
    const std::uint16_t port = take_port(run, host, id);
    const Id conversation = net_layer::new_conversation(
        run, host, asked.source, port, asked.server, dns_port, net::protocol_udp);
    StubQuestion& question = run.world.dns.questions.edit(id);
    question.port = port;
    question.conversation = conversation;
    await(run, id);
    send_query(run, id);
}

dns::Bytes stub_query(const Run& run, std::uint32_t id,
                      std::span<std::uint8_t, query_size_max> out) {
    const StubQuestion& question = run.world.dns.questions[id];
    return write_query(out, question.message_id, bytes_of(run.world.heap.view(question.name)),
                       static_cast<dns::Type>(question.type), true, false);
}

void stub_heard(Run& run, std::uint32_t id, dns::Bytes message) {
    const StubQuestion question = run.world.dns.questions[id];
    const auto type = static_cast<dns::Type>(question.type);
    const dns::Bytes name = bytes_of(run.world.heap.view(question.name));
    if (!answers(message, question.message_id, name, type)) {
        if (question.way == DnsWay::stream) stub_refused(run, id);
        return;
    }
    const dns::Header header = dns::MessageReader(message).header();
    if (header.truncated && question.way == DnsWay::datagram) {
        run.decide(question.host, question.subject, Reason::dns_truncated);
        stop_awaiting(run, id);
        await(run, id);
        const std::uint32_t connection =
            start_stream(run, question.host, question.server, Role::stub, id);
        StubQuestion& now_over_tcp = run.world.dns.questions.edit(id);
        now_over_tcp.way = DnsWay::stream;
        now_over_tcp.connection = connection;
        return;
    }
    Resolved resolved;
    resolved.rcode = header.rcode;
    resolved.server = question.server;
    resolved.message = message;
    resolved.canonical = dns::to_name(name);
    resolved.ttl_s = smallest_ttl_s(message);
    follow_aliases(resolved, type);
    dns::Record record;
    if (header.rcode == dns::Rcode::nx_domain) resolved.outcome = Outcome::no_such_name;
    else if (header.rcode != dns::Rcode::no_error) resolved.outcome = Outcome::servfail;
    else if (has_record(message, resolved.canonical, type, record))
        resolved.outcome = Outcome::answer;
    else resolved.outcome = Outcome::no_data;
    conclude(run, id, resolved);
}

void stub_refused(Run& run, std::uint32_t id) { fail(run, id, Outcome::servfail); }

void on_stub_timer(Run& run, NodeId host) {
    if (dns_host(run, host).timer_at > run.now()) return;  // of a time before a crash
    dns_host(run, host).timer_at = never;
    for (;;) {
        const std::uint32_t id = run.world.dns.hosts[host].first_question;
        if (id == nothing) return;
        const StubQuestion question = run.world.dns.questions[id];
        if (question.deadline > run.now()) {
            DnsHost& queue = dns_host(run, host);
            if (queue.timer_at == never) {
                queue.timer_at = question.deadline;
                wake(run, question.deadline, host, Wakeup::stub_timer, 0);
            }
            return;
        }
        if (question.way == DnsWay::local) {  // answers come by themselves
            stop_awaiting(run, id);
            await(run, id);
        } else if (question.way == DnsWay::stream || question.tries == tries_max) {
            fail(run, id, Outcome::timed_out);
        } else {
            run.decide(host, question.subject, Reason::dns_retry, run.address(question.server),
                       Run::duration(try_timeout));
            ++run.world.dns.questions.edit(id).tries;
            stop_awaiting(run, id);
            await(run, id);
            send_query(run, id);
        }
    }
}

void on_stub_local(Run& run, std::uint32_t id) {
    const StubQuestion question = run.world.dns.questions[id];
    DnsWaiter waiter;
    waiter.kind = WaiterKind::local;
    waiter.id = id;
    waiter.generation = question.generation;
    waiter.size_max = edns_size_max;
    waiter.conversation = question.subject;
    std::array<std::uint8_t, query_size_max> query;
    std::array<std::uint8_t, edns_size_max> out;
    const Served served = serve(run, question.host, stub_query(run, id, query), waiter, out);
    if (served.what == Served::What::ready) stub_heard(run, id, dns::Bytes(out).first(served.size));
    if (served.what == Served::What::nothing) stub_refused(run, id);
}

void crash_stub(Run& run, NodeId host) {
    if (run.world.dns.hosts.size() <= host) return;
    while (run.world.dns.hosts[host].first_question != nothing)
        end(run, run.world.dns.hosts[host].first_question);
}

}  // namespace postroad::sim::dns_layer

// Streams: what arrives over TCP is worked off by an event of its own, so that one session never
// drives another from within its step.
#include "sim/dns/streams.hpp"

#include "sim/dns/stub.hpp"
#include "sim/dns/task.hpp"
#include "sim/net/tcp.hpp"
#include "sim/session/session.hpp"

namespace postroad::sim::dns_layer {
namespace {

constexpr Duration connect_timeout = 5 * second;

// Whether the open question behind a tag still awaits this connection.
bool awaits(const Run& run, std::uint32_t tag, std::uint32_t connection) {
    const DnsTables& tables = run.world.dns;
    if (tag & task_bit) {
        const ResolverTask& task = tables.tasks[tag & ~task_bit];
        return task.live != 0 && task.way == DnsWay::stream && task.connection == connection;
    }
    const StubQuestion& question = tables.questions[tag];
    return question.live != 0 && question.way == DnsWay::stream &&
           question.connection == connection;
}

Text& reply_of(Run& run, std::uint32_t tag) {
    if (tag & task_bit) return run.world.dns.tasks.edit(tag & ~task_bit).stream_reply;
    return run.world.dns.questions.edit(tag).stream_reply;
}

bool give_query(const Run& run, std::uint32_t connection, Answer& out) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    const std::uint32_t tag = run.world.sessions.of<dns::Stream>()[tcb.seat].settings;
    out.ok = awaits(run, tag, connection);
    if (!out.ok) return true;
    const std::span<std::uint8_t, query_size_max> room(stream_buffer().data(), query_size_max);
    const dns::Bytes query = tag & task_bit ? task_query(run, tag & ~task_bit, room)
                                            : stub_query(run, tag, room);
    out.text = octets_of(query);
    return true;
}

}  // namespace

std::span<std::uint8_t> stream_buffer() {
    thread_local std::array<std::uint8_t, dns::message_size_bytes_max> room;
    return room;
}

const dns::StreamHost& stream_host(const Tcb& tcb) {
    static const dns::StreamHost server{false, 30 * second};
    static const dns::StreamHost client{true, 10 * second};
    return tcb.flags & tcb_flag::initiator ? client : server;
}

bool stream_ask(Run& run, std::uint32_t connection, const Ask& ask, Answer& out) {
    out.to = ask.kind;
    if (ask.kind == AskKind::next_job) return give_query(run, connection, out);
    const Tcb tcb = run.world.tcp.tcbs[connection];
    DnsWaiter waiter;
    waiter.kind = WaiterKind::stream;
    waiter.conversation = tcb.conversation;
    waiter.client = tcb.remote;
    waiter.server = tcb.local;
    waiter.port = tcb.remote_port;
    waiter.id = connection;
    waiter.generation = tcb.generation;
    const std::span<std::uint8_t> room = stream_buffer();
    const Served served = serve(run, tcb.node, bytes_of(ask.a), waiter, room);
    const dns::Bytes message = room.first(served.size);
    if (served.what == Served::What::later) return false;
    if (served.what == Served::What::ready && served.delay != 0) {
        hold(run, tcb.node, waiter, message, served.delay);
        return false;
    }
    out.ok = served.what == Served::What::ready;
    out.text = octets_of(message);
    return true;
}

void stream_tell(Run& run, std::uint32_t connection, std::uint32_t owner, const Tell& tell,
                 std::string_view words) {
    if (tell.kind != TellKind::fetched || !awaits(run, owner, connection)) return;
    run.world.heap.assign(reply_of(run, owner), words);
    wake(run, run.now(), run.world.tcp.tcbs[connection].node, Wakeup::stream, owner,
         connection);
}

void stream_over(Run& run, std::uint32_t connection, std::uint32_t owner, Ending) {
    if (owner == nothing || !awaits(run, owner, connection) || !reply_of(run, owner).empty())
        return;
    wake(run, run.now(), run.world.tcp.tcbs[connection].node, Wakeup::stream, owner,
         connection);
}

std::uint32_t start_stream(Run& run, NodeId host, AddressId server, Role role, std::uint32_t tag) {
    Table<Seat<dns::Stream>>& seats = run.world.sessions.of<dns::Stream>();
    const std::uint32_t seat = seats.add();
    {
        Seat<dns::Stream> fresh;
        fresh.generation = seats[seat].generation;
        fresh.settings = tag;
        fresh.deadline = run.now() + connect_timeout;
        seats.edit(seat) = fresh;
    }
    const std::uint32_t connection = tcp::connect(run, host, server, dns_port, role, seat);
    seats.edit(seat).connection = connection;
    tcp::wake_by(run, connection, seats[seat].deadline);
    return connection;
}

void answer_stream(Run& run, std::uint32_t connection, std::uint32_t generation,
                   dns::Bytes message) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    if (tcb.generation != generation || tcb.state == TcpState::closed || tcb.seat == nothing)
        return;
    Answer answer;
    answer.to = AskKind::dns_query;
    answer.text = octets_of(message);
    session::answer(run, connection, answer);
}

void on_stream_event(Run& run, std::uint32_t tag, std::uint32_t connection) {
    if (!awaits(run, tag, connection)) return;
    Text reply = reply_of(run, tag);
    reply_of(run, tag) = {};
    const std::uint32_t id = tag & ~task_bit;
    if (tag & task_bit) {
        if (reply.empty()) task_refused(run, id);
        else task_heard(run, id, bytes_of(run.world.heap.view(reply)));
    } else {
        if (reply.empty()) stub_refused(run, id);
        else stub_heard(run, id, bytes_of(run.world.heap.view(reply)));
    }
    run.world.heap.drop(reply);
}

}  // namespace postroad::sim::dns_layer

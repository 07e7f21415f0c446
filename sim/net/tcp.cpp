// TCP: opening, sending, closing. What arrives is tcp_input.cpp's, time is tcp_timers.cpp's.
#include "sim/net/tcp.hpp"

#include <algorithm>

#include "sim/net/network.hpp"
#include "sim/net/tcp_internal.hpp"
#include "sim/session/session.hpp"
#include "sim/world/outside.hpp"

namespace postroad::sim {

std::string_view name_of(TcpState state) {
    constexpr std::string_view names[] = {
        "CLOSED", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
        "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT"};
    return names[static_cast<unsigned>(state)];
}

namespace tcp {

std::uint64_t hash_of_ends(NodeId node, AddressId local, AddressId remote,
                           std::uint16_t local_port, std::uint16_t remote_port) {
    return mix64(std::uint64_t{node} << 32 | std::uint32_t{local_port} << 16 | remote_port,
                 std::uint64_t{local} << 32 | remote);
}

std::uint32_t find(const World& world, NodeId node, AddressId local, AddressId remote,
                   std::uint16_t local_port, std::uint16_t remote_port) {
    return world.tcp.by_ends.find(
        hash_of_ends(node, local, remote, local_port, remote_port), [&](std::uint32_t id) {
            const Tcb& tcb = world.tcp.tcbs[id];
            return tcb.node == node && tcb.local == local && tcb.remote == remote &&
                   tcb.local_port == local_port && tcb.remote_port == remote_port;
        });
}

std::uint32_t new_tcb(Run& run, NodeId node, AddressId local, std::uint16_t local_port,
                      AddressId remote, std::uint16_t remote_port) {
    const std::uint32_t id = run.world.tcp.tcbs.add();
    Tcb& tcb = run.world.tcp.tcbs.edit(id);
    const std::uint32_t generation = tcb.generation;
    tcb = Tcb{};
    tcb.generation = generation;
    tcb.node = node;
    tcb.local = local;
    tcb.remote = remote;
    tcb.local_port = local_port;
    tcb.remote_port = remote_port;
    tcb.mss = run.address(remote).is_v4() ? 1460 : 1440;
    tcb.congestion_window = 10U * tcb.mss;  // RFC 6928
    tcb.slow_start_threshold = 0xffffffff;
    tcb.send_window = 65535;
    tcb.heard_at = run.now();
    // RFC 9293 §3.4.1: nobody can guess where the numbers begin.
    tcb.unacknowledged = tcb.send_next =
        static_cast<std::uint32_t>(run.draw(node, Purpose::tcp));
    run.world.tcp.by_ends.insert(hash_of_ends(node, local, remote, local_port, remote_port), id);
    return id;
}

void emit(Run& run, std::uint32_t connection, std::uint8_t flags, std::uint32_t sequence,
          const Text& data, std::uint32_t offset, std::uint16_t size, Why why) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    const std::uint32_t id = run.world.tcp.segments.add();
    Segment& segment = run.world.tcp.segments.edit(id);
    segment.source = tcb.local;
    segment.target = tcb.remote;
    segment.source_port = tcb.local_port;
    segment.target_port = tcb.remote_port;
    segment.sequence = sequence;
    segment.acknowledgment = flags & net::tcp_ack ? tcb.receive_next : 0;
    segment.window = tcb.role == Role::outside && !outside::reads(run.world, tcb.seat) ? 0 : 65535;
    segment.mss = flags & net::tcp_syn ? tcb.mss : std::uint16_t{0};
    segment.protocol = net::protocol_tcp;
    segment.tcp_flags = flags;
    segment.ttl = 64;
    segment.size = size;
    segment.offset = offset;
    segment.data = run.world.heap.share(data);
    segment.conversation = tcb.conversation;
    segment.peer = tcb.peer;
    segment.sender = connection;
    if (flags & net::tcp_ack) {
        tcb.unanswered = 0;
        tcb.delayed_ack_at = never;
    }
    net_layer::send(run, tcb.node, id, why);
}

void acknowledge(Run& run, std::uint32_t connection, Why why) {
    emit(run, connection, net::tcp_ack, run.world.tcp.tcbs[connection].send_next, {}, 0, 0, why);
}

void append_item(Run& run, std::uint32_t connection, const SendItem& item) {
    const std::uint32_t id = run.world.tcp.items.add();
    SendItem& place = run.world.tcp.items.edit(id);
    place = item;
    place.next = nothing;
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    ++tcb.items;
    if (tcb.last_item == nothing) tcb.first_item = id;
    else run.world.tcp.items.edit(tcb.last_item).next = id;
    tcb.last_item = id;
    if (tcb.next_item == nothing) tcb.next_item = id;
}

void drop_first_item(Run& run, Tcb& tcb) {
    SendItem& item = run.world.tcp.items.edit(tcb.first_item);
    const std::uint32_t id = tcb.first_item;
    run.world.heap.drop(item.data);
    tcb.first_item = item.next;
    if (tcb.first_item == nothing) tcb.last_item = nothing;
    --tcb.items;
    run.world.tcp.items.remove(id);
}

void transmit(Run& run, std::uint32_t connection, std::uint32_t item_id, Why why) {
    SendItem& item = run.world.tcp.items.edit(item_id);
    if (item.tries == 0) item.sent_at = run.now();
    if (item.tries < 255) ++item.tries;
    const TcpState state = run.world.tcp.tcbs[connection].state;
    std::uint8_t flags = item.control;
    if (state != TcpState::syn_sent) flags |= net::tcp_ack;
    const SendItem copy = item;
    emit(run, connection, flags, copy.sequence, copy.data, copy.offset, copy.size, why);
}

void arm_retransmission(Run& run, std::uint32_t connection) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    tcb.retransmit_at = run.now() + (rto(tcb) << tcb.backoff);
    wake_by(run, connection, tcb.retransmit_at);
}

namespace {

// RFC 9293 §3.8.6.1: a closed window is asked about from time to time, for as long as it takes.
void persist(Run& run, std::uint32_t connection) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    if (tcb.retransmit_at != never) return;
    tcb.backoff = 0;
    tcb.retransmit_at = run.now() + rto(tcb);
    wake_by(run, connection, tcb.retransmit_at);
}

}  // namespace

std::uint64_t backlog_octets(const World& world, std::uint32_t connection) {
    const Tcb& tcb = world.tcp.tcbs[connection];
    return std::uint64_t{tcb.items} * tcb.mss;
}

void push_out(Run& run, std::uint32_t connection) {
    for (;;) {
        Tcb& tcb = run.world.tcp.tcbs.edit(connection);
        if (tcb.next_item == nothing) return;
        const SendItem& item = run.world.tcp.items[tcb.next_item];
        const std::uint32_t in_flight = tcb.send_next - tcb.unacknowledged;
        const std::uint32_t window =
            std::min(tcb.congestion_window, std::uint32_t{tcb.send_window});
        if (in_flight != 0 && in_flight + item.size > window) return;
        if (window == 0) return persist(run, connection);
        const std::uint32_t id = tcb.next_item;
        tcb.next_item = item.next;
        run.world.tcp.items.edit(id).sequence = tcb.send_next;
        const bool control = (item.control & (net::tcp_syn | net::tcp_fin)) != 0;
        tcb.send_next += item.size + (control ? 1U : 0U);
        const bool finishes = (item.control & net::tcp_fin) != 0;
        if (finishes) {
            tcb.flags |= tcb_flag::fin_sent;
            tcb.state = tcb.state == TcpState::close_wait ? TcpState::last_ack
                                                          : TcpState::fin_wait_1;
        }
        if (in_flight == 0) arm_retransmission(run, connection);
        transmit(run, connection, id, finishes ? Why::close : Why::data);
    }
}

// A port with which no connection to this target is open or in TIME-WAIT (RFC 6056 §3.3.1); 0 when
// there is none.
std::uint16_t free_port(Run& run, NodeId host, AddressId local, AddressId target,
                        std::uint16_t port) {
    for (unsigned tries = 0; tries < net_layer::ephemeral_ports; ++tries) {
        const std::uint16_t one = net_layer::new_port(run, host);
        if (find(run.world, host, local, target, one, port) == Index::none) return one;
    }
    return 0;
}

std::uint32_t connect(Run& run, NodeId host, AddressId target, std::uint16_t port, Role role,
                      std::uint32_t seat) {
    const AddressId source = net_layer::source_address(run, host, target);
    const AddressId local = source == nothing ? 0 : source;
    const std::uint16_t local_port = free_port(run, host, local, target, port);
    const std::uint32_t id = new_tcb(run, host, local, local_port, target, port);
    Tcb& tcb = run.world.tcp.tcbs.edit(id);
    tcb.state = TcpState::syn_sent;
    tcb.role = role;
    tcb.seat = seat;
    tcb.flags = tcb_flag::initiator;
    tcb.conversation =
        net_layer::new_conversation(run, host, tcb.local, local_port, target, port,
                                    net::protocol_tcp);
    if (local_port == 0) {  // nothing can be sent: its owner hears so as soon as it is ready to
        tcb.retransmit_at = run.now();
        wake_by(run, id, tcb.retransmit_at);
        return id;
    }
    append_item(run, id, control_item(net::tcp_syn));
    Tcb& again = run.world.tcp.tcbs.edit(id);
    const std::uint32_t item = again.next_item;
    again.next_item = nothing;
    run.world.tcp.items.edit(item).sequence = again.send_next++;
    arm_retransmission(run, id);
    transmit(run, id, item, Why::handshake);
    return id;
}

void send(Run& run, std::uint32_t connection, std::string_view octets, bool last) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    const bool can = tcb.state == TcpState::established || tcb.state == TcpState::close_wait;
    if (!can || (tcb.flags & tcb_flag::fin_wanted)) return;
    if (octets.empty()) {
        if (last) close(run, connection);
        return;
    }
    const std::uint16_t mss = tcb.mss;
    Text data = run.world.heap.make(octets);
    for (std::uint32_t offset = 0; offset < data.size; offset += mss) {
        const std::uint32_t left = data.size - offset;
        const bool final_piece = left <= mss;
        std::uint8_t control = final_piece ? net::tcp_psh : std::uint8_t{0};
        if (final_piece && last) control |= net::tcp_fin;
        append_item(run, connection,
                    SendItem{.data = final_piece ? data : run.world.heap.share(data),
                             .offset = offset,
                             .size = static_cast<std::uint16_t>(std::min<std::uint32_t>(left, mss)),
                             .control = control});
    }
    if (last) run.world.tcp.tcbs.edit(connection).flags |= tcb_flag::fin_wanted;
    push_out(run, connection);
}

void close(Run& run, std::uint32_t connection) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    if (tcb.flags & tcb_flag::fin_wanted) return;
    switch (tcb.state) {
        case TcpState::established:
        case TcpState::close_wait:
            tcb.flags |= tcb_flag::fin_wanted;
            append_item(run, connection, control_item(net::tcp_fin));
            push_out(run, connection);
            break;
        case TcpState::syn_sent:
        case TcpState::syn_received:
            abort(run, connection, Ending::aborted);
            break;
        default:
            break;
    }
}

void abort(Run& run, std::uint32_t connection, Ending how) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    if (tcb.state != TcpState::syn_sent && tcb.state != TcpState::time_wait)
        emit(run, connection, net::tcp_rst | net::tcp_ack, tcb.send_next, {}, 0, 0, Why::reset);
    finish(run, connection, how);
}

void release_records(Run& run, std::uint32_t connection) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    while (tcb.first_item != nothing) drop_first_item(run, tcb);
    tcb.next_item = nothing;
    while (tcb.out_of_order != nothing) {
        const std::uint32_t next = run.world.tcp.segments[tcb.out_of_order].next;
        net_layer::discard(run, tcb.out_of_order);
        tcb.out_of_order = next;
    }
}

void remove(Run& run, std::uint32_t connection) {
    release_records(run, connection);
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    run.world.tcp.by_ends.erase(
        hash_of_ends(tcb.node, tcb.local, tcb.remote, tcb.local_port, tcb.remote_port),
        connection);
    run.world.tcp.tcbs.remove(connection);
}

void finish(Run& run, std::uint32_t connection, Ending how) {
    const std::uint32_t generation = run.world.tcp.tcbs[connection].generation;
    run.world.tcp.tcbs.edit(connection).state = TcpState::closed;  // whatever is said now is unsaid
    session::ended(run, connection, how);
    POSTROAD_ASSERT(run.world.tcp.tcbs[connection].generation == generation);
    remove(run, connection);
}

void crash(Run& run, NodeId host) {
    Table<Tcb>& tcbs = run.world.tcp.tcbs;
    for (std::uint32_t id = 0; id < tcbs.size(); ++id)
        if (tcbs[id].conversation != 0 && tcbs[id].node == host) finish(run, id, Ending::crashed);
}

}  // namespace tcp
}  // namespace postroad::sim

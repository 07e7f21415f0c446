// What a TCP end makes of an arriving segment (RFC 9293 §3.10.7).
#include "sim/net/network.hpp"
#include "sim/net/tcp_internal.hpp"
#include "sim/rpc/rpc.hpp"
#include "sim/session/session.hpp"
#include "sim/world/outside.hpp"

namespace postroad::sim::tcp {
namespace {

// §3.10.7.1: a segment that belongs to nothing is answered with RST, unless it is one.
void refuse(Run& run, NodeId host, const Segment& about) {
    if (about.tcp_flags & net::tcp_rst) return;
    const std::uint32_t id = run.world.tcp.segments.add();
    Segment& answer = run.world.tcp.segments.edit(id);
    answer.source = about.target;
    answer.target = about.source;
    answer.source_port = about.target_port;
    answer.target_port = about.source_port;
    answer.protocol = net::protocol_tcp;
    answer.ttl = 64;
    answer.conversation = about.conversation;
    answer.peer = about.sender;
    if (about.tcp_flags & net::tcp_ack) {
        answer.sequence = about.acknowledgment;
        answer.tcp_flags = net::tcp_rst;
    } else {
        const bool control = (about.tcp_flags & (net::tcp_syn | net::tcp_fin)) != 0;
        answer.acknowledgment = about.sequence + about.size + (control ? 1U : 0U);
        answer.tcp_flags = net::tcp_rst | net::tcp_ack;
    }
    net_layer::send(run, host, id, Why::reset);
}

// What somebody outside says is recorded where it is heard.
void note_outside_peer(const Run& run, Tcb& tcb, std::uint32_t peer) {
    const Table<Tcb>& tcbs = run.world.tcp.tcbs;
    if (peer < tcbs.size() && tcbs[peer].role == Role::outside) tcb.flags |= tcb_flag::outside_peer;
}

// SYN-RECEIVED: our half of the handshake goes out.
void answer_syn(Run& run, std::uint32_t connection) {
    append_item(run, connection, control_item(net::tcp_syn));
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    const std::uint32_t item = tcb.next_item;
    tcb.next_item = nothing;
    run.world.tcp.items.edit(item).sequence = tcb.send_next++;
    arm_retransmission(run, connection);
    transmit(run, connection, item, Why::handshake);
}

void listen(Run& run, NodeId host, const Segment& syn, std::uint32_t syn_sender) {
    const HostSetup& setup = run.host(host);
    const ServiceSetup* service = setup.service_at(net::protocol_tcp, syn.target_port);
    if (service == nullptr) service = rpc_layer::dynamic_service_at(run, host, syn.target_port);
    const auto index = service ? static_cast<std::uint32_t>(service - setup.services.data()) : 0;
    const bool runs = service != nullptr &&
                      (run.world.tcp.hosts[host].stopped_services >> index & 1U) == 0;
    if (!runs || !(syn.tcp_flags & net::tcp_syn) || (syn.tcp_flags & net::tcp_ack)) {
        refuse(run, host, syn);
        return;
    }
    const bool decides_outside = service->role == Role::outside && service->settings != nothing;
    if (decides_outside && !outside::may_call(run, host, syn)) return;
    const std::uint32_t id =
        new_tcb(run, host, syn.target, syn.target_port, syn.source, syn.source_port);
    Tcb& tcb = run.world.tcp.tcbs.edit(id);
    tcb.state = TcpState::syn_received;
    tcb.role = service->role;
    tcb.service = static_cast<std::uint8_t>(index);
    tcb.conversation = syn.conversation;
    tcb.receive_next = syn.sequence + 1;
    tcb.peer = syn_sender;
    note_outside_peer(run, tcb, syn_sender);
    if (syn.mss != 0) tcb.mss = std::min(tcb.mss, syn.mss);
    if (decides_outside) outside::call(run, id);
    else answer_syn(run, id);
}

void measure(Run& run, Tcb& tcb, Time sent_at) {
    const Duration rtt = run.now() - sent_at;
    const auto r = static_cast<std::uint32_t>(
        std::clamp<Duration>(rtt / (100 * microsecond), 1, 60000));
    if (tcb.srtt_100us == 0) {  // RFC 6298 §2.2
        tcb.srtt_100us = static_cast<std::uint16_t>(r);
        tcb.rttvar_100us = static_cast<std::uint16_t>(r / 2);
        return;
    }
    const std::uint32_t srtt = tcb.srtt_100us;
    const std::uint32_t apart = srtt > r ? srtt - r : r - srtt;
    tcb.rttvar_100us = static_cast<std::uint16_t>((3U * tcb.rttvar_100us + apart) / 4);
    tcb.srtt_100us = static_cast<std::uint16_t>(std::max(1U, (7 * srtt + r) / 8));
}

void grow_window(Tcb& tcb, std::uint32_t acked) {
    if (tcb.congestion_window < tcb.slow_start_threshold) {  // RFC 5681 §3.1, RFC 3465
        tcb.congestion_window += acked;
    } else {
        tcb.congestion_window += std::max(1U, std::uint32_t{tcb.mss} * tcb.mss /
                                                  std::max(1U, tcb.congestion_window));
    }
    tcb.congestion_window = std::min(tcb.congestion_window, 1U << 20);
}

void halve(Tcb& tcb) {
    const std::uint32_t in_flight = tcb.send_next - tcb.unacknowledged;
    tcb.slow_start_threshold = std::max(in_flight / 2, 2U * tcb.mss);
}

// RFC 5681 §3.2 and RFC 6582: three duplicates tell of a loss without waiting for the timer.
void duplicate_ack(Run& run, std::uint32_t connection) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    if (tcb.duplicate_acks < 255) ++tcb.duplicate_acks;
    if (tcb.flags & tcb_flag::recovering) {
        tcb.congestion_window += tcb.mss;
        push_out(run, connection);
        return;
    }
    if (tcb.duplicate_acks != 3 || tcb.first_item == tcb.next_item) return;
    halve(tcb);
    tcb.recover = tcb.send_next;
    tcb.flags |= tcb_flag::recovering;
    tcb.congestion_window = tcb.slow_start_threshold + 3U * tcb.mss;
    transmit(run, connection, tcb.first_item, Why::fast_retransmit);
}

// True while the connection still is.
bool take_acknowledgment(Run& run, std::uint32_t connection, const Segment& segment) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    const std::uint32_t ack = segment.acknowledgment;
    if (before(tcb.send_next, ack)) {  // of what was never sent
        acknowledge(run, connection, Why::acknowledgment);
        return true;
    }
    if (!before(tcb.unacknowledged, ack)) {
        const bool duplicate = ack == tcb.unacknowledged && segment.size == 0 &&
                               tcb.unacknowledged != tcb.send_next &&
                               segment.window == tcb.send_window &&
                               !(segment.tcp_flags & (net::tcp_syn | net::tcp_fin));
        const bool opened = segment.window > tcb.send_window;
        tcb.send_window = segment.window;
        if (duplicate) {
            duplicate_ack(run, connection);
        } else if (opened) {
            tcb.backoff = 0;
            push_out(run, connection);
        }
        return true;
    }
    const std::uint32_t acked = ack - tcb.unacknowledged;
    tcb.unacknowledged = ack;
    tcb.send_window = segment.window;
    tcb.duplicate_acks = 0;
    tcb.backoff = 0;
    bool fin_acked = false;
    while (tcb.first_item != tcb.next_item) {
        const SendItem& item = run.world.tcp.items[tcb.first_item];
        const bool control = (item.control & (net::tcp_syn | net::tcp_fin)) != 0;
        const std::uint32_t end = item.sequence + item.size + (control ? 1U : 0U);
        if (before(ack, end)) break;
        if (item.tries == 1) measure(run, tcb, item.sent_at);  // RFC 6298 §3: Karn
        if (item.control & net::tcp_fin) fin_acked = true;
        drop_first_item(run, tcb);
    }
    if (tcb.flags & tcb_flag::recovering) {
        if (before(ack, tcb.recover) && tcb.first_item != tcb.next_item) {
            // RFC 6582 §3.2: a partial acknowledgment tells of the next hole.
            tcb.congestion_window =
                std::max<std::uint32_t>(tcb.congestion_window > acked
                                            ? tcb.congestion_window - acked + tcb.mss
                                            : tcb.mss,
                                        tcb.mss);
            transmit(run, connection, tcb.first_item, Why::fast_retransmit);
        } else {
            tcb.flags &= static_cast<std::uint8_t>(~tcb_flag::recovering);
            tcb.congestion_window = std::max(tcb.slow_start_threshold, 2U * tcb.mss);
        }
    } else {
        grow_window(tcb, acked);
    }
    {
        Tcb& now = run.world.tcp.tcbs.edit(connection);
        if (now.unacknowledged == now.send_next) now.retransmit_at = never;
        else arm_retransmission(run, connection);
    }
    const TcpState state = run.world.tcp.tcbs[connection].state;
    if (state == TcpState::syn_received) {
        Tcb& now = run.world.tcp.tcbs.edit(connection);
        now.state = TcpState::established;
        const std::uint32_t generation = now.generation;
        session::accepted(run, connection, run.host(now.node).services[now.service]);
        if (run.world.tcp.tcbs[connection].generation != generation) return false;
    }
    if (fin_acked) {
        Tcb& now = run.world.tcp.tcbs.edit(connection);
        if (now.state == TcpState::fin_wait_1) {
            now.state = TcpState::fin_wait_2;
            now.retransmit_at = run.now() + time_wait_ns;  // the peer may never close
            wake_by(run, connection, now.retransmit_at);
        } else if (now.state == TcpState::last_ack) {
            finish(run, connection, Ending::closed);
            return false;
        } else if (now.state == TcpState::closing) {
            enter_time_wait(run, connection);
            return false;
        }
    }
    push_out(run, connection);
    return true;
}

// A segment that came too early is kept, in order, for when the gap is filled.
void keep_for_later(Run& run, std::uint32_t connection, std::uint32_t segment_id) {
    std::size_t kept = 0;
    std::uint32_t before_it = nothing;
    const std::uint32_t sequence = run.world.tcp.segments[segment_id].sequence;
    for (std::uint32_t at = run.world.tcp.tcbs[connection].out_of_order; at != nothing;
         at = run.world.tcp.segments[at].next) {
        if (run.world.tcp.segments[at].sequence == sequence) return;
        if (before(run.world.tcp.segments[at].sequence, sequence)) before_it = at;
        ++kept;
    }
    if (kept >= out_of_order_max) return;
    const std::uint32_t copy = run.world.tcp.segments.add();
    const std::uint32_t generation = run.world.tcp.segments[copy].generation;
    Segment value = run.world.tcp.segments[segment_id];
    value.generation = generation;
    value.data = run.world.heap.share(value.data);
    std::uint32_t& link = before_it == nothing
                              ? run.world.tcp.tcbs.edit(connection).out_of_order
                              : run.world.tcp.segments.edit(before_it).next;
    value.next = link;
    link = copy;
    run.world.tcp.segments.edit(copy) = value;
}

// The in-order part of a segment goes to the machine. False when the connection is no more.
bool deliver(Run& run, std::uint32_t connection, const Segment& segment) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    const std::uint32_t skip = tcb.receive_next - segment.sequence;  // what we have already
    const bool fin = (segment.tcp_flags & net::tcp_fin) != 0;
    const std::uint32_t fresh = segment.size > skip ? segment.size - skip : 0;
    if (fresh == 0 && !(fin && skip <= segment.size)) return true;
    if (tcb.flags & tcb_flag::peer_finished) return true;
    tcb.receive_next += fresh + (fin ? 1U : 0U);
    tcb.unanswered = static_cast<std::uint16_t>(
        std::min<std::uint32_t>(65535, tcb.unanswered + fresh + (fin ? 2U * tcb.mss : 0U)));
    if (fin) {
        tcb.flags |= tcb_flag::peer_finished;
        if (tcb.state == TcpState::established) tcb.state = TcpState::close_wait;
    }
    const std::uint32_t generation = tcb.generation;
    if (fresh != 0) {
        session::received(run, connection,
                          run.world.heap.view(segment.data).substr(segment.offset + skip, fresh));
        if (run.world.tcp.tcbs[connection].generation != generation) return false;
    }
    if (!fin) return true;
    session::peer_closed(run, connection);
    if (run.world.tcp.tcbs[connection].generation != generation) return false;
    const TcpState state = run.world.tcp.tcbs[connection].state;
    if (state == TcpState::fin_wait_1) {
        run.world.tcp.tcbs.edit(connection).state = TcpState::closing;
    } else if (state == TcpState::fin_wait_2) {
        acknowledge(run, connection, Why::close);
        enter_time_wait(run, connection);
        return false;
    }
    return true;
}

bool take_data(Run& run, std::uint32_t connection, std::uint32_t segment_id) {
    const Segment segment = run.world.tcp.segments[segment_id];
    const bool fin = (segment.tcp_flags & net::tcp_fin) != 0;
    if (segment.size == 0 && !fin) return true;
    {
        Tcb& tcb = run.world.tcp.tcbs.edit(connection);
        if (before(tcb.receive_next, segment.sequence)) {
            tcb.flags |= tcb_flag::lossy;
            keep_for_later(run, connection, segment_id);
            acknowledge(run, connection, Why::acknowledgment);  // a duplicate: it tells of the gap
            return true;
        }
        const std::uint32_t end = segment.sequence + segment.size + (fin ? 1U : 0U);
        if (!before(tcb.receive_next, end)) {  // nothing new in it
            tcb.flags |= tcb_flag::lossy;
            acknowledge(run, connection, Why::acknowledgment);
            return true;
        }
    }
    if (!deliver(run, connection, segment)) return false;
    bool filled = false;
    while (run.world.tcp.tcbs[connection].out_of_order != nothing) {
        const std::uint32_t kept_id = run.world.tcp.tcbs[connection].out_of_order;
        const Segment kept = run.world.tcp.segments[kept_id];
        if (before(run.world.tcp.tcbs[connection].receive_next, kept.sequence)) break;
        run.world.tcp.tcbs.edit(connection).out_of_order = kept.next;
        filled = true;
        const bool alive = deliver(run, connection, kept);
        net_layer::discard(run, kept_id);
        if (!alive) return false;
    }
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    if (tcb.unanswered == 0) return true;
    // RFC 1122 §4.2.3.2: at least every second full segment; RFC 5681 §4.2: at once after a gap.
    if (filled || tcb.out_of_order != nothing || tcb.unanswered >= 2U * tcb.mss) {
        acknowledge(run, connection, fin ? Why::close : Why::acknowledgment);
    } else if (tcb.delayed_ack_at == never) {
        tcb.delayed_ack_at = run.now() + delayed_ack_ns;
        wake_by(run, connection, tcb.delayed_ack_at);
    }
    return true;
}

// SYN-SENT (§3.10.7.3). The segment is an answer to our SYN.
void answer_to_syn(Run& run, std::uint32_t connection, const Segment& segment) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    const bool ack_good = (segment.tcp_flags & net::tcp_ack) &&
                          segment.acknowledgment == tcb.send_next;
    if (segment.tcp_flags & net::tcp_rst) {
        if (ack_good) finish(run, connection, Ending::refused);
        return;
    }
    if (!ack_good || !(segment.tcp_flags & net::tcp_syn)) return;
    const SendItem& syn = run.world.tcp.items[tcb.first_item];
    if (syn.tries == 1) measure(run, tcb, syn.sent_at);
    drop_first_item(run, tcb);
    tcb.unacknowledged = segment.acknowledgment;
    tcb.receive_next = segment.sequence + 1;
    tcb.send_window = segment.window;
    tcb.retransmit_at = never;
    tcb.backoff = 0;
    if (segment.mss != 0) tcb.mss = std::min(tcb.mss, segment.mss);
    tcb.state = TcpState::established;
    note_outside_peer(run, tcb, segment.sender);
    run.record(tcb.node, EstablishedFact{tcb.conversation});
    acknowledge(run, connection, Why::handshake);
    session::opened(run, connection);
}

// Whether more than time can happen to a packet between the two ends.
bool may_be_lost(const Run& run, const Tcb& tcb) {
    const Setup& setup = run.setup();
    if (tcb.local >= setup.ways.size() || tcb.remote >= setup.ways.size()) return true;
    const AddressWay& here = setup.ways[tcb.local];
    const AddressWay& there = setup.ways[tcb.remote];
    if (there.host == tcb.node) return false;
    const auto plain = [&](const AddressWay& way) {
        return way.latency_ns != AddressWay::slow ||
               (way.link != nothing && setup.links[way.link].plain());
    };
    return !plain(here) || !plain(there) ||
           setup.routes->plain_latency(here.network, there.network) == never;
}

}  // namespace

void accept(Run& run, std::uint32_t connection) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    if (tcb.state == TcpState::syn_received && tcb.first_item == nothing)
        answer_syn(run, connection);
}

void window_opened(Run& run, std::uint32_t connection) {
    const TcpState state = run.world.tcp.tcbs[connection].state;
    if (state == TcpState::established || state == TcpState::fin_wait_1 ||
        state == TcpState::fin_wait_2)
        acknowledge(run, connection, Why::window_update);
}

void enter_time_wait(Run& run, std::uint32_t connection) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    if (!(tcb.flags & tcb_flag::lossy) && !may_be_lost(run, tcb)) {
        finish(run, connection, Ending::closed);
        return;
    }
    // The machine is done; only the ends are remembered, for a FIN that comes again.
    release_records(run, connection);
    session::ended(run, connection, Ending::closed);
    Tcb& now = run.world.tcp.tcbs.edit(connection);
    now.seat = nothing;
    now.role = Role::none;
    now.state = TcpState::time_wait;
    now.retransmit_at = run.now() + time_wait_ns;
    now.delayed_ack_at = never;
    wake_by(run, connection, now.retransmit_at);
}

void arrived(Run& run, NodeId host, std::uint32_t segment_id) {
    const Segment segment = run.world.tcp.segments[segment_id];
    std::uint32_t connection = segment.peer;
    const auto is_its = [&](const Tcb& tcb) {
        return tcb.conversation != 0 && tcb.local == segment.target &&
               tcb.remote == segment.source && tcb.local_port == segment.target_port &&
               tcb.remote_port == segment.source_port && tcb.node == host;
    };
    if (connection >= run.world.tcp.tcbs.size() || !is_its(run.world.tcp.tcbs[connection]))
        connection = find(run.world, host, segment.target, segment.source, segment.target_port,
                          segment.source_port);
    if (connection == Index::none) {
        listen(run, host, segment, segment.sender);
        return;
    }
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    tcb.peer = segment.sender;
    tcb.heard_at = run.now();
    if (tcb.state == TcpState::syn_sent) {
        answer_to_syn(run, connection, segment);
        return;
    }
    if (tcb.state == TcpState::time_wait) {
        if (segment.tcp_flags & net::tcp_fin) acknowledge(run, connection, Why::close);
        return;
    }
    if (segment.tcp_flags & net::tcp_rst) {
        // §3.10.7.4, RFC 5961 §3.2: only at the very next octet expected.
        if (segment.sequence == tcb.receive_next || tcb.state == TcpState::syn_received)
            finish(run, connection, Ending::reset);
        return;
    }
    if (segment.tcp_flags & net::tcp_syn) {
        tcb.flags |= tcb_flag::lossy;
        // Our SYN+ACK was lost and theirs comes again, or RFC 5961 §4.2's challenge.
        if (tcb.state == TcpState::syn_received) {
            if (tcb.first_item != nothing)  // else a real server has not decided yet
                transmit(run, connection, tcb.first_item, Why::handshake);
        } else
            acknowledge(run, connection, Why::acknowledgment);
        return;
    }
    if (!(segment.tcp_flags & net::tcp_ack)) return;
    if (!take_acknowledgment(run, connection, segment)) return;
    if (segment.size == 0 && segment.sequence + 1 == tcb.receive_next &&
        !(segment.tcp_flags & net::tcp_fin)) {  // a keep-alive probe (RFC 1122 §4.2.3.6)
        acknowledge(run, connection, Why::keep_alive);
        return;
    }
    take_data(run, connection, segment_id);
}

void unreachable(Run& run, NodeId host, const Segment& quoted, Ending how) {
    const std::uint32_t connection = find(run.world, host, quoted.source, quoted.target,
                                          quoted.source_port, quoted.target_port);
    if (connection == Index::none) return;
    // RFC 1122 §4.2.3.9: hard errors end an attempt; an established connection goes on trying.
    if (run.world.tcp.tcbs[connection].state == TcpState::syn_sent) finish(run, connection, how);
}

}  // namespace postroad::sim::tcp

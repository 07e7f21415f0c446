// TCP's clock: one lazy event a connection covers retransmission, delayed ACK, keep-alive,
// TIME-WAIT and the machine's own time-out. Deadlines move; the event looks when it comes.
#include "sim/net/network.hpp"
#include "sim/net/tcp_internal.hpp"
#include "sim/session/session.hpp"

namespace postroad::sim::tcp {
namespace {

void lost(Run& run, std::uint32_t connection) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    const SendItem& item = run.world.tcp.items[tcb.first_item];
    const bool opening = tcb.state == TcpState::syn_sent || tcb.state == TcpState::syn_received;
    if (item.tries >= (opening ? syn_tries_max : data_tries_max)) {
        finish(run, connection, Ending::timed_out);
        return;
    }
    tcb.flags |= tcb_flag::lossy;
    if (!opening) {  // RFC 5681 §3.1: after the timer, one segment and slow start
        const std::uint32_t in_flight = tcb.send_next - tcb.unacknowledged;
        if (item.tries == 1) tcb.slow_start_threshold = std::max(in_flight / 2, 2U * tcb.mss);
        tcb.congestion_window = tcb.mss;
        tcb.recover = tcb.send_next;
        tcb.flags |= tcb_flag::recovering;
        tcb.duplicate_acks = 0;
    }
    if (tcb.backoff < 6) ++tcb.backoff;  // RFC 6298 §5.5
    arm_retransmission(run, connection);
    transmit(run, connection, run.world.tcp.tcbs[connection].first_item,
             Why::retransmission_timeout);
}

void probe(Run& run, std::uint32_t connection) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    if (run.now() < tcb.heard_at + keep_alive_idle_ns) {
        tcb.backoff = 0;
        tcb.retransmit_at = tcb.heard_at + keep_alive_idle_ns;
        return;
    }
    if (tcb.backoff >= keep_alive_probes_max) {
        finish(run, connection, Ending::timed_out);
        return;
    }
    ++tcb.backoff;
    tcb.retransmit_at = run.now() + keep_alive_interval_ns;
    emit(run, connection, net::tcp_ack, tcb.send_next - 1, {}, 0, 0, Why::keep_alive);
}

// RFC 9293 §3.8.6.1: an old octet, so that the answer tells the window; RFC 1122 §4.2.2.17: the
// peer may keep it closed for ever while it answers.
void probe_window(Run& run, std::uint32_t connection) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    if (tcb.backoff >= 6 && run.now() > tcb.heard_at + 10 * minute) {
        finish(run, connection, Ending::timed_out);
        return;
    }
    if (tcb.backoff < 6) ++tcb.backoff;
    tcb.retransmit_at = run.now() + (rto(tcb) << tcb.backoff);
    wake_by(run, connection, tcb.retransmit_at);
    emit(run, connection, net::tcp_ack, tcb.send_next - 1, {}, 0, 0, Why::probe);
}

}  // namespace

void wake_by(Run& run, std::uint32_t connection, Time deadline) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    if (deadline >= tcb.timer_at) return;
    tcb.timer_at = deadline;
    run.schedule(deadline, tcb.node, tcb.node, EventKind::tcp_timer, 0, connection,
                 tcb.generation);
}

void keep_alive(Run& run, std::uint32_t connection) {
    Tcb& tcb = run.world.tcp.tcbs.edit(connection);
    tcb.flags |= tcb_flag::keep_alive;
    if (tcb.unacknowledged != tcb.send_next) return;
    tcb.retransmit_at = run.now() + keep_alive_idle_ns;
    wake_by(run, connection, tcb.retransmit_at);
}

void on_timer(Run& run, std::uint32_t connection, std::uint32_t generation) {
    if (run.world.tcp.tcbs[connection].generation != generation) return;
    if (run.world.tcp.tcbs[connection].timer_at != run.now()) return;  // an earlier one took over
    run.world.tcp.tcbs.edit(connection).timer_at = never;
    const auto alive = [&] { return run.world.tcp.tcbs[connection].generation == generation; };

    if (run.world.tcp.tcbs[connection].delayed_ack_at <= run.now())
        acknowledge(run, connection, Why::delayed_ack);
    if (run.world.tcp.tcbs[connection].retransmit_at <= run.now()) {
        const Tcb& tcb = run.world.tcp.tcbs[connection];
        if (tcb.state == TcpState::time_wait) {
            remove(run, connection);
        } else if (tcb.unacknowledged != tcb.send_next) {
            lost(run, connection);
        } else if (tcb.state == TcpState::syn_sent) {
            finish(run, connection, Ending::aborted);  // it had no port to begin from
        } else if (tcb.state == TcpState::fin_wait_2) {
            finish(run, connection, Ending::closed);  // the peer keeps its half open for ever
        } else if (tcb.next_item != nothing && tcb.send_window == 0) {
            probe_window(run, connection);
        } else if (tcb.flags & tcb_flag::keep_alive) {
            probe(run, connection);
        } else {
            run.world.tcp.tcbs.edit(connection).retransmit_at = never;
        }
    }
    if (!alive()) return;
    if (session::deadline(run, connection) <= run.now()) {
        session::on_deadline(run, connection);
        if (!alive()) return;
    }
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    const Time next = std::min({tcb.delayed_ack_at, tcb.retransmit_at,
                                session::deadline(run, connection)});
    if (next != never) wake_by(run, connection, std::max(next, run.now()));
}

}  // namespace postroad::sim::tcp

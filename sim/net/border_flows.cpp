// Connection tracking after what Linux does: states by TCP's flags, its default time-outs, and
// records that are forgotten when somebody looks, not by events.
#include "sim/net/border_flows.hpp"

#include <algorithm>
#include <utility>

#include "sim/net/border_helper.hpp"

namespace postroad::sim::border {
namespace {

constexpr std::uint8_t handshake_bits = net::tcp_syn | net::tcp_ack | net::tcp_rst | net::tcp_fin;
constexpr unsigned swept_at_once = 4;  // records looked at for every new one

// Either way round and on either side of a translation the same pair has the same hash.
std::uint64_t hash_of(NodeId place, const Ends& ends) {
    std::uint64_t a = std::uint64_t{ends.source} << 16 | ends.source_port;
    std::uint64_t b = std::uint64_t{ends.target} << 16 | ends.target_port;
    if (a > b) std::swap(a, b);
    return mix64(mix64(a, b), std::uint64_t{place} << 8 | ends.protocol);
}

bool form_of(const Flow& flow, const Ends& ends, Form& form) {
    const Ends before = ends_before(flow);
    const Ends after = ends_after(flow);
    if (ends == before) form = Form::forward;
    else if (ends == after.reversed()) form = Form::reply;
    else if (ends == after) form = Form::forward_done;
    else if (ends == before.reversed()) form = Form::reply_done;
    else return false;
    return true;
}

// Of nf_conntrack's defaults.
Duration lifetime(const Flow& flow) {
    switch (flow.state) {
        case FlowState::none: POSTROAD_ASSERT(flow.state != FlowState::none); break;
        case FlowState::one_way: return 30 * second;
        case FlowState::two_way: return is_icmp(flow.protocol) ? 30 * second : 180 * second;
        case FlowState::syn_sent: return 120 * second;
        case FlowState::syn_received: return 60 * second;
        case FlowState::established:  // taken up in its midst and unanswered: not so long
            return flow.flags & flow_flag::seen_reply ? 5 * 24 * hour : 300 * second;
        case FlowState::fin_wait: return 120 * second;
        case FlowState::close_wait: return 60 * second;
        case FlowState::last_ack: return 30 * second;
        case FlowState::time_wait: return 120 * second;
        case FlowState::closed: return 10 * second;
    }
    return 0;
}

FlowState next_state(Flow& flow, std::uint8_t tcp_flags, bool reply) {
    using enum FlowState;
    const FlowState now = flow.state;
    if (tcp_flags & net::tcp_rst) return closed;
    if (now == closed || now == time_wait) return now;
    if (tcp_flags & net::tcp_syn)
        return reply && now == syn_sent && (tcp_flags & net::tcp_ack) ? syn_received : now;
    if (tcp_flags & net::tcp_fin) {
        if (now == syn_sent) return now;
        flow.flags |= reply ? flow_flag::fin_reply : flow_flag::fin_forward;
        const bool both =
            (flow.flags & flow_flag::fin_reply) && (flow.flags & flow_flag::fin_forward);
        return both ? last_ack : fin_wait;
    }
    if (!(tcp_flags & net::tcp_ack)) return now;
    if (now == syn_received && !reply) return established;
    if (now == last_ack) return time_wait;
    if (now == fin_wait && reply == ((flow.flags & flow_flag::fin_forward) != 0))
        return close_wait;
    return now;
}

void forget_some(Run& run) {
    BorderTables& border = run.world.border;
    for (unsigned i = 0; i < swept_at_once && border.flows.size() != 0; ++i) {
        if (border.sweep >= border.flows.size()) border.sweep = 0;
        const std::uint32_t id = border.sweep++;
        const Flow& flow = border.flows[id];
        if (flow.state != FlowState::none && flow.expires_at <= run.now()) remove(run, id);
    }
}

}  // namespace

Ends ends_of(const Segment& segment) {
    Ends out{segment.source, segment.target, segment.source_port, segment.target_port,
             segment.protocol};
    if (is_icmp(segment.protocol))  // RFC 792, RFC 4443 §4.1: the identifier of an echo
        out.source_port = out.target_port = static_cast<std::uint16_t>(segment.sequence >> 16);
    return out;
}

Ends ends_before(const Flow& flow) {
    return {flow.source, flow.target, flow.source_port, flow.target_port, flow.protocol};
}

Ends ends_after(const Flow& flow) {
    return {flow.source_after, flow.target_after, flow.source_port_after, flow.target_port_after,
            flow.protocol};
}

Known find(Run& run, NodeId place, const Ends& ends) {
    const Table<Flow>& flows = run.world.border.flows;
    Known out;
    out.flow = run.world.border.by_ends.find(hash_of(place, ends), [&](std::uint32_t id) {
        return flows[id].place == place && form_of(flows[id], ends, out.form);
    });
    if (out.found() && flows[out.flow].expires_at <= run.now()) {
        remove(run, out.flow);
        out.flow = nothing;
    }
    return out;
}

bool can_begin(const Segment& segment) {
    switch (segment.protocol) {
        case net::protocol_tcp: {
            const unsigned bits = segment.tcp_flags & handshake_bits;
            return bits == net::tcp_syn || bits == net::tcp_ack;
        }
        case net::protocol_icmp: return segment.icmp_type == 8;
        case net::protocol_icmpv6: return segment.icmp_type == 128;
        default: return true;
    }
}

bool begins_again(const Flow& flow, const Segment& segment) {
    return flow.protocol == net::protocol_tcp &&
           (segment.tcp_flags & handshake_bits) == net::tcp_syn &&
           (flow.state == FlowState::time_wait || flow.state == FlowState::closed);
}

std::uint32_t begin(Run& run, NodeId place, const Segment& segment, const Ends& after) {
    forget_some(run);
    BorderTables& border = run.world.border;
    const Ends before = ends_of(segment);
    const std::uint32_t id = border.flows.add();
    Flow& flow = border.flows.edit(id);
    flow.place = place;
    flow.source = before.source;
    flow.target = before.target;
    flow.source_port = before.source_port;
    flow.target_port = before.target_port;
    flow.source_after = before.source;
    flow.target_after = before.target;
    flow.source_port_after = before.source_port;
    flow.target_port_after = before.target_port;
    flow.protocol = segment.protocol;
    flow.conversation = segment.conversation;
    if (segment.protocol != net::protocol_tcp) flow.state = FlowState::one_way;
    else if (segment.tcp_flags & net::tcp_syn) flow.state = FlowState::syn_sent;
    else flow.state = FlowState::established;
    flow.expires_at = run.now() + lifetime(flow);
    border.by_ends.insert(hash_of(place, before), id);
    set_after(run, id, after);
    return id;
}

void set_after(Run& run, std::uint32_t id, const Ends& after) {
    BorderTables& border = run.world.border;
    Flow& flow = border.flows.edit(id);
    const std::uint64_t home = hash_of(flow.place, ends_before(flow));
    const std::uint64_t old = hash_of(flow.place, ends_after(flow));
    const std::uint64_t fresh = hash_of(flow.place, after);
    flow.source_after = after.source;
    flow.target_after = after.target;
    flow.source_port_after = after.source_port;
    flow.target_port_after = after.target_port;
    if (old != home) border.by_ends.erase(old, id);
    if (fresh != home) border.by_ends.insert(fresh, id);
}

void remove(Run& run, std::uint32_t id) {
    detach_helper(run, id);
    BorderTables& border = run.world.border;
    const Flow& flow = border.flows[id];
    const std::uint64_t home = hash_of(flow.place, ends_before(flow));
    const std::uint64_t after = hash_of(flow.place, ends_after(flow));
    border.by_ends.erase(home, id);
    if (after != home) border.by_ends.erase(after, id);
    border.flows.remove(id);
}

void follow(Run& run, std::uint32_t id, const Segment& segment, bool reply) {
    Flow& flow = run.world.border.flows.edit(id);
    if (reply) flow.flags |= flow_flag::seen_reply;
    if (flow.protocol == net::protocol_tcp)
        flow.state = next_state(flow, segment.tcp_flags, reply);
    else if (reply)
        flow.state = FlowState::two_way;
    flow.expires_at = run.now() + lifetime(flow);
}

bool choose_port(Run& run, NodeId place, std::uint32_t self, Ends& after,
                 std::uint16_t port_first, std::uint16_t port_last) {
    const bool any = port_first == 0;
    std::uint32_t first = port_first;
    std::uint32_t last = std::max(port_first, port_last);
    const std::uint32_t wanted = after.source_port;
    if (any) {  // like stays with like, as in Linux: a server's port does not become a client's
        first = wanted < 512 ? 1 : wanted < 1024 ? 600 : 1024;
        last = wanted < 512 ? 511 : wanted < 1024 ? 1023 : 65535;
    }
    const std::uint32_t count = last - first + 1;
    const bool in_range = any || (wanted >= first && wanted <= last);
    const std::uint32_t start = in_range && wanted >= first ? wanted - first : 0;
    const auto take = [&](std::uint32_t port) {
        after.source_port = static_cast<std::uint16_t>(port);
        if (is_icmp(after.protocol)) after.target_port = after.source_port;
        const Known known = find(run, place, after);
        return !known.found() || known.flow == self;
    };
    if (in_range && take(wanted)) return true;
    for (std::uint32_t i = 0; i < count; ++i)
        if (take(first + (start + i) % count)) return true;
    return false;
}

}  // namespace postroad::sim::border

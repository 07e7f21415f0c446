// Resets and ICMP errors of a firewall's own.
#include "sim/net/border_answer.hpp"

#include "sim/net/border_errors.hpp"
#include "sim/net/network.hpp"

namespace postroad::sim::border {
namespace {

// RFC 9293 §3.10.7.1, as if the packet's target refused it.
std::uint32_t reset_for(Run& run, const Segment& about) {
    const std::uint32_t id = run.world.tcp.segments.add();
    Segment& answer = run.world.tcp.segments.edit(id);
    answer.source = about.target;
    answer.target = about.source;
    answer.source_port = about.target_port;
    answer.target_port = about.source_port;
    answer.protocol = net::protocol_tcp;
    answer.conversation = about.conversation;
    answer.peer = about.sender;
    if (about.tcp_flags & net::tcp_ack) {
        answer.sequence = about.acknowledgment;
        answer.tcp_flags = net::tcp_rst;
    } else {
        const std::uint32_t controls = ((about.tcp_flags & net::tcp_syn) != 0 ? 1U : 0U) +
                                       ((about.tcp_flags & net::tcp_fin) != 0 ? 1U : 0U);
        answer.acknowledgment = about.sequence + about.size + controls;
        answer.tcp_flags = net::tcp_rst | net::tcp_ack;
    }
    return id;
}

}  // namespace

bool send_back(Run& run, NodeId from, const Segment& about, const net::Reject& how) {
    if (is_error(about)) return false;  // RFC 1122 §3.2.2
    if (!how.tcp_reset) {
        net_layer::send_unreachable(run, from, about, how.icmp_type, how.icmp_code);
        return true;
    }
    if (about.protocol != net::protocol_tcp || (about.tcp_flags & net::tcp_rst)) return false;
    const std::uint32_t reset = reset_for(run, about);
    const auto hosts = static_cast<NodeId>(run.setup().hosts.size());
    if (from < hosts) net_layer::send(run, from, reset, Why::reset);
    else net_layer::send_from_border(run, from - hosts, reset);
    return true;
}

}  // namespace postroad::sim::border

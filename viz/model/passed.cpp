// Follows connections through a firewall as its own memory does: what an end says after the other
// has answered is `established`, and the rules are asked about that.
#include "viz/model/passed.hpp"

#include <algorithm>

#include "sim/net/ruleset.hpp"

namespace postroad::viz {
namespace {

constexpr std::size_t rows_back_max = 200'000;  // that are looked at
constexpr std::size_t kept_max = 400'000;
constexpr std::size_t soon = 2'000;             // a packet is stopped so soon after it has left

std::uint32_t network_of(const sim::Setup& setup, std::uint32_t address) {
    return address < setup.address_network.size() ? setup.address_network[address] : sim::nothing;
}

}  // namespace

void DecidedPackets::go_to(const Recording& run, std::uint32_t firewall,
                           const sim::FirewallSetup& now, std::size_t happened) {
    const bool goes_on = firewall == firewall_ && happened >= happened_ &&
                         (rules_ == now.rules || (rules_ != nullptr && now.rules != nullptr &&
                                                  *rules_ == *now.rules));
    if (!goes_on) {
        firewall_ = firewall;
        rules_ = now.rules;
        flows_.clear();
        packets_.clear();
        happened_ = happened - std::min(happened, rows_back_max);
    }
    if (rules_ == nullptr || happened == happened_) return;
    const auto& first = run.setup().firewalls[firewall].rules;
    const bool edited = first == nullptr || *first != *rules_;
    for (Entries::Reader at(run.entries, happened_); !at.done() && at.at() < happened; at.next()) {
        switch (at.entry().kind()) {
            case Kind::verdict: verdict(at.row(), at.at()); break;
            case Kind::segment:
            case Kind::datagram: packet(run, at.row(), at.at()); break;
            case Kind::lost: lost(run, at.row()); break;
            case Kind::change:
                if (edited)
                    std::erase_if(packets_, [](const DecidedPacket& one) { return !one.by_verdict; });
                break;
            default: break;
        }
    }
    happened_ = happened;
    if (packets_.size() > kept_max)
        packets_.erase(packets_.begin(), packets_.end() - static_cast<std::ptrdiff_t>(kept_max / 2));
}

void DecidedPackets::forget(sim::Id packet, NodeId place) {
    std::size_t looked_at = 0;
    for (auto one = packets_.rbegin(); one != packets_.rend() && looked_at < soon; ++one, ++looked_at) {
        if (one->packet != packet || one->place != place || one->by_verdict) continue;
        packets_.erase(std::next(one).base());
        return;
    }
}

void DecidedPackets::verdict(const sim::RowView& row, std::size_t entry) {
    const auto& fact = row.as<sim::VerdictFact>();
    if (fact.firewall != firewall_) return;
    const NodeId place = row.head().node;
    const bool outwards = fact.direction != 0;
    forget(fact.packet, place);
    packets_.push_back({entry, fact.packet, place, fact.rule, true, outwards});
    const bool accepts = static_cast<net::Action>(fact.verdict) == net::Action::accept;
    const bool ports = fact.protocol == net::protocol_tcp || fact.protocol == net::protocol_udp;
    if (!accepts || !ports || fact.conversation == 0) return;
    Flow flow;
    flow.source = fact.source;
    flow.target = fact.target;
    flow.source_port = fact.source_port;
    flow.target_port = fact.target_port;
    flow.protocol = fact.protocol;
    flow.outwards = outwards;
    flow.opener = sim::node_of(fact.packet);
    flow.place = place;
    flow.rule = fact.rule;
    const auto [from, to] = flows_.equal_range(fact.conversation);
    for (auto one = from; one != to; ++one) {
        Flow& known = one->second;
        if (known.place != place || known.outwards != outwards || known.protocol != flow.protocol ||
            known.source_port != flow.source_port || known.target_port != flow.target_port)
            continue;
        known = flow;
        return;
    }
    flows_.emplace(fact.conversation, flow);
}

void DecidedPackets::packet(const Recording& run, const sim::RowView& row, std::size_t entry) {
    const auto& fact = row.as<sim::PacketFact>();
    if (fact.conversation == 0) return;
    const auto [from, to] = flows_.equal_range(fact.conversation);
    for (auto one = from; one != to; ++one) {
        Flow& flow = one->second;
        const bool answer = row.head().node != flow.opener;
        // Behind NAT the other end's address and port are not the same on both sides.
        if (fact.protocol != flow.protocol ||
            fact.source_port != (answer ? flow.target_port : flow.source_port))
            continue;
        if (answer) flow.answered = true;
        const std::int32_t rule = rule_for(run, flow, answer, fact.tcp_flags);
        if (rule >= -1)
            packets_.push_back({entry, fact.packet, flow.place, rule, false, flow.outwards != answer});
    }
}

std::int32_t DecidedPackets::rule_for(const Recording& run, const Flow& flow, bool answer,
                                      std::uint8_t tcp_flags) const {
    if (!flow.answered) return flow.rule;
    const sim::Setup& setup = run.setup();
    const bool out = flow.outwards != answer;
    const auto hosts = static_cast<NodeId>(setup.hosts.size());
    const std::uint32_t near_end = flow.outwards ? flow.source : flow.target;
    const std::uint32_t far_end = flow.outwards ? flow.target : flow.source;
    std::string_view in_name, out_name;
    if (flow.place < hosts) {
        const std::uint32_t own = network_of(setup, near_end);
        if (own == sim::nothing) return -2;
        (out ? out_name : in_name) = setup.networks[own].name;
    } else {
        const std::uint32_t here = flow.place - hosts;
        const std::uint32_t far = network_of(setup, far_end);
        if (far == sim::nothing || far == here) return -2;
        const sim::Hop hop = setup.routes->towards(here, far);
        if (hop.link == sim::nothing) return -2;
        in_name = setup.networks[out ? here : hop.next].name;
        out_name = setup.networks[out ? hop.next : here].name;
    }
    net::PacketHeader header;
    header.protocol = flow.protocol;
    header.tcp_flags = tcp_flags;
    header.src = run.index().address(answer ? flow.target : flow.source);
    header.dst = run.index().address(answer ? flow.source : flow.target);
    header.src_port = answer ? flow.target_port : flow.source_port;
    header.dst_port = answer ? flow.source_port : flow.target_port;
    return net::filter(*rules_, header, net::ConntrackState::established, in_name, out_name).rule;
}

// Lost before it has come to the firewall, a packet has met no rule.
void DecidedPackets::lost(const Recording& run, const sim::RowView& row) {
    const auto& fact = row.as<sim::LostFact>();
    const sim::Setup& setup = run.setup();
    const auto hosts = static_cast<NodeId>(setup.hosts.size());
    std::size_t looked_at = 0;
    for (std::size_t i = packets_.size(); i-- > 0 && looked_at < soon; ++looked_at) {
        const DecidedPacket& one = packets_[i];
        if (one.packet != fact.packet || one.by_verdict) continue;
        bool inside = false;  // on a link of a host in here
        if (fact.link < setup.access_links && one.place >= hosts)
            for (const NodeId end : setup.links[fact.link].end) inside = inside || end == one.place;
        const bool met = one.place < hosts ? one.outwards : inside != one.outwards;
        if (!met) packets_.erase(packets_.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

}  // namespace postroad::viz

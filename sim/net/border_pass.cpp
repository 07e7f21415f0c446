// The steps of a packet through a stateful firewall with NAT.
#include "sim/net/border_pass.hpp"

#include "sim/net/border_answer.hpp"
#include "sim/net/border_counts.hpp"
#include "sim/net/border_errors.hpp"
#include "sim/net/border_expected.hpp"
#include "sim/net/border_helper.hpp"
#include "sim/net/segment_header.hpp"
#include "sim/net/wire.hpp"

namespace postroad::sim::border {
namespace {

using net::Action;
using net::ConntrackState;

bool same_family(const Run& run, AddressId a, AddressId b) {
    return run.address(a).is_v4() == run.address(b).is_v4();
}

std::uint32_t network_of(const Run& run, AddressId address) {
    const auto& networks = run.setup().address_network;
    return address < networks.size() ? networks[address] : nothing;
}

// A packet on its way through one Checkpoint.
struct Packet {
    Run& run;
    const Checkpoint& here;
    const std::uint32_t id;
    const Segment segment;              // as it came
    const net::PacketHeader header;

    Packet(Run& the_run, const Checkpoint& checkpoint, std::uint32_t segment_id)
        : run(the_run),
          here(checkpoint),
          id(segment_id),
          segment(the_run.world.tcp.segments[segment_id]),
          header(header_of(the_run, segment)) {}

    net::PacketHeader header_with(const Ends& ends) const {
        net::PacketHeader out = header;
        out.src = run.address(ends.source);
        out.dst = run.address(ends.target);
        if (!out.has_ports()) return out;
        out.src_port = ends.source_port;
        out.dst_port = ends.target_port;
        return out;
    }

    void count(std::int32_t rule, std::uint64_t noted) const {
        border::count(run, here.firewall, rule, noted, net::packet_bytes(header));
    }

    void record(Action action, std::int32_t rule, const Ends& ends) const {
        record_verdict(run, here.node, here.firewall, rule, action, here.outwards, segment, ends);
    }

    // The rules' word on it as `ends` describe it. Counted.
    net::Verdict judge(const Ends& ends, ConntrackState state) const {
        if (here.rules == nullptr) return {};
        const net::Verdict verdict =
            net::filter(*here.rules, header_with(ends), state, here.in_name, here.out_name);
        count(verdict.rule, verdict.noted);
        return verdict;
    }

    Passage refuse(const net::Verdict& verdict, const Ends& ends, bool begins) const {
        record(verdict.action, verdict.rule, ends);
        if (verdict.action == Action::drop) return Passage::drop;
        // A host's answer passes its own firewall as part of the flow that does not come about.
        const bool attached = begins && here.at_host();
        std::uint32_t flow = nothing;
        std::uint32_t generation = 0;
        if (attached) {
            flow = begin(run, here.place, segment, ends_of(segment));
            Flow& record = run.world.border.flows.edit(flow);
            record.flags |= flow_flag::rejected;
            generation = record.generation;
        }
        const bool answered = send_back(run, here.node, segment, verdict.reject);
        if (attached && run.world.border.flows[flow].generation == generation) remove(run, flow);
        return answered ? Passage::reject : Passage::drop;
    }

    // From here on the packet has these ends.
    void rewrite(const Ends& ends) const {
        Segment& edited = run.world.tcp.segments.edit(id);
        edited.source = ends.source;
        edited.target = ends.target;
        if (is_icmp(segment.protocol)) {
            edited.sequence = std::uint32_t{ends.source_port} << 16 | (edited.sequence & 0xffffU);
        } else {
            edited.source_port = ends.source_port;
            edited.target_port = ends.target_port;
        }
        record_translation();
    }

    void record_translation() const {
        const Segment& now = run.world.tcp.segments[id];
        TranslationFact fact;
        fact.packet = now.packet;
        fact.source = now.source;
        fact.target = now.target;
        fact.source_port = now.source_port;
        fact.target_port = now.target_port;
        run.record(here.node, fact);
    }
};

// A host can only be reached at, and speak from, addresses of its own.
bool usable(const Packet& packet, AddressId address) {
    return !packet.here.at_host() || packet.run.host_of(address) == packet.here.node;
}

enum class Nat : std::uint8_t { unchanged, changed, impossible };

// Before the filter, for a flow's first packet. A host's own packets have their target already.
Nat translate_target(const Packet& packet, Ends& ends, std::int32_t& rule) {
    const Checkpoint& here = packet.here;
    if (here.rules == nullptr || (here.at_host() && here.outwards)) return Nat::unchanged;
    std::uint64_t noted = 0;
    const net::Translation to =
        net::translate_destination(*here.rules, packet.header, here.in_name, &noted);
    if (to.kind == Action::none) return Nat::unchanged;
    rule = to.rule;
    packet.count(to.rule, noted);
    // A border is no machine: nothing of its own answers where it redirects to.
    if (to.kind == Action::redirect && !here.at_host()) return Nat::impossible;
    if (to.kind == Action::dnat) ends.target = packet.run.address_id(to.to);
    if (to.port_first != 0 && packet.header.has_ports() &&
        (ends.target_port < to.port_first || ends.target_port > to.port_last))
        ends.target_port = to.port_first;
    return usable(packet, ends.target) ? Nat::changed : Nat::impossible;
}

// Whether source NAT is decided in this pass: behind it the packet leaves the border for good.
bool decides_source(const Packet& packet, const Ends& ends) {
    const Checkpoint& here = packet.here;
    if (here.at_host()) return here.outwards;
    return here.outwards || network_of(packet.run, ends.target) == here.network;
}

// Behind the filter, for a flow's first packet.
Nat translate_source(const Packet& packet, std::uint32_t flow, Ends& ends, std::int32_t& rule) {
    const Checkpoint& here = packet.here;
    Run& run = packet.run;
    const NetworkSetup* network =
        here.at_host() ? nullptr : &run.setup().networks[here.network];
    const AddressId own = network != nullptr ? network->public_address : nothing;
    net::Translation to;
    if (here.rules != nullptr) {
        std::uint64_t noted = 0;
        to = net::translate_source(*here.rules, packet.header_with(ends), here.in_name,
                                   here.out_name, &noted);
        if (to.kind != Action::none) packet.count(to.rule, noted);
        rule = to.rule;
    }
    if (to.kind == Action::snat) {
        ends.source = run.address_id(to.to);
    } else if (to.kind == Action::masquerade) {
        if (network != nullptr) {
            if (own == nothing || !same_family(run, own, ends.source)) return Nat::impossible;
            ends.source = own;
        }
    } else {  // `nat = true`: for the network's own hosts
        const bool hidden = network != nullptr && network->nat && here.outwards &&
                            own != nothing && same_family(run, own, ends.source) &&
                            network_of(run, ends.source) == here.network && ends.source != own;
        if (!hidden) return Nat::unchanged;
        ends.source = own;
    }
    if (!usable(packet, ends.source)) return Nat::impossible;
    return choose_port(run, here.place, flow, ends, to.port_first, to.port_last)
               ? Nat::changed
               : Nat::impossible;
}

// NAT that cannot be done: the packet goes no further (as in Linux when no port is left).
Passage stuck(const Packet& packet, std::int32_t rule, const Ends& ends) {
    packet.record(Action::drop, rule, ends);
    return Passage::drop;
}

Passage pass_error(const Packet& packet) {
    Run& run = packet.run;
    const Known known = find_quoted(run, packet.here.place, packet.segment);
    Ends ends = ends_of(packet.segment);
    ErrorEnds after;
    if (known.found()) {
        after = translated(run, known, packet.segment);
        ends.target = after.target;
    }
    const net::Verdict verdict =
        packet.judge(ends, known.found() ? ConntrackState::related : ConntrackState::invalid);
    if (verdict.action != Action::accept) return packet.refuse(verdict, ends, false);
    if (!known.found() || !after.changed) return Passage::pass;
    Segment& edited = run.world.tcp.segments.edit(packet.id);
    edited.source = after.source;
    edited.target = after.target;
    rewrite_quote(run, packet.id, after.quoted);
    packet.record_translation();
    return Passage::pass;
}

// Whether the network beyond this border has its way to the internet through it: its hosts know
// the addresses in here, as everybody on this side of the NAT does.
bool is_behind(const Setup& setup, const Checkpoint& here) {
    for (std::uint32_t i = 0; i < setup.networks.size(); ++i)
        if (setup.scenario.networks[i].kind == scenario::NetworkKind::internet &&
            i != here.other && setup.routes->towards(here.other, i).next == here.network)
            return true;
    return false;
}

// From outside nobody can address the hosts behind a NAT: their addresses mean nothing there.
bool is_lost_outside(const Packet& packet, const Ends& ends) {
    const Checkpoint& here = packet.here;
    if (here.at_host() || here.outwards) return false;
    const Setup& setup = packet.run.setup();
    return network_of(packet.run, ends.target) == here.network && hides(setup, ends.target) &&
           !is_behind(setup, here);
}

Passage lose(const Packet& packet, const Ends& ends) {
    record_verdict(packet.run, packet.here.node, nothing, rule_of_nat, Action::drop, false,
                   packet.segment, ends);
    return Passage::drop;
}

// A packet of no flow that can begin none: the rules see it as `invalid`, and NAT leaves it alone.
Passage pass_stranger(const Packet& packet) {
    const Ends ends = ends_of(packet.segment);
    if (is_lost_outside(packet, ends)) return lose(packet, ends);
    const net::Verdict verdict = packet.judge(ends, ConntrackState::invalid);
    return verdict.action == Action::accept ? Passage::pass : packet.refuse(verdict, ends, false);
}

Passage pass_first(const Packet& packet, const Expected& expected) {
    Run& run = packet.run;
    const Checkpoint& here = packet.here;
    const Ends came = ends_of(packet.segment);
    Ends ends = came;
    std::int32_t nat_rule = -1;
    Nat target = Nat::unchanged;
    if (!expected.found) {
        target = translate_target(packet, ends, nat_rule);
        if (target == Nat::unchanged && is_lost_outside(packet, ends)) return lose(packet, ends);
    } else if (expected.target_after != ends.target) {  // as the conversation that told of it
        ends.target = expected.target_after;
        target = Nat::changed;
    }
    if (target == Nat::impossible) {
        const bool here_itself =
            here.rules->rules[static_cast<std::size_t>(nat_rule)].action == Action::redirect;
        if (!here_itself || packet.segment.protocol != net::protocol_tcp)
            return stuck(packet, nat_rule, ends);
        return packet.refuse({Action::reject, nat_rule, {true, 0, 0}, {}, {}, 0}, ends, true);
    }
    const Ends seen = ends;
    const net::Verdict verdict =
        packet.judge(seen, expected.found ? ConntrackState::related : ConntrackState::fresh);
    if (verdict.action != Action::accept) return packet.refuse(verdict, seen, true);
    const bool source_decided = decides_source(packet, ends);
    Nat source = Nat::unchanged;
    if (source_decided) source = translate_source(packet, nothing, ends, nat_rule);
    // Replies to a translated target need ends of their own too.
    if (source == Nat::unchanged && target == Nat::changed &&
        !choose_port(run, here.place, nothing, ends, 0, 0))
        source = Nat::impossible;
    if (source == Nat::impossible) return stuck(packet, nat_rule, seen);
    const std::uint32_t flow = begin(run, here.place, packet.segment, ends);
    if (source_decided) run.world.border.flows.edit(flow).flags |= flow_flag::source_decided;
    if (expected.found) {
        run.world.border.flows.edit(flow).flags |= flow_flag::expected;
        run.decide(here.node, packet.segment.conversation, Reason::helper_admits,
                   run.address(came.source), came.target_port, run.address(came.target));
    } else if (verdict.helper != net::no_helper) {
        attach_helper(run, here, flow, verdict.helper, packet.segment);
        read_along(run, here.node, flow, packet.id, false);
    }
    if (here.rules != nullptr) packet.record(Action::accept, verdict.rule, seen);
    if (ends != came) packet.rewrite(ends);
    return Passage::pass;
}

Passage pass_known(const Packet& packet, const Known& known) {
    Run& run = packet.run;
    const auto flow = [&]() -> const Flow& { return run.world.border.flows[known.flow]; };
    const bool reply = known.is_reply();
    const bool rejected = (flow().flags & flow_flag::rejected) != 0;
    if (!rejected) follow(run, known.flow, packet.segment, reply);

    // What the rules see: the target behind destination NAT, the source before source NAT.
    Ends seen = ends_before(flow());
    seen.target = flow().target_after;
    seen.target_port = flow().target_port_after;
    if (reply) seen = seen.reversed();
    const bool fresh = !reply && (flow().flags & flow_flag::seen_reply) == 0;
    const bool expected = (flow().flags & flow_flag::expected) != 0;
    const ConntrackState state = rejected || (fresh && expected) ? ConntrackState::related
                                 : fresh                         ? ConntrackState::fresh
                                                                 : ConntrackState::established;
    const net::Verdict verdict = packet.judge(seen, state);
    if (verdict.action != Action::accept) return packet.refuse(verdict, seen, false);

    if (!reply && !(flow().flags & flow_flag::source_decided) && decides_source(packet, seen)) {
        // The second half of a way through this border: here is where it leaves.
        Ends after = ends_after(flow());
        std::int32_t rule = -1;
        const Nat source = translate_source(packet, known.flow, after, rule);
        if (source == Nat::impossible) return stuck(packet, rule, seen);
        if (source == Nat::changed) set_after(run, known.flow, after);
        run.world.border.flows.edit(known.flow).flags |= flow_flag::source_decided;
        if (verdict.helper != net::no_helper && !expected)
            attach_helper(run, packet.here, known.flow, verdict.helper, packet.segment);
        if (packet.here.rules != nullptr) packet.record(Action::accept, verdict.rule, seen);
    }
    if (!rejected) read_along(run, packet.here.node, known.flow, packet.id, reply);
    const Ends out = reply ? ends_before(flow()).reversed() : ends_after(flow());
    if (out != ends_of(packet.segment)) packet.rewrite(out);
    return Passage::pass;
}

}  // namespace

Passage pass(Run& run, const Checkpoint& here, std::uint32_t segment_id) {
    const Packet packet(run, here, segment_id);
    if (is_error(packet.segment)) return pass_error(packet);
    Known known = find(run, here.place, ends_of(packet.segment));
    if (known.found() && begins_again(run.world.border.flows[known.flow], packet.segment)) {
        remove(run, known.flow);
        known = {};
    }
    if (known.found()) return pass_known(packet, known);
    return can_begin(packet.segment)
               ? pass_first(packet, find_expected(run, here.place, packet.segment))
               : pass_stranger(packet);
}

void record_verdict(Run& run, NodeId node, std::uint32_t firewall, std::int32_t rule,
                    net::Action action, bool outwards, const Segment& packet, const Ends& ends) {
    VerdictFact fact;
    fact.packet = packet.packet;
    fact.conversation = packet.conversation;
    fact.firewall = firewall;
    fact.rule = rule;
    fact.source = ends.source;
    fact.target = ends.target;
    if (!is_icmp(packet.protocol)) {
        fact.source_port = ends.source_port;
        fact.target_port = ends.target_port;
    }
    fact.protocol = packet.protocol;
    fact.verdict = static_cast<std::uint8_t>(action);
    fact.direction = outwards ? 1 : 0;
    run.record(node, fact);
}

}  // namespace postroad::sim::border

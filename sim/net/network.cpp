// Packets on their way: departure, links, borders, arrival.
#include "sim/net/network.hpp"

#include <algorithm>

#include "sim/net/attacker.hpp"
#include "sim/net/border.hpp"
#include "sim/net/datagrams.hpp"
#include "sim/net/segment_header.hpp"
#include "sim/net/tcp.hpp"
#include "sim/net/wire.hpp"
#include "sim/rpc/rpc.hpp"

namespace postroad::sim::net_layer {
namespace {

// Segment::stage: where on its way a packet is, at the node that EventKind::packet names.
enum Stage : std::uint8_t {
    leaving,    // at its source host, about to take the access link
    inside,     // at a network, from one of its hosts
    entering,   // at a network, from another one: the border comes first
    reaching,   // at its target host
};

constexpr Duration loopback_ns = 10 * microsecond;

struct Crossing {
    Duration delay = 0;
    bool lost = false;
    Duration copy_delay = never;  // a duplicate arrives after this
};

std::uint32_t wire_octets(const Run& run, const Segment& segment) {
    const std::uint32_t ip = run.address(segment.target).is_v4() ? 20 : 40;
    const std::uint32_t transport =
        segment.protocol == net::protocol_tcp ? (segment.mss != 0 ? 24U : 20U) : 8U;
    return ip + transport + segment.size;
}

void record_loss(Run& run, NodeId node, const Segment& segment, std::uint32_t link, Loss why) {
    run.record(node, LostFact{segment.packet, segment.conversation, link, why, 0});
}

// A packet enters a link at its end `side`; the owner of that direction is who calls.
Crossing cross(Run& run, std::uint32_t link_id, unsigned side, std::uint32_t segment_id) {
    const LinkSetup& link = run.setup().links[link_id];
    const Segment& segment = run.world.tcp.segments[segment_id];
    const NodeId owner = link.end[side];
    Crossing out;
    if (run.world.tcp.links[link_id].down != 0 || !link.up) {
        record_loss(run, owner, segment, link_id, Loss::link_down);
        out.lost = true;
        return out;
    }
    Duration wait = 0;
    if (link.bits_per_s != 0) {
        LinkState& state = run.world.tcp.links.edit(link_id);
        const std::uint32_t octets = wire_octets(run, segment);
        const Time start = std::max(run.now(), state.busy_until[side]);
        // What is in the queue is what the link needs time for.
        const auto queued = static_cast<std::uint64_t>(
            static_cast<__uint128_t>(start - run.now()) * link.bits_per_s / (8 * second));
        if (link.queue_octets != 0 && queued + octets > link.queue_octets && queued != 0) {
            record_loss(run, owner, segment, link_id, Loss::queue_full);
            out.lost = true;
            return out;
        }
        state.busy_until[side] = start + Duration{octets} * 8 * second / link.bits_per_s;
        wait = state.busy_until[side] - run.now();
    }
    if (run.chance(owner, Purpose::network, link.loss)) {
        record_loss(run, owner, segment, link_id, Loss::random);
        out.lost = true;
        return out;
    }
    out.delay = wait + link.latency_ns;
    if (link.jitter_ns != 0 || link.reorder != 0) {
        // Jitter keeps the order of packets; only `reorder` overtakes.
        Time arrival = run.now() + out.delay +
                       (link.jitter_ns != 0
                            ? run.draw_below(owner, Purpose::network, link.jitter_ns + 1)
                            : 0);
        LinkState& state = run.world.tcp.links.edit(link_id);
        if (run.chance(owner, Purpose::network, link.reorder)) {
            arrival += link.reorder_by_ns;
        } else {
            arrival = std::max(arrival, state.last_arrival[side] + 1);
            state.last_arrival[side] = arrival;
        }
        out.delay = arrival - run.now();
    }
    if (run.chance(owner, Purpose::network, link.duplicate))
        out.copy_delay = out.delay + 10 * microsecond;
    return out;
}

unsigned side_of(const LinkSetup& link, NodeId from) { return link.end[0] == from ? 0 : 1; }

std::uint32_t copy_of(Run& run, std::uint32_t segment_id) {
    const std::uint32_t id = run.world.tcp.segments.add();
    const std::uint32_t generation = run.world.tcp.segments[id].generation;
    Segment copy = run.world.tcp.segments[segment_id];
    copy.generation = generation;
    copy.data = run.world.heap.share(copy.data);
    run.world.tcp.segments.edit(id) = copy;
    return id;
}

void schedule(Run& run, std::uint32_t segment_id, NodeId origin, NodeId where, Stage stage,
              Duration delay) {
    run.world.tcp.segments.edit(segment_id).stage = stage;
    run.schedule(run.now() + delay, origin, where, EventKind::packet, 0, segment_id);
}

// Crosses a link: the packet is lost, or an event brings it to the link's other end.
void travel(Run& run, std::uint32_t segment_id, std::uint32_t link_id, NodeId from, Stage then) {
    const LinkSetup& link = run.setup().links[link_id];
    if (link.attacker != nothing && !attacker::meet(run, link, from, segment_id)) {
        record_loss(run, from, run.world.tcp.segments[segment_id], link_id, Loss::taken);
        discard(run, segment_id);
        return;
    }
    const unsigned side = side_of(link, from);
    const NodeId to = link.end[1 - side];
    const Crossing crossing = cross(run, link_id, side, segment_id);
    if (crossing.lost) {
        discard(run, segment_id);
        return;
    }
    if (crossing.copy_delay != never) {
        const std::uint32_t copy = copy_of(run, segment_id);
        schedule(run, copy, from, to, then, crossing.copy_delay);
    }
    schedule(run, segment_id, from, to, then, crossing.delay);
}

void no_way(Run& run, std::uint32_t segment_id, NodeId node, std::uint8_t code) {
    const Segment segment = run.world.tcp.segments[segment_id];
    record_loss(run, node, segment, 0, Loss::no_route);
    send_unreachable(run, node, segment,
                     run.address(segment.source).is_v4() ? 3 : 1, code);
    discard(run, segment_id);
}

void at_network(Run& run, std::uint32_t segment_id, std::uint32_t network, bool from_outside) {
    const Setup& setup = run.setup();
    const NodeId node = setup.network_node(network);
    if (from_outside && border::network_has_border(run, network)) {
        const std::uint32_t other = run.world.tcp.segments[segment_id].network;
        if (border::at_network(run, network, other, segment_id, false) != border::Passage::pass) {
            discard(run, segment_id);
            return;
        }
    }
    run.world.tcp.segments.edit(segment_id).network = network;
    const Segment& segment = run.world.tcp.segments[segment_id];
    const AddressId target = segment.target;
    const std::uint32_t its_network =
        target < setup.address_network.size() ? setup.address_network[target] : nothing;
    if (its_network == nothing) {
        no_way(run, segment_id, node, 0);  // network unreachable
        return;
    }
    if (its_network == network) {
        const std::uint32_t link = setup.address_link[target];
        if (link == nothing) {
            no_way(run, segment_id, node, 1);  // host unreachable: a border's own address
            return;
        }
        travel(run, segment_id, link, node, reaching);
        return;
    }
    const Hop hop = setup.routes->towards(network, its_network);
    if (hop.link == nothing) {
        no_way(run, segment_id, node, 0);
        return;
    }
    if (border::network_has_border(run, network)) {
        if (border::at_network(run, network, hop.next, segment_id, true) !=
            border::Passage::pass) {
            discard(run, segment_id);
            return;
        }
    }
    Segment& moving = run.world.tcp.segments.edit(segment_id);
    if (--moving.ttl == 0) {  // RFC 1122 §3.2.1.7
        record_loss(run, node, moving, hop.link, Loss::ttl);
        discard(run, segment_id);
        return;
    }
    travel(run, segment_id, hop.link, node, entering);
}

// The packet that an ICMP error quotes, as far as eight octets behind its IP header tell.
bool read_quote(Run& run, std::string_view quote, Segment& out) {
    const auto octet = [&](std::size_t at) { return static_cast<std::uint8_t>(quote[at]); };
    if (quote.size() < 28) return false;
    const bool v4 = octet(0) >> 4 == 4;
    if (!v4 && quote.size() < 48) return false;
    net::Address source;
    net::Address target;
    if (v4) {
        source = net::make_v4(octet(12), octet(13), octet(14), octet(15));
        target = net::make_v4(octet(16), octet(17), octet(18), octet(19));
    } else {
        std::memcpy(source.bytes.data(), quote.data() + 8, 16);
        std::memcpy(target.bytes.data(), quote.data() + 24, 16);
    }
    const std::size_t transport = v4 ? 20 : 40;
    out.protocol = octet(v4 ? 9 : 6);
    out.source = run.address_id(source);
    out.target = run.address_id(target);
    out.source_port = static_cast<std::uint16_t>(octet(transport) << 8 | octet(transport + 1));
    out.target_port = static_cast<std::uint16_t>(octet(transport + 2) << 8 | octet(transport + 3));
    return true;
}

void deliver_icmp(Run& run, NodeId host, std::uint32_t segment_id) {
    const Segment segment = run.world.tcp.segments[segment_id];
    const bool v4 = segment.protocol == net::protocol_icmp;
    if (segment.icmp_type != (v4 ? 3 : 1)) return;
    Segment quoted;
    const std::string_view payload =
        run.world.heap.view(segment.data).substr(segment.offset, segment.size);
    if (!read_quote(run, payload, quoted)) return;
    const bool port = segment.icmp_code == (v4 ? 3 : 4);
    if (quoted.protocol == net::protocol_tcp)
        tcp::unreachable(run, host, quoted, port ? Ending::refused : Ending::unreachable);
    else if (quoted.protocol == net::protocol_udp)
        datagrams::unreachable(run, host, quoted);
}

void deliver_datagram(Run& run, NodeId host, std::uint32_t segment_id) {
    if (datagrams::arrived(run, host, segment_id)) return;
    const Segment copy = run.world.tcp.segments[segment_id];  // nobody listens: port unreachable
    const bool v4 = run.address(copy.source).is_v4();
    send_unreachable(run, host, copy, v4 ? 3 : 1, v4 ? 3 : 4);
}

// What an ICMP error quotes of a packet (RFC 792, RFC 4443 §2.4).
std::string quote_of(const Run& run, const Segment& segment) {
    const net::PacketHeader header = header_of(run, segment);
    std::string bytes(net::packet_bytes(header), '\0');
    const std::string_view payload =
        segment.size == 0
            ? std::string_view{}
            : run.world.heap.view(segment.data).substr(segment.offset, segment.size);
    const std::span<std::uint8_t> out{reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    const std::size_t wrote = net::write_packet(
        header, {&payload, 1}, static_cast<std::uint16_t>(segment.packet), out);
    bytes.resize(net::quoted_bytes({out.data(), wrote}, header.is_v4()));
    return bytes;
}

void reach(Run& run, NodeId host, std::uint32_t segment_id) {
    {
        const Segment& segment = run.world.tcp.segments[segment_id];
        if (run.is_down(host)) {
            record_loss(run, host, segment, 0, Loss::host_down);
            discard(run, segment_id);
            return;
        }
        run.record(host, ArrivalFact{segment.packet});
    }
    if (run.setup().host_firewalls && border::host_has_firewall(run, host) &&
        border::at_host(run, host, segment_id, false) != border::Passage::pass) {
        discard(run, segment_id);
        return;
    }
    switch (run.world.tcp.segments[segment_id].protocol) {
        case net::protocol_tcp: tcp::arrived(run, host, segment_id); break;
        case net::protocol_udp: deliver_datagram(run, host, segment_id); break;
        default: deliver_icmp(run, host, segment_id); break;
    }
    discard(run, segment_id);
}

// The whole way at once, where nothing on it can be observed but its latency.
bool take_plain_way(Run& run, NodeId host, std::uint32_t segment_id) {
    const Setup& setup = run.setup();
    const Segment& segment = run.world.tcp.segments[segment_id];
    if (segment.target >= setup.ways.size()) return false;
    const AddressWay& to = setup.ways[segment.target];
    if (to.host == nothing) return false;
    if (to.host == host) {
        schedule(run, segment_id, host, host, reaching, loopback_ns);
        return true;
    }
    const AddressWay& from = setup.ways[segment.source];
    if (to.latency_ns == AddressWay::slow || from.link == nothing) return false;
    const Duration middle = setup.routes->plain_latency(from.network, to.network);
    if (middle == never) return false;
    Duration delay = from.latency_ns + middle + to.latency_ns;
    if (from.latency_ns == AddressWay::slow) {  // a limit at the sender's own end is computed
        const LinkSetup& up = setup.links[from.link];
        if (!up.plain()) return false;
        const unsigned side = side_of(up, host);
        LinkState& state = run.world.tcp.links.edit(from.link);
        state.busy_until[side] = std::max(run.now(), state.busy_until[side]);
        if (up.bits_per_s != 0)
            state.busy_until[side] +=
                Duration{wire_octets(run, segment)} * 8 * second / up.bits_per_s;
        delay = up.latency_ns + middle + to.latency_ns + (state.busy_until[side] - run.now());
    }
    schedule(run, segment_id, host, to.host, reaching, delay);
    return true;
}

void record_departure(Run& run, NodeId host, const Segment& segment, Why why) {
    if (!run.trace.wants(Depth::bytes)) return;
    PacketFact fact;
    fact.packet = segment.packet;
    fact.conversation = segment.conversation;
    fact.source = segment.source;
    fact.target = segment.target;
    fact.sequence = segment.sequence;
    fact.acknowledgment = segment.acknowledgment;
    fact.source_port = segment.source_port;
    fact.target_port = segment.target_port;
    fact.window = segment.window;
    fact.mss = segment.mss;
    fact.payload_octets = segment.size;
    fact.protocol = segment.protocol;
    fact.tcp_flags = segment.tcp_flags;
    fact.ttl = segment.ttl;
    fact.icmp_type = segment.icmp_type;
    fact.icmp_code = segment.icmp_code;
    fact.why = static_cast<std::uint8_t>(why);
    run.record(host, fact,
               segment.size == 0 ? std::string_view{}
                                 : run.world.heap.view(segment.data)
                                       .substr(segment.offset, segment.size));
}

}  // namespace

void send(Run& run, NodeId host, std::uint32_t segment_id, Why why) {
    {
        Segment& segment = run.world.tcp.segments.edit(segment_id);
        segment.packet = run.new_id(host);
    }
    if (run.is_down(host)) {
        discard(run, segment_id);
        return;
    }
    if (run.setup().host_firewalls && border::host_has_firewall(run, host) &&
        border::at_host(run, host, segment_id, true) != border::Passage::pass) {
        discard(run, segment_id);
        return;
    }
    const Segment& segment = run.world.tcp.segments[segment_id];
    record_departure(run, host, segment, why);
    if (take_plain_way(run, host, segment_id)) return;
    const std::uint32_t link = segment.source < run.setup().address_link.size()
                                   ? run.setup().address_link[segment.source]
                                   : nothing;
    if (link == nothing) {
        no_way(run, segment_id, host, 0);
        return;
    }
    travel(run, segment_id, link, host, inside);
}

void send_from_border(Run& run, std::uint32_t network, std::uint32_t segment_id) {
    const NodeId node = run.setup().network_node(network);
    Segment& segment = run.world.tcp.segments.edit(segment_id);
    segment.packet = run.new_id(node);
    segment.network = network;
    const Segment copy = segment;
    record_departure(run, node, copy, Why::reset);
    schedule(run, segment_id, node, node, inside, 0);
}

void go_on(Run& run, std::uint32_t segment_id, NodeId where) {
    const auto hosts = static_cast<NodeId>(run.setup().hosts.size());
    switch (run.world.tcp.segments[segment_id].stage) {
        case inside: at_network(run, segment_id, where - hosts, false); break;
        case entering: at_network(run, segment_id, where - hosts, true); break;
        case reaching: reach(run, where, segment_id); break;
        default: POSTROAD_ASSERT(false && "a packet is somewhere on its way");
    }
}

Id new_conversation(Run& run, NodeId host, AddressId source, std::uint16_t source_port,
                    AddressId target, std::uint16_t target_port, std::uint8_t protocol) {
    ConversationFact fact;
    fact.conversation = run.new_id(host);
    fact.source = run.address(source);
    fact.target = run.address(target);
    fact.source_port = source_port;
    fact.target_port = target_port;
    fact.protocol = protocol;
    run.record(host, fact);
    return fact.conversation;
}

void send_datagram(Run& run, NodeId host, AddressId source, std::uint16_t source_port,
                   AddressId target, std::uint16_t target_port, std::string_view payload,
                   Id conversation) {
    const std::uint32_t id = run.world.tcp.segments.add();
    Segment& segment = run.world.tcp.segments.edit(id);
    segment.source = source;
    segment.target = target;
    segment.source_port = source_port;
    segment.target_port = target_port;
    segment.protocol = net::protocol_udp;
    segment.ttl = 64;
    segment.data = run.world.heap.make(payload);
    segment.size = static_cast<std::uint16_t>(payload.size());
    segment.conversation = conversation;
    send(run, host, id, Why::data);
}

void send_unreachable(Run& run, NodeId from, const Segment& about, std::uint8_t type,
                      std::uint8_t code) {
    // RFC 1122 §3.2.2: no error about an error.
    if (about.protocol == net::protocol_icmp || about.protocol == net::protocol_icmpv6) return;
    const Setup& setup = run.setup();
    const bool is_host = from < setup.hosts.size();
    AddressId source = nothing;
    if (is_host) {
        source = source_address(run, from, about.source);
    } else {
        source = setup.networks[from - setup.hosts.size()].public_address;
    }
    if (source == nothing || run.address(source).is_v4() != run.address(about.source).is_v4())
        source = about.target;  // a border without an address speaks for its host
    const bool v4 = run.address(about.source).is_v4();
    const std::string payload = quote_of(run, about);
    const std::uint32_t id = run.world.tcp.segments.add();
    Segment& segment = run.world.tcp.segments.edit(id);
    segment.source = source;
    segment.target = about.source;
    segment.protocol = v4 ? net::protocol_icmp : net::protocol_icmpv6;
    segment.icmp_type = type;
    segment.icmp_code = code;
    segment.ttl = 64;
    segment.data = run.world.heap.make(payload);
    segment.size = static_cast<std::uint16_t>(payload.size());
    segment.conversation = about.conversation;
    if (is_host) send(run, from, id, Why::unreachable);
    else send_from_border(run, static_cast<std::uint32_t>(from - setup.hosts.size()), id);
}

AddressId source_address(const Run& run, NodeId host, AddressId target) {
    const bool v4 = run.address(target).is_v4();
    const auto& attachments = run.host(host).attachments;
    const Setup& setup = run.setup();
    const std::uint32_t wanted =
        target < setup.address_network.size() ? setup.address_network[target] : nothing;
    // The attachment on the target's own network first, else the first that has the family.
    AddressId best = nothing;
    for (const AttachmentSetup& one : attachments) {
        const AddressId address = v4 ? one.v4 : one.v6;
        if (address == nothing) continue;
        if (one.network == wanted) return address;
        if (best == nothing) best = address;
    }
    return best;
}

std::uint16_t new_port(Run& run, NodeId host) {
    HostState& state = run.world.tcp.hosts.edit(host);
    std::uint16_t port = 0;
    do {
        port = state.next_port;
        state.next_port = port == 65535 ? std::uint16_t{49152} : static_cast<std::uint16_t>(port + 1);
    } while (rpc_layer::dynamic_service_at(run, host, port) != nullptr);
    return port;
}

void discard(Run& run, std::uint32_t segment_id) {
    Segment& segment = run.world.tcp.segments.edit(segment_id);
    run.world.heap.drop(segment.data);
    run.world.tcp.segments.remove(segment_id);
}

void topology_changed(Run& run) {
    auto next = std::make_shared<Setup>(*run.world.setup);
    std::vector<bool> up(next->links.size());
    for (std::size_t i = 0; i < up.size(); ++i)
        up[i] = run.world.tcp.links[i].down == 0 && next->links[i].up;
    build_routes(*next, up);
    ++next->version;
    run.world.setup = next;
}

}  // namespace postroad::sim::net_layer

// Each pass reads what the one before has asked for, so that the waits of all events overlap.
#include "sim/world/prefetch.hpp"

namespace postroad::sim {
namespace {

bool is_packet(const Event& event) {
    return event.kind == static_cast<std::uint16_t>(EventKind::packet);
}
bool is_timer(const Event& event) {
    return event.kind == static_cast<std::uint16_t>(EventKind::tcp_timer);
}

// The record at the end of the connection that an event concerns; null when it is not known.
const Tcb* tcb_of(const World& world, const Event& event) {
    const std::uint32_t id = is_packet(event)  ? world.tcp.segments[event.a].peer
                             : is_timer(event) ? event.a
                                               : nothing;
    return id < world.tcp.tcbs.size() ? &world.tcp.tcbs[id] : nullptr;
}

// A SYN: who is called looks for a service.
bool is_call(const World& world, const Event& event) {
    return is_packet(event) && world.tcp.segments[event.a].peer == nothing &&
           event.node < world.setup->hosts.size();
}

void fetch_what_is_named(const World& world, const Event& event) {
    if (is_packet(event)) prefetch_record(world.tcp.segments[event.a]);
    if (is_timer(event)) prefetch_record(world.tcp.tcbs[event.a]);
    if (event.node < world.nodes.size()) prefetch_line(&world.nodes[event.node]);
    if (event.node < world.tcp.hosts.size()) prefetch_line(&world.tcp.hosts[event.node]);
}

void fetch_connection(const World& world, const Event& event) {
    if (const Tcb* tcb = tcb_of(world, event)) prefetch_record(*tcb);
    if (!is_packet(event)) return;
    const Segment& segment = world.tcp.segments[event.a];
    world.heap.prefetch(segment.data);
    const auto& ways = world.setup->ways;
    if (segment.source < ways.size()) prefetch_line(&ways[segment.source]);
    if (segment.target < ways.size()) prefetch_line(&ways[segment.target]);
    world.setup->service_settings.prefetch(event.node);
    if (is_call(world, event)) prefetch_line(&world.setup->hosts[event.node].services);
}

template <class M>
const Seat<M>* seat_of(const World& world, const Tcb& tcb) {
    const Table<Seat<M>>& seats = world.sessions.of<M>();
    return tcb.seat < seats.size() ? &seats[tcb.seat] : nullptr;
}

void fetch_machine(const World& world, const Event& event) {
    const Setup& setup = *world.setup;
    if (is_call(world, event)) prefetch_line(setup.hosts[event.node].services.data());
    const Tcb* tcb = tcb_of(world, event);
    if (tcb == nullptr) return;
    if (tcb->first_item != nothing) prefetch_record(world.tcp.items[tcb->first_item]);
    if (tcb->role == Role::smtp_server) {
        if (const auto* seat = seat_of<smtp::Server>(world, *tcb)) prefetch_record(*seat);
        const std::uint32_t settings = setup.service_settings.of(tcb->node, tcb->service);
        if (settings < setup.smtp_servers.size())
            prefetch_record(setup.smtp_servers[settings]);
    } else if (tcb->role == Role::smtp_client) {
        if (const auto* seat = seat_of<smtp::Client>(world, *tcb)) prefetch_record(*seat);
    }
}

void fetch_unacknowledged(const World& world, const Event& event) {
    const Tcb* tcb = tcb_of(world, event);
    if (tcb != nullptr && tcb->first_item != nothing)
        world.heap.prefetch(world.tcp.items[tcb->first_item].data);
}

}  // namespace

void prefetch(const World& world, std::span<const Event> events) {
    for (const Event& one : events) fetch_what_is_named(world, one);
    for (const Event& one : events) fetch_connection(world, one);
    for (const Event& one : events) fetch_machine(world, one);
    for (const Event& one : events) fetch_unacknowledged(world, one);
}

}  // namespace postroad::sim

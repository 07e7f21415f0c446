// A small table: who may connect to which port, until when.
#include "sim/net/border_expected.hpp"

namespace postroad::sim::border {
namespace {

std::uint64_t hash_of(NodeId place, AddressId source, AddressId target, std::uint16_t port) {
    return mix64(std::uint64_t{source} << 32 | target, std::uint64_t{place} << 16 | port);
}
std::uint64_t hash_of(const Expectation& one) {
    return hash_of(one.place, one.source, one.target, one.target_port);
}

bool is_there(const Expectation& one) { return one.target_port != 0; }

std::uint32_t find(const World& world, NodeId place, AddressId source, AddressId target,
                   std::uint16_t port) {
    const Table<Expectation>& all = world.border.expected;
    return world.border.by_expected.find(
        hash_of(place, source, target, port), [&](std::uint32_t id) {
            const Expectation& one = all[id];
            return one.place == place && one.source == source && one.target == target &&
                   one.target_port == port;
        });
}

void forget(Run& run, std::uint32_t id) {
    BorderTables& border = run.world.border;
    border.by_expected.erase(hash_of(border.expected[id]), id);
    border.expected.remove(id);
}

// What has run out goes; if there is no room then, the one that would run out first.
void make_room(Run& run, NodeId node, NodeId place) {
    const Table<Expectation>& all = run.world.border.expected;
    std::uint32_t there = 0, first = nothing;
    for (std::uint32_t id = 0; id < all.size(); ++id) {
        if (!is_there(all[id])) continue;
        if (all[id].expires_at <= run.now()) {
            forget(run, id);
            continue;
        }
        if (all[id].place != place) continue;
        ++there;
        if (first == nothing || all[id].expires_at < all[first].expires_at) first = id;
    }
    if (there < expected_max) return;
    const Expectation oldest = all[first];
    run.decide(node, oldest.conversation, Reason::helper_forgets, there,
               run.address(oldest.source), oldest.target_port);
    forget(run, first);
}

}  // namespace

void expect(Run& run, NodeId node, const Expectation& wanted) {
    BorderTables& border = run.world.border;
    std::uint32_t id =
        find(run.world, wanted.place, wanted.source, wanted.target, wanted.target_port);
    const bool fresh = id == nothing;
    if (fresh) {
        make_room(run, node, wanted.place);
        id = border.expected.add();
    }
    Expectation& record = border.expected.edit(id);
    const std::uint32_t generation = record.generation;
    record = wanted;
    record.next = 0;
    record.generation = generation;
    record.expires_at = run.now() + expected_for_ns;
    if (fresh) border.by_expected.insert(hash_of(record), id);
}

Expected find_expected(Run& run, NodeId place, const Segment& segment) {
    constexpr std::uint8_t handshake = net::tcp_syn | net::tcp_ack | net::tcp_rst | net::tcp_fin;
    if (segment.protocol != net::protocol_tcp || (segment.tcp_flags & handshake) != net::tcp_syn)
        return {};
    const std::uint32_t id =
        find(run.world, place, segment.source, segment.target, segment.target_port);
    if (id == nothing) return {};
    const Expectation& one = run.world.border.expected[id];
    if (one.expires_at <= run.now()) {
        forget(run, id);
        return {};
    }
    return {true, one.target_after};
}

std::uint32_t count_expected(const World& world) {
    std::uint32_t out = 0;
    const Table<Expectation>& all = world.border.expected;
    for (std::uint32_t id = 0; id < all.size(); ++id)
        out += is_there(all[id]) && all[id].expires_at > world.now ? 1 : 0;
    return out;
}

}  // namespace postroad::sim::border

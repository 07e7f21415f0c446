// Lookups page by page, maps by tower. What is registered is the caller's; only positions of
// lookups that have not ended are kept.
#include "protocols/rpc/epm.hpp"

#include <algorithm>

#include "protocols/rpc/epm_stubs.hpp"

namespace postroad::rpc::epm {
namespace {

// C706 appendix O, ept_lookup: vers_option.
bool fits(const Syntax& ours, const InterfaceId& wanted, Versions versions) {
    if (ours.uuid != wanted.uuid) return false;
    const bool same_major = ours.major == wanted.major;
    switch (versions) {
    case Versions::any: return true;
    case Versions::compatible: return same_major && ours.minor >= wanted.minor;
    case Versions::exact: return same_major && ours.minor == wanted.minor;
    case Versions::major_only: return same_major;
    case Versions::up_to:
        return ours.major < wanted.major || (same_major && ours.minor <= wanted.minor);
    }
    return false;
}

// Takes the lookup that a handle stands for. Nothing: there is no such one, or it is another's.
std::optional<OpenLookup> take_lookup(Mapper& mapper, const Uuid& id, std::uint32_t group,
                                      Heap& heap) {
    List<OpenLookup> kept;
    std::optional<OpenLookup> found;
    for (std::uint32_t i = 0; i < mapper.lookups.size(); ++i) {
        const OpenLookup one = heap.get(mapper.lookups, i);
        if (one.id == id && one.group == group)
            found = one;
        else
            heap.push(kept, one);
    }
    heap.drop(mapper.lookups);
    mapper.lookups = kept;
    return found;
}

// Pages through what `matches`; both operations do it alike. Status::context_mismatch for a handle
// that is nobody's. A lookup ends with an answer that has room left: clients that take one entry at a
// time go on until none comes (rpcclient), and with no handle they would begin anew.
enum class Ends : std::uint8_t { with_the_last, when_none_is_left };
template <class Out, class Matches, class Add>
Outcome page(Mapper& mapper, const CallAsk& call, const MapperHost& host, Heap& heap,
             const ndr::ContextHandle& handle, std::uint32_t room, Ends ends, Out& out,
             Matches&& matches, Add&& add) {
    std::size_t position = 0;
    if (!handle.is_nil()) {
        const auto open = take_lookup(mapper, handle.uuid, call.group, heap);
        if (!open) return fault(Status::context_mismatch);
        position = open->position;
    }
    const std::size_t most = std::min<std::size_t>(room, entries_max);
    std::size_t added = 0;
    for (; position < host.endpoints.size() && added < most; ++position)
        if (matches(host.endpoints[position])) {
            add(host.endpoints[position]);
            ++added;
        }
    const bool more =
        ends == Ends::when_none_is_left
            ? added == most
            : std::any_of(host.endpoints.begin() +
                        static_cast<std::ptrdiff_t>(std::min(position, host.endpoints.size())),
                    host.endpoints.end(), matches);
    if (more && added > 0 && mapper.lookups.size() < lookups_max) {
        heap.push(mapper.lookups, {host.fresh, call.group, static_cast<std::uint32_t>(position)});
        out.handle = {0, host.fresh};
    }
    out.room = room;
    out.status = added == 0 ? not_registered : 0;
    return success(out);
}

Outcome run_lookup(Mapper& mapper, const CallAsk& call, const MapperHost& host, Heap& heap) {
    LookupIn in;
    if (!ndr::read(call.stub, in, call.big_endian)) return fault(Status::bad_stub_data);
    const bool by_interface = in.inquiry == Inquiry::by_interface || in.inquiry == Inquiry::by_both;
    const bool by_object = in.inquiry == Inquiry::by_object || in.inquiry == Inquiry::by_both;
    LookupOut out;
    if (in.inquiry > Inquiry::by_both || (by_interface && !in.wanted) ||
        (by_object && !in.object)) {
        out.room = in.entries_max;
        out.status = cannot_perform;
        return success(out);
    }
    const auto matches = [&](const Endpoint& one) {
        return (!by_interface || fits(one.tower.interface, *in.wanted, in.versions)) &&
               (!by_object || one.object == *in.object);
    };
    return page(mapper, call, host, heap, in.handle, in.entries_max,
                Ends::when_none_is_left, out, matches,
                [&](const Endpoint& one) {
                    out.entries.push_back({one.object, TowerOctets{write_tower(one.tower)},
                                           one.annotation.substr(0, annotation_octets_max - 1)});
                });
}

// C706 appendix O, ept_map: compatible interfaces, the same transfer syntax and protocols; an entry
// without an object is good for every object.
Outcome run_map(Mapper& mapper, const CallAsk& call, const MapperHost& host, Heap& heap) {
    MapIn in;
    if (!ndr::read(call.stub, in, call.big_endian)) return fault(Status::bad_stub_data);
    MapOut out;
    const auto wanted = in.tower ? read_tower(in.tower->octets) : std::nullopt;
    if (!wanted) {
        out.room = in.towers_max;
        out.status = not_registered;  // what nobody here can speak is not registered
        return success(out);
    }
    const InterfaceId id{wanted->interface.uuid, wanted->interface.major, wanted->interface.minor};
    const auto matches = [&](const Endpoint& one) {
        return fits(one.tower.interface, id, Versions::compatible) &&
               one.tower.transfer == wanted->transfer && one.tower.sequence == wanted->sequence &&
               (one.object.is_nil() || one.object == in.object.value_or(Uuid{}));
    };
    return page(
        mapper, call, host, heap, in.handle, in.towers_max, Ends::with_the_last, out, matches,
        [&](const Endpoint& one) { out.towers.push_back(TowerOctets{write_tower(one.tower)}); });
}

Outcome run_free(Mapper& mapper, const CallAsk& call, Heap& heap) {
    FreeIn in;
    if (!ndr::read(call.stub, in, call.big_endian)) return fault(Status::bad_stub_data);
    if (!in.handle.is_nil() && !take_lookup(mapper, in.handle.uuid, call.group, heap))
        return fault(Status::context_mismatch);
    return success(FreeOut{});
}

}  // namespace

Outcome answer(Mapper& mapper, const CallAsk& call, const MapperHost& host, Heap& heap) {
    switch (call.operation) {
    case lookup: return run_lookup(mapper, call, host, heap);
    case map: return run_map(mapper, call, host, heap);
    case lookup_handle_free: return run_free(mapper, call, heap);
    case insert:  // by the local system alone, never from outside (MS-RPCE §3.1.2.5.1)
    case remove: return fault(Status::access_denied);
    default: return fault(Status::no_such_operation);
    }
}

void run_down(Mapper& mapper, std::uint32_t group, Heap& heap) {
    List<OpenLookup> kept;
    for (std::uint32_t i = 0; i < mapper.lookups.size(); ++i)
        if (const OpenLookup one = heap.get(mapper.lookups, i); one.group != group)
            heap.push(kept, one);
    heap.drop(mapper.lookups);
    mapper.lookups = kept;
}

void release(Mapper& mapper, Heap& heap) {
    heap.drop(mapper.lookups);
    mapper = {};
}

std::string question(const Syntax& wanted, Sequence sequence, std::uint32_t towers_max) {
    Tower tower;
    tower.interface = wanted;
    tower.sequence = sequence;
    MapIn in;
    in.object.emplace();
    in.tower = TowerOctets{write_tower(tower)};
    in.towers_max = towers_max;
    return ndr::write(in);
}

std::optional<Syntax> read_question(std::string_view stub, bool big_endian) {
    MapIn in;
    if (!ndr::read(stub, in, big_endian) || !in.tower) return std::nullopt;
    const auto tower = read_tower(in.tower->octets);
    return tower ? std::optional(tower->interface) : std::nullopt;
}

std::optional<Mapped> read_mapped(std::string_view stub, bool big_endian) {
    MapOut out;
    if (!ndr::read(stub, out, big_endian)) return std::nullopt;
    Mapped mapped;
    mapped.status = out.status;
    for (const auto& one : out.towers)
        if (const auto tower = one ? read_tower(one->octets) : std::nullopt)
            mapped.towers.push_back(*tower);
    return mapped;
}

}  // namespace postroad::rpc::epm

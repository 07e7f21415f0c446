// The parts of the endpoint mapper's stubs in their order (C706 appendix O), for both directions.
#pragma once

#include "protocols/rpc/epm.hpp"

namespace postroad::rpc::epm {

inline constexpr std::size_t tower_octets_max = 2048, annotation_octets_max = 64;

template <class A> void describe(A& a, InterfaceId& value) {
    a.structure(4, [&] {
        a.value(value.uuid);
        a.value(value.major);
        a.value(value.minor);
    });
}
template <class A>
void describe(A& a, TowerOctets& value) {  // conformant: its array's size comes before it
    auto size = static_cast<std::uint32_t>(value.octets.size());
    auto length = size;
    a.value(size);
    a.value(length);
    if (a.require(size == length && size <= tower_octets_max)) a.octets(value.octets, size);
}
template <class A> void describe(A& a, Entry& value) {
    a.structure(4, [&] {
        a.value(value.object);
        a.full(value.tower);
        a.varying_string(value.annotation, annotation_octets_max);
    });
}
template <class A> void describe(A& a, LookupIn& value) {
    a.value(value.inquiry);
    a.full(value.object);
    a.full(value.wanted);
    a.value(value.versions);
    a.value(value.handle);
    a.value(value.entries_max);
}
template <class A> void describe(A& a, LookupOut& value) {
    a.value(value.handle);
    auto count = static_cast<std::uint32_t>(value.entries.size());
    a.value(count);
    a.conformant_varying(value.entries, value.room, entries_max);
    (void)a.require(count == value.entries.size());
    a.value(value.status);
}
template <class A> void describe(A& a, MapIn& value) {
    a.full(value.object);
    a.full(value.tower);
    a.value(value.handle);
    a.value(value.towers_max);
}
template <class A> void describe(A& a, std::optional<TowerOctets>& value) {  // twr_p_t
    a.full(value);
}
template <class A> void describe(A& a, MapOut& value) {
    a.value(value.handle);
    auto count = static_cast<std::uint32_t>(value.towers.size());
    a.value(count);
    a.conformant_varying(value.towers, value.room, entries_max);
    (void)a.require(count == value.towers.size());
    a.value(value.status);
}
template <class A> void describe(A& a, FreeIn& value) { a.value(value.handle); }
template <class A> void describe(A& a, FreeOut& value) {
    a.value(value.handle);
    a.value(value.status);
}

}  // namespace postroad::rpc::epm

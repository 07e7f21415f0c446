// The parts of the management interface's stubs in their order (C706 appendix Q).
#pragma once

#include "protocols/rpc/epm_stubs.hpp"
#include "protocols/rpc/mgmt.hpp"

namespace postroad::rpc::mgmt {

inline constexpr std::size_t ids_max = 1024, statistics_max = 50, name_octets_max = 4096;

template <class A> void describe(A&, Nothing&) {}
template <class A> void describe(A& a, InterfaceIds& value) {
    a.unique(value.ids, [](auto& in, auto& list) {  // rpc_if_id_vector_t
        in.structure(4, [&] {
            auto size = static_cast<std::uint32_t>(list.size());
            auto count = size;
            in.value(size);
            in.value(count);
            if (!in.require(size == count && size <= ids_max)) return;
            list.resize(size);
            for (auto& one : list) in.unique(one);  // rpc_if_id_p_t
        });
    });
    a.value(value.status);
}
template <class A> void describe(A& a, StatisticsIn& value) { a.value(value.count); }
template <class A> void describe(A& a, Statistics& value) {
    auto count = static_cast<std::uint32_t>(value.values.size());
    a.value(count);
    a.conformant(value.values, statistics_max);
    (void)a.require(count == value.values.size());
    a.value(value.status);
}
template <class A> void describe(A& a, Listening& value) {
    a.value(value.status);
    a.value(value.listens);
}
template <class A> void describe(A& a, Stopped& value) { a.value(value.status); }
template <class A> void describe(A& a, PrincipalNameIn& value) {
    a.value(value.auth_type);
    a.value(value.octets_max);
}
template <class A> void describe(A& a, PrincipalName& value) {
    std::string terminated = value.name + '\0';
    a.conformant_varying(terminated, value.room, name_octets_max);
    if (a.require(!terminated.empty() && terminated.back() == '\0')) {
        terminated.pop_back();
        value.name = terminated;
    }
    a.value(value.status);
}

}  // namespace postroad::rpc::mgmt

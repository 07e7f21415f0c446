// The parameters of the store's operations in the order of their declarations (MS-OXCRPC §3.1.4).
#pragma once

#include "protocols/mapi/emsmdb.hpp"

namespace postroad::mapi {

inline constexpr std::size_t dn_octets_max = 1024, push_context_octets_max = 16;

// A conformant array whose size comes behind it as a parameter of its own.
template <class Count, class A> void sized_octets(A& a, std::string& octets, std::size_t max) {
    a.conformant(octets, max);
    auto count = static_cast<Count>(octets.size());
    a.value(count);
    (void)a.require(count == octets.size());
}
// As much as is there, of as much as is there.
template <class A> void out_octets(A& a, std::string& octets, std::size_t max) {
    auto room = static_cast<std::uint32_t>(octets.size());
    a.conformant_varying(octets, room, max);
    auto count = static_cast<std::uint32_t>(octets.size());
    a.value(count);
    (void)a.require(count == octets.size());
}
template <class A> void version_words(A& a, std::uint16_t (&words)[3]) {
    for (std::uint16_t& word : words) a.value(word);
}

template <class A> void describe(A& a, ConnectIn& value) {
    a.string(value.user_dn, dn_octets_max);
    a.value(value.flags);
    a.value(value.con_mod);
    a.value(value.limit);
    a.value(value.code_page);
    a.value(value.lcid_string);
    a.value(value.lcid_sort);
    a.value(value.link);
    a.value(value.converts_code_pages);
    version_words(a, value.client_version);
    a.value(value.time_stamp);
    sized_octets<std::uint32_t>(a, value.auxiliary, auxiliary_octets_max);
    a.value(value.auxiliary_room);
}
template <class A> void describe(A& a, ConnectOut& value) {
    const auto text = [](auto& in, std::string& one) { in.string(one, dn_octets_max); };
    a.value(value.session);
    a.value(value.polls_max_ms);
    a.value(value.retries);
    a.value(value.retry_delay_ms);
    a.value(value.session_index);
    a.unique(value.dn_prefix, text);
    a.unique(value.display_name, text);
    version_words(a, value.server_version);
    version_words(a, value.best_version);
    a.value(value.time_stamp);
    out_octets(a, value.auxiliary, auxiliary_octets_max);
    a.value(value.result);
}
template <class A> void describe(A& a, SessionIn& value) { a.value(value.session); }
template <class A> void describe(A& a, SessionOut& value) {
    a.value(value.session);
    a.value(value.result);
}
template <class A> void describe(A& a, ExecuteIn& value) {
    a.value(value.session);
    a.value(value.flags);
    sized_octets<std::uint32_t>(a, value.payload, payload_octets_max);
    a.value(value.payload_room);
    sized_octets<std::uint32_t>(a, value.auxiliary, auxiliary_octets_max);
    a.value(value.auxiliary_room);
}
template <class A> void describe(A& a, ExecuteOut& value) {
    a.value(value.session);
    a.value(value.flags);
    out_octets(a, value.payload, payload_octets_max);
    out_octets(a, value.auxiliary, auxiliary_octets_max);
    a.value(value.milliseconds);
    a.value(value.result);
}
template <class A> void describe(A& a, RegisterPushIn& value) {
    a.value(value.session);
    a.value(value.handle);
    sized_octets<std::uint16_t>(a, value.context, push_context_octets_max);
    a.value(value.advise_bits);
    sized_octets<std::uint16_t>(a, value.callback, 128);
}
template <class A> void describe(A& a, RegisterPushOut& value) {
    a.value(value.session);
    a.value(value.notification);
    a.value(value.result);
}
template <class A> void describe(A& a, WaitIn& value) {
    a.value(value.session);
    a.value(value.flags);
}
template <class A> void describe(A& a, WaitOut& value) {
    a.value(value.flags);
    a.value(value.result);
}

}  // namespace postroad::mapi

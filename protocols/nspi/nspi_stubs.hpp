// The parameters of the address book's operations in the order of their declarations (MS-OXNSPI
// §3.1.4.1, MS-OXABREF §3.1.4).
#pragma once

#include "protocols/nspi/nspi_values.hpp"

namespace postroad::nspi {

template <class A> void tags_at(A& a, std::optional<Tags>& tags) {
    a.unique(tags, [](auto& in, Tags& one) { tag_array(in, one); });
}
template <class A> void rows_at(A& a, std::optional<Rows>& rows) {
    a.unique(rows, [](auto& in, Rows& one) { row_set(in, one); });
}

template <class A> void describe(A& a, BindIn& value) {
    a.value(value.flags);
    a.value(value.stat);
    a.unique(value.server);
}
template <class A> void describe(A& a, BindOut& value) {
    a.unique(value.server);
    a.value(value.handle);
    a.value(value.code);
}
template <class A> void describe(A& a, UnbindIn& value) {
    a.value(value.handle);
    a.value(value.reserved);
}
template <class A> void describe(A& a, UnbindOut& value) {
    a.value(value.handle);
    a.value(value.code);
}
template <class A> void describe(A& a, UpdateStatIn& value) {
    a.value(value.handle);
    a.value(value.reserved);
    a.value(value.stat);
    a.unique(value.delta);
}
template <class A> void describe(A& a, UpdateStatOut& value) {
    a.value(value.stat);
    a.unique(value.delta);
    a.value(value.code);
}
template <class A> void describe(A& a, QueryRowsIn& value) {
    a.value(value.handle);
    a.value(value.flags);
    a.value(value.stat);
    auto count = static_cast<std::uint32_t>(value.table ? value.table->size() : 0);
    a.value(count);
    a.unique(value.table, [](auto& in, auto& list) { in.conformant(list, tags_max); });
    (void)a.require(!value.table || count == value.table->size());
    a.value(value.count);
    tags_at(a, value.columns);
}
template <class A> void describe(A& a, RowsOut& value) {
    a.value(value.stat);
    rows_at(a, value.rows);
    a.value(value.code);
}
template <class A> void describe(A& a, SeekEntriesIn& value) {
    a.value(value.handle);
    a.value(value.reserved);
    a.value(value.stat);
    property_value(a, value.target);
    tags_at(a, value.table);
    tags_at(a, value.columns);
}
template <class A> void describe(A& a, GetMatchesIn& value) {
    a.value(value.handle);
    a.value(value.reserved);
    a.value(value.stat);
    tags_at(a, value.reserved_mids);
    a.value(value.reserved2);
    a.unique(value.filter, [](auto& in, Restriction& one) { restriction(in, one); });
    a.unique(value.name);
    a.value(value.requested);
    tags_at(a, value.columns);
}
template <class A> void describe(A& a, GetMatchesOut& value) {
    a.value(value.stat);
    tags_at(a, value.mids);
    rows_at(a, value.rows);
    a.value(value.code);
}
template <class A> void describe(A& a, DnToMidIn& value) {
    a.value(value.handle);
    a.value(value.reserved);
    conformant_structure(a, value.names, tags_max,
                         [](auto& in, std::string& text) { string_at(in, false, text); });
}
template <class A> void describe(A& a, MidsOut& value) {
    tags_at(a, value.mids);
    a.value(value.code);
}
template <class A> void describe(A& a, GetPropsIn& value) {
    a.value(value.handle);
    a.value(value.flags);
    a.value(value.stat);
    tags_at(a, value.columns);
}
template <class A> void describe(A& a, GetPropsOut& value) {
    a.unique(value.row);
    a.value(value.code);
}
template <class A> void describe(A& a, CompareMidsIn& value) {
    a.value(value.handle);
    a.value(value.reserved);
    a.value(value.stat);
    a.value(value.first);
    a.value(value.second);
}
template <class A> void describe(A& a, CompareMidsOut& value) {
    a.value(value.result);
    a.value(value.code);
}
template <class A> void describe(A& a, GetSpecialTableIn& value) {
    a.value(value.handle);
    a.value(value.flags);
    a.value(value.stat);
    a.value(value.version);
}
template <class A> void describe(A& a, GetSpecialTableOut& value) {
    a.value(value.version);
    rows_at(a, value.rows);
    a.value(value.code);
}
template <class A> void describe(A& a, QueryColumnsIn& value) {
    a.value(value.handle);
    a.value(value.reserved);
    a.value(value.flags);
}
template <class A, bool wide> void describe(A& a, ResolveIn<wide>& value) {
    a.value(value.handle);
    a.value(value.reserved);
    a.value(value.stat);
    tags_at(a, value.columns);
    conformant_structure(a, value.names, tags_max, [](auto& in, auto& text) {
        in.unique(text, [](auto& there, std::string& one) {
            if (wide)
                there.wide_string(one);
            else
                there.string(one);
        });
    });
}
template <class A> void describe(A& a, ResolveOut& value) {
    tags_at(a, value.mids);
    rows_at(a, value.rows);
    a.value(value.code);
}

template <class A> void text_at_at(A& a, std::optional<std::optional<std::string>>& text) {
    a.unique(text, [](auto& in, auto& inner) {
        in.unique(inner, [](auto& there, std::string& one) { there.string(one); });
    });
}
template <class A> void describe(A& a, NewDsaIn& value) {
    a.value(value.flags);
    a.string(value.user_dn);
    text_at_at(a, value.unused);
    text_at_at(a, value.server);
}
template <class A> void describe(A& a, NewDsaOut& value) {
    text_at_at(a, value.unused);
    text_at_at(a, value.server);
    a.value(value.code);
}
template <class A> void describe(A& a, FqdnIn& value) {
    a.value(value.flags);
    a.value(value.octets);
    a.string(value.server_dn);
    (void)a.require(value.octets >= 10 && value.octets <= 1024);  // the IDL's range
}
template <class A> void describe(A& a, FqdnOut& value) {
    a.unique(value.name, [](auto& in, std::string& one) { in.string(one); });
    a.value(value.code);
}

}  // namespace postroad::nspi

// Values, rows and restrictions as NDR lays them out for the address book (MS-OXNSPI §2.2.2 to
// §2.2.7): unlike in the store's buffers everything of no fixed size is behind a pointer.
#pragma once

#include "protocols/nspi/nspi.hpp"

namespace postroad::nspi {

inline constexpr std::size_t tags_max = 100'001, rows_max = 5'000, values_max = 1'000,
                             octets_max = 0x20'0000, parts_max = 500;

// A count and a pointer at an array of so many.
template <class A, class T, class F>
void counted_array(A& a, std::vector<T>& list, std::size_t max, F one) {
    auto count = static_cast<std::uint32_t>(list.size());
    a.value(count);
    bool present = !list.empty();
    a.pointer(present, [&list, max, one, count](auto& in) {
        auto size = static_cast<std::uint32_t>(list.size());
        in.structure(4, [&] {
            in.value(size);
            if (!in.require(A::reading ? size == count && size <= max : true)) return;
            if constexpr (A::reading) {
                if (!in.require(size <= in.rest().size())) return;
                list.resize(size);
            }
            for (T& item : list) one(in, item);
        });
    });
    if constexpr (A::reading) (void)a.require(present || count == 0);
}

template <class A> void string_at(A& a, bool wide, std::string& text) {
    bool present = true;
    a.pointer(present, [wide, &text](auto& in) {
        if (wide)
            in.wide_string(text);
        else
            in.string(text);
    });
    (void)a.require(present);
}
template <class A> void binary_at(A& a, std::string& octets) {  // Binary_r
    auto count = static_cast<std::uint32_t>(octets.size());
    a.value(count);
    bool present = !octets.empty();
    a.pointer(present, [&octets](auto& in) { in.conformant(octets, octets_max); });
    (void)a.require(present || count == 0);
}
template <class A> void guid_at(A& a, std::string& octets) {
    bool present = true;
    a.pointer(present, [&octets](auto& in) { in.octets(octets, 16); });
    (void)a.require(present);
}
template <class A, class T> void number_at(A& a, std::uint64_t& number) {
    auto narrow = static_cast<T>(number);
    a.value(narrow);
    number = narrow;
}
template <class A>
void time_at(A& a, std::uint64_t& time) {  // FILETIME: two halves, aligned as such
    auto low = static_cast<std::uint32_t>(time), high = static_cast<std::uint32_t>(time >> 32);
    a.value(low);
    a.value(high);
    time = std::uint64_t{high} << 32 | low;
}

// §2.2.2.11: what a type's arm of the union is.
template <class A> void arm_of(A& a, std::uint16_t type, mapi::Value& value) {
    constexpr auto of_texts = [](auto one) {
        return [one](auto& in, std::string& text) { one(in, text); };
    };
    switch (type) {
    case 0x0002:
    case 0x000b: return number_at<A, std::uint16_t>(a, value.number);
    case 0x0000:
    case 0x0001:
    case 0x000d:
    case 0x0003:
    case 0x000a: return number_at<A, std::uint32_t>(a, value.number);
    case 0x0040: return time_at(a, value.number);
    case 0x001e: return string_at(a, false, value.text);
    case 0x001f: return string_at(a, true, value.text);
    case 0x0048: return guid_at(a, value.text);
    case 0x0102: return binary_at(a, value.text);
    case 0x1002:
        return counted_array(a, value.numbers, values_max, [](auto& in, std::uint64_t& number) {
            number_at<A, std::uint16_t>(in, number);
        });
    case 0x1003:
        return counted_array(a, value.numbers, values_max, [](auto& in, std::uint64_t& number) {
            number_at<A, std::uint32_t>(in, number);
        });
    case 0x1040:
        return counted_array(a, value.numbers, values_max,
                             [](auto& in, std::uint64_t& time) { time_at(in, time); });
    case 0x101e:
        return counted_array(a, value.texts, values_max,
                             of_texts([](auto& in, auto& text) { string_at(in, false, text); }));
    case 0x101f:
        return counted_array(a, value.texts, values_max,
                             of_texts([](auto& in, auto& text) { string_at(in, true, text); }));
    case 0x1048:
        return counted_array(a, value.texts, values_max,
                             of_texts([](auto& in, auto& text) { guid_at(in, text); }));
    case 0x1102:
        return counted_array(a, value.texts, values_max,
                             of_texts([](auto& in, auto& text) { binary_at(in, text); }));
    default: (void)a.require(false);
    }
}
template <class A> void property_value(A& a, TaggedValue& value) {  // PropertyValue_r
    a.structure(4, [&] {
        std::uint32_t reserved = 0;
        a.value(value.tag.number);
        a.value(reserved);
        auto type = static_cast<std::uint32_t>(value.tag.type());
        a.value(type);
        if (!a.require(type == static_cast<std::uint32_t>(value.tag.type()))) return;
        arm_of(a, static_cast<std::uint16_t>(type), value.value);
    });
}

template <class A> void describe(A& a, Stat& value) {
    a.structure(4, [&] {
        for (std::uint32_t* const one : {&value.sort_type, &value.container, &value.current})
            a.value(*one);
        a.value(value.delta);
        for (std::uint32_t* const one : {&value.position, &value.total, &value.code_page,
                                         &value.template_locale, &value.sort_locale})
            a.value(*one);
    });
}
// PropertyTagArray_r, §2.2.2.2: room for one more than there are.
template <class A> void tag_array(A& a, Tags& tags) {
    a.structure(4, [&] {
        auto count = static_cast<std::uint32_t>(tags.size());
        std::uint32_t room = count + 1, offset = 0, actual = count;
        for (std::uint32_t* const one : {&room, &count, &offset, &actual}) a.value(*one);
        if (!a.require(offset == 0 && actual == count && count <= room && count < tags_max)) return;
        if constexpr (A::reading) {
            if (!a.require(count <= a.rest().size() / 4)) return;
            tags.resize(count);
        }
        for (PropertyTag& one : tags) a.value(one.number);
    });
}
template <class A> void describe(A& a, Row& value) {  // PropertyRow_r, §2.2.3
    a.structure(4, [&] {
        std::uint32_t reserved = 0;
        a.value(reserved);
        counted_array(a, value.values, values_max,
                      [](auto& in, TaggedValue& one) { property_value(in, one); });
    });
}
// A structure that ends with an array of so many as it says: its size comes first.
template <class A, class T, class F>
void conformant_structure(A& a, std::vector<T>& list, std::size_t max, F one) {
    a.structure(4, [&] {
        auto size = static_cast<std::uint32_t>(list.size());
        auto count = size;
        a.value(size);
        a.value(count);
        if (!a.require(size == count && (!A::reading || size <= max))) return;
        if constexpr (A::reading) {
            if (!a.require(size <= a.rest().size())) return;
            list.resize(size);
        }
        for (T& item : list) one(a, item);
    });
}
template <class A> void row_set(A& a, Rows& rows) {  // PropertyRowSet_r, §2.2.4
    conformant_structure(a, rows, rows_max, [](auto& in, Row& row) { in.value(row); });
}

template <class A> void restriction(A& a, Restriction& value);

template <class A> void part_at(A& a, Restriction& value) {
    if constexpr (A::reading) value.parts.resize(1);
    bool present = true;
    a.pointer(present, [&value](auto& in) { restriction(in, value.parts.front()); });
    (void)a.require(present);
}
template <class A> void value_at(A& a, TaggedValue& value) {
    bool present = true;
    a.pointer(present, [&value](auto& in) { property_value(in, value); });
    (void)a.require(present);
}
// Restriction_r, §2.2.5: the store's kinds but the last two, in other words.
template <class A> void restriction_arm(A& a, Restriction& value) {
    auto relation = static_cast<std::uint32_t>(value.relation);
    const auto related = [&] {
        a.value(relation);
        value.relation = static_cast<mapi::Relation>(relation);
        (void)a.require(relation <= 5);
    };
    switch (value.test) {
    case mapi::Test::all_of:
    case mapi::Test::any_of:
        return counted_array(a, value.parts, parts_max,
                             [](auto& in, Restriction& one) { restriction(in, one); });
    case mapi::Test::none_of: return part_at(a, value);
    case mapi::Test::content: {
        std::uint32_t fuzzy = std::uint32_t{value.fuzzy_high} << 16 | value.fuzzy_low;
        a.value(fuzzy);
        value.fuzzy_low = static_cast<std::uint16_t>(fuzzy & 0xffff);
        value.fuzzy_high = static_cast<std::uint16_t>(fuzzy >> 16);
        a.value(value.tag.number);
        return value_at(a, value.value);
    }
    case mapi::Test::property:
        related();
        a.value(value.tag.number);
        return value_at(a, value.value);
    case mapi::Test::compare:
        related();
        a.value(value.tag.number);
        return a.value(value.other.number);
    case mapi::Test::bitmask:
    case mapi::Test::size:
        related();
        a.value(value.tag.number);
        return a.value(value.number);
    case mapi::Test::exists: {
        std::uint32_t reserved = 0;
        a.value(reserved);
        a.value(value.tag.number);
        return a.value(reserved);
    }
    case mapi::Test::sub_object: a.value(value.tag.number); return part_at(a, value);
    default: (void)a.require(false);
    }
}
template <class A> void restriction(A& a, Restriction& value) {
    a.structure(4, [&] {
        auto kind = static_cast<std::uint32_t>(value.test);
        auto tag = kind;
        a.value(kind);
        a.value(tag);
        if (!a.require(tag == kind && kind <= static_cast<std::uint32_t>(mapi::Test::sub_object)))
            return;
        value.test = static_cast<mapi::Test>(kind);
        restriction_arm(a, value);
    });
}
template <class A> void describe(A& a, PropertyName& value) {
    a.structure(4, [&] {
        a.unique(value.set, [](auto& in, rpc::Uuid& uuid) { in.value(uuid); });
        a.value(value.reserved);
        a.value(value.id);
    });
}

}  // namespace postroad::nspi

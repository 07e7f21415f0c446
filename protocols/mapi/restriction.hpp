// Restrictions and sort orders (MS-OXCDATA §2.12, §2.13): what a table shows, and in which order.
#pragma once

#include "protocols/base/assertion.hpp"
#include "protocols/mapi/property_layout.hpp"

namespace postroad::mapi {

enum class Test : std::uint8_t {  // §2.12: RestrictType
    all_of,
    any_of,
    none_of,
    content,
    property,
    compare,
    bitmask,
    size,
    exists,
    sub_object,
    comment,
    count,
};
enum class Relation : std::uint8_t { less, less_equal, greater, greater_equal, equal, not_equal };

struct Restriction {
    Test test = Test::exists;
    std::vector<Restriction>
        parts;               // all_of, any_of; the one of none_of, sub_object, comment, count
    PropertyTag tag, other;  // the property tested; compare: with what
    std::uint16_t fuzzy_low = 0,
                  fuzzy_high = 0;  // content: 0 whole, 1 part, 2 beginning; 1 any case
    Relation relation =
        Relation::equal;               // property, compare, size; bitmask: less 0, less_equal not 0
    std::uint32_t number = 0;          // bitmask: the mask; size: octets; count: how many
    TaggedValue value;                 // content, property
    std::vector<TaggedValue> remarks;  // comment
    bool operator==(const Restriction&) const = default;
};

struct SortOrder {  // §2.13.1
    PropertyTag tag;
    std::uint8_t direction = 0;  // 0 ascending, 1 descending, 4 by a category's greatest
    bool operator==(const SortOrder&) const = default;
};

template <class A> void only_part(A& a, Restriction& value) {
    if constexpr (A::reading) value.parts.resize(1);
    POSTROAD_ASSERT(!value.parts.empty());
    a.value(value.parts.front());
}

template <class A> void describe(A& a, Restriction& value) {
    a.value(value.test);
    switch (value.test) {
    case Test::all_of:
    case Test::any_of: a.template list<std::uint16_t>(value.parts); break;
    case Test::none_of: only_part(a, value); break;
    case Test::content:
        a.value(value.fuzzy_low);
        a.value(value.fuzzy_high);
        a.value(value.tag);
        a.value(value.value);
        break;
    case Test::property:
        a.value(value.relation);
        a.value(value.tag);
        a.value(value.value);
        break;
    case Test::compare:
        a.value(value.relation);
        a.value(value.tag);
        a.value(value.other);
        break;
    case Test::bitmask:
    case Test::size:
        a.value(value.relation);
        a.value(value.tag);
        a.value(value.number);
        break;
    case Test::exists: a.value(value.tag); break;
    case Test::sub_object:
        a.value(value.tag);
        only_part(a, value);
        break;
    case Test::comment: {
        a.template list<std::uint8_t>(value.remarks);
        auto present = static_cast<std::uint8_t>(value.parts.empty() ? 0 : 1);
        a.value(present);
        if (present != 0) only_part(a, value);
        break;
    }
    case Test::count:
        a.value(value.number);
        only_part(a, value);
        break;
    default: (void)a.require(false);
    }
}

template <class A> void describe(A& a, SortOrder& value) {  // the type comes first, as in no tag
    auto type = value.tag.type();
    auto id = value.tag.id();
    a.value(type);
    a.value(id);
    a.value(value.direction);
    value.tag = PropertyTag(id, type);
}

}  // namespace postroad::mapi

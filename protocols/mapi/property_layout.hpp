// How properties are laid out in the buffers of remote operations (MS-OXCDATA §2.8, §2.11).
#pragma once

#include "protocols/mapi/properties.hpp"

namespace postroad::mapi {

template <class A, class T> void number_as(A& a, std::uint64_t& number) {
    auto narrow = static_cast<T>(number);
    a.value(narrow);
    number = narrow;
}

// One value of a type that is not of several.
template <class A> void single(A& a, PropertyType type, std::uint64_t& number, std::string& text) {
    switch (type) {
    case PropertyType::null: break;
    case PropertyType::integer16: number_as<A, std::uint16_t>(a, number); break;
    case PropertyType::integer32:
    case PropertyType::floating32:
    case PropertyType::error: number_as<A, std::uint32_t>(a, number); break;
    case PropertyType::boolean: number_as<A, std::uint8_t>(a, number); break;
    case PropertyType::floating64:
    case PropertyType::currency:
    case PropertyType::floating_time:
    case PropertyType::integer64:
    case PropertyType::time: a.value(number); break;
    case PropertyType::string8: a.ascii(text); break;
    case PropertyType::string: a.unicode(text); break;
    case PropertyType::guid: a.octets(text, 16); break;
    case PropertyType::server_id:
    case PropertyType::object:
    case PropertyType::binary: a.template counted<std::uint16_t>(text); break;
    default: (void)a.require(false);
    }
}

constexpr bool is_text(PropertyType type) {
    return type == PropertyType::string8 || type == PropertyType::string ||
           type == PropertyType::guid || type == PropertyType::binary ||
           type == PropertyType::server_id || type == PropertyType::object;
}

template <class A> void value_of(A& a, PropertyType type, Value& value) {
    const auto bits = static_cast<std::uint16_t>(type);
    constexpr auto many = static_cast<std::uint16_t>(PropertyType::many);
    if (!(bits & many)) return single(a, type, value.number, value.text);
    const auto one = static_cast<PropertyType>(bits & ~many);
    auto count =
        static_cast<std::uint32_t>(is_text(one) ? value.texts.size() : value.numbers.size());
    a.value(count);
    if constexpr (A::reading) {
        if (!a.require(one != PropertyType::null && count <= a.rest().size())) return;
        if (is_text(one))
            value.texts.resize(count);
        else
            value.numbers.resize(count);
    }
    std::uint64_t no_number = 0;
    std::string no_text;
    for (std::uint32_t i = 0; i < count; ++i)
        single(a, one, is_text(one) ? no_number : value.numbers[i],
               is_text(one) ? value.texts[i] : no_text);
}

template <class A> void describe(A& a, PropertyTag& tag) { a.value(tag.number); }
template <class A> void describe(A& a, TaggedValue& value) {
    a.value(value.tag);
    value_of(a, value.tag.type(), value.value);
}

// §2.11.5: 0 the value, 1 nothing, 10 an error in its place.
template <class A> void flagged(A& a, PropertyType type, Cell& cell) {
    auto state = static_cast<std::uint8_t>(cell.value ? 0 : cell.error == 0 ? 1 : 10);
    a.value(state);
    if (!a.require(state == 0 || state == 1 || state == 10)) return;
    if (state == 10) a.value(cell.error);
    if (state != 0) return;
    if constexpr (A::reading) cell.value.emplace();
    value_of(a, type, *cell.value);
}
// A column that leaves its type open is answered with the type ahead (§2.11.6).
template <class A> void cell_of(A& a, bool with_flags, Cell& cell) {
    if (cell.open) {
        auto type = cell.tag.type();
        a.value(type);
        cell.tag = PropertyTag(cell.tag.id(), type);
    }
    if (with_flags) return flagged(a, cell.tag.type(), cell);
    if constexpr (A::reading) cell.value.emplace();
    value_of(a, cell.tag.type(), *cell.value);
}

// §2.8.1: one octet says whether every value has a flag.
template <class A> void row_of(A& a, const std::vector<PropertyTag>& columns, Row& row) {
    std::uint8_t with_flags = 0;
    for (const Cell& one : row.cells)
        if (!one.value) with_flags = 1;
    a.value(with_flags);
    if (!a.require(with_flags <= 1)) return;
    if constexpr (A::reading) {
        row.cells.clear();
        for (const PropertyTag tag : columns) {
            if (!a.good()) return;
            row.cells.push_back({tag, {}, 0, tag.type() == PropertyType::unspecified});
            cell_of(a, with_flags != 0, row.cells.back());
        }
    } else {
        for (Cell& one : row.cells) cell_of(a, with_flags != 0, one);
    }
}
// By the columns that a reader was given; a writer's cells know their types.
template <class A> void describe(A& a, Row& row) {
    static const std::vector<PropertyTag> none;
    if constexpr (A::reading) {
        if (!a.require(a.columns != nullptr)) return;
        row_of(a, *a.columns, row);
    } else {
        row_of(a, none, row);
    }
}

template <class A> void describe(A& a, PropertyName& name) {  // §2.6.1
    a.value(name.kind);
    guid(a, name.set);
    if (name.kind == PropertyName::Kind::id) a.value(name.id);
    if (name.kind != PropertyName::Kind::name) {
        (void)a.require(name.kind == PropertyName::Kind::id ||
                        name.kind == PropertyName::Kind::none);
        return;
    }
    a.template sized<std::uint8_t>([&](auto& in) { in.unicode(name.name); });
}

template <class A> void describe(A& a, TypedString& string) {  // §2.11.7
    a.value(string.kind);
    switch (string.kind) {
    case TypedString::Kind::none:
    case TypedString::Kind::empty: break;
    case TypedString::Kind::octets:
    case TypedString::Kind::reduced: a.ascii(string.text); break;
    case TypedString::Kind::unicode: a.unicode(string.text); break;
    default: (void)a.require(false);
    }
}

}  // namespace postroad::mapi

// Tests of restrictions, one function for each kind of test that needs more than a line.
#include "protocols/mapi/restriction_match.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"

namespace postroad::mapi {
namespace {

constexpr std::uint16_t whole = 0, beginning = 2;   // fuzzy_low; else a part
constexpr std::uint16_t any_case = 1, loose = 4;   // fuzzy_high

constexpr PropertyType element_of(PropertyType type) {
    return static_cast<PropertyType>(static_cast<std::uint16_t>(type) &
                                     ~static_cast<std::uint16_t>(PropertyType::many));
}
constexpr bool is_of_many(PropertyType type) {
    return (static_cast<std::uint16_t>(type) & static_cast<std::uint16_t>(PropertyType::many)) != 0;
}

std::strong_ordering compare_ignoring_case(std::string_view a, std::string_view b) {
    return std::lexicographical_compare_three_way(
        a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
            return static_cast<unsigned char>(to_lower(x)) <=>
                   static_cast<unsigned char>(to_lower(y));
        });
}
std::strong_ordering compare_octets(std::string_view a, std::string_view b) {
    return std::lexicographical_compare_three_way(
        a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
            return static_cast<unsigned char>(x) <=> static_cast<unsigned char>(y);
        });
}

// The bits of an IEEE 754 number as an integer that rises with it.
std::int64_t rising(std::uint64_t bits, unsigned width) {
    const std::uint64_t sign = std::uint64_t{1} << (width - 1);
    const auto size = static_cast<std::int64_t>(bits & (sign - 1));
    return (bits & sign) != 0 ? -size : size;
}

std::strong_ordering compare_one(PropertyType type, std::uint64_t a, std::uint64_t b) {
    switch (type) {
    case PropertyType::integer16:
        return static_cast<std::int16_t>(a) <=> static_cast<std::int16_t>(b);
    case PropertyType::integer32:
        return static_cast<std::int32_t>(a) <=> static_cast<std::int32_t>(b);
    case PropertyType::integer64:
    case PropertyType::currency:
        return static_cast<std::int64_t>(a) <=> static_cast<std::int64_t>(b);
    case PropertyType::floating32: return rising(a, 32) <=> rising(b, 32);
    case PropertyType::floating64:
    case PropertyType::floating_time: return rising(a, 64) <=> rising(b, 64);
    default: return a <=> b;
    }
}

bool holds(Relation relation, std::strong_ordering order) {
    switch (relation) {
    case Relation::less: return order < 0;
    case Relation::less_equal: return order <= 0;
    case Relation::greater: return order > 0;
    case Relation::greater_equal: return order >= 0;
    case Relation::equal: return order == 0;
    case Relation::not_equal: return order != 0;
    }
    return false;  // §2.12.5: others are not for tables
}

// Calls `test` with each of several values, or with the one there is; true: one has passed.
template <class F> bool any_of(PropertyType type, const Value& value, F&& test) {
    if (!is_of_many(type)) return test(value);
    if (is_text(element_of(type)))
        return std::any_of(value.texts.begin(), value.texts.end(),
                           [&](const std::string& one) { return test(Value::of(one)); });
    return std::any_of(value.numbers.begin(), value.numbers.end(),
                       [&](std::uint64_t one) { return test(Value::of(one)); });
}

bool contains(std::string_view text, std::string_view wanted, std::uint16_t low, bool ignore_case) {
    const auto same = [&](std::string_view piece) {
        return ignore_case ? equals_ignoring_case(piece, wanted) : piece == wanted;
    };
    if (low == whole) return same(text);
    if (wanted.size() > text.size()) return false;
    if (low == beginning) return same(text.substr(0, wanted.size()));
    for (std::size_t at = 0; at + wanted.size() <= text.size(); ++at)
        if (same(text.substr(at, wanted.size()))) return true;
    return false;
}

bool test_content(const Restriction& r, const ValueOf& value_of) {
    if (r.fuzzy_low > beginning) return false;
    const auto value = value_of(r.tag);
    if (!value) return false;
    const bool ignore_case = (r.fuzzy_high & (any_case | loose)) != 0;
    return any_of(r.tag.type(), *value, [&](const Value& one) {
        return contains(one.text, r.value.value.text, r.fuzzy_low, ignore_case);
    });
}

bool test_property(const Restriction& r, const ValueOf& value_of) {
    const auto value = value_of(r.tag);
    if (!value) return false;
    const PropertyType type = element_of(r.tag.type());
    return any_of(r.tag.type(), *value, [&](const Value& one) {
        return holds(r.relation, compare(type, one, r.value.value));
    });
}

bool test_compare(const Restriction& r, const ValueOf& value_of) {
    const auto a = value_of(r.tag), b = value_of(r.other);
    return a && b && holds(r.relation, compare(r.tag.type(), *a, *b));
}

std::uint64_t octets_of(PropertyType type, const Value& value) {
    if (is_of_many(type)) {
        std::uint64_t out = 0;
        for (const std::string& one : value.texts) out += one.size();
        return out + value.numbers.size() * 4;
    }
    switch (type) {
    case PropertyType::null: return 0;
    case PropertyType::boolean: return 1;
    case PropertyType::integer16: return 2;
    case PropertyType::integer32:
    case PropertyType::floating32:
    case PropertyType::error: return 4;
    case PropertyType::string: return 2 * (value.text.size() + 1);
    case PropertyType::string8: return value.text.size() + 1;
    default: return is_text(type) ? value.text.size() : 8;
    }
}

bool test_size(const Restriction& r, const ValueOf& value_of) {
    const auto value = value_of(r.tag);
    return value && holds(r.relation, octets_of(r.tag.type(), *value) <=>
                                          std::uint64_t{r.number});
}

bool test_bits(const Restriction& r, const ValueOf& value_of) {
    const auto value = value_of(r.tag);
    if (!value) return false;
    const bool some = (value->number & r.number) != 0;
    return r.relation == Relation::less ? !some : some;  // §2.12.7: 0: all are clear
}

bool test_sub_objects(const Restriction& r, const SubObjects& sub_objects) {
    if (!sub_objects) return false;
    const std::vector<ValueOf> rows = sub_objects(r.tag);
    const Restriction& inner = r.parts.front();
    if (inner.test != Test::count)
        return std::any_of(rows.begin(), rows.end(),
                           [&](const ValueOf& one) { return matches(inner, one); });
    const auto passed = std::count_if(rows.begin(), rows.end(), [&](const ValueOf& one) {
        return matches(inner.parts.front(), one);
    });
    return static_cast<std::uint64_t>(passed) == inner.number;
}

}  // namespace

std::strong_ordering compare(PropertyType type, const Value& a, const Value& b) {
    if (type == PropertyType::string || type == PropertyType::string8)
        return compare_ignoring_case(a.text, b.text);
    if (is_text(type)) return compare_octets(a.text, b.text);
    return compare_one(type, a.number, b.number);
}

std::strong_ordering compare(const std::vector<SortOrder>& orders,
                             const std::vector<std::optional<Value>>& a,
                             const std::vector<std::optional<Value>>& b) {
    for (std::size_t i = 0; i < orders.size(); ++i) {
        std::strong_ordering found = a[i].has_value() <=> b[i].has_value();
        if (a[i] && b[i]) found = compare(orders[i].tag.type(), *a[i], *b[i]);
        if (found == 0) continue;
        return orders[i].direction == 1 ? 0 <=> found : found;
    }
    return std::strong_ordering::equal;
}

std::strong_ordering compare(const std::vector<SortOrder>& orders, const ValueOf& a,
                             const ValueOf& b) {
    std::vector<std::optional<Value>> left, right;
    for (const SortOrder& one : orders) {
        left.push_back(a(one.tag));
        right.push_back(b(one.tag));
    }
    return compare(orders, left, right);
}

bool matches(const Restriction& r, const ValueOf& value_of, const SubObjects& sub_objects) {
    const auto passes = [&](const Restriction& one) { return matches(one, value_of, sub_objects); };
    switch (r.test) {
    case Test::all_of: return std::all_of(r.parts.begin(), r.parts.end(), passes);
    case Test::any_of: return std::any_of(r.parts.begin(), r.parts.end(), passes);
    case Test::none_of: return !passes(r.parts.front());
    case Test::content: return test_content(r, value_of);
    case Test::property: return test_property(r, value_of);
    case Test::compare: return test_compare(r, value_of);
    case Test::bitmask: return test_bits(r, value_of);
    case Test::size: return test_size(r, value_of);
    case Test::exists: return value_of(r.tag).has_value();
    case Test::sub_object: return test_sub_objects(r, sub_objects);
    case Test::comment: return r.parts.empty() || passes(r.parts.front());
    case Test::count: return r.number != 0 && passes(r.parts.front());
    }
    return false;
}

std::size_t size_of(const Restriction& restriction) {
    std::size_t out = 1;
    for (const Restriction& one : restriction.parts) out += size_of(one);
    return out;
}

}  // namespace postroad::mapi

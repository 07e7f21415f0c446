// Whether a row of a table passes a restriction (MS-OXCDATA §2.12), and which of two rows comes
// first (§2.13): functions over values.
#pragma once

#include <compare>
#include <functional>
#include <optional>

#include "protocols/mapi/restriction.hpp"

namespace postroad::mapi {

// The value of a property of the row, of the type that the tag names; nothing: it has none.
using ValueOf = std::function<std::optional<Value>(PropertyTag)>;
// The rows of a sub-object (PidTagMessageRecipients, PidTagMessageAttachments) that sub_object is
// about; empty where there are none. None given: no row has any.
using SubObjects = std::function<std::vector<ValueOf>(PropertyTag)>;

// A property that is not there passes no test but that of something else (none_of).
bool matches(const Restriction& restriction, const ValueOf& value_of,
             const SubObjects& sub_objects = {});

// Texts without regard to the case of ASCII letters, octets and GUIDs octet by octet, numbers by
// their size (MS-OXCTABL §3.2.5.3); signed and floating ones by their sign, too.
std::strong_ordering compare(PropertyType type, const Value& a, const Value& b);

// What all of `orders` say about two rows; a row without the property comes first.
std::strong_ordering compare(const std::vector<SortOrder>& orders, const ValueOf& a,
                             const ValueOf& b);
// The same for rows whose values by these orders are known.
std::strong_ordering compare(const std::vector<SortOrder>& orders,
                             const std::vector<std::optional<Value>>& a,
                             const std::vector<std::optional<Value>>& b);

// How many tests a restriction has: who takes it from others sets a bound.
std::size_t size_of(const Restriction& restriction);

}  // namespace postroad::mapi

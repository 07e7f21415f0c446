// Property values as octets (MS-PST §2.3.3.3, §2.3.3.4).
#pragma once

#include "protocols/pst/store.hpp"

namespace postroad::pst {

// How many octets every value of a type has; 0: as many as it needs.
std::size_t fixed_octets(mapi::PropertyType type);
constexpr bool is_many(mapi::PropertyType type) {
    return static_cast<std::uint16_t>(type) & static_cast<std::uint16_t>(mapi::PropertyType::many);
}
// Whether a value of it can be kept.
bool is_known(mapi::PropertyType type);

std::string encode(mapi::PropertyType type, const mapi::Value& value);
// Nothing where the octets contradict themselves. Too few octets stand for zeros; half characters
// become U+FFFD.
std::optional<mapi::Value> decode(mapi::PropertyType type, std::string_view octets);

std::string utf8_of(std::string_view utf16);

const mapi::Value* find(const Properties& properties, std::uint16_t id);
// In place of what has this id.
void put(Properties& properties, mapi::PropertyTag tag, mapi::Value value);
void drop(Properties& properties, std::uint16_t id);
// Sorted by id, one of each.
void sort(Properties& properties);

// §2.5.3.1.1.1: a subject is kept behind two characters that say how long its prefix is.
std::string with_prefix_length(std::string_view subject, std::string_view prefix);
std::string without_prefix_length(std::string_view subject);

}  // namespace postroad::pst

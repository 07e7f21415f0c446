// Domain names as values: 256 bytes, no heap, case kept but ignored when compared
// (RFC 1034 §3.1, RFC 1035 §2.3.1, §3.1, §4.1.4, RFC 4343). Text form is RFC 1035 §5.1.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace postroad::dns {

using Bytes = std::span<const std::uint8_t>;

inline constexpr std::size_t label_size_max = 63;  // RFC 1035 §2.3.4, without the length octet
inline constexpr std::size_t name_size_max = 255;  // RFC 1035 §2.3.4, on the wire, root included
inline constexpr std::size_t label_count_max = 127;

enum class NameError : std::uint8_t {
    none,
    empty,           // no text at all
    empty_label,     // "a..b" or a leading dot
    label_too_long,  // more than 63 octets
    name_too_long,   // more than 255 octets
    bad_escape,      // "\" at the end, or \DDD over 255 or not three digits
    truncated,       // the packet ends inside the name
    bad_label_type,  // the top bits 01 or 10 (RFC 1035 §4.1.4 reserves them)
    bad_pointer,     // a compression pointer that does not point strictly backwards
};
std::string_view to_text(NameError error);

constexpr std::uint8_t ascii_lower(std::uint8_t c) {
    return c >= 'A' && c <= 'Z' ? static_cast<std::uint8_t>(c + 32) : c;
}

// An uncompressed absolute name. The unused tail of `wire` is always zero, so that two names
// made alike are alike byte for byte; the default is the root.
struct Name {
    std::uint8_t length = 1;  // octets used in `wire`, the root's zero octet included
    std::array<std::uint8_t, name_size_max> wire{};

    Bytes bytes() const { return {wire.data(), length}; }
    operator Bytes() const { return bytes(); }  // NOLINT: a Name is its bytes
    bool is_root() const { return length == 1; }
};
static_assert(sizeof(Name) == 256 && std::is_trivially_copyable_v<Name>);
static_assert(std::has_unique_object_representations_v<Name>);

// The functions below take an uncompressed wire name (a Name, or a view of one kept elsewhere).

bool equal(Bytes a, Bytes b);  // ignoring ASCII case, RFC 4343 §3
inline bool operator==(const Name& a, const Name& b) { return equal(a, b); }
std::size_t label_count(Bytes name);          // without the root: "a.b." has 2
bool is_within(Bytes name, Bytes ancestor);   // true also when they are equal
Bytes parent(Bytes name);                     // without its leftmost label; the root's is itself
bool is_wildcard(Bytes name);                 // leftmost label is "*", RFC 4592 §2.1.1
Name to_name(Bytes name);                     // the bytes must be a whole, valid name
Name lowercased(Bytes name);                  // RFC 4034 §6.2: the canonical wire form
std::uint64_t hash(Bytes name);               // of the lower-cased form; the same on every machine

// Bytes whose plain order is the canonical order of names (RFC 4034 §6.1): labels from the root
// down, each ended by 0. A name's key begins with the key of each of its ancestors.
struct SortKey {
    std::uint16_t length = 0;
    std::uint8_t depth = 0;                                         // labels in the key
    std::array<std::uint16_t, label_count_max + 1> ends;            // ends[i]: key size of i labels
    std::array<char, 2 * name_size_max> bytes;

    SortKey() { ends[0] = 0; }
    std::string_view view() const { return {bytes.data(), length}; }
    std::string_view ancestor(std::size_t labels) const { return {bytes.data(), ends[labels]}; }
};
void make_sort_key(Bytes name, SortKey& out);
std::strong_ordering canonical_order(Bytes a, Bytes b);

// Master-file text to a name. Text without a final dot is completed with `origin`; without an
// origin it is taken as absolute. "@" alone is the origin. "." is the root.
struct ParsedName {
    NameError error = NameError::none;
    Name name;
    explicit operator bool() const { return error == NameError::none; }
};
ParsedName parse_name(std::string_view text, const Name* origin = nullptr);
bool is_absolute_text(std::string_view text);  // ends in a dot that is not escaped

// Text with a final dot; whatever is not a plain printable character is escaped.
std::string to_text(Bytes name);
inline std::string to_text(const Name& name) { return to_text(name.bytes()); }

// A name inside a message, following compression pointers (RFC 1035 §4.1.4). Each pointer must
// point before the piece that holds it, so that no packet can make the reader loop.
struct ReadName {
    NameError error = NameError::none;
    std::size_t next = 0;  // offset of the first octet behind the name as it stands there
    Name name;
    explicit operator bool() const { return error == NameError::none; }
};
ReadName read_name(Bytes packet, std::size_t offset);

}  // namespace postroad::dns

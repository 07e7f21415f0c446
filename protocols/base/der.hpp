// DER, the one encoding of ASN.1 that everybody must agree on (ITU-T X.690 §10): elements cut
// apart and put together, strictly. What an element means is its protocol's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postroad::der {

// Identifier octets (X.690 §8.1.2): class, constructed, number.
enum : std::uint8_t {
    boolean = 0x01,
    integer = 0x02,
    bit_string = 0x03,
    octet_string = 0x04,
    object_identifier = 0x06,
    enumerated = 0x0a,
    utf8_string = 0x0c,
    printable_string = 0x13,
    ia5_string = 0x16,
    generalized_time = 0x18,
    general_string = 0x1b,
    sequence = 0x30,
    set = 0x31,
};
constexpr std::uint8_t context(unsigned number) {  // constructed: EXPLICIT tags
    return static_cast<std::uint8_t>(0xa0 | number);
}
constexpr std::uint8_t application(unsigned number) {
    return static_cast<std::uint8_t>(0x60 | number);
}

// One element cut off the front of `rest`. Nothing, and `rest` as it was, when it is not DER: cut
// short, a length that is indefinite or longer than need be (§10.1), a tag of several octets.
struct Element {
    std::uint8_t identifier = 0;
    std::string_view contents;
    std::string_view whole;  // identifier and length included
};
std::optional<Element> take(std::string_view& rest);
// The same, when it has this identifier.
std::optional<std::string_view> take(std::string_view& rest, std::uint8_t identifier);

// Contents of an INTEGER in two's complement, no octet too many (§8.3.2), and within 64 bits.
std::optional<std::int64_t> read_integer(std::string_view contents);
std::string write_integer(std::int64_t value);

// Contents of an OBJECT IDENTIFIER (§8.19) as "1.2.840.113554.1.2.2"; empty when it is none.
std::string read_object_identifier(std::string_view contents);
std::string write_object_identifier(std::string_view dotted);

// Identifier, length, contents.
std::string element(std::uint8_t identifier, std::string_view contents);

}  // namespace postroad::der

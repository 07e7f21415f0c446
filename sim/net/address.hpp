// IP addresses and prefixes as plain values: one 16-byte form for IPv4 and IPv6.
// An IPv4 address is kept as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2), so one table serves both.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace postroad::net {

// Sixteen bytes in network order. All zero (`::`) also stands for "none".
struct Address {
    std::array<std::uint8_t, 16> bytes{};

    friend bool operator==(const Address&, const Address&) = default;
    // Numeric order; every IPv4 address sorts together.
    friend std::strong_ordering operator<=>(const Address& a, const Address& b) {
        if (const auto high = a.high() <=> b.high(); high != 0) return high;
        return a.low() <=> b.low();
    }

    // The 128 bits as two numbers.
    constexpr std::uint64_t high() const { return load(0); }
    constexpr std::uint64_t low() const { return load(8); }

    constexpr bool is_v4() const { return high() == 0 && (low() >> 32) == 0xffff; }
    constexpr bool is_unspecified() const { return high() == 0 && low() == 0; }  // `::`
    // The IPv4 address as a number (192.0.2.1 is 0xc0000201). Only for is_v4().
    constexpr std::uint32_t v4() const { return static_cast<std::uint32_t>(low()); }

  private:
    constexpr std::uint64_t load(std::size_t at) const {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 8; ++i) value = value << 8 | bytes[at + i];
        return value;
    }
};
static_assert(std::is_trivially_copyable_v<Address> && sizeof(Address) == 16 &&
              std::has_unique_object_representations_v<Address>);

constexpr Address make_address(std::uint64_t high, std::uint64_t low) {
    Address a;
    for (std::size_t i = 0; i < 8; ++i) {
        a.bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
        a.bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
    }
    return a;
}
constexpr Address make_v4(std::uint32_t number) {
    return make_address(0, 0xffff00000000ULL | number);
}
constexpr Address make_v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    return make_v4(static_cast<std::uint32_t>(a) << 24 | static_cast<std::uint32_t>(b) << 16 |
                   static_cast<std::uint32_t>(c) << 8 | d);
}

inline constexpr Address v4_first = make_v4(0);
inline constexpr Address v4_last = make_v4(0xffffffff);
inline constexpr Address v6_last = make_address(~0ULL, ~0ULL);

// The next and the previous address; both wrap round.
Address successor(const Address& a);
Address predecessor(const Address& a);

// Dotted decimal without leading zeros, and the forms of RFC 4291 §2.2 (no zone index).
// Nothing when the text is not exactly one address. `::ffff:192.0.2.1` is the IPv4 address.
std::optional<Address> parse_ipv4(std::string_view text);
std::optional<Address> parse_ipv6(std::string_view text);
std::optional<Address> parse_address(std::string_view text);  // either

// Canonical text: dotted decimal, or RFC 5952 §4. parse_address(format(a)) is a.
std::string format(const Address& a);
void append(std::string& out, const Address& a);

// An address literal as SMTP writes it: `[192.0.2.1]`, `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3).
std::optional<Address> parse_address_literal(std::string_view text);
std::string format_address_literal(const Address& a);

// The owner name of an address's PTR record, without a final dot: `1.2.0.192.in-addr.arpa`
// (RFC 1035 §3.5), `1.0…8.b.d.0.1.0.0.2.ip6.arpa` (RFC 3596 §2.5). Back again: letters of
// either case and a final dot are accepted; nothing for a name that is not a whole address.
std::string reverse_name(const Address& a);
std::optional<Address> parse_reverse_name(std::string_view name);

// A fixed mixing of the 16 bytes, the same on every machine. For hash tables whose order
// nobody sees.
std::uint64_t hash(const Address& a, std::uint64_t seed = 0);

// A CIDR prefix (RFC 4632, RFC 4291 §2.3). `bits` counts in the 16-byte form: 192.0.2.0/24 has
// 120. An IPv4 prefix holds no IPv6 address, and an IPv6 prefix, `::/0` too, no IPv4 address.
struct Prefix {
    Address base;            // bits beyond the length are zero
    std::uint8_t bits = 0;   // 0..128; IPv4: 96..128

    friend bool operator==(const Prefix&, const Prefix&) = default;
    friend std::strong_ordering operator<=>(const Prefix&, const Prefix&) = default;

    bool is_v4() const { return bits >= 96 && base.is_v4(); }
    unsigned length() const { return is_v4() ? bits - 96u : bits; }  // as written after the slash
    bool contains(const Address& a) const;
    bool contains(const Prefix& other) const;
    Address first() const { return base; }
    Address last() const;
};
static_assert(std::is_trivially_copyable_v<Prefix> && sizeof(Prefix) == 17 &&
              std::has_unique_object_representations_v<Prefix>);

// The prefix of `bits` (16-byte form) that `a` is in: what lies beyond is cleared.
Prefix prefix_of(const Address& a, std::uint8_t bits);
// A prefix of one address.
inline Prefix host_prefix(const Address& a) { return Prefix{a, 128}; }

// An address with its network's length, as an interface is configured: `192.0.2.7/24`.
struct InterfaceAddress {
    Address address;
    std::uint8_t bits = 128;  // in the 16-byte form

    friend bool operator==(const InterfaceAddress&, const InterfaceAddress&) = default;
    Prefix prefix() const { return prefix_of(address, bits); }
};
// Without a slash the length is that of one address.
std::optional<InterfaceAddress> parse_interface_address(std::string_view text);
std::string format(const InterfaceAddress& a);

// `192.0.2.0/24`, `2001:db8::/32`. Nothing when there is no slash or bits beyond the length are
// set. Formats the same way; parse_prefix(format(p)) is p.
std::optional<Prefix> parse_prefix(std::string_view text);
std::string format(const Prefix& p);

}  // namespace postroad::net

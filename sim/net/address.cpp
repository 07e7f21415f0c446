// Text and arithmetic of IP addresses: RFC 4291 §2.2 in, RFC 5952 out, literals and PTR names.
#include "sim/net/address.hpp"

#include <bit>

namespace postroad::net {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view v4_zone = ".in-addr.arpa";
constexpr std::string_view v6_zone = ".ip6.arpa";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The value of a hexadecimal digit, or -1.
int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    const char l = lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

bool ends_with_ignoring_case(std::string_view text, std::string_view end) {
    if (text.size() < end.size()) return false;
    text.remove_prefix(text.size() - end.size());
    for (std::size_t i = 0; i < end.size(); ++i)
        if (lower(text[i]) != end[i]) return false;
    return true;
}

// A decimal number without sign or leading zero, at most `max`.
std::optional<unsigned> parse_decimal(std::string_view text, unsigned max) {
    if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return {};
    unsigned value = 0;
    for (const char c : text) {
        if (!is_digit(c)) return {};
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    if (value > max) return {};
    return value;
}

void append_decimal(std::string& out, unsigned value) { out += std::to_string(value); }

void append_hex_group(std::string& out, unsigned value) {
    bool started = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
        const unsigned digit = value >> shift & 15u;
        if (digit == 0 && !started && shift > 0) continue;
        started = true;
        out += hex_digits[digit];
    }
}

// A mask of `bits` ones from the left of a 64-bit word.
std::uint64_t mask64(unsigned bits) {
    if (bits == 0) return 0;
    return bits >= 64 ? ~0ULL : ~0ULL << (64 - bits);
}
std::uint64_t mask_high(unsigned bits) { return mask64(bits < 64 ? bits : 64); }
std::uint64_t mask_low(unsigned bits) { return bits <= 64 ? 0 : mask64(bits - 64); }

// Murmur3's finaliser: every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t x) {
    x = (x ^ x >> 33) * 0xff51afd7ed558ccdULL;
    x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53ULL;
    return x ^ x >> 33;
}

}  // namespace

Address successor(const Address& a) {
    const std::uint64_t low = a.low() + 1;
    return make_address(a.high() + (low == 0 ? 1 : 0), low);
}

Address predecessor(const Address& a) {
    const std::uint64_t low = a.low();
    return make_address(a.high() - (low == 0 ? 1 : 0), low - 1);
}

std::optional<Address> parse_ipv4(std::string_view text) {
    std::uint32_t number = 0;
    for (int part = 0; part < 4; ++part) {
        const std::size_t dot = text.find('.');
        if ((dot == std::string_view::npos) != (part == 3)) return {};
        // A leading zero is octal to some programs and decimal to others (RFC 6943 §3.1.1).
        const auto value = parse_decimal(text.substr(0, dot), 255);
        if (!value) return {};
        number = number << 8 | *value;
        if (part < 3) text.remove_prefix(dot + 1);
    }
    return make_v4(number);
}

std::optional<Address> parse_ipv6(std::string_view text) {
    std::array<unsigned, 8> groups{};
    std::size_t count = 0;
    std::size_t gap = 9;  // the group before which `::` stood; 9 = nowhere
    if (text.starts_with("::")) {
        gap = 0;
        text.remove_prefix(2);
    }
    while (!text.empty()) {
        if (count == 8) return {};
        const std::size_t colon = text.find(':');
        const std::string_view piece = text.substr(0, colon);
        if (colon == std::string_view::npos && piece.find('.') != std::string_view::npos) {
            const auto v4 = parse_ipv4(piece);
            if (!v4 || count > 6) return {};
            groups[count++] = v4->v4() >> 16;
            groups[count++] = v4->v4() & 0xffff;
            break;
        }
        if (piece.empty() || piece.size() > 4) return {};
        unsigned value = 0;
        for (const char c : piece) {
            const int digit = hex_value(c);
            if (digit < 0) return {};
            value = value << 4 | static_cast<unsigned>(digit);
        }
        groups[count++] = value;
        if (colon == std::string_view::npos) break;
        text.remove_prefix(colon + 1);
        if (text.starts_with(':')) {
            if (gap != 9) return {};
            gap = count;
            text.remove_prefix(1);
        } else if (text.empty()) {
            return {};  // a single colon at the end
        }
    }
    if (gap == 9 ? count != 8 : count > 7) return {};
    Address a;
    const std::size_t shift = 8 - count;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = gap != 9 && i >= gap ? i + shift : i;
        a.bytes[2 * at] = static_cast<std::uint8_t>(groups[i] >> 8);
        a.bytes[2 * at + 1] = static_cast<std::uint8_t>(groups[i] & 0xff);
    }
    return a;
}

std::optional<Address> parse_address(std::string_view text) {
    return text.find(':') == std::string_view::npos ? parse_ipv4(text) : parse_ipv6(text);
}

void append(std::string& out, const Address& a) {
    if (a.is_v4()) {
        for (std::size_t i = 12; i < 16; ++i) {
            if (i > 12) out += '.';
            append_decimal(out, a.bytes[i]);
        }
        return;
    }
    std::array<unsigned, 8> groups{};
    for (std::size_t i = 0; i < 8; ++i) groups[i] = a.bytes[2 * i] * 256u + a.bytes[2 * i + 1];
    // RFC 5952 §4.2: the longest run of two or more zero groups, the first of equals.
    std::size_t best = 8;
    std::size_t best_length = 1;
    for (std::size_t i = 0; i < 8;) {
        std::size_t end = i;
        while (end < 8 && groups[end] == 0) ++end;
        if (end - i > best_length) {
            best = i;
            best_length = end - i;
        }
        i = end + 1;
    }
    for (std::size_t i = 0; i < 8;) {
        if (i == best) {
            out += "::";
            i += best_length;
            continue;
        }
        if (i > 0 && out.back() != ':') out += ':';
        append_hex_group(out, groups[i]);
        ++i;
    }
}

std::string format(const Address& a) {
    std::string out;
    append(out, a);
    return out;
}

std::optional<Address> parse_address_literal(std::string_view text) {
    if (text.size() < 2 || text.front() != '[' || text.back() != ']') return {};
    text = text.substr(1, text.size() - 2);
    constexpr std::string_view tag = "ipv6:";
    if (text.size() < tag.size()) return {};
    for (std::size_t i = 0; i < tag.size(); ++i)
        if (lower(text[i]) != tag[i]) return parse_ipv4(text);
    return parse_ipv6(text.substr(tag.size()));
}

std::string format_address_literal(const Address& a) {
    std::string out = a.is_v4() ? "[" : "[IPv6:";
    append(out, a);
    return out += ']';
}

std::string reverse_name(const Address& a) {
    std::string out;
    if (a.is_v4()) {
        for (std::size_t i = 16; i-- > 12;) {
            if (!out.empty()) out += '.';
            append_decimal(out, a.bytes[i]);
        }
        return out += v4_zone;
    }
    for (std::size_t i = 16; i-- > 0;) {
        if (!out.empty()) out += '.';
        out += hex_digits[a.bytes[i] & 15u];
        out += '.';
        out += hex_digits[a.bytes[i] >> 4];
    }
    return out += v6_zone;
}

std::optional<Address> parse_reverse_name(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    if (ends_with_ignoring_case(name, v4_zone)) {
        name.remove_suffix(v4_zone.size());
        const auto backwards = parse_ipv4(name);
        if (!backwards) return {};
        const auto& b = backwards->bytes;
        return make_v4(b[15], b[14], b[13], b[12]);
    }
    if (!ends_with_ignoring_case(name, v6_zone)) return {};
    name.remove_suffix(v6_zone.size());
    if (name.size() != 63) return {};
    Address a;
    for (std::size_t i = 0; i < 32; ++i) {
        const int digit = hex_value(name[2 * i]);
        if (digit < 0 || (i < 31 && name[2 * i + 1] != '.')) return {};
        auto& byte = a.bytes[15 - i / 2];
        byte = static_cast<std::uint8_t>(byte | (i % 2 == 0 ? digit : digit << 4));
    }
    return a;
}

std::uint64_t hash(const Address& a, std::uint64_t seed) {
    return mix(mix(a.high() ^ seed ^ 0x9e3779b97f4a7c15ULL) + a.low());
}

bool Prefix::contains(const Address& a) const {
    if (bits < 96 && a.is_v4()) return false;
    return ((a.high() ^ base.high()) & mask_high(bits)) == 0 &&
           ((a.low() ^ base.low()) & mask_low(bits)) == 0;
}

bool Prefix::contains(const Prefix& other) const {
    return is_v4() == other.is_v4() && bits <= other.bits &&
           ((other.base.high() ^ base.high()) & mask_high(bits)) == 0 &&
           ((other.base.low() ^ base.low()) & mask_low(bits)) == 0;
}

Address Prefix::last() const {
    return make_address(base.high() | ~mask_high(bits), base.low() | ~mask_low(bits));
}

Prefix prefix_of(const Address& a, std::uint8_t bits) {
    return Prefix{make_address(a.high() & mask_high(bits), a.low() & mask_low(bits)), bits};
}

std::optional<InterfaceAddress> parse_interface_address(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address) return {};
    if (slash == std::string_view::npos) return InterfaceAddress{*address, 128};
    // How it is written decides the family: `::ffff:0:0/96` counts in 128 bits.
    const bool dotted = text.substr(0, slash).find(':') == std::string_view::npos;
    const auto length = parse_decimal(text.substr(slash + 1), dotted ? 32 : 128);
    if (!length) return {};
    if (!dotted && address->is_v4() && *length < 96) return {};
    return InterfaceAddress{*address, static_cast<std::uint8_t>(dotted ? *length + 96 : *length)};
}

std::string format(const InterfaceAddress& a) {
    std::string out = format(a.address);
    out += '/';
    append_decimal(out, a.address.is_v4() && a.bits >= 96 ? a.bits - 96u : a.bits);
    return out;
}

std::optional<Prefix> parse_prefix(std::string_view text) {
    if (text.find('/') == std::string_view::npos) return {};
    const auto parsed = parse_interface_address(text);
    if (!parsed) return {};
    const Prefix prefix = parsed->prefix();
    if (prefix.base != parsed->address) return {};
    return prefix;
}

std::string format(const Prefix& p) { return format(InterfaceAddress{p.base, p.bits}); }

}  // namespace postroad::net

// MD4, RC4 and UTF-16, as far as NTLM needs them.
#include "protocols/ntlm/hashes.hpp"

#include <array>
#include <bit>
#include <cstdint>

namespace postroad::ntlm {
namespace {

using Words = std::array<std::uint32_t, 4>;

std::uint32_t word_at(std::string_view block, std::size_t index) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < 4; ++i)
        out |= static_cast<std::uint32_t>(static_cast<unsigned char>(block[4 * index + i])) << 8 * i;
    return out;
}

// RFC 1320 §3.4: three rounds of sixteen steps.
void mix_in(Words& state, std::string_view block) {
    constexpr std::uint8_t order[3][16] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
        {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15},
        {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15}};
    constexpr int shift[3][4] = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
    constexpr std::uint32_t constant[3] = {0, 0x5a827999, 0x6ed9eba1};
    auto [a, b, c, d] = state;
    for (int round = 0; round < 3; ++round)
        for (int i = 0; i < 16; ++i) {
            const std::uint32_t f = round == 0   ? (b & c) | (~b & d)
                                    : round == 1 ? (b & c) | (b & d) | (c & d)
                                                 : b ^ c ^ d;
            const std::uint32_t sum = a + f + word_at(block, order[round][i]) + constant[round];
            a = d;
            d = c;
            c = b;
            b = std::rotl(sum, shift[round][i % 4]);
        }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

void put_utf8(std::string& out, std::uint32_t c) {
    const auto put = [&](std::uint32_t octet) { out += static_cast<char>(octet); };
    if (c < 0x80) return put(c);
    if (c < 0x800) {
        put(0xc0 | c >> 6);
        return put(0x80 | (c & 0x3f));
    }
    if (c < 0x10000) {
        put(0xe0 | c >> 12);
        put(0x80 | (c >> 6 & 0x3f));
        return put(0x80 | (c & 0x3f));
    }
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
}

// The next character of UTF-8; what is none stands for itself, octet by octet.
std::uint32_t next_character(std::string_view text, std::size_t& at) {
    const auto octet = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const std::uint32_t first = octet(at++);
    const unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    std::uint32_t out = more == 0 ? first : first & (0x3fU >> more);
    for (unsigned i = 0; i < more; ++i) out = out << 6 | (octet(at++) & 0x3fU);
    return out;
}

}  // namespace

std::string md4(std::string_view octets) {
    std::string padded(octets);
    padded += '\x80';
    while (padded.size() % 64 != 56) padded += '\0';
    const std::uint64_t bits = std::uint64_t{octets.size()} * 8;
    for (unsigned shift = 0; shift < 64; shift += 8)
        padded += static_cast<char>(bits >> shift & 0xffU);
    Words state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    for (std::size_t at = 0; at < padded.size(); at += 64)
        mix_in(state, std::string_view(padded).substr(at, 64));
    std::string out;
    for (const std::uint32_t word : state)
        for (unsigned shift = 0; shift < 32; shift += 8)
            out += static_cast<char>(word >> shift & 0xffU);
    return out;
}

Rc4 start_rc4(std::string_view key) {
    Rc4 out;
    for (unsigned i = 0; i < 256; ++i) out.s[i] = static_cast<std::uint8_t>(i);
    for (unsigned i = 0, j = 0; i < 256 && !key.empty(); ++i) {
        j = (j + out.s[i] + static_cast<unsigned char>(key[i % key.size()])) & 255U;
        std::swap(out.s[i], out.s[j]);
    }
    return out;
}

void apply(Rc4& stream, char* octets, std::size_t count) {
    for (std::size_t at = 0; at < count; ++at) {
        stream.i = static_cast<std::uint8_t>(stream.i + 1);
        stream.j = static_cast<std::uint8_t>(stream.j + stream.s[stream.i]);
        std::swap(stream.s[stream.i], stream.s[stream.j]);
        const std::uint8_t mask =
            stream.s[static_cast<std::uint8_t>(stream.s[stream.i] + stream.s[stream.j])];
        octets[at] = static_cast<char>(static_cast<unsigned char>(octets[at]) ^ mask);
    }
}

std::string rc4(std::string_view key, std::string_view octets) {
    Rc4 stream = start_rc4(key);
    std::string out(octets);
    apply(stream, out.data(), out.size());
    return out;
}

std::string utf16(std::string_view text) {
    std::string out;
    const auto put = [&](std::uint32_t unit) {
        out += static_cast<char>(unit & 0xff);
        out += static_cast<char>(unit >> 8 & 0xff);
    };
    for (std::size_t at = 0; at < text.size();) {
        const std::uint32_t c = next_character(text, at);
        if (c < 0x10000) {
            put(c);
        } else {
            put(0xd800 + ((c - 0x10000) >> 10 & 0x3ffU));
            put(0xdc00 + ((c - 0x10000) & 0x3ffU));
        }
    }
    return out;
}

std::optional<std::string> utf8(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string out;
    const auto unit = [&](std::size_t at) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at])) |
               static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + 1])) << 8;
    };
    for (std::size_t at = 0; at < text.size(); at += 2) {
        std::uint32_t c = unit(at);
        if (c >= 0xdc00 && c < 0xe000) return std::nullopt;
        if (c >= 0xd800 && c < 0xdc00) {
            at += 2;
            if (at >= text.size()) return std::nullopt;
            const std::uint32_t low = unit(at);
            if (low < 0xdc00 || low >= 0xe000) return std::nullopt;
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        }
        put_utf8(out, c);
    }
    return out;
}

std::string upper(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        std::uint32_t c = next_character(text, at);
        if ((c >= 'a' && c <= 'z') || (c >= 0xe0 && c <= 0xfe && c != 0xf7)) c -= 32;
        if (c == 0xff) c = 0x178;
        put_utf8(out, c);
    }
    return out;
}

}  // namespace postroad::ntlm

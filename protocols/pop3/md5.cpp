// RFC 1321 §3, written over 64-octet blocks of little-endian words.
#include "protocols/pop3/md5.hpp"

#include <array>
#include <bit>
#include <cstdint>

namespace postroad::pop3 {
namespace {

using Digest = std::array<std::uint32_t, 4>;

// §3.4: T[i] is the integer part of 4294967296 times abs(sin(i)), i from 1, in radians.
constexpr std::uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

constexpr int turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

void add_block(Digest& digest, const unsigned char* block) {
    std::uint32_t words[16];
    for (std::size_t i = 0; i < 16; ++i)
        words[i] = std::uint32_t{block[4 * i]} | std::uint32_t{block[4 * i + 1]} << 8 |
                   std::uint32_t{block[4 * i + 2]} << 16 | std::uint32_t{block[4 * i + 3]} << 24;
    auto [a, b, c, d] = digest;
    for (std::size_t i = 0; i < 64; ++i) {
        const std::size_t round = i / 16;
        std::uint32_t mixed = 0;
        std::size_t word = 0;
        switch (round) {
            case 0: mixed = (b & c) | (~b & d); word = i; break;
            case 1: mixed = (b & d) | (c & ~d); word = (5 * i + 1) % 16; break;
            case 2: mixed = b ^ c ^ d; word = (3 * i + 5) % 16; break;
            default: mixed = c ^ (b | ~d); word = 7 * i % 16; break;
        }
        const std::uint32_t sum = a + mixed + words[word] + sines[i];
        a = d;
        d = c;
        c = b;
        b += std::rotl(sum, turns[round][i % 4]);
    }
    digest = {digest[0] + a, digest[1] + b, digest[2] + c, digest[3] + d};
}

}  // namespace

std::string md5_hex(std::string_view octets) {
    // §3.1, §3.2: a bit of one, zeros, and the length in bits, to a whole block.
    std::string padded(octets);
    padded += '\x80';
    while (padded.size() % 64 != 56) padded += '\0';
    const std::uint64_t bits = std::uint64_t{octets.size()} * 8;
    for (unsigned i = 0; i < 8; ++i) padded += static_cast<char>(bits >> (8 * i) & 0xff);
    Digest digest = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    for (std::size_t at = 0; at < padded.size(); at += 64)
        add_block(digest, reinterpret_cast<const unsigned char*>(padded.data()) + at);
    constexpr char hex[] = "0123456789abcdef";
    std::string out;
    for (const std::uint32_t word : digest)
        for (unsigned i = 0; i < 4; ++i) {
            const std::uint32_t octet = word >> (8 * i) & 0xff;
            out += hex[octet >> 4];
            out += hex[octet & 15];
        }
    return out;
}

}  // namespace postroad::pop3

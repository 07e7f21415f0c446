// A fast fixed hash of octets, the same on every machine: for fingerprints and hash tables.
// Not for secrets.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "protocols/base/random.hpp"

namespace postroad {

constexpr std::uint64_t fold128(std::uint64_t a, std::uint64_t b) {
    const __uint128_t product = static_cast<__uint128_t>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Sixteen octets a round by one wide multiplication; octets are read little-endian.
inline std::uint64_t hash_octets(std::string_view octets, std::uint64_t seed = 0) {
    const auto load = [](const char* from, std::size_t count) {
        std::uint64_t word = 0;
        std::memcpy(&word, from, count);
        if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
        return word;
    };
    std::uint64_t state = seed ^ 0x8ebc6af09c88c6e3ULL;
    const char* at = octets.data();
    std::size_t left = octets.size();
    for (; left >= 16; left -= 16, at += 16)
        state = fold128(load(at, 8) ^ state, load(at + 8, 8) ^ 0x589965cc75374cc3ULL) ^
                (state << 1 | state >> 63);
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    if (left >= 8) {
        a = load(at, 8);
        b = left > 8 ? load(at + 8, left - 8) : 0;
    } else if (left > 0) {
        a = load(at, left);
    }
    state = fold128(a ^ state, b ^ 0x1d8e4e27c47d124fULL);
    return mix64(state ^ octets.size());
}

}  // namespace postroad

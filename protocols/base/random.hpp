// Counter-based random numbers: a draw is a function of (seed, node, purpose, how many before).
// So a node's numbers do not depend on what other nodes drew, and copying a World copies no state
// but counters. Distributions are ours, of integers alone: the standard's differ between libraries.
#pragma once

#include <cstdint>

namespace postroad {

// A fixed bijective mixing of 64 bits (the finaliser of SplitMix64, Steele, Lea and Flood 2014).
constexpr std::uint64_t mix64(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

// Combines two words so that neither order nor zero is lost.
constexpr std::uint64_t mix64(std::uint64_t a, std::uint64_t b) {
    return mix64(mix64(a + 0x9e3779b97f4a7c15ULL) ^ (b * 0xd6e8feb86659fd93ULL));
}

// One stream of numbers; `count` is the state.
struct Random {
    std::uint64_t key = 0;
    std::uint64_t count = 0;

    constexpr std::uint64_t next() { return mix64(key + ++count * 0x9e3779b97f4a7c15ULL); }
    // 0 … bound-1, by multiplication (Lemire); bias below bound/2^64.
    constexpr std::uint64_t below(std::uint64_t bound) {
        return static_cast<std::uint64_t>((static_cast<__uint128_t>(next()) * bound) >> 64);
    }
    constexpr std::uint64_t between(std::uint64_t low, std::uint64_t high) {  // both included
        return low + below(high - low + 1);
    }
    // True with probability `share` / 2^32.
    constexpr bool chance(std::uint64_t share) { return (next() >> 32) < share; }
    // Exponential with the given mean, by von Neumann's comparison method: integers alone.
    constexpr std::uint64_t exponential(std::uint64_t mean) {
        for (std::uint64_t whole = 0;; ++whole) {
            const std::uint64_t first = next() >> 1;
            std::uint64_t last = first;
            bool odd = true;
            for (;;) {
                const std::uint64_t now = next() >> 1;
                if (now >= last) break;
                last = now;
                odd = !odd;
            }
            if (odd)
                return whole * mean +
                       static_cast<std::uint64_t>((static_cast<__uint128_t>(first) * mean) >> 63);
        }
    }
};

}  // namespace postroad

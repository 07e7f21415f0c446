// The bearer tokens that people's mail programs hold, in the World.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/pages.hpp"

namespace postroad::sim {

// A log-in that waits for a token.
struct TokenWaiter {
    std::uint32_t connection = 0;
    std::uint32_t generation = 0;
    std::uint64_t number = 0;            // the mechanisms on offer
};
static_assert(Record<TokenWaiter>);

// A person's token of one issuer, or the request for it.
struct HeldToken {
    std::uint32_t person = 0xffffffff;   // (first: the free list's link when ended)
    std::uint32_t generation = 0;
    std::uint32_t issuer = 0;            // host
    std::uint32_t fetching = 0;
    Text token;                          // empty: there is none
    std::int64_t expires_s = 0;
    List<TokenWaiter> waiters;
};
static_assert(Record<HeldToken>);

}  // namespace postroad::sim

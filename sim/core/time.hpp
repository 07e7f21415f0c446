// Simulated time: nanoseconds since the start of the world, and nothing else.
#pragma once

#include <cstdint>

namespace postroad {

using Time = std::uint64_t;      // ns since the world's start
using Duration = std::uint64_t;  // ns

inline constexpr Duration microsecond = 1'000;
inline constexpr Duration millisecond = 1'000'000;
inline constexpr Duration second = 1'000'000'000;
inline constexpr Duration minute = 60 * second;
inline constexpr Duration hour = 60 * minute;
inline constexpr Time never = ~Time{0};

// Who something happens to: a host, a network's border or a link's owner. 24 bits in an event key.
using NodeId = std::uint32_t;

}  // namespace postroad

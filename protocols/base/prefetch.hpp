// Asking the processor for cache lines that somebody will touch soon: a matter of speed alone.
#pragma once

#include <cstddef>

namespace postroad {

inline void prefetch_line(const void* at) {
    __builtin_prefetch(at);
    // Without this g++ takes whoever only prefetches for a function without effect, and drops it.
    asm volatile("");
}

// Every line of a record.
template <class T>
void prefetch_record(const T& record) {
    const auto* at = reinterpret_cast<const char*>(&record);
    for (std::size_t offset = 0; offset < sizeof(T); offset += 64) prefetch_line(at + offset);
    prefetch_line(at + sizeof(T) - 1);
}

}  // namespace postroad

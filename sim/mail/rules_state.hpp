// What people's rules remember between messages, in the World.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/pages.hpp"

namespace postroad::sim {

// RFC 5230 §4.2: whom a vacation was told to (a hash of handle and address), and until when it is not
// told again.
struct RuleMemory {
    std::uint64_t key = 0;
    std::int64_t until_unix_s = 0;
};
static_assert(Record<RuleMemory>);

struct PersonRules {
    List<RuleMemory> remembered;
};
static_assert(Record<PersonRules>);

}  // namespace postroad::sim

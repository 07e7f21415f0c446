// What somebody on a link remembers of a conversation: a log-in of several lines.
#pragma once

#include "protocols/base/index.hpp"
#include "protocols/base/pages.hpp"
#include "protocols/sasl/exchange.hpp"
#include "sim/core/facts.hpp"

namespace postroad::sim {

struct Overheard {
    std::uint32_t next_free = 0;     // (the free list's link when not in use)
    std::uint32_t generation = 0;
    Id conversation = 0;
    sasl::Exchange exchange;         // mechanism, user, and how many responses there were
};
static_assert(Record<Overheard>);

struct OverheardTables {
    Table<Overheard> log_ins;
    Index by_conversation;
    bool operator==(const OverheardTables&) const = default;
};

}  // namespace postroad::sim

// What open POP3 maildrops keep in the World.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/pages.hpp"

namespace postroad::sim {

// A message as it was when the maildrop was opened.
struct MaildropEntry {
    std::uint32_t stored = 0;        // MailTables::stored
    std::uint32_t generation = 0;
};
static_assert(Record<MaildropEntry>);

// A maildrop that is open in a session (RFC 1939 §4).
struct Maildrop {
    std::uint32_t connection = 0;    // (first: the free list's link when ended)
    std::uint32_t generation = 0;
    std::uint32_t person = 0;
    std::uint32_t unused = 0;
    List<MaildropEntry> entries;
};
static_assert(Record<Maildrop>);

struct MaildropTables {
    Table<Maildrop> open;
    bool operator==(const MaildropTables&) const = default;
};

}  // namespace postroad::sim

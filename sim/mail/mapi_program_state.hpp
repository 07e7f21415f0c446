// What a person's mail program that asks by RPC keeps in the World: its session, and the connections
// of that.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/pages.hpp"
#include "protocols/mapi/program.hpp"
#include "sim/core/facts.hpp"

namespace postroad::sim {

enum class MapiLineState : std::uint8_t {
    none,
    mapping,     // the endpoint mapper is asked where the interface is
    up,          // a connection to there is up or coming up
    ending,      // it is being closed, as it should be
};

// One of the session's lines.
struct MapiLine {
    std::uint32_t line = nothing;        // World::rpc.lines: to the mapper, then to the process
    std::uint16_t port = 0;              // as the mapper has said
    std::uint16_t address = 0;           // which of the server's is tried
    MapiLineState state = MapiLineState::none;
    std::uint8_t asked = 0;              // the mapper has been
    std::uint8_t bound = 0;              // a call has been answered
    std::uint8_t unused = 0;
};
static_assert(Record<MapiLine>);

struct MapiProgram {
    std::uint32_t person = nothing;      // (first: the free list's link when ended)
    std::uint32_t generation = 0;
    mapi::Program session;
    MapiLine lines[mapi::lines_count];
    List<AddressId> addresses;           // of the host that has the mailbox, if it is another one
    Text words;                          // why a line has failed, as its client has said
    std::uint32_t server = nothing;      // the host that has the mailbox
    std::uint32_t serial = 0;            // of sessions; marks events and DNS questions
    std::uint32_t fresh = 0, changed = 0, gone = 0;  // since it was last in step
    std::uint32_t sent = 0;              // messages, over the store's line of this session
    std::uint16_t ear = 0;               // the port where it awaits datagrams; 0: none
    std::uint8_t lookups = 0;            // DNS questions that are open, of the mailbox's host
    std::uint8_t kept_up = 0;            // the session is one that stays
    std::uint8_t asks_again = 0;         // somebody wants something that the ending session has not
    std::uint8_t unused[7] = {};
};
static_assert(Record<MapiProgram> && sizeof(MapiProgram) % 8 == 0);

}  // namespace postroad::sim

// What somebody on a link remembers of the connections that cross it.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/index.hpp"
#include "protocols/base/pages.hpp"
#include "sim/core/facts.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim {

struct Tapped {
    std::uint32_t next = nothing;        // free list
    std::uint32_t generation = 0;
    Id conversation = 0;
    std::uint32_t link = 0;              // Setup::links
    AddressId client = 0, server = 0;    // as the client sees them
    std::uint16_t client_port = 0, server_port = 0;
    std::uint32_t inserted_at = 0;       // the sequence number that the first octet put in has
    std::uint32_t inserted = 0;          // octets put into what the client says
    std::uint32_t recorded_octets = 0;
    std::uint32_t said = 0;              // pieces, in the replay
    std::uint16_t over = 0;              // bits: the client's FIN has passed, the server's
    std::uint16_t replaying = 0;
    std::uint32_t unused = 0;
    List<Text> pieces;                   // what the client said, a packet each
};
static_assert(Record<Tapped>);

// The seat of a connection in which somebody says again what he has heard: this bit and its Tapped.
inline constexpr std::uint32_t replay_bit = 0x40000000;

struct AttackTables {
    Table<Tapped> flows;
    Index by_conversation;
    bool operator==(const AttackTables& other) const { return flows == other.flows; }
};

}  // namespace postroad::sim

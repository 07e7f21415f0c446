// What RPC keeps in the World: a host's dynamic ports, association groups, the mapper's and the
// address book's memories; clients' connections.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/index.hpp"
#include "protocols/base/pages.hpp"
#include "protocols/nspi/directory.hpp"
#include "protocols/rpc/epm.hpp"
#include "sim/core/facts.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim {

// A service that listens at a port of this start's.
struct DynamicPort {
    std::uint16_t service = 0;           // index into the host's services
    std::uint16_t port = 0;
};
static_assert(Record<DynamicPort>);

// C706 §9.3.3: connections of one client that share handles.
struct AssociationGroup {
    std::uint32_t id = 0;
    std::uint32_t connections = 0;
};
static_assert(Record<AssociationGroup>);

struct RpcHost {
    rpc::epm::Mapper mapper;
    nspi::Book book;
    List<DynamicPort> ports;
    List<AssociationGroup> groups;
    std::uint32_t last_group = 0;
    std::uint32_t calls = 0;             // answered, ever
};
static_assert(Record<RpcHost>);

// A connection of a person's mail program.
enum class RpcLineKind : std::uint8_t { mapper, directory, store, waiting };
struct RpcLine {
    std::uint32_t person = nothing;      // (first: the free list's link)
    std::uint32_t generation = 0;
    std::uint32_t connection = nothing;
    std::uint32_t group = 0;             // the association group it asks for
    RpcLineKind kind = RpcLineKind::mapper;
    std::uint8_t waits = 0;              // its question for work is open
    std::uint8_t unused[6] = {};
};
static_assert(Record<RpcLine>);

// A port where a person's mail program awaits news by datagram.
struct RpcEar {
    std::uint32_t person = nothing;      // (first: the free list's link)
    std::uint32_t generation = 0;
    NodeId device = 0;
    std::uint16_t port = 0;
    std::uint16_t unused = 0;
};
static_assert(Record<RpcEar>);

struct RpcTables {
    Pages<RpcHost> hosts;                // by host; none in a world without MAPI
    Table<RpcLine> lines;
    Table<RpcEar> ears;
    Index ears_by_port;
    bool operator==(const RpcTables&) const = default;
};

}  // namespace postroad::sim

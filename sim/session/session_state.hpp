// Where machines sit: one seat a machine, tied to a connection, in a table a machine type.
#pragma once

#include <tuple>

#include "protocols/dns/stream.hpp"
#include "protocols/kerberos/stream.hpp"
#include "protocols/http/client.hpp"
#include "protocols/http/server.hpp"
#include "protocols/imap/client.hpp"
#include "protocols/imap/server.hpp"
#include "protocols/pop3/client.hpp"
#include "protocols/pop3/server.hpp"
#include "protocols/rpc/client.hpp"
#include "protocols/rpc/server.hpp"
#include "protocols/smtp/client.hpp"
#include "protocols/smtp/server.hpp"
#include "sim/core/facts.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim {

template <class M>
struct Seat {
    std::uint32_t connection = nothing;  // Tcb (first: the free list's link)
    std::uint32_t generation = 0;
    Time deadline = never;               // the machine's own time-out
    std::uint64_t sent_hash = 0;         // of all octets said, in order
    std::uint32_t sent_octets = 0;
    std::uint32_t settings = nothing;    // servers: Setup::smtp_servers …; clients: their job's owner
    M machine;
};

// A new host role adds its machine here, and a Role.
using Seats = std::tuple<Table<Seat<smtp::Server>>, Table<Seat<smtp::Client>>,
                         Table<Seat<dns::Stream>>, Table<Seat<pop3::Server>>,
                         Table<Seat<pop3::Client>>, Table<Seat<kerberos::Stream>>,
                         Table<Seat<http::Server>>, Table<Seat<http::Client>>,
                         Table<Seat<imap::Server>>, Table<Seat<imap::Client>>,
                         Table<Seat<rpc::Server>>, Table<Seat<rpc::Client>>>;

// Which machine a role runs.
template <Role role>
struct MachineOf;
template <>
struct MachineOf<Role::smtp_server> {
    using type = smtp::Server;
};
template <>
struct MachineOf<Role::smtp_client> {
    using type = smtp::Client;
};
template <>
struct MachineOf<Role::pop3_server> {
    using type = pop3::Server;
};
template <>
struct MachineOf<Role::pop3_client> {
    using type = pop3::Client;
};
template <>
struct MachineOf<Role::imap_server> {
    using type = imap::Server;
};
template <>
struct MachineOf<Role::imap_client> {
    using type = imap::Client;
};
template <>
struct MachineOf<Role::rpc_server> {
    using type = rpc::Server;
};
template <>
struct MachineOf<Role::rpc_client> {
    using type = rpc::Client;
};
template <>
struct MachineOf<Role::kdc> {
    using type = kerberos::Stream;
};
template <>
struct MachineOf<Role::http_server> {
    using type = http::Server;
};
template <>
struct MachineOf<Role::http_client> {
    using type = http::Client;
};
// DNS over TCP: the initiator of a connection is its client.
template <>
struct MachineOf<Role::dns_server> {
    using type = dns::Stream;
};
template <>
struct MachineOf<Role::resolver> {
    using type = dns::Stream;
};
template <>
struct MachineOf<Role::stub> {
    using type = dns::Stream;
};

// Somebody outside the world who holds one end of a conversation in it.
enum class OutsiderKind : std::uint32_t { none, caller, datagram, real_server };

// Index: the outsider's number in the journal; real servers are counted apart (real_peer_bit).
struct Outsider {
    std::uint32_t connection = nothing;
    std::uint32_t generation = 0;        // of the Tcb
    std::uint64_t heard = 0;             // a hash of all that a real server was told, in order
    NodeId node = 0;                     // the host it stands at
    OutsiderKind kind = OutsiderKind::none;
    std::uint32_t port = 0;              // datagram: where its answer comes to
    std::uint32_t paused = 0;            // it does not read now: its window is closed
};

struct SessionTables {
    Seats seats;
    Pages<Outsider> outsiders;
    Pages<Outsider> real_servers;  // conversations with them, in the order they were begun
    std::uint64_t plugged = 0;     // real servers can be reached
    template <class M>
    const Table<Seat<M>>& of() const {
        return std::get<Table<Seat<M>>>(seats);
    }
    template <class M>
    Table<Seat<M>>& of() {
        return std::get<Table<Seat<M>>>(seats);
    }
    bool operator==(const SessionTables&) const = default;
};

}  // namespace postroad::sim

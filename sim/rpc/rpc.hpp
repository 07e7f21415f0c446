// RPC in the world: hosts' servers at port 135 and at ports of their own, and the connections of
// mail programs that ask by MAPI.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "protocols/rpc/client.hpp"
#include "protocols/rpc/server.hpp"
#include "sim/kerberos/tickets.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim::rpc_layer {

// ---- Servers (servers.cpp, ports.cpp, directory.cpp)

// What listens at a port of its own: ServiceSetup::settings. Others are named by the scenario.
enum Process : std::uint32_t { mapper, store, directory, first_other };
inline constexpr std::size_t others_max = 8;

struct Listener {                        // a process that runs, and where
    std::uint32_t process = mapper;
    std::uint16_t port = 0;
    bool dynamic = false;
    std::vector<rpc::Syntax> interfaces; // without the management interface, which all have
};
// Those of a host that run now, in the order of its services; none while it is down.
std::vector<Listener> listeners(const World& world, NodeId host);
// The service that listens at a dynamic port, or null.
const ServiceSetup* dynamic_service_at(const Run& run, NodeId host, std::uint16_t port);

// Ports are drawn for what has none: the world begins, a host or its service has come up, settings
// have changed. What does not run any more loses its port.
void set_up(Run& run);
void started(Run& run, NodeId host);
void crash(Run& run, NodeId host);  // what it remembered is gone

// What the desk passes on.
const rpc::ServerHost& server_host(const Run& run, const Tcb& tcb);
bool server_ask(Run& run, std::uint32_t connection, const Ask& ask, Answer& out);
void server_over(Run& run, std::uint32_t connection);

// The address book of a host: everybody whose mail domain it has, sorted by display name.
rpc::Outcome answer_directory(Run& run, NodeId host, const rpc::CallAsk& call);
// "/o=example.org/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=alice".
std::string dn_of(const Setup& setup, std::uint32_t person);
// The person of whom that is the name, or `nothing`; letters' case ignored.
std::uint32_t person_of_dn(const Setup& setup, std::string_view dn);

// ---- Clients (lines.cpp): whoever hears one is sim/mail/people_mapi.cpp.

// A connection for that; `group`: the association group of an earlier one to the same server.
// Gives the line's number.
std::uint32_t open(Run& run, NodeId device, std::uint32_t person, RpcLineKind kind, AddressId target,
                   std::uint16_t port, std::uint32_t group = 0);
// The machine's question for work is answered with this call. Only from mapi_ask, which then
// answers ok, or before go_on.
void give(Run& run, std::uint32_t line, const rpc::Call& call);
// Goes on with what was given meanwhile; `hang_up`: there is nothing more.
void go_on(Run& run, std::uint32_t line, bool hang_up = false);
bool waits(const Run& run, std::uint32_t line);   // its question for work is open
std::uint32_t group_of(const Run& run, std::uint32_t line);  // as the server has answered
// The connection is broken off at once.
void abandon(Run& run, std::uint32_t line);

const rpc::ClientHost& client_host(const Run& run, std::uint32_t line);
bool client_ask(Run& run, std::uint32_t connection, std::uint32_t line, const Ask& ask, Answer& out);
// The log-in that waited for a ticket goes on, with it or by another mechanism.
void ticket_known(Run& run, const kerberos_layer::Waiter& waiter);
void client_heard(Run& run, std::uint32_t line, const Tell& tell, std::string_view words);
void client_over(Run& run, std::uint32_t line, Ending how);

// Where a person's program awaits news by datagram: a port of the device's, until it is closed.
std::uint16_t open_ear(Run& run, NodeId device, std::uint32_t person);
void close_ear(Run& run, NodeId device, std::uint16_t port);
bool awaits_datagram(const Run& run, NodeId host, std::uint16_t port);
void datagram_arrived(Run& run, NodeId host, std::uint16_t port, std::string_view payload);

}  // namespace postroad::sim::rpc_layer

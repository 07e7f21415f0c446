// Sessions: protocol machines at the ends of connections, driven by what TCP brings.
#pragma once

#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::session {

// What TCP tells a connection's machine.
void accepted(Run& run, std::uint32_t connection, const ServiceSetup& service);  // server side, up
void opened(Run& run, std::uint32_t connection);                                 // client side, up
void received(Run& run, std::uint32_t connection, std::string_view octets);
void peer_closed(Run& run, std::uint32_t connection);
void ended(Run& run, std::uint32_t connection, Ending how);  // the record goes after this
// The earliest moment the machine wants to be woken; `never` when it does not.
Time deadline(const Run& run, std::uint32_t connection);
void on_deadline(Run& run, std::uint32_t connection);

// A client's session: takes a seat and connects. `owner` is its owner's own number (a delivery,
// a person), given back with everything the session tells. Returns the connection.
std::uint32_t start_client(Run& run, NodeId host, AddressId target, std::uint16_t port, Role role,
                           std::uint32_t owner, Duration connect_timeout_ns);
// With the role's usual connect time-out.
std::uint32_t start_smtp_client(Run& run, NodeId host, AddressId target, std::uint16_t port,
                                std::uint32_t owner);
std::uint32_t start_pop3_client(Run& run, NodeId host, AddressId target, std::uint16_t port,
                                std::uint32_t owner);

std::uint32_t start_imap_client(Run& run, NodeId host, AddressId target, std::uint16_t port,
                                std::uint32_t owner);

// The mailbox that a server's machine has open is not as it was.
void changed(Run& run, std::uint32_t connection);

// The answer to what a machine asked is known now. Only for asks that were not answered at once.
void answer(Run& run, std::uint32_t connection, const Answer& answer);

}  // namespace postroad::sim::session

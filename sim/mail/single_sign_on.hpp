// The SASL mechanism GSSAPI (RFC 4752) at both ends of a log-in: a person shows a ticket for the
// service, and the service opens it with its own key. Neither asks anybody, and no password crosses.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "protocols/kerberos/ap_exchange.hpp"
#include "protocols/sasl/exchange.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim::single_sign_on {

using Steps = std::function<sasl::Result(sasl::Memory& memory, std::string_view token)>;

// The principal of the server at the other end of a client's connection, by the name that was looked
// up (RFC 4120 §6.2.1). Empty: the person and that host are not of one realm.
std::string service_at(const Run& run, std::uint32_t person, NodeId server, Role role);
std::string service_at(const Run& run, std::uint32_t person, NodeId server, std::string_view word);

// What a host of a realm judges tickets with that are shown to these services of its, by any of its
// names. The words must outlive what is given.
kerberos::Acceptor acceptor_at(Run& run, NodeId host, std::span<const std::string_view> services);
// The person whose name in the realm that is, as the scenario calls them.
std::string user_of(const Run& run, const std::string& client, const std::string& realm);
// Subkey, confounder and first number from 52 octets.
void take_chance(kerberos::Acceptor& acceptor, std::string_view chance);
void take_chance(kerberos::Initiator& initiator, std::string_view chance);

// For a client that has a ticket for the service.
Steps client_steps(Run& run, NodeId device, std::uint32_t person, const std::string& service);

// For a server of a realm; no function where it is of none.
Steps server_steps(Run& run, const Tcb& tcb);

}  // namespace postroad::sim::single_sign_on

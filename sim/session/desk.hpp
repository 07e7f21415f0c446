// The desk: who answers what machines ask and hears what they tell. One function a direction;
// each role's owner implements its part (sim/mail for SMTP and POP3).
#pragma once

#include <string>
#include <vector>

#include "sim/session/session.hpp"
#include "sim/tls/engine.hpp"

namespace postroad::sim::desk {

// Ready at once (true, `out` filled; its views live until the next call), or later by
// session::answer (false). `connection`'s Tcb gives host, role, service and conversation; its
// seat the machine.
bool ask(Run& run, std::uint32_t connection, const Ask& ask, Answer& out);

// A client's machine has learnt something. `words` is valid during the call.
void tell(Run& run, std::uint32_t connection, std::uint32_t owner, const Tell& tell,
          std::string_view words);

// A client's connection is over, or never came up. Its seat goes after this call.
void over(Run& run, std::uint32_t connection, std::uint32_t owner, Ending how);

// The name a client's peer must have in its certificate: the name it looked up (RFC 6125 §6.2.1).
std::string_view tls_server_name(const Run& run, const Tcb& tcb, std::uint32_t owner);

// Delivering MTAs: the TLSA records that the peer is held against in place of authorities
// (tls::pack); empty: none. And the names of which one must be in its certificate (RFC 7672 §3.2.2).
std::string_view tlsa_records(const Run& run, const Tcb& tcb, std::uint32_t owner);
std::vector<std::string> reference_names(const Run& run, std::uint32_t owner);

// What a delivering MTA has found in the certificate it was shown.
void judged(Run& run, const Tcb& tcb, std::uint32_t owner, tls::Fault fault);

// The settings a machine runs with: frozen, from the Setup.
const smtp::ServerHost& smtp_server_host(const Run& run, const Tcb& tcb);
const smtp::ClientHost& smtp_client_host(const Run& run, const Tcb& tcb, std::uint32_t owner);
const pop3::ServerHost& pop3_server_host(const Run& run, const Tcb& tcb);
const imap::ServerHost& imap_server_host(const Run& run, const Tcb& tcb);
const imap::ClientHost& imap_client_host(const Run& run, const Tcb& tcb, std::uint32_t owner);
const pop3::ClientHost& pop3_client_host(const Run& run, const Tcb& tcb, std::uint32_t owner);

}  // namespace postroad::sim::desk

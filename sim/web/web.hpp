// The web: hosts' servers answer with what the scenario declares (or with what another part of the
// simulation provides), and parts of the simulation fetch things as programs do.
#pragma once

#include <string_view>

#include "protocols/http/client.hpp"
#include "protocols/http/server.hpp"
#include "sim/dns/resolve.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim::web {

// ---- Servers (server.cpp)

// A request as a provider sees it. Views are valid during the call.
struct Request {
    std::string_view method, host, path, query, fields, body;
    AddressId client = nothing;
};
// Fills in the answer at once (true), or has it given later by session::answer (false). Texts of
// the answer live until the next call of any provider. A part of the simulation that serves pages
// has a row in the table of server.cpp: the longest prefix of the path that fits decides.
using Provider = bool (*)(Run& run, std::uint32_t connection, const Request& request, Answer& out);

// What the scenario declares: a provider that finds that a request is not its own passes it on.
bool declared(Run& run, std::uint32_t connection, const Request& request, Answer& out);

bool answer(Run& run, std::uint32_t connection, const Ask& ask, Answer& out);
const http::ServerHost& server_host(const Run& run, const Tcb& tcb);

// ---- Clients (fetch.cpp)

struct Wanted {
    std::string_view server;  // a host name, to be looked up
    std::uint16_t port = 443; // there TLS comes first, and the certificate must hold
    std::string_view target = "/", method = "GET", fields, body;
};
// Begins; what becomes of it is told by fetched(), once, and never before this call has returned,
// unless the host goes down. Gives the fetch's number.
std::uint32_t fetch(Run& run, NodeId host, const Wanted& wanted, Id subject, FetchFor purpose,
                    std::uint32_t who);

// What came of it.
struct Fetched {
    std::uint16_t code = 0;       // 0: no response, and `why`
    std::string_view fields, body, why;
    bool no_tls = false;          // the handshake failed, or the certificate
};
// Goes to whom the purpose belongs to.
void fetched(Run& run, FetchFor purpose, NodeId host, std::uint32_t who, const Fetched& what);

// What dns_layer::answered passes on when `who` is_ours.
inline constexpr std::uint32_t owner_bit = 0x40000000;
constexpr bool is_ours(std::uint32_t who) { return (who & 0xC0000000) == owner_bit; }
void resolved(Run& run, std::uint32_t who, std::uint32_t what, const dns_layer::Resolved& answer);

// What the desk passes on; `owner` is the fetch.
void next_request(Run& run, std::uint32_t connection, std::uint32_t owner, Answer& out);
void heard(Run& run, std::uint32_t connection, std::uint32_t owner, const Tell& tell,
           std::string_view words);
void over(Run& run, std::uint32_t connection, std::uint32_t owner, Ending how);
std::string_view server_name(const Run& run, std::uint32_t owner);
const http::ClientHost& client_host();

// The host went down: its fetches are gone, and nobody is told.
void host_down(Run& run, NodeId host);

}  // namespace postroad::sim::web

// The POP3 server (RFC 1939, RFC 2449) as a machine: how a mailbox's owner reads its inbox.
#pragma once

#include <span>
#include <string_view>

#include "protocols/base/line_server.hpp"
#include "protocols/pop3/host.hpp"
#include "protocols/sasl/exchange.hpp"

namespace postroad::pop3 {

// Where a session stands (RFC 1939 §3). `named`: AUTHORIZATION, and USER has been given; `auth`:
// AUTHORIZATION, in the middle of AUTH.
enum class ServerState : std::uint8_t { authorization, named, transaction, update, auth };
std::string_view name_of(ServerState state);

// "+OK", "+ " (RFC 5034 §4: go on) and "-ERR" where Reply and Said want a number.
inline constexpr std::uint16_t positive = 2, go_on = 3, negative = 5;

// A message of the open maildrop; number n of the protocol is index n-1.
struct Listed {
    std::uint64_t octets = 0;
    std::uint32_t id_offset = 0;     // of its unique-id in Server::unique_ids
    std::uint16_t id_size = 0;
    std::uint16_t deleted = 0;       // marked by DELE
};
static_assert(Record<Listed>);

struct Server {
    using State = ServerState;
    std::uint32_t errors = 0;
    State state = State::authorization;
    std::uint8_t row = 0;            // of the verb whose ask is open
    std::uint8_t asking = 0;         // an answer is awaited; later input waits
    std::uint8_t ended = 0;
    std::uint8_t skipping = 0;       // inside a line too long to keep
    std::uint8_t has_maildrop = 0;   // it is open and locked
    std::uint8_t greeted = 0;
    std::uint8_t tls = 0;            // what is said here is protected
    sasl::Mechanism mechanism = sasl::Mechanism::none;  // of the AUTH under way
    std::uint8_t unused[3] = {};
    std::uint32_t maildrop = 0;      // the desk's own number for it, as its answer gave it
    std::uint32_t body_lines = 0;    // that TOP wants
    std::uint32_t live = 0;          // messages not marked as deleted
    std::uint32_t index = 0;         // of the message being retrieved
    std::uint64_t live_octets = 0;
    Text pending;                    // octets not yet worked off
    Text user;                       // whom USER, APOP or AUTH named
    Text timestamp;                  // of the greeting, angle brackets included (APOP)
    List<Listed> messages;
    Text unique_ids;
    sasl::Exchange exchange;         // what the desk remembers of an AUTH under way
};
static_assert(Record<Server> && sizeof(Server) % 8 == 0);

using ServerRow = Row<Server, ServerHost>;
// The table that the server runs by; tests and diagrams are made from it. Its codes are
// `positive`, `go_on` and `negative`.
std::span<const ServerRow> server_rows();
bool offers(const ServerHost& host, const ServerRow& row);

// One input in, effects out. Asks:
//   maildrop  c "STAMP": when it opens and has APOP: answer.text is a timestamp "<…>" (§7).
//   maildrop  a: user, b: password (c "USER") or digest (c "APOP", over the machine's `timestamp`):
//             answer ok: locked and open; number: the desk's own number of it, text: a line a
//             message, "octets unique-id\n". Not ok: `enhanced` a response code such as "IN-USE"
//             (RFC 2449 §8), text the words; both may be empty.
//   authenticate  as AskKind says. Answer ok, number 1: text is a challenge; ok, number 0: text is
//             who it is, and maildrop is asked with it, c "SASL". Not ok as above.
//   retrieve  number: index of the message, from 0; a: its unique-id, b: "RETR" or "TOP".
//             answer.text: the whole message.
//   commit    number 1: UPDATE, a: indices of what is deleted, "0 4 7"; the maildrop is then
//             released. number 0: released without a change (the session broke off).
void step(Server& server, const Input& input, const ServerHost& host, Effects& fx);

// Gives back what the machine holds in the heap; the machine is then as new.
void release(Server& server, Heap& heap);

// What APOP's digest must be (§7): MD5 of the timestamp and the secret, 32 lower-case hex digits.
std::string apop_digest(std::string_view timestamp, std::string_view secret);

}  // namespace postroad::pop3

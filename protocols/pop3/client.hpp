// The POP3 client (RFC 1939) as a machine: a script of turns, one row each.
#pragma once

#include <span>
#include <string_view>

#include "protocols/base/machine.hpp"
#include "protocols/message/dot_stuffing.hpp"
#include "protocols/pop3/host.hpp"
#include "protocols/sasl/exchange.hpp"

namespace postroad::pop3 {

enum class Turn : std::uint8_t {
    greeting, capa, stls, apop, user, pass, auth, stat, uidl, list, choice, retr, dele, quit, over
};
std::string_view name_of(Turn turn);

// A message that the server has listed.
struct Offered {
    std::uint64_t octets = 0;        // 0: not told
    std::uint32_t number = 0;        // the server's, from 1
    std::uint32_t id_offset = 0;     // of its unique-id in Client::unique_ids
    std::uint32_t id_size = 0;       // 0: the server gives none
    std::uint32_t unused = 0;
};
static_assert(Record<Offered>);

struct Client {
    Turn awaiting = Turn::greeting;  // whose reply comes next
    std::uint8_t asking = 0;         // next_job is open
    std::uint8_t ended = 0;
    std::uint8_t listing = 0;        // inside a multi-line reply
    std::uint8_t capabilities = 0;   // Capability bits
    std::uint8_t delete_it = 0;      // the message being fetched
    message::Unstuffer unstuffer;
    std::uint32_t at = 0;            // index of the message in turn
    std::uint32_t fetched = 0;       // messages, in this session
    std::uint32_t deleted = 0;       // marked
    std::uint32_t count = 0;         // as STAT told
    std::uint64_t octets = 0;
    Text pending;                    // an unfinished line
    Text timestamp;                  // of the greeting
    Text unique_ids;
    List<Offered> messages;
    Text content;                    // of the message that is coming
    std::uint8_t tls = 0;            // what is said here is protected
    sasl::Mechanism mechanism = sasl::Mechanism::none;  // of the AUTH under way
    sasl::Mechanisms mechanisms;     // that the server offered
    std::uint8_t given_up = 0;       // "*" was said; why is in `held`
    std::uint8_t has_it = 0;         // the open next_job is about deleting what has been fetched
    std::uint8_t unused[2] = {};
    sasl::Exchange exchange;
    Text held;                       // a first response too long for AUTH's line; a challenge
};
static_assert(Record<Client> && sizeof(Client) % 8 == 0);

// Capabilities that the client makes use of, as bits of Client::capabilities (RFC 2449).
namespace capability {
inline constexpr std::uint8_t known = 1;     // CAPA was answered: what is not listed is not there
inline constexpr std::uint8_t user = 2;
inline constexpr std::uint8_t uidl = 4;
inline constexpr std::uint8_t top = 8;
inline constexpr std::uint8_t stls = 16;
}  // namespace capability

// One row of the client's script: what it says in a turn and where that is written.
struct TurnRow {
    Turn turn;
    std::string_view says;       // a form for people: "RETR number"
    Turn then;                   // after +OK
    Section section;
};
std::span<const TurnRow> client_script();

// Tells:
//   fetched           index: of the message (unique_id_of knows its id), text: the whole message
//   login_failed      text: the server's words; then session_failed
//   session_failed    text: why
//   session_done      code: `positive` when the deletions have been done for good
//   secret_in_clear   text: the user whose password (code 1: token) has just been said
// Asks next_job for each listed message, in order; number: its index, a: its unique-id or empty.
// Answer: ok: fetch it; number 1: delete it (after fetching, or without when not ok).
// A host that asks_before_deleting is asked once more, behind `fetched`, with c "DELE": number 1 then
// deletes it, and what the first answer said of deleting a fetched message counts for nothing.
// Asks respond as the SMTP client does (smtp/client.hpp); a BEGIN that is not ok leaves USER.
void step(Client& client, const Input& input, const ClientHost& host, Effects& fx);

// Valid until release; empty when the server gave none.
std::string_view unique_id_of(const Client& client, std::uint32_t index, const Heap& heap);

void release(Client& client, Heap& heap);

}  // namespace postroad::pop3

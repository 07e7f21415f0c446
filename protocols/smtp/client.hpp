// The SMTP client (RFC 5321) as a machine: a script of turns, one row each. By LMTP (RFC 2033) it says
// LHLO and hears, behind the data, a reply for each recipient.
#pragma once

#include <span>
#include <string_view>

#include "protocols/base/machine.hpp"
#include "protocols/sasl/exchange.hpp"
#include "protocols/smtp/host.hpp"

namespace postroad::smtp {

enum class Turn : std::uint8_t {
    greeting, ehlo, starttls, helo, auth, job, mail, recipient, data, content, noop, rset, quit, over
};
std::string_view name_of(Turn turn);

struct Client {
    Turn awaiting = Turn::greeting;   // whose reply comes next
    std::uint8_t asking = 0;          // next_job is open
    std::uint8_t ended = 0;
    std::uint8_t pipelined = 0;       // MAIL, RCPT and DATA went out together (RFC 2920)
    std::uint16_t extensions = 0;     // Extensions bits that the server offered
    std::uint16_t failed_code = 0;    // why this transaction cannot go on; 0: it can
    // Answered: replies to RCPT; by LMTP counted once more behind the data.
    std::uint32_t said_recipients = 0, answered_recipients = 0, accepted_recipients = 0;
    std::uint32_t transactions = 0;   // ended, well or not
    std::uint64_t server_size_max = 0;
    Text pending;                     // an unfinished reply
    Text reverse_path;
    List<Text> forward_paths;
    Text content;                     // the message as it is to arrive, periods not stuffed
    std::uint8_t eight_bit = 0;       // the content has octets over 127
    std::uint8_t tls = 0;             // what is said here is protected
    sasl::Mechanisms mechanisms;      // that the server offered
    sasl::Mechanism mechanism = sasl::Mechanism::none;  // of the AUTH under way
    std::uint8_t given_up = 0;        // "*" was said; why is in `held`
    std::uint8_t unused[2] = {};
    sasl::Exchange exchange;
    Text held;                        // a first response too long for AUTH's line; a challenge
};
static_assert(Record<Client>);

// One row of the client's script: what it says in a turn and where that is written.
struct TurnRow {
    Turn turn;
    std::string_view says;       // a form for people: "MAIL FROM:<reverse-path>"
    std::string_view good;       // the replies with which it goes on
    Turn then;
    Section section;
};
std::span<const TurnRow> client_script();

// A mail to send. The client takes over the caller's references.
struct Job {
    Text reverse_path;
    List<Text> forward_paths;
    Text content;
    bool eight_bit = false;
};
void give(Client& client, const Job& job, Heap& heap);

// Tells: recipient_ok/_refused (index, code, text), message_accepted/_refused (by LMTP
// message_accepted has the index of the one recipient it speaks of, and recipient_refused may come
// behind the data, too), session_failed, session_done, login_failed, secret_in_clear. Asks: next_job (answer ok: give() has been called;
// else QUIT); respond BEGIN (ok: `enhanced` is the mechanism, `text` its first response if it
// `exists`; else text: why there is none) and STEP (ok: text is the response; else why it is over).
void step(Client& client, const Input& input, const ClientHost& host, Effects& fx);

void release(Client& client, Heap& heap);

}  // namespace postroad::smtp

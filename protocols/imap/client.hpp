// The IMAP client (RFC 3501, 9051) as a machine: a script of turns up to the login, then jobs.
#pragma once

#include <span>
#include <string_view>

#include "protocols/base/machine.hpp"
#include "protocols/imap/client_host.hpp"
#include "protocols/imap/client_job.hpp"
#include "protocols/imap/fields.hpp"
#include "protocols/sasl/exchange.hpp"

namespace postroad::imap {

// The command whose tagged reply comes next; `job`: none is under way.
enum class Turn : std::uint8_t {
    greeting,
    capability,
    starttls,
    login,
    authenticate,
    id,
    enable,
    job,
    noop,
    select,
    examine,
    resync,
    present,
    list,
    lsub,
    status,
    summaries,
    fetch,
    part,
    store,
    copy,
    move,
    mark,
    expunge,
    append,
    create,
    remove,
    rename,
    subscribe,
    unsubscribe,
    search,
    idle,
    unselect,
    close,
    logout,
    over
};
std::string_view name_of(Turn turn);

// Capabilities that the client makes use of (bits of Client::offers).
enum class Offer : std::uint8_t {
    known,  // CAPABILITY was told: what is not listed is not there
    rev1,
    rev2,
    starttls,
    login_disabled,
    sasl_ir,
    enable,
    condstore,
    qresync,
    literal_plus,
    literal_minus,
    uidplus,
    move,
    idle,
    unselect,
    esearch,
    id,
    special_use,
    list_extended
};

struct Client {
    Turn awaiting = Turn::greeting;
    std::uint8_t asking = 0;  // 1: next_job is open, 2: respond
    std::uint8_t ended = 0;
    std::uint8_t tls = 0;        // 1: what is said here is protected; 2: STARTTLS was taken
    std::uint8_t logged_in = 0;  // 2: the greeting said so (PREAUTH)
    std::uint8_t idling = 0;     // 1: IDLE is said, 2: taken, 3: DONE is said, 4: to begin anew
    std::uint8_t selected = 0;   // 1: read-write, 2: read-only
    std::uint8_t enabled = 0;    // 1: CONDSTORE, 2: QRESYNC, 4: IMAP4rev2
    sasl::Mechanism mechanism = sasl::Mechanism::none;  // of the AUTHENTICATE under way
    std::uint8_t given_up = 0;                          // "*" was said; why is in `held`
    sasl::Mechanisms mechanisms;                        // that the server offered
    std::uint32_t offers = 0;
    std::uint32_t tag = 0;      // of the last command: "A" and this number
    std::uint32_t refused = 0;  // jobs in a row of which nothing could be said
    std::uint32_t jobs = 0;     // done or failed
    // The mailbox that is selected, as far as the server has told.
    std::uint32_t exists = 0;
    std::uint32_t uidvalidity = 0;
    std::uint32_t uidnext = 0;
    std::uint32_t first_unseen = 0;  // its number
    std::uint32_t content_uid = 0;   // of the message that comes in pieces
    std::uint64_t modseq = 0;        // HIGHESTMODSEQ; 0: none
    List<std::uint32_t> uids;        // by number from 1; 0: not told. May be shorter than `exists`
    Text mailbox;                    // as the job named it
    Text job;                        // the one under way, written out
    Text permanent;                  // PERMANENTFLAGS
    Text job_left;                   // an answer that came while IDLE had still to end
    Text unsent;                     // of the command: what waits for "+" (fields "part")
    Text found;                      // of the job: a set that its next command needs
    Text content;                    // what has come of it
    std::uint64_t scanned = 0;       // of `pending`: octets in which no response ends
    std::uint64_t line_from = 0;     // where, behind its literals, the response's line goes on
    Text pending;                    // an unfinished response
    sasl::Exchange exchange;
    Text held;                 // a first response that waits for "+"; a challenge
    std::uint8_t closing = 0;  // SELECT is said, the mailbox before not yet left (RFC 7162 §3.2.11)
    std::uint8_t kept_alive = 0;     // the NOOP under way is nobody's job
    std::uint8_t content_ended = 0;  // the piece that came was the last
    std::uint8_t until_change = 0;   // of the IDLE under way
    std::uint8_t changed = 0;        // since it began
    std::uint8_t whole = 0;          // resync: the command asks for every message
    std::uint8_t exists_told = 0;    // of the mailbox that is selected
    std::uint8_t unused = 0;
};
static_assert(Record<Client> && sizeof(Client) % 8 == 0);

inline bool offers(const Client& client, Offer one) {
    return (client.offers >> static_cast<unsigned>(one) & 1U) != 0;
}

// One row of the client's script: what it says in a turn and where that is written.
struct TurnRow {
    Turn turn;
    std::string_view says;  // a form for people: "SELECT mailbox"
    Turn then;              // after OK
    postroad::Section section;
};
std::span<const TurnRow> client_script();

// What a tell of kind `imap` is about: its `code`. `index` and the text are described beside it;
// "fields" are read by Fields (fields.hpp). UIDs that the server never told are 0.
enum class Told : std::uint16_t {
    capability,  // text: the words, without CAPABILITY
    enabled,     // text: the words
    folder,      // fields: name, delimiter, attributes ("\HasChildren \Trash"); index 1: by LSUB
    status,      // fields: name, messages, uidnext, uidvalidity, unseen, modseq, deleted, size
    opening,     // text: the mailbox that further tells are about; index: how, as JobKind
    selected,    // fields: name, exists, uidvalidity, uidnext, modseq, unseen, permanent (flags),
                 // read_only. Told when SELECT has ended, before `job_done`
    uidvalidity_changed,  // index: the new one; text: the name. What was known by UID is void
    exists,               // index: how many messages there are now
    expunged,             // index: UID; text: what its number was
    vanished,             // text: a set of UIDs. index 1: (EARLIER), they were gone before
    present,     // text: the set of all UIDs in the mailbox; index: how many. Ends a resync
                 // without QRESYNC: what is not in it is gone
    flags,       // index: UID; fields: flags ("(\Seen $Junk)"; not there: not told), modseq, number
    summary,     // index: UID; fields: number, flags, modseq, size, date, header; envelope and
                 // structure as they came, in parentheses
    message,     // index: UID; text: the whole message
    part,        // index: UID; text: the part
    found,       // text: a set of UIDs; index: how many
    appended,    // index: UID; fields: name, uidvalidity (RFC 4315 APPENDUID)
    copied,      // fields: uidvalidity (of the target), from, to: sets that correspond (COPYUID)
    modified,    // text: the set of UIDs that `unchanged_since` kept from being changed
    modseq,      // fields: modseq: the mailbox's, by a response code HIGHESTMODSEQ
    danger,      // text: what others may lose by an EXPUNGE that cannot be told what to expunge
    doubt,       // text: what the server said and cannot be; it was passed over
    alert,       // text: what people must be shown (RFC 3501 §7.1)
    idling,      // IDLE has been taken
    job_done,    // index: JobKind; fields: code (response code), text
    job_failed,  // the same; the tagged reply's words, or why it was not even tried
};
std::string_view name_of(Told told);

// Tells:
//   imap              code: a Told; index and text: as described there
//   login_failed      text: the server's words; then session_failed
//   session_failed    text: why
//   session_done      text: the server's words
//   secret_in_clear   text: the user whose password (code 1: token) has just been said
// Asks next_job whenever it has nothing to do; a: the mailbox that is selected, b: "IDLE" while it
// idles, number: how many jobs have ended. Answer: ok: `text` is a Job, written; else LOGOUT. It
// may be answered late: what the server says meanwhile is told, an answer ends IDLE. Asks respond
// as the SMTP client does (smtp/client.hpp); a BEGIN that is not ok leaves LOGIN.
void step(Client& client, const Input& input, const ClientHost& host, Effects& fx);

void release(Client& client, Heap& heap);

}  // namespace postroad::imap

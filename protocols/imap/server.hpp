// The IMAP server (RFC 3501, RFC 9051) as a machine: how an owner works in mailboxes that stay at
// the server. What each session has been told, its numbers above all, is the machine's alone.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "protocols/base/line_server.hpp"
#include "protocols/imap/host.hpp"
#include "protocols/imap/store.hpp"
#include "protocols/sasl/exchange.hpp"

namespace postroad::imap {

// Where a session stands (RFC 3501 §3). `auth`: in the middle of AUTHENTICATE; `idle`: in the
// middle of IDLE, with a mailbox selected or not.
enum class ServerState : std::uint8_t {
    not_authenticated,
    authenticated,
    selected,
    logout,
    auth,
    idle
};
std::string_view name_of(ServerState state);

// "* …", OK, "+ …", NO, BAD and BYE where Reply and Said want a number.
inline constexpr std::uint16_t untagged = 1, good = 2, go_on = 3, refused = 4, bad = 5, bye = 6;

// A message of the selected mailbox as this session has been told of it; number n of the protocol
// is index n-1.
struct Member {
    std::uint32_t uid = 0;
    std::uint32_t flags = 0;
    std::uint64_t modseq : 62 = 0;
    std::uint64_t gone : 1 = 0;     // expunged, and the session has not been told yet
    std::uint64_t changed : 1 = 0;  // its flags are news for the session
};
static_assert(Record<Member> && sizeof(Member) == 16);

// What ENABLE (RFC 5161) or a command that implies it switched on.
namespace enabled {
inline constexpr std::uint8_t condstore = 1, qresync = 2, rev2 = 4, utf8 = 8;
}

// What a session has not been told yet.
namespace news {
inline constexpr std::uint8_t came = 1, changed = 2, gone = 4;
}

// Where the literal goes that is coming.
enum class LiteralTo : std::uint8_t { nowhere, command, message };

// What the open ask is for.
enum class Waiting : std::uint8_t {
    nothing,
    row,   // the row's `then`
    news,  // what is new, before the tagged reply
    idle   // what is new, during IDLE
};

struct Server {
    using State = ServerState;
    std::uint32_t errors = 0;
    State state = State::not_authenticated;
    std::uint8_t row = 0;     // of the command under way
    std::uint8_t asking = 0;  // an answer is awaited; later input waits
    std::uint8_t ended = 0;
    std::uint8_t skipping = 0;   // inside a line too long to keep
    std::uint8_t tls = 0;        // what is said here is protected
    std::uint8_t enabled = 0;    // bits of `enabled`
    std::uint8_t read_only = 0;  // of the selected mailbox
    Waiting waiting = Waiting::nothing;
    LiteralTo literal_to = LiteralTo::nowhere;
    std::uint8_t has_mailbox = 0;  // one is open at the desk
    std::uint8_t has_account = 0;  // somebody is logged in
    std::uint8_t news = 0;         // bits of `news`: what is to be told of `members`
    std::uint8_t flags_news = 0;   // the keyword table is news
    std::uint8_t too_long = 0;     // the command under way passes a limit: 1, its message: 2
    std::uint8_t outcome = 0;      // the code of the tagged reply that waits for news
    std::uint8_t stage = 0;        // of a command of several asks, its own
    std::uint8_t bits = 0;         // of a command of several asks, its own
    sasl::Mechanism mechanism = sasl::Mechanism::none;  // of the AUTHENTICATE under way
    std::uint8_t idle_news = 0;  // the mailbox changed while an ask of IDLE was open
    std::uint32_t told = 0;      // messages the session knows of: the last EXISTS
    std::uint32_t told_recent = 0;
    std::uint32_t uidvalidity = 0;
    std::uint32_t uidnext = 0;
    std::uint32_t at = 0;            // in `targets`
    std::uint32_t search_flags = 0;  // RETURN options of the SEARCH under way
    std::uint64_t account = 0;       // the desk's own numbers, as its answers gave them
    std::uint64_t mailbox = 0;
    std::uint64_t literal_left = 0;  // octets of the literal that are still to come
    std::uint64_t cursor = 0;        // the mod-sequence up to which `members` is true
    Text pending;                    // octets not yet worked off
    Text command;                    // the whole of it, from its tag, its literals in place
    Text message;                    // APPEND's; the desk may share it instead of copying
    Text user;                       // who is logged in
    Text keywords;                   // of the selected mailbox, each ended by "\n"
    Text words;                      // of the tagged reply that waits, "[CODE] text"
    Text notes;                      // of a command of several asks, its own
    List<Member> members;            // by UID upwards
    List<std::uint32_t> targets;     // UIDs that the command under way is about
    List<std::uint32_t> saved;       // UIDs of the result that SEARCH saved (RFC 5182), upwards
    sasl::Exchange exchange;         // what the desk remembers of an AUTHENTICATE under way
};
static_assert(Record<Server> && sizeof(Server) % 8 == 0);

using ServerRow = Row<Server, ServerHost>;
// The table that the server runs by; tests and diagrams are made from it. UID commands have rows
// of their own, "UID FETCH". Its codes are those above.
std::span<const ServerRow> server_rows();
bool offers(const ServerHost& host, const ServerRow& row);

// One input in, effects out. Asks:
//   maildrop      a: user, b: password, c "LOGIN"; or a: who AUTHENTICATE found it is, c "SASL".
//                 Answer ok: number is the desk's own number of the account. Nothing is locked. Not
//                 ok: `enhanced` a response code such as "AUTHENTICATIONFAILED" (RFC 5530), text
//                 the words; both may be empty.
//   authenticate  as AskKind says; answers as for POP3 (pop3/server.hpp).
//   store         c: what to do, below. Not ok: as above; `enhanced` is "NONEXISTENT",
//                 "ALREADYEXISTS", "TRYCREATE", "OVERQUOTA", "CANNOT", "NOPERM", "INUSE", "LIMIT",
//                 "EXPUNGEISSUED" (RFC 5530, RFC 9051 §7.1) or empty.
//
// Of the account (Server::account). Names are UTF-8 with INBOX in upper case:
//   FOLDERS      text: all mailboxes and subscriptions in the order LIST tells them (store.hpp).
//   CREATE       a: name, number: special uses (folder::…). Levels above it come into being, too.
//                Answer number: mailbox id (RFC 8474); 0: none.
//   DELETE       a: name. One that has children stays as \Noselect, or is refused.
//   RENAME       a: from, b: to. INBOX is emptied into the new one (RFC 9051 §6.3.6).
//   SUBSCRIBE, UNSUBSCRIBE   a: name
//   STATUS       a: name. text: StatusFacts.
//   APPEND       a: name; b: "system-flags unix-seconds zone-minutes keyword keyword…", the first
//                a decimal number, the second "-" for now. The message is Server::message.
//                Answer number: its UID, octets: the mailbox's UIDVALIDITY.
//   QUOTA        a: a quota root, or with number 1 a mailbox. text: the root's name, then a line a
//                resource, "\nSTORAGE used limit" (in units of 1024 octets), "\nMESSAGE used
//                limit"; empty: there is no such root (RFC 9208).
//   SETQUOTA     a: root, b: "STORAGE 512 MESSAGE 100" or "". Answer as QUOTA's.
// Of the mailbox that is open (Server::mailbox, the desk's own number, as SELECT answered it):
//   SELECT, EXAMINE   a: name. What was open before is let go of, whatever the answer (RFC 3501
//                §6.3.1), and \Recent goes to the session that SELECTs first. Answer number: the
//                desk's own number, text: SelectHead and what follows it. From now on the session
//                is woken by Wake::changed when somebody else changes the mailbox.
//   CLOSE        number 1: first what is \Deleted goes, in silence. The mailbox is let go of, also
//                when the session breaks off.
//   CHANGES      number: a mod-sequence. text: ChangesHead and what has changed or come since
//                (rows) and what has vanished (uids), this session's own changes included; a:
//                "KEYWORDS n": the keyword table, too, if it has not n names. exists false: the
//                store no longer knows what vanished; the rows are all messages there are.
//   VANISHED     number: a mod-sequence. text: ChangesHead and the uids vanished since, none of
//                them still there. exists false: the store no longer knows that; no uids then.
//   KEYWORD      b: "Name Name": gets them a place each in the table; number 1: only those that are
//                there count. Answer text: the table.
//   FETCH        number: UID; b: "TEXT" if the text is wanted, "" if FetchHead will do; a: "SEEN"
//   if
//                \Seen is to be set. Answer `enhanced`: FetchHead, text: the whole message.
//                exists false (and ok): there is no such message any more.
//   STORE        a: UIDs "1,4:7"; b: "+5", "-5" or "=5": flags set, cleared, replaced (\Recent and
//                keywords it has no say in included: it never touches bit 5); number:
//                UNCHANGEDSINCE, or ~0. Answer text: ChangesHead, the rows of those it did, the
//                uids of those whose mod-sequence was higher (RFC 7162 §3.1.3); the rest is gone.
//   EXPUNGE      a: UIDs "1,4:7", or "" for all; of them, those that are \Deleted go. Answer text:
//                ChangesHead and the uids that went.
//   COPY, MOVE   a: target, b: UIDs. All or nothing (RFC 9051 §6.4.7). Answer text: CopiedPairs by
//                `from` upwards, number: the target's UIDVALIDITY, octets: the mailbox's highest
//                mod-sequence.
//   SEARCH, SORT, THREAD   b: what stands behind the word (and RETURN), as the client wrote it; the
//                desk reads it by `parse_query` (query.hpp) and tries it on session_members();
//                number 1: THREAD is to tell UIDs. Answer text: SEARCH's UIDs upwards, SORT's in
//                their order (std::uint32_t), THREAD's as `thread_references` writes them; number:
//                the highest mod-sequence among them, if the program has MODSEQ.
// A desk may answer FETCH later: what has been said up to there is then sent, and no more than one
// message is ever on its way in Effects.
void step(Server& server, const Input& input, const ServerHost& host, Effects& fx);

// Gives back what the machine holds in the heap; the machine is then as new.
void release(Server& server, Heap& heap);

// For desks: what this session counts as its messages, in order of their numbers, 1 first.
std::vector<Member> session_members(const Server& server, const Heap& heap);
// Whether this UID is in the result that "$" stands for.
bool in_saved_result(const Server& server, const Heap& heap, std::uint32_t uid);

}  // namespace postroad::imap

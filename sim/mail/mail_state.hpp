// What mail hosts keep in the World: queues, mailboxes, and messages, whose text is stored once.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/index.hpp"
#include "protocols/base/pages.hpp"
#include "sim/core/facts.hpp"
#include "sim/mail/guard_state.hpp"
#include "sim/mail/maildrop_state.hpp"
#include "sim/mail/mapi_state.hpp"
#include "sim/mail/people_state.hpp"
#include "sim/mail/rules_state.hpp"
#include "sim/mail/token_state.hpp"
#include "sim/mail/retriever_state.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim {

namespace message_flag {
inline constexpr std::uint16_t eight_bit = 1;    // octets over 127: wants 8BITMIME (RFC 6152)
inline constexpr std::uint16_t report = 2;       // a DSN of this host's own
inline constexpr std::uint16_t submitted = 4;    // came in by the MSA
inline constexpr std::uint16_t warned = 8;       // the sender has been told of the delay
inline constexpr std::uint16_t warn_due = 16;    // an event that will tell them is on the agenda
inline constexpr std::uint16_t tls_report = 32;  // of a day's TLS sessions (RFC 8460)
}  // namespace message_flag

// A message this host is responsible for: it lives until its last recipient is done with.
struct Message {
    NodeId host = 0;                      // (first: the free list's link when ended)
    std::uint32_t generation = 0;
    Id id = 0;                            // the queue id; mail::queue_id writes it
    Id conversation = 0;                  // in which it came; 0: made here
    Time arrived = 0;
    Text reverse_path;                    // empty: the null one
    Text content;                         // header and body, with this host's Received on top
    std::uint32_t transaction = 0;        // which mail of that conversation, from 0
    std::uint32_t first_recipient = nothing;  // Recipients that are not done with
    std::uint32_t recipients = 0;         // how many those are
    std::uint32_t all_recipients = 0;     // how many the envelope named
    std::uint32_t trace_octets = 0;       // of `content`: what this host put on top
    std::uint16_t flags = 0;              // message_flag
    std::uint16_t expansions = 0;         // aliases, lists and forwards followed so far
};
static_assert(Record<Message> && sizeof(Message) == 72);

enum class RecipientState : std::uint8_t {
    fresh,      // nobody has looked at it yet
    waiting,    // in its destination's list
    sending,    // a delivery is busy with it
    deferred,   // not before next_try
    failed,     // for good; the sender is to be told
};

// One forward-path of a queued message.
struct Recipient {
    std::uint32_t next = nothing;         // of the same message
    std::uint32_t generation = 0;
    std::uint32_t message = nothing;
    std::uint32_t destination = nothing;
    std::uint32_t before = nothing, behind = nothing;  // in the destination's list
    Text forward_path;
    Text original;                        // as the envelope had it, where an alias changed it
    Text words;                           // of the last reply or failure
    Time next_try = 0;
    std::uint16_t attempts = 0;
    std::uint16_t code = 0;               // of the last reply; 0: none came
    RecipientState state = RecipientState::fresh;
    std::uint8_t exit_code = 0;           // of the program that is run for it
    std::uint8_t piped = 0;               // 1: such a program runs; 2: it has done its work
    std::uint8_t unused = 0;
};
static_assert(Record<Recipient> && sizeof(Recipient) == 64);

// How the hosts of a destination are found.
enum class NextHop : std::uint8_t { mx, host, literal, mx_for_report, lmtp };  // lmtp: a host, too
// Reports about TLS go by MX, too, and whatever TLS does there (RFC 8460 §3).
constexpr bool is_by_mx(NextHop how) {
    return how == NextHop::mx || how == NextHop::mx_for_report;
}

// A next hop of one host: who shares it shares conversations and back-off (RFC 5321 §4.5.4.1).
struct Destination {
    NodeId host = 0;
    std::uint32_t generation = 0;
    Text name;                            // domain in lower case, scenario host, or address literal
    std::uint32_t first = nothing, last = nothing;  // Recipients that wait here, the oldest first
    std::uint32_t waiting = 0;
    std::uint32_t deliveries = 0;         // under way
    Time closed_until = 0;                // back-off after nobody there could be reached
    Time wake_at = never;                 // the event pending for this record
    std::uint16_t port = 25;
    std::uint16_t failures = 0;           // in a row, for the back-off
    NextHop how = NextHop::mx;
    std::uint8_t crowded = 0;             // at the limit of conversations, which is recorded
    std::uint16_t seeking = 0;            // deliveries that have not asked for a mail yet
};
static_assert(Record<Destination> && sizeof(Destination) == 56);

// A mail exchanger to try; its addresses are looked up when its turn comes.
struct Rung {
    Text name;
    std::uint32_t preference = 0;
    std::uint32_t unused = 0;
};
static_assert(Record<Rung>);

enum class DeliveryState : std::uint8_t {
    finding_exchangers,  // MX is being looked up
    finding_addresses,   // of the exchanger whose turn it is
    finding_policy,      // of the domain (RFC 8461), before its exchangers
    finding_tlsa,        // of the exchanger whose turn it is (RFC 7672)
    talking,             // a session is up or coming up
};

namespace delivery_flag {
inline constexpr std::uint8_t secure_names = 1;  // how its exchangers were found is authentic
inline constexpr std::uint8_t secure_host = 2;   // the exchanger's addresses are, too
inline constexpr std::uint8_t in_clear = 4;      // this try is the one after a failed handshake
inline constexpr std::uint8_t table = 8;         // the domain is in this host's table
inline constexpr std::uint8_t tls_known = 16;    // `tls` and `tlsa` hold for this rung
}  // namespace delivery_flag

// One conversation with a destination and the ladder of hosts that leads to it.
struct Delivery {
    NodeId host = 0;
    std::uint32_t generation = 0;
    std::uint32_t destination = nothing;
    std::uint32_t connection = nothing;   // Tcb
    std::uint32_t message = nothing;      // on its way right now
    std::uint32_t message_generation = 0;
    std::uint32_t rung = 0;               // of the ladder
    std::uint32_t address = 0;            // which of the rung's addresses is tried
    std::uint32_t mails = 0;              // accepted in this session
    std::uint32_t undecided = 0;          // recipients of the mail on its way without a verdict
    Id subject = 0;                       // message for whose sake it began
    List<Rung> ladder;
    List<AddressId> addresses;
    List<std::uint32_t> recipients;       // of the mail on its way, in RCPT's order
    Text words;                           // why the last host did not do
    Text tlsa;                            // what its certificate is held against (dane.hpp)
    std::uint32_t sts = nothing;          // the domain's policy that holds: MailTables::sts
    TlsPolicy tls = TlsPolicy::none;      // towards the host that is tried
    std::uint8_t tls_flags = 0;           // delivery_flag
    std::uint8_t tls_fault = 0;           // tls::Fault of the certificate it was shown
    std::uint8_t unused2 = 0;
    std::uint16_t code = 0;
    std::uint16_t families_asked = 0;     // bit 0: A, bit 1: AAAA
    DeliveryState state = DeliveryState::finding_exchangers;
    std::uint8_t greeted = 0;             // the session came as far as a mail
    std::uint8_t permanent = 0;           // the failure in `words` is final
    std::uint8_t taken = 0;               // LMTP: recipients of the mail on its way who have it
};
static_assert(Record<Delivery> && sizeof(Delivery) == 104);

enum class StsPhase : std::uint8_t { idle, looking_up, fetching };

struct StsWaiter {
    std::uint32_t delivery = nothing;
    std::uint32_t generation = 0;
};
static_assert(Record<StsWaiter>);

// What a host knows of a domain's MTA-STS policy (RFC 8461 §3.3): kept until its time is over.
struct StsPolicy {
    NodeId host = 0;
    std::uint32_t generation = 0;
    Text domain;                          // in lower case
    Text id;                              // of the TXT record that the policy came with
    Text wanted_id;                       // of the one that is being fetched
    Text patterns;                        // of mail exchangers, a line each
    Time expires = 0;                     // 0: there is no policy
    Time try_again = 0;                   // not before then, after a fetch that failed
    List<StsWaiter> waiters;              // deliveries that cannot go on without it
    std::uint32_t max_age_s = 0;
    std::uint8_t mode = 0;                // scenario::StsMode
    StsPhase phase = StsPhase::idle;
    std::uint8_t unused[2] = {};
};
static_assert(Record<StsPolicy>);

// A kind of failure of one day's sessions (RFC 8460 §4.3).
struct TlsFailure {
    Text host;                            // the exchanger; empty: before there was one
    AddressId address = nothing;
    std::uint32_t count = 0;
    std::uint8_t fault = 0;               // TlsReportFault
    std::uint8_t unused[7] = {};
};
static_assert(Record<TlsFailure>);

// What became of TLS towards a domain on one day, under one kind of policy (RFC 8460 §4).
struct TlsTally {
    NodeId host = 0;
    std::uint32_t generation = 0;
    std::uint64_t day = 0;                // since 1970
    Text domain;
    Text policy;                          // its lines, as they are reported
    Text exchangers;                      // the patterns of an MTA-STS policy
    List<TlsFailure> failures;
    std::uint32_t successes = 0;
    std::uint32_t failed = 0;
    std::uint8_t kind = 0;                // TlsReportPolicy
    std::uint8_t asking = 0;              // where its report goes to is being looked up
    std::uint8_t unused[6] = {};
};
static_assert(Record<TlsTally>);

// A person's mailbox (index: Setup::people): folders, made when they are first needed.
struct Mailbox {
    std::uint32_t inbox = nothing;        // Folder
    std::uint32_t first_folder = nothing; // all of them, the newest first; Folder::next
    std::uint32_t session = nothing;      // connection that has the maildrop open (RFC 1939 §4)
    std::uint32_t next_validity = 1;      // for the next folder: never the same twice (RFC 3501 §2.3.1.1)
    std::uint64_t octets = 0;             // of all entries, Return-Path included
    std::uint32_t messages = 0;
    std::uint32_t furnished = 0;          // has been given the folders that everybody gets
};
static_assert(Record<Mailbox> && sizeof(Mailbox) == 32);

namespace folder_flag {
inline constexpr std::uint32_t subscribed = 1;
inline constexpr std::uint32_t no_select = 2;   // a name with others under it, and no folder itself
inline constexpr std::uint32_t missing = 4;     // removed, and still subscribed (RFC 3501 §6.3.4)
inline constexpr unsigned use_shift = 8;        // FolderUse
}  // namespace folder_flag
enum class FolderUse : std::uint8_t { none, archive, drafts, junk, sent, trash };  // RFC 6154 §2

// A message that is no longer in a folder (RFC 7162 §3.2.10).
struct Vanished {
    std::uint64_t modseq = 0;
    std::uint32_t uid = 0;
    std::uint32_t unused = 0;
};
static_assert(Record<Vanished>);

// A message that came or changed while somebody had the folder open.
struct Changed {
    std::uint64_t modseq = 0;
    std::uint32_t stored = nothing;
    std::uint32_t uid = 0;
};
static_assert(Record<Changed>);

// A folder of a mailbox. Its messages hang together by StoredMessage::next, by rising uid. Every
// person with mail has one at least: what only some folders need is in FolderDetails.
struct Folder {
    std::uint32_t next = nothing;         // of the same mailbox (first: the free list's link)
    std::uint32_t owner = nothing;        // Setup::people
    std::uint32_t first = nothing, last = nothing;
    std::uint32_t count = 0;
    std::uint32_t uid_validity = 1;
    std::uint32_t uid_next = 1;
    std::uint32_t recent_from = 1;        // uids from here on no session has been told of
    std::uint32_t flags = 0;              // folder_flag
    std::uint32_t details = nothing;      // FolderDetails
    Text name;                            // UTF-8, levels parted by "/"
    std::uint64_t modseq = 1;             // the highest (RFC 7162 §3.1.2.1)
    std::uint64_t octets = 0;
};
static_assert(Record<Folder> && sizeof(Folder) == 64);

// What a folder has once somebody has opened it by IMAP, or a message in it has a keyword.
struct FolderDetails {
    std::uint32_t first_open = nothing;   // OpenFolder: sessions that have it selected
    std::uint32_t unused = 0;
    Text keywords;                        // parted by spaces; bit 6 + n of StoredMessage::flags
    std::uint64_t forgotten = 0;          // what vanished up to this modseq is not in `vanished`
    List<Vanished> vanished;              // the older first
    List<Changed> changed;                // since `logged_from`, while it is open
    std::uint64_t logged_from = 0;
};
static_assert(Record<FolderDetails> && sizeof(FolderDetails) == 48);

namespace mail_flag {                     // StoredMessage::flags; keywords above them
inline constexpr std::uint32_t seen = 1, answered = 2, flagged = 4, deleted = 8, draft = 16,
                               recent = 32;
inline constexpr unsigned keyword_shift = 6;
inline constexpr unsigned keywords_max = 26;
}  // namespace mail_flag

// An entry of a folder: `prefix` then `content` are the message as it is read.
struct StoredMessage {
    std::uint32_t next = nothing;         // in the folder, the older first
    std::uint32_t generation = 0;
    std::uint32_t before = nothing;
    std::uint32_t folder = nothing;
    std::uint32_t uid = 0;
    std::uint32_t flags = 0;              // mail_flag
    Text prefix;                          // Return-Path (RFC 5321 §4.4)
    Text content;                         // shared with the queue and other mailboxes
    std::int64_t arrived_s = 0;           // internal date, since 1970 UTC
    Id message = 0;                       // the queue id it had
    std::uint64_t modseq = 0;
    std::uint64_t octets() const { return std::uint64_t{prefix.size} + content.size; }
};
static_assert(Record<StoredMessage> && sizeof(StoredMessage) == 64);

struct OpenEntry {
    std::uint32_t uid = 0;
    std::uint32_t stored = nothing;
};
static_assert(Record<OpenEntry>);

// A folder as one session has it selected.
struct OpenFolder {
    std::uint32_t connection = nothing;   // (first: the free list's link)
    std::uint32_t generation = 0;
    std::uint32_t folder = nothing;       // nothing: it has been removed meanwhile
    std::uint32_t before = nothing, behind = nothing;  // others who have the same folder open
    std::uint32_t read_only = 0;
    std::uint32_t woken = 0;              // an event that tells it of changes is on the agenda
    std::uint32_t uid_next = 1;           // messages from here on are not in `entries`
    List<OpenEntry> entries;              // by rising uid; some may be gone by now
    List<std::uint32_t> recent;           // uids that are \Recent here, by rising uid
    std::uint32_t late_uid = 0;           // a FETCH that waits for its reader
    std::uint32_t late_bits = 0;          // 1: its text is wanted, 2: it becomes \Seen
};
static_assert(Record<OpenFolder>);

// Counters of a host.
struct MailHost {
    std::uint32_t queued = 0;             // messages
    std::uint32_t conversations = 0;      // deliveries under way
    std::uint64_t accepted = 0;           // messages it has taken responsibility for, ever
    std::uint8_t discards = 0;            // takes everything and keeps nothing (for benchmarks)
    std::uint8_t unused[7] = {};
};
static_assert(Record<MailHost> && sizeof(MailHost) == 24);

struct MailTables {
    Table<Message> messages;
    Table<Recipient> recipients;
    Table<Destination> destinations;
    Index destinations_by_name;           // mail::destination_hash → Destination
    Table<Delivery> deliveries;
    Pages<Mailbox> mailboxes;
    Table<Folder> folders;
    Table<FolderDetails> folder_details;
    Table<StoredMessage> stored;
    Table<OpenFolder> open_folders;
    Pages<MailHost> hosts;
    PeopleTables people;
    MaildropTables maildrops;
    GuardTables guards;
    Table<StsPolicy> sts;
    Table<TlsTally> tallies;
    Table<HeldToken> tokens;
    Pages<PersonRules> rules;             // by Setup::people; grows when it is needed
    RetrieverTables retrievers;
    MapiTables mapi;
    Index people_by_address;              // hash of the lower-cased address → person
    std::uint64_t people_known = 0;       // Setup::version + 1 that the index was made for
    bool operator==(const MailTables&) const = default;
};

}  // namespace postroad::sim

// A mail program's sessions with a store by RPC, as a value: what it knows of the mailbox, what its
// person has asked for, and so the next call on each of its lines (MS-OXCRPC §3.2, MS-OXCROPS §3.1).
// It keeps no message's text: its owner does.
#pragma once

#include <span>

#include "protocols/mapi/emsmdb.hpp"
#include "protocols/mapi/extended_buffer.hpp"
#include "protocols/mapi/rop_buffer.hpp"
#include "protocols/nspi/nspi.hpp"

namespace postroad::mapi {

// A connection of its own each: the address book and its referral; the store; and, in the same
// association group as the store's, the call that waits for news.
enum class Line : std::uint8_t { directory, store, waiting };
inline constexpr std::size_t lines_count = 3;

// How somebody who stays learns of new mail.
enum class NewsBy : std::uint8_t {
    push,  // EcRRegisterPushNotification: a datagram comes, and its poll stands behind it
    wait,  // EcDoAsyncWaitEx on a line of its own
    poll,  // an empty call, as often as the server has said
};

// How somebody wants it; does not change during a session.
struct ProgramSettings {
    std::string user;      // what the person is looked up by: an account or an address
    std::string user_dn;   // known beforehand; empty: the address book says
    std::string callback;  // push: a sockaddr, `callback_address`
    NewsBy news = NewsBy::push;
    Packing packing = Packing::compressed;
    bool stays = false;     // does not end the session when all is done
    bool cached = true;     // keeps in step with every folder of mail; else with the inbox alone
    bool transport = false; // sends by RopTransportSend, else by RopSubmitMessage
    std::uint16_t rows_at_once = 50;
    std::uint16_t stream_octets = 0x7000;       // of a ReadStream or WriteStream
    std::uint16_t value_octets_max = 0x2000;    // larger values go by stream
    std::uint16_t recipients_at_once = 100;
    std::uint16_t client_version[3] = {14, 0, 4760};
};

// --- what it knows ---
namespace known {  // bits of KnownMessage::state
inline constexpr std::uint8_t wanted = 1;  // its text has still to be read
inline constexpr std::uint8_t lost = 2;    // it could not be read: not again in this session
inline constexpr std::uint8_t seen = 4;    // by the look under way
}  // namespace known
struct KnownMessage {
    std::uint64_t mid = 0;     // MS-OXCDATA §2.2.1.2
    std::uint32_t number = 0;  // the program's own name for it, never used again
    std::uint8_t read = 0;
    std::uint8_t state = 0;
    std::uint8_t unused[2] = {};
};
static_assert(Record<KnownMessage>);

struct KnownFolder {
    Text name;                    // UTF-8, "Inbox" or "Projects/2010"
    List<KnownMessage> messages;  // by MID upwards
    std::uint64_t fid = 0, parent = 0;
    std::uint8_t listed = 0;      // by the server, in this session
    std::uint8_t holds_mail = 0;  // by its container class
    std::uint8_t looks = 0;       // to be looked at: 1 for what has come, 2 for everything
    std::uint8_t failed = 0;      // in this session: not to be tried again
    std::uint8_t unused[4] = {};
};
static_assert(Record<KnownFolder> && sizeof(KnownFolder) % 8 == 0);

// What RopLogon names (MS-OXCSTOR §2.2.1.1.3), by place.
enum class Special : std::uint8_t {
    root, deferred_action, spooler, subtree, inbox, outbox, sent_items, deleted_items,
};

// --- what its person has asked for ---
enum class JobKind : std::uint8_t {
    mark_read, mark_unread, flag, unflag, answered,
    move,     // to the folder `text`, which is made if need be
    remove,   // to the deleted items; out of these, for good
    destroy,  // for good at once
    send,     // text: a message as RFC 5322 has it
};
struct ProgramJob {
    Text text;
    Text recipients;  // send: each ended by "\n"
    std::uint64_t mid = 0;
    std::uint32_t folder = 0;   // index
    std::uint32_t message = 0;  // KnownMessage::number
    std::uint32_t owner = 0;    // what the asker calls it
    JobKind kind = JobKind::mark_read;
    std::uint8_t unused[3] = {};
};
static_assert(Record<ProgramJob>);

// What a line is busy with: a call and what its answer means. The table api_calls.cpp says for each
// what a program of MAPI has called for it.
enum class Step : std::uint8_t {
    none,
    // directory
    referral, bind, find_self, find_self_by_dn, own_properties, find_server, resolve, unbind,
    // store
    connect, logon, receive_folder, hierarchy, hierarchy_rows, push, async_connect, advise, news,
    contents, contents_rows,
    open_message, open_stream, read_stream, recipients, attachments, attachment_rows,
    open_attachment,
    set_read_flags, open_to_change, create_folder, move_message, delete_message,
    create_message, more_recipients, create_stream, write_stream, create_attachment,
    save_attachment, submit,
    let_go, disconnect,
    // waiting
    wait,
};

enum class Slot : std::uint8_t {  // objects that the program has open on the server, one of a kind
    logon, folder, target, table, message, attachment, stream, subscription, none,
};
inline constexpr std::size_t slots_count = 8;

struct Program {
    List<KnownFolder> folders;
    List<ProgramJob> jobs;
    Text own_dn, own_smtp, own_name;  // as the address book has them
    Text server;                      // where the mailbox is; empty: where it was looked for
    Text asked;                       // the operations under way, as sent, without their packing
    Text slots;                       // of the handles in them, an octet each
    Text item;                        // the message that is being read or written
    Text stream;                      // of it, what has come so far
    std::uint64_t special[rop::LoggedOn::folders_count] = {};
    std::uint64_t mid = 0;            // of the message under way
    ndr::ContextHandle book, session, waiting;
    std::uint32_t handles[slots_count] = {};
    std::uint32_t self = 0;           // the person's entry in the address book
    std::uint32_t polls_max_ms = 0;   // as the server has said
    std::uint32_t folder = 0;         // index and one of the folder under way
    std::uint32_t message = 0;        // its number
    std::uint32_t numbers = 0;        // given out
    std::uint32_t at = 0;             // property, attachment, recipient of the item
    std::uint32_t offset = 0;         // in the stream that is written
    std::uint32_t rows_total = 0, rows_known = 0;
    Step doing[lines_count] = {};
    Step planned = Step::none;        // on the store's line, before all else
    Step asks_next = Step::none;      // on the directory's
    std::uint8_t directory = 0;       // 0 not yet, 1 has said who we are, 2 cannot
    std::uint8_t reached = 0;         // how far the session is; see program_store.cpp
    std::uint8_t resolving = 0;       // of a job's recipients: 1 wanted, 2 done
    std::uint8_t to_release = 0;      // bits by slot
    std::uint8_t working = 0;         // 1: a job is under way, the first one
    std::uint8_t news_due = 0;
    std::uint8_t told = 0;            // that it has looked
    std::uint8_t ending = 0;
    std::uint8_t ended = 0;           // the store's line is done with
    std::uint8_t failed = 0;          // by a problem
    std::uint8_t unused = 0;
};
static_assert(Record<Program> && sizeof(Program) % 8 == 0);

// --- what it tells its owner ---
enum class NewsKind : std::uint8_t {
    identified,  // text: the mailbox's server, empty: as configured; name: the person's DN
    opened,      // the mailbox is open; text: its owner's name, number: polls_max_ms
    message,     // folder, message, number 1: it has been read; text: RFC 5322
    lost,        // folder, message: it could not be read; code, text: why
    changed,     // folder, message, number 1: it has been read elsewhere, 0: made unread
    gone,        // folder, message
    job_done,    // job; number: its JobKind
    job_failed,  // job; code, text
    remark,      // something went wrong that the session can do without; code, text
    looked,      // everything known is as the server has it
    problem,     // the session cannot go on; code, text
    ended,
};
struct NewsItem {
    NewsKind kind = NewsKind::looked;
    std::uint32_t folder = 0, message = 0, job = 0;
    std::uint32_t number = 0;
    std::uint32_t code = 0;
    std::string text, name;
};
using News = std::vector<NewsItem>;

// A call to make, and whose wish it is: an application's call of MAPI, and the provider behind it.
struct Request {
    rpc::Syntax interface;
    std::uint16_t operation = 0;
    std::string stub;
    bool patient = false;      // it may wait for as long as it takes
    std::string_view method;   // "IMAPISession::OpenMsgStore"
    std::string_view provider; // "Exchange message store"
    std::string became;        // "EcDoRpcExt2: RopLogon"
};

// A new session: what is known stays known, what was open is not.
void begin(Program& program, Heap& heap);

// Whether that line is needed now: it is to be brought up, or to stay up.
bool wants(const Program& program, Line line, const ProgramSettings& settings);
// The next call on it; none: there is none now. Then `wants` says whether to hang up. To be called
// for each next_job that the line's client asks, and again after anything was told.
std::optional<Request> next(Program& program, Line line, const ProgramSettings& settings,
                            Heap& heap, News& news);
// The session is over: every line can be closed.
bool is_over(const Program& program);

// What came back: a stub; a fault, with its status and the status's name; or nothing, for the line
// has broken (or could not be had), and why.
void answered(Program& program, Line line, std::string_view stub, bool big_endian,
              const ProgramSettings& settings, Heap& heap, News& news);
void faulted(Program& program, Line line, std::uint32_t status, std::string_view name,
             const ProgramSettings& settings, Heap& heap, News& news);
void line_lost(Program& program, Line line, std::string_view why, const ProgramSettings& settings,
               Heap& heap, News& news);
// A datagram has come, or it is time to poll.
void news_are_due(Program& program);
// Somebody wants the session to end when what is under way is done.
void stop(Program& program);

// Jobs wait for a session, and outlive one that breaks. False: no such message is known.
bool ask_for(Program& program, JobKind kind, std::uint32_t folder, std::uint32_t message,
             std::string_view to, std::uint32_t owner, Heap& heap);
// Recipients that the header does not name are blind copies. A name, or a local part alone, is
// looked up in the address book.
void ask_to_send(Program& program, std::string_view message,
                 std::span<const std::string> recipients, std::uint32_t owner, Heap& heap);

// Takes the messages that have not gone back: their owner keeps them. Gives what it calls them.
// Not while a session stands.
std::vector<std::uint32_t> take_back_messages(Program& program, Heap& heap);

std::optional<std::uint32_t> find_folder(const Program& program, std::string_view name,
                                         const Heap& heap);
std::optional<std::uint32_t> find_special(const Program& program, Special which, const Heap& heap);

void release(Program& program, Heap& heap);

}  // namespace postroad::mapi

// The work an IMAP client is given: one job an answer, written out as a text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postroad::imap {

enum class JobKind : std::uint8_t {
    noop,         // hears what is new
    select,       // mailbox; with `resync` tells of every message that is not as it was known
    examine,      // the same, read-only
    list,         // mailbox: a pattern ("*", "INBOX/%")
    status,       // mailbox
    summaries,    // uids: flags, size, date and what `wants` says
    fetch,        // uids: whole messages
    part,         // uids, section: "1.2", "1.2.MIME", "HEADER"
    store,        // uids, sign, flags
    copy,         // uids, to: a mailbox
    move,         // uids, to; by MOVE, else COPY, \Deleted and EXPUNGE
    expunge,      // uids: \Deleted, then UID EXPUNGE, else EXPUNGE (see Told::danger)
    append,       // mailbox, content, flags, date
    create,       // mailbox
    remove,       // mailbox: DELETE
    rename,       // mailbox, to
    subscribe,    // mailbox
    unsubscribe,  // mailbox
    search,       // program ("UNSEEN SUBJECT report"; said as it is), charset
    idle,         // until the next job; with `until_change` until something has changed
    unselect,     // leaves the mailbox, expunges nothing
    close,        // leaves the mailbox, expunges what is \Deleted (not of an examined one)
    logout,
};
std::string_view name_of(JobKind kind);

// What `summaries` asks for besides flags, size and date (bits of Job::wants).
namespace summary {
inline constexpr std::uint8_t envelope = 1;
inline constexpr std::uint8_t header = 2;     // BODY.PEEK[HEADER]
inline constexpr std::uint8_t structure = 4;  // BODYSTRUCTURE
}  // namespace summary

struct Job {
    JobKind kind = JobKind::noop;
    std::string mailbox, to;            // UTF-8; the machine writes them as the session wants them
    std::string uids;                   // a sequence set (RFC 3501 §9): "1:5,9", "7:*"
    bool by_number = false;             // they are message numbers instead
    std::uint32_t last = 0;             // summaries: the last so many messages, instead of `uids`
    std::uint8_t wants = 0;             // summaries
    std::string section;                // part
    std::uint32_t chunk_octets = 0;     // fetch: pieces of this size; 0: as the host says
    bool marks_seen = false;            // fetch, part: BODY instead of BODY.PEEK
    char sign = '+';                    // store: + adds, - removes, = replaces
    std::string flags;                  // store, append: "\Seen $Junk"
    std::uint64_t unchanged_since = 0;  // store: a modification sequence, where there is CONDSTORE
    bool resync = false;                // select, examine: what follows is known of the mailbox
    std::uint32_t uidvalidity = 0;
    std::uint64_t modseq = 0;  // the highest
    std::uint32_t count = 0;   // how many messages
    // A set. With it, QRESYNC tells of these alone, and what is new is to be asked for
    // (`summaries`); empty: of all that has changed since `modseq`.
    std::string known_uids;
    std::string program, charset;  // search
    std::string content, date;     // append; date: "17-Jul-1996 02:44:25 -0700" or empty
    bool until_change = false;     // idle
    bool subscribed = false;       // list: only these
};

std::string write(const Job& job);
// None where the text is no job, or lacks what its kind needs (`missing` names it).
std::optional<Job> read_job(std::string_view text);
std::string_view missing(const Job& job);

}  // namespace postroad::imap

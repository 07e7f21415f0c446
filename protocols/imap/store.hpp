// What crosses between the IMAP server's machine and the desk that has the store: packed records,
// little-endian as in memory, in the texts of `AskKind::store` and its answers.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/pages.hpp"

namespace postroad::imap {

static_assert(std::endian::native == std::endian::little);

// Flags are 32 bits everywhere: these (flags.hpp has them by name), then keywords by their place in
// the mailbox's table, keyword n at bit 6+n.
inline constexpr unsigned system_flags = 6, keywords_max = 32 - system_flags;

// A message of a mailbox.
struct MessageRow {
    std::uint32_t uid = 0;
    std::uint32_t flags = 0;
    std::uint64_t modseq = 0;  // 1 … 2^62-1
};
static_assert(Record<MessageRow> && sizeof(MessageRow) == 16);

// SELECT, EXAMINE. Behind it: `messages` MessageRows by UID upwards, then `keyword_octets` octets
// of keyword names, each ended by "\n".
struct SelectHead {
    std::uint64_t modseq_max = 0;  // HIGHESTMODSEQ, at least 1
    std::uint64_t mailbox_id = 0;  // RFC 8474; 0: none
    std::uint32_t uidvalidity = 0;
    std::uint32_t uidnext = 0;
    std::uint32_t messages = 0;
    std::uint32_t keyword_octets = 0;
    std::uint32_t read_only = 0;  // 1: even SELECT gives it read-only
    std::uint32_t unused = 0;
};
static_assert(Record<SelectHead> && sizeof(SelectHead) == 40);

// CHANGES, STORE, EXPUNGE, VANISHED, MOVE. Behind it: `messages` MessageRows by UID upwards,
// `uids` UIDs (std::uint32_t) upwards, `keyword_octets` octets: the whole keyword table, or none
// where it was not asked for.
struct ChangesHead {
    std::uint64_t modseq_max = 0;  // the mailbox's, as of this answer
    std::uint32_t uidnext = 0;
    std::uint32_t messages = 0;
    std::uint32_t uids = 0;
    std::uint32_t keyword_octets = 0;
};
static_assert(Record<ChangesHead> && sizeof(ChangesHead) == 24);

// FETCH, beside the text of the message.
struct FetchHead {
    std::uint64_t modseq = 0;
    std::uint64_t email_id = 0;   // RFC 8474: of this content, wherever it lies; 0: none
    std::uint64_t thread_id = 0;  // 0: none
    std::int64_t internal_s = 0;  // internal date, since 1970 UTC
    std::int64_t saved_s = -1;    // RFC 8514; negative: not known
    std::int32_t internal_zone_min = 0;
    std::uint32_t flags = 0;
    std::uint32_t octets = 0;  // RFC822.SIZE
    std::uint32_t unused = 0;
};
static_assert(Record<FetchHead> && sizeof(FetchHead) == 56);

// STATUS.
struct StatusFacts {
    std::uint64_t octets = 0;          // SIZE (RFC 8438)
    std::uint64_t deleted_octets = 0;  // DELETED-STORAGE (RFC 9208)
    std::uint64_t modseq_max = 0;
    std::uint64_t mailbox_id = 0;
    std::uint32_t messages = 0, recent = 0, unseen = 0, deleted = 0;
    std::uint32_t uidnext = 0, uidvalidity = 0;
};
static_assert(Record<StatusFacts> && sizeof(StatusFacts) == 56);

// COPY, MOVE: a message and the UID it got in the target.
struct CopiedPair {
    std::uint32_t from = 0, to = 0;
};
static_assert(Record<CopiedPair>);

// FOLDERS: a line a mailbox, "bits name\n": the decimal sum of these, a space, the name in UTF-8.
namespace folder {
inline constexpr std::uint32_t no_select = 1, no_inferiors = 2, subscribed = 4, marked = 8,
                               unmarked = 16,
                               missing = 32;  // subscribed, and there is no such mailbox
// Special uses (RFC 6154 §2), also what CREATE's number says.
inline constexpr std::uint32_t all = 1 << 8, archive = 1 << 9, drafts = 1 << 10, flagged = 1 << 11,
                               junk = 1 << 12, sent = 1 << 13, trash = 1 << 14;
}  // namespace folder

// Reading and writing texts of packed records; taking more than there is takes nothing.
template <Record T> bool take_record(std::string_view& text, T& out) {
    if (text.size() < sizeof out) return false;
    std::memcpy(&out, text.data(), sizeof out);
    text.remove_prefix(sizeof out);
    return true;
}
template <Record T> std::vector<T> take_records(std::string_view& text, std::size_t count) {
    std::vector<T> out;
    if (count > text.size() / sizeof(T)) return out;
    out.resize(count);
    if (count != 0) std::memcpy(out.data(), text.data(), count * sizeof(T));
    text.remove_prefix(count * sizeof(T));
    return out;
}
template <Record T> void put_record(std::string& out, const T& record) {
    out.append(reinterpret_cast<const char*>(&record), sizeof record);
}

}  // namespace postroad::imap

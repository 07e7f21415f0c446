// SEARCH (RFC 3501 §6.4.4, RFC 9051 §6.4.4; WITHIN RFC 5032, CONDSTORE RFC 7162 §3.1.5, SAVEDATE
// RFC 8514, OBJECTID RFC 8474): search keys parsed to a program without pointers, run on messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/imap/lexer.hpp"

namespace postroad::imap {

enum class SearchKey : std::uint8_t {
    all,
    none,
    all_of,  // the `count` operations that follow, each with its own
    any_of,
    not_of,
    flags,    // all bits of `number` set
    unflags,  // none of them set
    keyword,  // by name, until `resolve` makes bits of it
    numbers,  // ranges of message sequence numbers
    uids,
    saved_result,  // "$" of RFC 5182
    larger,
    smaller,
    before,  // internal date, as a day of its own time zone
    on,
    since,
    sent_before,  // Date field, as a day of its own time zone
    sent_on,
    sent_since,
    saved_before,
    saved_on,
    saved_since,
    older,  // internal date, in seconds before now
    younger,
    modseq,
    header,  // a field and a substring of its value
    body,
    text,
    email_id,
    thread_id,
};

// One operation. Texts and ranges are positions in the program, so that a program may be copied,
// kept and compared as octets.
struct SearchOp {
    SearchKey key = SearchKey::all;
    std::uint8_t unused[3] = {0, 0, 0};
    std::uint32_t size = 1;        // operations in its subtree, itself included
    std::uint32_t name_begin = 0;  // header: the field's name in `texts`
    std::uint32_t name_size = 0;
    std::uint32_t begin = 0;  // a text's octets in `texts`, or a set's ranges in `ranges`
    std::uint32_t count = 0;
    std::int64_t number = 0;  // days, seconds, octets, bits, a mod-sequence
    bool operator==(const SearchOp&) const = default;
};

// What a message must bring with it to be judged, as bits.
namespace search_needs {
constexpr std::uint32_t flags = 1U << 0;
constexpr std::uint32_t internal_date = 1U << 1;
constexpr std::uint32_t size = 1U << 2;
constexpr std::uint32_t uid = 1U << 3;
constexpr std::uint32_t number = 1U << 4;
constexpr std::uint32_t modseq = 1U << 5;  // RFC 7162 §3.1.5: then results end with (MODSEQ n), too
constexpr std::uint32_t text = 1U << 6;
constexpr std::uint32_t save_date = 1U << 7;
constexpr std::uint32_t saved_result = 1U << 8;
constexpr std::uint32_t ids = 1U << 9;
}  // namespace search_needs

struct SearchProgram {
    std::vector<SearchOp> ops;  // ops[0] is an all_of of everything
    std::vector<Range> ranges;  // with `star` until `resolve`
    std::string texts;          // needles are folded (charset.hpp)
    std::uint32_t needs = 0;
    bool operator==(const SearchProgram&) const = default;
};

struct SearchLimits {
    std::size_t depth_max = 50;
    std::size_t keys_max = 1'000;
};

struct ParsedSearch {
    SearchProgram value;
    std::string error;             // "" if it is understood; else a sentence for BAD's text
    bool charset_unknown = false;  // then the answer is NO [BADCHARSET (US-ASCII UTF-8)]
};

// `text` is what follows SEARCH (and RETURN (...)): "CHARSET UTF-8 NOT SEEN SUBJECT {3}\r\nabc".
// Keys that cost less are put first within a conjunction; no result depends on the order.
ParsedSearch parse_search(std::string_view text, const SearchLimits& limits = {});
// The same where the charset has been told already (SORT, THREAD: RFC 5256 §3).
ParsedSearch parse_search_keys(std::string_view text, std::string_view charset,
                               const SearchLimits& limits = {});

// What the program is run against: "*" becomes these maxima, "OLDER 5" a moment.
struct SearchMoment {
    std::uint32_t number_max = 0;  // messages in the mailbox
    std::uint32_t uid_max = 0;
    std::int64_t now_s = 0;
    // The mailbox's keywords, each ended by "\n"; keyword n is bit 6+n of a message's flags.
    std::string_view keywords = {};
};
// Call it once before `matches`, of a program that has not been resolved.
void resolve(SearchProgram& program, const SearchMoment& moment);

// A message as its mailbox knows it; what the program does not need may stay unset.
struct SearchMessage {
    std::uint32_t number = 0;
    std::uint32_t uid = 0;
    std::uint32_t flags = 0;  // bits of flags.hpp, then keywords
    bool in_saved_result = false;
    InternalDate internal_date;
    std::uint32_t size = 0;
    std::uint64_t modseq = 0;
    std::int64_t save_date_s = -1;
    std::string_view email_id;
    std::string_view thread_id;
    // Called at most once a message, and only when nothing cheaper has decided. The text must stay
    // until `matches` returns; `scratch` is for who has to put it together. Nothing: no text.
    std::string_view (*text)(const void* whose, std::string& scratch) = nullptr;
    const void* whose = nullptr;
};

bool matches(const SearchProgram& program, const SearchMessage& message);

}  // namespace postroad::imap

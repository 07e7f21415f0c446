// SEARCH, SORT and THREAD as the server's machine hands them to its desk: read once more there, and
// run over the session's messages. Both sides read by the same function.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/imap/search.hpp"
#include "protocols/imap/server.hpp"
#include "protocols/imap/sort.hpp"

namespace postroad::imap {

enum class ThreadBy : std::uint8_t { none, ordered_subject, references };

struct Query {
    SearchProgram program;
    std::vector<SortCriterion> criteria;  // SORT
    ThreadBy thread = ThreadBy::none;     // THREAD
    std::string problem;                  // words of a BAD; empty: it is understood
    bool charset_unknown = false;         // NO [BADCHARSET …]
};

// `verb`: "SEARCH", "SORT" or "THREAD"; `text`: the ask's b.
Query parse_query(std::string_view verb, std::string_view text);

// What a desk knows of a message. Nothing known: it is there no more.
struct QueryMessage {
    bool exists = false;
    MessageRow row;
    std::string_view text;  // must stay until the next call
    FetchHead head;
};
using MessageOf = std::function<QueryMessage(std::uint32_t uid, bool with_text)>;

// The whole answer's text, and the highest mod-sequence among what was found.
struct QueryResult {
    std::string text;
    std::uint64_t modseq_max = 0;
};
// Runs a session's ask over its messages. `keywords`: the mailbox's table as it is now, each name
// ended by "\n"; the session may not have been told of all of them yet.
QueryResult run_query(const Server& server, const Heap& heap, const Ask& ask,
                      std::string_view keywords, std::int64_t now_s, const MessageOf& message_of);

}  // namespace postroad::imap

// SEARCH, SORT and THREAD run over a session's messages.
#include "protocols/imap/query.hpp"

#include <algorithm>

#include "protocols/imap/lexer.hpp"
#include "protocols/imap/thread.hpp"

namespace postroad::imap {

Query parse_query(std::string_view verb, std::string_view text) {
    Query out;
    ParsedSearch parsed;
    if (verb == "SEARCH") {
        parsed = parse_search(text);
    } else {
        Reader reader(text);
        if (verb == "SORT") {
            ParsedSort criteria = parse_sort_criteria(text);
            if (!criteria.error.empty()) {
                out.problem = criteria.error;
                return out;
            }
            out.criteria = std::move(criteria.value);
            reader.back_to(criteria.used);
        } else if (reader.word("ORDEREDSUBJECT")) {
            out.thread = ThreadBy::ordered_subject;
        } else if (reader.word("REFERENCES")) {
            out.thread = ThreadBy::references;
        } else {
            out.problem = "write THREAD, ORDEREDSUBJECT or REFERENCES, a charset and keys";
            return out;
        }
        const bool apart = reader.space();
        const auto charset = reader.astring();
        if (!apart || !charset || !reader.space()) {
            out.problem = "a charset stands before the search keys";  // RFC 5256 §3
            return out;
        }
        parsed = parse_search_keys(reader.rest(), *charset);
    }
    out.problem = std::move(parsed.error);
    out.charset_unknown = parsed.charset_unknown;
    out.program = std::move(parsed.value);
    return out;
}

namespace {

struct Known {
    const MessageOf* of = nullptr;
    std::uint32_t uid = 0;
};

std::string_view text_of(const void* whose, std::string&) {
    const Known& known = *static_cast<const Known*>(whose);
    return (*known.of)(known.uid, true).text;
}

struct Found {
    std::uint32_t number = 0, uid = 0;
    FetchHead head;
};

std::vector<Found> find_all(const Server& server, const Heap& heap, SearchProgram program,
                            std::string_view keywords, std::int64_t now_s,
                            const MessageOf& message_of, std::uint64_t& modseq_max) {
    const std::vector<Member> all = session_members(server, heap);
    resolve(program, {static_cast<std::uint32_t>(all.size()), all.empty() ? 0 : all.back().uid,
                      now_s, keywords});
    std::vector<Found> out;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        const QueryMessage message = message_of(all[i].uid, false);
        if (!message.exists) continue;
        SearchMessage one;
        one.number = i + 1;
        one.uid = all[i].uid;
        one.flags = message.row.flags;
        one.in_saved_result = in_saved_result(server, heap, one.uid);
        one.internal_date = {message.head.internal_s, message.head.internal_zone_min};
        one.size = message.head.octets;
        one.modseq = message.row.modseq;
        one.save_date_s = message.head.saved_s;
        std::string email = "M", thread = "T";
        append_number(email, message.head.email_id);
        append_number(thread, message.head.thread_id);
        if (message.head.email_id != 0) one.email_id = email;
        if (message.head.thread_id != 0) one.thread_id = thread;
        const Known known{&message_of, one.uid};
        one.text = text_of;
        one.whose = &known;
        if (!matches(program, one)) continue;
        modseq_max = std::max(modseq_max, message.row.modseq);
        out.push_back({one.number, one.uid, message.head});
    }
    return out;
}

void put_uids(std::string& out, const std::vector<std::uint32_t>& uids) {
    out.append(reinterpret_cast<const char*>(uids.data()), uids.size() * sizeof uids[0]);
}

}  // namespace

QueryResult run_query(const Server& server, const Heap& heap, const Ask& ask,
                      std::string_view keywords, std::int64_t now_s, const MessageOf& message_of) {
    const Query query = parse_query(ask.c, ask.b);
    QueryResult out;
    const std::vector<Found> found =
        find_all(server, heap, query.program, keywords, now_s, message_of, out.modseq_max);
    std::vector<std::uint32_t> uids;
    if (ask.c == "SEARCH") {
        for (const Found& one : found) uids.push_back(one.uid);
        put_uids(out.text, uids);
    } else if (ask.c == "SORT") {
        std::vector<SortRow> rows;
        const bool with_text = sort_needs_text(query.criteria);
        for (const Found& one : found) {
            const std::string_view text =
                with_text ? message_of(one.uid, true).text : std::string_view{};
            // UIDs are in the order of numbers, and break ties as they do.
            rows.push_back(
                sort_row(query.criteria, {one.uid, one.head.internal_s, one.head.octets, text}));
        }
        sort_rows(query.criteria, rows);
        for (const SortRow& row : rows) uids.push_back(row.number);
        put_uids(out.text, uids);
    } else {
        std::vector<ThreadMessage> messages;
        for (const Found& one : found)
            messages.push_back(thread_message(ask.number == 1 ? one.uid : one.number,
                                              message_of(one.uid, true).text, one.head.internal_s));
        out.text = query.thread == ThreadBy::references
                       ? thread_references(std::move(messages))
                       : thread_ordered_subject(std::move(messages));
    }
    return out;
}

}  // namespace postroad::imap

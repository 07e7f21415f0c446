// SEARCH, SORT and THREAD: what is asked, and the answers SEARCH, ESEARCH, SORT and THREAD
// (RFC 4731, RFC 5182, RFC 5256, RFC 5267).
#include <algorithm>

#include "protocols/imap/query.hpp"
#include "protocols/imap/server_rows.hpp"

namespace postroad::imap {
namespace {

// Server::search_flags
constexpr std::uint32_t wants_min = 1, wants_max = 2, wants_all = 4, wants_count = 8,
                        wants_save = 16, extended = 32, wants_modseq = 64;

// "RETURN (MIN COUNT SAVE) ". Nothing: an option that is not known here.
std::optional<std::uint32_t> read_return(Reader& reader, const ServerHost& host) {
    std::uint32_t out = extended;
    if (!reader.space() || !reader.take('(')) return std::nullopt;
    if (reader.take(')')) return reader.space() ? std::optional(out | wants_all) : std::nullopt;
    do {
        if (reader.word("MIN"))
            out |= wants_min;
        else if (reader.word("MAX"))
            out |= wants_max;
        else if (reader.word("ALL"))
            out |= wants_all;
        else if (reader.word("COUNT"))
            out |= wants_count;
        else if (host.capabilities.has(Capability::searchres) && reader.word("SAVE"))
            out |= wants_save;
        else
            return std::nullopt;
    } while (reader.space());
    if (!reader.take(')') || !reader.space()) return std::nullopt;
    return out;
}

std::string_view kind_of(const Server& server) {
    const std::string_view verb = server_rows()[server.row].verb;
    return verb.starts_with("UID ") ? verb.substr(4) : verb;
}

Step start(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    const std::string_view kind = kind_of(server);
    Reader reader(argument);
    const bool may_return = kind == "SEARCH" ? host.capabilities.has(Capability::esearch)
                            : kind == "SORT" ? host.capabilities.has(Capability::esort)
                                             : false;
    std::uint32_t flags = has(server, enabled::rev2) && kind == "SEARCH" ? extended | wants_all : 0;
    if (may_return && reader.word("RETURN")) {
        const auto options = read_return(reader, host);
        if (!options)
            return wrong("such a return option is not known: MIN, MAX, ALL, COUNT, SAVE are");
        flags = *options;
    }
    const Query query = parse_query(kind, reader.rest());
    if (query.charset_unknown) {
        if (flags & wants_save) fx.heap->drop(server.saved);  // RFC 5182 §2.1
        return no("that charset is not known", "BADCHARSET (US-ASCII UTF-8)");
    }
    if (!query.problem.empty()) {
        fx.words = query.problem;
        return wrong(fx.words);
    }
    if (query.program.needs & search_needs::modseq) {
        if (!host.capabilities.has(Capability::condstore))
            return wrong("MODSEQ is not a search key here");
        follow_modseqs(server, fx);
        flags |= wants_modseq;
    }
    server.search_flags = flags;
    fx.words = reader.rest();
    return store(kind, {}, fx.words, is_uid_command(server) ? 1 : 0);
}

// A found UID as the client will be told it; 0: the session does not know it.
std::uint32_t told_as(const Server& server, const Heap& heap, std::uint32_t uid) {
    const std::uint32_t index = find_member(server, heap, uid);
    if (index == nowhere) return 0;
    return is_uid_command(server) ? uid : index + 1;
}

// RFC 5182 §2.4: what is saved depends on what else was asked for.
void save(Server& server, const std::vector<std::uint32_t>& uids, Heap& heap) {
    heap.drop(server.saved);
    std::vector<std::uint32_t> kept = uids;
    const std::uint32_t flags = server.search_flags;
    if (!uids.empty() && (flags & (wants_min | wants_max)) &&
        !(flags & (wants_all | wants_count))) {
        kept.clear();
        if (flags & wants_min) kept.push_back(uids.front());
        if ((flags & wants_max) && (kept.empty() || kept[0] != uids.back()))
            kept.push_back(uids.back());
    }
    std::sort(kept.begin(), kept.end());
    for (const std::uint32_t uid : kept) heap.push(server.saved, uid);
}

void say_extended(const Server& server, const std::vector<std::uint32_t>& told, bool sorted,
                  std::uint64_t modseq, Effects& fx) {
    const std::uint32_t flags = server.search_flags;
    // RFC 5182 §2.4: SAVE alone tells nothing.
    if ((flags & wants_save) && !(flags & (wants_min | wants_max | wants_all | wants_count)))
        return;
    Untagged line(fx, "4731 §3.1");
    line << "ESEARCH (TAG ";
    put_quoted(line.out(), tag_of(server, *fx.heap));
    line << ")" << (is_uid_command(server) ? " UID" : "");
    if (!told.empty()) {
        if (flags & wants_min) line << " MIN " << told.front();
        if (flags & wants_max) line << " MAX " << told.back();
        if (flags & wants_all) {
            std::vector<Range> ranges;
            for (const std::uint32_t one : told) {
                if (sorted)
                    ranges.push_back({one, one});
                else
                    push_number(ranges, one);
            }
            line << " ALL ";
            put_ranges(line.out(), ranges);
        }
    }
    if (flags & wants_count) line << " COUNT " << std::uint64_t{told.size()};
    if ((flags & wants_modseq) && !told.empty()) line << " MODSEQ " << modseq;
}

}  // namespace

Step search(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    return start(server, argument, host, fx);
}
Step sort(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    return start(server, argument, host, fx);
}
Step thread(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    return start(server, argument, host, fx);
}

Reply judge_search(Server& server, const Answer& answer, const ServerHost&, Effects& fx) {
    if (!answer.ok) {
        if (server.search_flags & wants_save) fx.heap->drop(server.saved);
        return refusal(answer, "the search failed");
    }
    const std::string_view kind = kind_of(server);
    if (kind == "THREAD") {
        Untagged line(fx, "5256 §4");
        line << "THREAD" << (answer.text.empty() ? "" : " ") << answer.text;
        return ok("threaded");
    }
    std::string_view text = answer.text;
    std::vector<std::uint32_t> uids, told;
    for (const std::uint32_t uid : take_records<std::uint32_t>(text, text.size() / 4)) {
        const std::uint32_t one = told_as(server, *fx.heap, uid);
        if (one == 0) continue;
        uids.push_back(uid);
        told.push_back(one);
    }
    if (server.search_flags & wants_save) save(server, uids, *fx.heap);
    if (server.search_flags & extended) {
        say_extended(server, told, kind == "SORT", answer.number, fx);
        return ok(kind == "SORT" ? "sorted" : "searched");
    }
    Untagged line(fx,
                  kind == "SORT" ? postroad::Section("5256 §4") : postroad::Section("3501 §7.2.5"));
    line << kind;
    for (const std::uint32_t one : told) line << " " << one;
    if ((server.search_flags & wants_modseq) && !told.empty())
        line << " (MODSEQ " << answer.number << ")";
    return ok(kind == "SORT" ? "sorted" : "searched");
}

}  // namespace postroad::imap

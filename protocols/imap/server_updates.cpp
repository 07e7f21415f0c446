// What an IMAP session has been told: its messages and their numbers, and how news becomes
// EXPUNGE, VANISHED, EXISTS, RECENT and FETCH where each may be said (RFC 3501 §5.2, §7.4.1).
#include <algorithm>

#include "protocols/imap/flags.hpp"
#include "protocols/imap/server_rows.hpp"

namespace postroad::imap {

std::vector<Member> session_members(const Server& server, const Heap& heap) {
    std::string_view octets = heap.view(server.members.bytes);
    return take_records<Member>(octets, server.members.size());
}

bool in_saved_result(const Server& server, const Heap& heap, std::uint32_t uid) {
    std::uint32_t low = 0, high = server.saved.size();
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (heap.get(server.saved, middle) < uid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < server.saved.size() && heap.get(server.saved, low) == uid;
}

std::uint32_t find_member(const Server& server, const Heap& heap, std::uint32_t uid) {
    std::uint32_t low = 0, high = server.members.size();
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (heap.get(server.members, middle).uid < uid)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == server.members.size() || heap.get(server.members, low).uid != uid) return nowhere;
    return low;
}

std::vector<Range> free_uids(const Server& server, const Heap& heap) {
    std::vector<Range> out;
    std::uint32_t from = 1;
    for (const Member& one : session_members(server, heap)) {
        if (one.uid > from) out.push_back({from, one.uid - 1});
        from = one.uid + 1;
    }
    if (from < server.uidnext) out.push_back({from, server.uidnext - 1});
    return out;
}

bool set_targets(Server& server, const SequenceSet& set, bool by_uid, Heap& heap) {
    heap.drop(server.targets);
    server.at = 0;
    const std::vector<Member> all = session_members(server, heap);
    const auto count = static_cast<std::uint32_t>(all.size());
    if (set.saved) {
        for (const Member& one : all)
            if (in_saved_result(server, heap, one.uid)) heap.push(server.targets, one.uid);
        return true;
    }
    if (!by_uid) {
        const std::vector<Range> numbers = resolved(set, count);
        if (numbers.empty() || numbers.back().to > count) return false;
        for (const Range& range : numbers)
            for (std::uint32_t number = range.from; number <= range.to; ++number)
                heap.push(server.targets, all[number - 1].uid);
        return true;
    }
    if (all.empty()) return true;
    for (const Range& range : resolved(set, all.back().uid)) {
        auto at =
            std::lower_bound(all.begin(), all.end(), range.from,
                             [](const Member& one, std::uint32_t uid) { return one.uid < uid; });
        for (; at != all.end() && at->uid <= range.to; ++at) heap.push(server.targets, at->uid);
    }
    return true;
}

std::string targets_text(const Server& server, const Heap& heap) {
    std::vector<Range> ranges;
    for (std::uint32_t i = 0; i < server.targets.size(); ++i)
        push_number(ranges, heap.get(server.targets, i));
    std::string out;
    put_ranges(out, ranges);
    return out;
}

std::optional<unsigned> keyword_place(std::string_view table, std::string_view name) {
    for (unsigned place = 0; !table.empty(); ++place) {
        const std::size_t end = std::min(table.find('\n'), table.size());
        if (equals_ignoring_case(table.substr(0, end), name)) return place;
        table.remove_prefix(std::min(end + 1, table.size()));
    }
    return std::nullopt;
}

unsigned keyword_count(std::string_view table) {
    return static_cast<unsigned>(std::count(table.begin(), table.end(), '\n'));
}

std::optional<FlagWords> read_flags(const std::vector<std::string_view>& words) {
    FlagWords out;
    for (const std::string_view word : words) {
        if (!word.starts_with('\\')) {
            out.keywords.push_back(word);
            continue;
        }
        const std::uint32_t bit = flag_bit(word);
        if (bit == 0 || bit == flag::recent) return std::nullopt;
        out.system |= bit;
    }
    return out;
}

Ask ask_for_news(const Server& server, Effects& fx) {
    fx.words = "KEYWORDS ";
    append_number(fx.words, keyword_count(fx.heap->view(server.keywords)));
    return store("CHANGES", fx.words, {}, server.cursor);
}

void mark_gone(Server& server, std::uint32_t uid, Heap& heap) {
    const std::uint32_t index = find_member(server, heap, uid);
    if (index == nowhere) return;
    Member one = heap.get(server.members, index);
    one.gone = 1;
    heap.set(server.members, index, one);
    server.news |= news::gone;
}

namespace {

void learn_row(Server& server, const MessageRow& row, Heap& heap) {
    const std::uint32_t index = find_member(server, heap, row.uid);
    if (index == nowhere) {
        const std::uint32_t count = server.members.size();
        if (count != 0 && heap.get(server.members, count - 1).uid > row.uid) return;
        Member fresh;
        fresh.uid = row.uid;
        fresh.flags = row.flags;
        fresh.modseq = row.modseq & ((std::uint64_t{1} << 62) - 1);
        heap.push(server.members, fresh);
        server.news |= news::came;
        return;
    }
    Member one = heap.get(server.members, index);
    if (one.flags == row.flags && one.modseq == row.modseq) return;
    // Flags that changed and changed back are news for who follows mod-sequences (RFC 7162 §3.2).
    if (one.flags != row.flags || has(server, enabled::condstore)) {
        one.changed = 1;
        server.news |= news::changed;
    }
    one.flags = row.flags;
    one.modseq = row.modseq & ((std::uint64_t{1} << 62) - 1);
    heap.set(server.members, index, one);
}

}  // namespace

void take_flags(Server& server, Member& member, std::uint32_t flags, std::uint64_t modseq,
                const Heap& heap) {
    const unsigned named = system_flags + keyword_count(heap.view(server.keywords));
    member.flags = flags;
    member.modseq = modseq & ((std::uint64_t{1} << 62) - 1);
    member.changed = named < 32 && flags >> named != 0;
    if (member.changed) server.news |= news::changed;
}

void learn(Server& server, const Answer& answer, Heap& heap) {
    std::string_view text = answer.text;
    ChangesHead head;
    if (!take_record(text, head)) return;
    const auto rows = take_records<MessageRow>(text, head.messages);
    const auto uids = take_records<std::uint32_t>(text, head.uids);
    // The store has forgotten what vanished: what it does not show any more has gone.
    if (!answer.exists) {
        for (const Member& one : session_members(server, heap))
            if (!std::binary_search(
                    rows.begin(), rows.end(), MessageRow{one.uid, 0, 0},
                    [](const MessageRow& a, const MessageRow& b) { return a.uid < b.uid; }))
                mark_gone(server, one.uid, heap);
    }
    for (const MessageRow& row : rows) learn_row(server, row, heap);
    for (const std::uint32_t uid : uids) mark_gone(server, uid, heap);
    server.cursor = std::max(server.cursor, head.modseq_max);
    server.uidnext = std::max(server.uidnext, head.uidnext);
    const std::string_view table =
        text.substr(0, std::min<std::size_t>(head.keyword_octets, text.size()));
    if (head.keyword_octets != 0 && table != heap.view(server.keywords)) {
        heap.assign(server.keywords, table);
        server.flags_news = 1;
    }
}

bool may_expunge_behind(std::string_view verb) {
    for (const std::string_view one : {"FETCH", "STORE", "SEARCH", "SORT", "THREAD"})
        if (verb == one) return false;
    return true;
}

void tell_flags(Server& server, Effects& fx) {
    server.flags_news = 0;
    const unsigned keywords = keyword_count(fx.heap->view(server.keywords));
    std::uint32_t all = (1U << system_flags) - 1;
    if (keywords != 0) all |= ~std::uint32_t{0} >> (keywords_max - keywords);
    {
        Untagged line(fx, "3501 §7.2.6");
        line << "FLAGS ";
        put_flag_words(line.out(), all & ~flag::recent, server, *fx.heap);
    }
    Untagged line(fx, "3501 §7.1");
    line << "OK [PERMANENTFLAGS ";
    if (server.read_only) {
        line << "()] no flag can be kept here";
        return;
    }
    put_flag_words(line.out(), all & ~flag::recent, server, *fx.heap);
    if (keywords < keywords_max) {
        line.out().pop_back();
        line << " \\*)";
    }
    line << "] these are kept";
}

void follow_modseqs(Server& server, Effects& fx) {
    if (has(server, enabled::condstore)) return;
    server.enabled |= enabled::condstore;
    if (!server.has_mailbox) return;
    Untagged(fx, "7162 §3.1") << "OK [HIGHESTMODSEQ " << server.cursor
                              << "] mod-sequences are told from now on";
}

void say_flags(const Server& server, std::uint32_t index, const Member& member, bool with_flags,
               Effects& fx) {
    Untagged line(fx, "3501 §7.4.2");
    line << std::uint64_t{index} + 1 << " FETCH (";
    const bool with_uid = is_uid_command(server) || has(server, enabled::qresync);
    if (with_uid) line << "UID " << member.uid << (with_flags ? " " : "");
    if (with_flags) {
        line << "FLAGS ";
        put_flag_words(line.out(), member.flags, server, *fx.heap);
    }
    if (has(server, enabled::condstore))
        line << (with_uid || with_flags ? " " : "") << "MODSEQ (" << member.modseq << ")";
    line << ")";
}

namespace {

// RFC 7162 §3.2.10: who has enabled QRESYNC is told UIDs in one go, others a number each.
void tell_expunged(Server& server, std::vector<Member>& all, Effects& fx) {
    std::vector<Range> vanished;
    std::uint32_t kept = 0, told = server.told;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        if (!all[i].gone) {
            all[kept++] = all[i];
            continue;
        }
        if (i >= server.told) continue;  // come and gone unseen
        --told;
        if (has(server, enabled::qresync))
            push_number(vanished, all[i].uid);
        else
            Untagged(fx, "3501 §7.4.1") << std::uint64_t{kept} + 1 << " EXPUNGE";
    }
    if (!vanished.empty()) {
        Untagged line(fx, "7162 §3.2.10");
        line << "VANISHED ";
        put_ranges(line.out(), vanished);
    }
    server.told = told;
    all.resize(kept);
    fx.heap->drop(server.members);
    fx.heap->append(server.members.bytes,
                    {reinterpret_cast<const char*>(all.data()), all.size() * sizeof(Member)});
    // RFC 5182 §2.1: what is expunged leaves the saved result, too.
    List<std::uint32_t> saved;
    for (std::uint32_t i = 0; i < server.saved.size(); ++i)
        if (const std::uint32_t uid = fx.heap->get(server.saved, i);
            find_member(server, *fx.heap, uid) != nowhere)
            fx.heap->push(saved, uid);
    fx.heap->drop(server.saved);
    server.saved = saved;
}

// How many there are, and how many of them are \Recent.
void tell_count(Server& server, std::uint32_t count, std::uint32_t recent, Effects& fx) {
    if (count != server.told) Untagged(fx, "3501 §7.3.1") << count << " EXISTS";
    if (recent != server.told_recent && !has(server, enabled::rev2))
        Untagged(fx, "3501 §7.3.2") << recent << " RECENT";
    server.told = count;
    server.told_recent = recent;
}

// Where mail has only come, as it mostly does, the messages before it are not looked at.
void tell_arrivals(Server& server, Effects& fx) {
    const std::uint32_t count = server.members.size();
    std::uint32_t recent = server.told_recent;
    for (std::uint32_t i = server.told; i < count; ++i)
        recent += (fx.heap->get(server.members, i).flags & flag::recent) != 0;
    tell_count(server, count, recent, fx);
    server.news = 0;
}

}  // namespace

void tell_news(Server& server, bool may_expunge, Effects& fx) {
    if (server.flags_news) tell_flags(server, fx);
    if (server.news == news::came) return tell_arrivals(server, fx);
    const bool goes = (server.news & news::gone) != 0 && may_expunge;
    if (!goes && (server.news & ~news::gone) == 0) return;
    std::vector<Member> all = session_members(server, *fx.heap);
    if (goes) tell_expunged(server, all, fx);
    const auto recent = std::count_if(
        all.begin(), all.end(), [](const Member& one) { return (one.flags & flag::recent) != 0; });
    tell_count(server, static_cast<std::uint32_t>(all.size()), static_cast<std::uint32_t>(recent),
               fx);
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        if (!all[i].changed) continue;
        if (!all[i].gone) say_flags(server, i, all[i], true, fx);
        all[i].changed = 0;
        fx.heap->set(server.members, i, all[i]);
    }
    server.news = goes ? 0 : server.news & news::gone;
}

void forget_mailbox(Server& server, Heap& heap) {
    heap.drop(server.members);
    heap.drop(server.saved);
    heap.drop(server.keywords);
    server.has_mailbox = server.news = server.flags_news = server.read_only = 0;
    server.told = server.told_recent = server.uidvalidity = server.uidnext = 0;
    server.cursor = 0;
    if (server.state == S::selected) server.state = S::authenticated;
}

}  // namespace postroad::imap

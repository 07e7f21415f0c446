// SELECT and EXAMINE with what they tell, quick resynchronisation (RFC 7162 §3.2.5), CLOSE,
// UNSELECT.
#include <algorithm>

#include "protocols/imap/flags.hpp"
#include "protocols/imap/server_rows.hpp"

namespace postroad::imap {
namespace {

// "(QRESYNC (uidvalidity modseq [uids [(numbers uids)]]))"
struct Resync {
    std::uint32_t uidvalidity = 0;
    std::uint64_t modseq = 0;
    std::optional<SequenceSet> known;
    std::optional<SequenceSet> match_numbers, match_uids;
};

struct Wanted {
    std::string mailbox;
    bool condstore = false;
    std::optional<Resync> resync;
};

std::optional<Resync> read_resync(Reader& reader) {
    Resync out;
    if (!reader.take('(')) return std::nullopt;
    const auto validity = reader.nz_number();
    if (!validity || !reader.space()) return std::nullopt;
    const auto modseq = reader.number64();
    if (!modseq) return std::nullopt;
    out.uidvalidity = *validity;
    out.modseq = *modseq;
    if (reader.space() && reader.peek() != '(') {
        if (!(out.known = reader.sequence_set())) return std::nullopt;
        if (reader.peek() == ')') return reader.take(')') ? std::optional(out) : std::nullopt;
        if (!reader.space()) return std::nullopt;
    }
    if (reader.take('(')) {
        if (!(out.match_numbers = reader.sequence_set()) || !reader.space() ||
            !(out.match_uids = reader.sequence_set()) || !reader.take(')'))
            return std::nullopt;
    }
    return reader.take(')') ? std::optional(out) : std::nullopt;
}

// Empty `mailbox`: it cannot be read.
Wanted read_wanted(const Server& server, std::string_view argument, const ServerHost& host) {
    Wanted out;
    Reader reader(argument);
    auto name = reader.mailbox(speaks_utf8(server));
    if (!name) return out;
    if (!reader.done()) {
        if (!reader.space() || !reader.take('(')) return out;
        do {
            if (reader.word("CONDSTORE") && host.capabilities.has(Capability::condstore)) {
                out.condstore = true;
            } else if (reader.word("QRESYNC") && host.capabilities.has(Capability::qresync) &&
                       reader.space()) {
                if (!(out.resync = read_resync(reader))) return out;
            } else {
                return out;
            }
        } while (reader.space());
        if (!reader.take(')') || !reader.done()) return out;
    }
    out.mailbox = *name;
    return out;
}

Step open(Server& server, std::string_view argument, std::string_view verb, const ServerHost& host,
          Effects& fx) {
    const Wanted wanted = read_wanted(server, argument, host);
    if (wanted.mailbox.empty()) return wrong("write SELECT and a mailbox, then its parameters");
    if (wanted.resync && !has(server, enabled::qresync))
        return wrong("QRESYNC comes after ENABLE QRESYNC");  // RFC 7162 §3.2.5
    // RFC 7162 §3.2.11, RFC 9051 §7.1: from here on, what is said is not about the old mailbox.
    if (server.has_mailbox &&
        (has(server, enabled::qresync) || has(server, enabled::rev2) || wanted.condstore))
        Untagged(fx, "9051 §7.1") << "OK [CLOSED] the mailbox before is closed";
    forget_mailbox(server, *fx.heap);
    fx.heap->drop(server.saved);
    if (wanted.condstore) server.enabled |= enabled::condstore;
    fx.words = wanted.mailbox;
    return store(verb, fx.words);
}

void say_code(Effects& fx, postroad::Section section, std::string_view code, std::uint64_t number,
              std::string_view words) {
    Untagged(fx, section) << "OK [" << code << " " << number << "] " << words;
}

void say_state(Server& server, const SelectHead& head, const ServerHost& host, Effects& fx) {
    const std::vector<Member> all = session_members(server, *fx.heap);
    const auto count_with = [&](std::uint32_t bit) {
        return static_cast<std::uint32_t>(std::count_if(
            all.begin(), all.end(), [&](const Member& one) { return one.flags & bit; }));
    };
    server.told = static_cast<std::uint32_t>(all.size());
    server.told_recent = count_with(flag::recent);
    Untagged(fx, "3501 §7.3.1") << server.told << " EXISTS";
    if (!has(server, enabled::rev2)) {
        Untagged(fx, "3501 §7.3.2") << server.told_recent << " RECENT";
        const auto unseen = std::find_if(
            all.begin(), all.end(), [](const Member& one) { return !(one.flags & flag::seen); });
        if (unseen != all.end())
            say_code(fx, "3501 §7.1", "UNSEEN",
                     static_cast<std::uint64_t>(unseen - all.begin()) + 1, "the first unseen");
    }
    tell_flags(server, fx);
    say_code(fx, "3501 §7.1", "UIDVALIDITY", server.uidvalidity, "UIDs are valid");
    say_code(fx, "3501 §7.1", "UIDNEXT", server.uidnext, "the next UID");
    if (host.capabilities.has(Capability::condstore))
        say_code(fx, "7162 §3.1.2.1", "HIGHESTMODSEQ", server.cursor, "the highest mod-sequence");
    if (head.mailbox_id != 0 && host.capabilities.has(Capability::object_id))
        Untagged(fx, "8474 §4.2") << "OK [MAILBOXID (F" << head.mailbox_id
                                  << ")] its name for ever";
    if (has(server, enabled::rev2)) {  // RFC 9051 §6.3.2: SELECT tells the name
        Untagged line(fx, "9051 §6.3.2");
        line << "LIST () ";
        if (host.delimiter == '\0')
            line << "NIL ";
        else
            put_quoted(line.out(), {&host.delimiter, 1}), line << " ";
        const Wanted wanted = read_wanted(server, argument_of(server, *fx.heap), host);
        put_mailbox(line.out(), wanted.mailbox, true);
    }
}

Reply selected(const Server& server) {
    return server.read_only ? Reply{good, "READ-ONLY", "selected, to look at"}
                            : Reply{good, "READ-WRITE", "selected"};
}

// RFC 7162 §3.2.5: what vanished and what changed since the client was here.
void resynchronise(Server& server, const Resync& resync, const Answer& answer, Effects& fx) {
    const std::vector<Member> all = session_members(server, *fx.heap);
    const std::uint32_t last = server.uidnext - 1;
    SequenceSet everything;
    everything.ranges.push_back({1, star});
    const std::vector<Range> known = resolved(resync.known ? *resync.known : everything, last);
    // §3.2.5.2: up to where numbers and UIDs still agree, nothing can have vanished.
    std::uint32_t sure = 0;
    if (resync.match_numbers) {
        const std::vector<Range> numbers = resolved(*resync.match_numbers, server.told);
        const std::vector<Range> uids = resolved(*resync.match_uids, last);
        std::vector<std::uint32_t> flat;
        for (const Range& one : uids)
            for (std::uint32_t uid = one.from; uid <= one.to && flat.size() < all.size(); ++uid)
                flat.push_back(uid);
        std::size_t at = 0;
        for (const Range& one : numbers)
            for (std::uint32_t n = one.from; n <= one.to && n <= all.size() && at < flat.size();
                 ++n)
                if (all[n - 1].uid == flat[at++]) sure = all[n - 1].uid;
    }
    std::vector<Range> vanished;
    std::string_view text = answer.text;
    ChangesHead head;
    if (answer.ok && answer.exists && take_record(text, head)) {
        take_records<MessageRow>(text, head.messages);
        for (const std::uint32_t uid : take_records<std::uint32_t>(text, head.uids))
            if (contains(known, uid)) push_number(vanished, uid);
    } else {
        // The store has forgotten: all that the client may know and that is not there.
        std::vector<Range> gone = free_uids(server, *fx.heap);
        std::erase_if(gone, [&](const Range& one) { return one.to <= sure; });
        vanished = common(gone, known);
    }
    if (!vanished.empty()) {
        Untagged line(fx, "7162 §3.2.10.1");
        line << "VANISHED (EARLIER) ";
        put_ranges(line.out(), vanished);
    }
    for (std::uint32_t i = 0; i < all.size(); ++i)
        if (all[i].modseq > resync.modseq && (!resync.known || contains(known, all[i].uid)))
            say_flags(server, i, all[i], true, fx);
}

}  // namespace

Step select(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    return open(server, argument, "SELECT", host, fx);
}
Step examine(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    return open(server, argument, "EXAMINE", host, fx);
}

Reply judge_select(Server& server, const Answer& answer, const ServerHost& host, Effects& fx) {
    const Wanted wanted = read_wanted(server, argument_of(server, *fx.heap), host);
    if (server.stage == 1) {
        resynchronise(server, *wanted.resync, answer, fx);
        return selected(server);
    }
    if (!answer.ok) return refusal(answer, "no such mailbox");
    std::string_view text = answer.text;
    SelectHead head;
    if (!take_record(text, head)) return no("the mailbox cannot be read", "SERVERBUG");
    for (const MessageRow& row : take_records<MessageRow>(text, head.messages)) {
        Member one;
        one.uid = row.uid;
        one.flags = row.flags;
        one.modseq = row.modseq & ((std::uint64_t{1} << 62) - 1);
        fx.heap->push(server.members, one);
    }
    fx.heap->assign(server.keywords,
                    text.substr(0, std::min<std::size_t>(text.size(), head.keyword_octets)));
    server.mailbox = answer.number;
    server.has_mailbox = 1;
    server.state = S::selected;
    server.uidvalidity = head.uidvalidity;
    server.uidnext = head.uidnext;
    server.cursor = head.modseq_max;
    server.read_only = server_rows()[server.row].verb == "EXAMINE" || head.read_only != 0;
    say_state(server, head, host, fx);
    if (!wanted.resync || wanted.resync->uidvalidity != head.uidvalidity) return selected(server);
    server.stage = 1;
    return wait_for(server, store("VANISHED", {}, {}, wanted.resync->modseq), fx);
}

Step close_mailbox(Server& server, std::string_view argument, const ServerHost&, Effects&) {
    if (!argument.empty()) return wrong("CLOSE stands alone");
    return store("CLOSE", {}, {}, server.read_only ? 0 : 1);
}

Step unselect(Server&, std::string_view argument, const ServerHost&, Effects&) {
    if (!argument.empty()) return wrong("UNSELECT stands alone");
    return store("CLOSE");
}

Reply judge_close(Server& server, const Answer& answer, const ServerHost&, Effects& fx) {
    forget_mailbox(server, *fx.heap);
    if (!answer.ok) return refusal(answer, "closed, but nothing was expunged");
    return ok("closed");
}

}  // namespace postroad::imap

// STORE with UNCHANGEDSINCE (RFC 7162 §3.1.3), EXPUNGE (RFC 4315 §2.1), COPY and MOVE (RFC 6851).
#include <algorithm>

#include "protocols/imap/flags.hpp"
#include "protocols/imap/server_rows.hpp"

namespace postroad::imap {
namespace {

constexpr std::uint64_t always = ~std::uint64_t{0};

struct StoreCommand {
    SequenceSet set;
    char how = '=';
    bool silent = false;
    std::uint64_t unchanged_since = always;
    FlagWords flags;
    const char* problem = nullptr;
};

StoreCommand read_store(std::string_view argument, const ServerHost& host) {
    StoreCommand out;
    const auto fail = [&](const char* why) {
        out.problem = why;
        return out;
    };
    constexpr const char* usage =
        "write STORE, a set of messages, +FLAGS or -FLAGS or FLAGS, (flags)";
    Reader reader(argument);
    const auto set = reader.sequence_set();
    if (!set || !reader.space()) return fail(usage);
    out.set = *set;
    if (host.capabilities.has(Capability::condstore) && reader.take('(')) {
        if (!reader.word("UNCHANGEDSINCE") || !reader.space()) return fail(usage);
        const auto since = reader.number64();
        if (!since || !reader.take(')') || !reader.space()) return fail(usage);
        out.unchanged_since = *since;
    }
    if (reader.peek() == '+' || reader.peek() == '-') {
        out.how = reader.peek();
        reader.take(out.how);
    }
    if (!reader.text("FLAGS")) return fail(usage);
    out.silent = reader.text(".SILENT");
    if (!reader.space()) return fail(usage);
    std::vector<std::string_view> words;
    if (reader.peek() == '(') {
        const auto listed = reader.flag_list();
        if (!listed) return fail(usage);
        words = *listed;
    } else {
        do {
            const auto one = reader.flag();
            if (!one) return fail(usage);
            words.push_back(*one);
        } while (reader.space());
    }
    if (!reader.done()) return fail(usage);
    const auto flags = read_flags(words);
    if (!flags) return fail("such flags are not for clients to set");
    out.flags = *flags;
    return out;
}

Step ask_to_store(Server& server, const StoreCommand& command, Effects& fx) {
    const std::string_view table = fx.heap->view(server.keywords);
    std::uint32_t flags = command.flags.system;
    for (const std::string_view word : command.flags.keywords)
        if (const auto place = keyword_place(table, word); place && *place < keywords_max)
            flags |= 1U << (system_flags + *place);
    const std::string uids = targets_text(server, *fx.heap);
    fx.words = uids + command.how;
    append_number(fx.words, flags);
    const std::string_view words = fx.words;
    return store("STORE", words.substr(0, uids.size()), words.substr(uids.size()),
                 command.unchanged_since);
}

// What the session expects of a message after its own STORE.
std::uint32_t expected(std::uint32_t before, char how, std::uint32_t flags) {
    if (how == '+') return before | flags;
    if (how == '-') return before & ~flags;
    return flags | (before & flag::recent);
}

std::uint32_t bits_of(const StoreCommand& command, std::string_view table) {
    std::uint32_t flags = command.flags.system;
    for (const std::string_view word : command.flags.keywords)
        if (const auto place = keyword_place(table, word); place && *place < keywords_max)
            flags |= 1U << (system_flags + *place);
    return flags;
}

// What was done to one message, told as far as the client wants and needs to know.
void take_stored(Server& server, const StoreCommand& command, const MessageRow& row,
                 std::uint32_t wanted, Effects& fx) {
    const std::uint32_t index = find_member(server, *fx.heap, row.uid);
    if (index == nowhere) return;
    Member member = fx.heap->get(server.members, index);
    // RFC 3501 §6.4.6: .SILENT is about what the client can reckon itself, and nothing else.
    const bool surprise = row.flags != expected(member.flags, command.how, wanted);
    const bool moved = member.modseq != row.modseq;
    take_flags(server, member, row.flags, row.modseq, *fx.heap);
    fx.heap->set(server.members, index, member);
    if (!command.silent || surprise)
        say_flags(server, index, member, true, fx);
    else if (has(server, enabled::condstore) && moved)
        say_flags(server, index, member, false, fx);
}

}  // namespace

Step store_flags(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    const StoreCommand command = read_store(argument, host);
    if (command.problem) return wrong(command.problem);
    if (!set_targets(server, command.set, is_uid_command(server), *fx.heap))
        return wrong("there is no message with such a number");
    if (server.read_only) return no("the mailbox is only looked at");
    if (command.unchanged_since != always) follow_modseqs(server, fx);
    if (server.targets.empty()) return ok("no such message, nothing stored");
    const std::string_view table = fx.heap->view(server.keywords);
    std::string fresh;
    for (const std::string_view word : command.flags.keywords)
        if (!keyword_place(table, word)) fresh.append(fresh.empty() ? "" : " ").append(word);
    if (fresh.empty()) return ask_to_store(server, command, fx);
    fx.words = fresh;
    server.stage = 1;
    return store("KEYWORD", {}, fx.words, command.how == '-' ? 1 : 0);
}

Reply judge_store(Server& server, const Answer& answer, const ServerHost& host, Effects& fx) {
    if (!answer.ok) return refusal(answer, "not stored");
    const StoreCommand command = read_store(argument_of(server, *fx.heap), host);
    if (std::exchange(server.stage, std::uint8_t{0}) == 1) {
        if (answer.text != fx.heap->view(server.keywords)) {
            fx.heap->assign(server.keywords, answer.text);
            tell_flags(server, fx);
        }
        return wait_for(server, ask_to_store(server, command, fx).ask, fx);
    }
    std::string_view text = answer.text;
    ChangesHead head;
    if (!take_record(text, head)) return no("not stored", "SERVERBUG");
    const std::uint32_t wanted = bits_of(command, fx.heap->view(server.keywords));
    const auto rows = take_records<MessageRow>(text, head.messages);
    for (const MessageRow& row : rows) take_stored(server, command, row, wanted, fx);
    const auto failed = take_records<std::uint32_t>(text, head.uids);
    const bool some_gone = rows.size() + failed.size() < server.targets.size();
    if (!failed.empty()) {
        std::vector<Range> ranges;
        for (const std::uint32_t uid : failed)
            push_number(ranges,
                        is_uid_command(server) ? uid : find_member(server, *fx.heap, uid) + 1);
        fx.words = "MODIFIED ";
        put_ranges(fx.words, ranges);
        return {some_gone ? refused : good, fx.words, "some have changed since"};
    }
    if (some_gone && !is_uid_command(server))
        return no("some of these messages are there no more", "EXPUNGEISSUED");
    return ok("stored");
}

Step expunge(Server& server, std::string_view argument, const ServerHost&, Effects&) {
    if (!argument.empty()) return wrong("EXPUNGE stands alone");
    if (server.read_only) return no("the mailbox is only looked at");
    return store("EXPUNGE");
}

Step uid_expunge(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    Reader reader(argument);
    const auto set = reader.sequence_set();
    if (!set || !reader.done()) return wrong("write UID EXPUNGE and a set of UIDs");
    if (server.read_only) return no("the mailbox is only looked at");
    set_targets(server, *set, true, *fx.heap);
    if (server.targets.empty()) return ok("no such message, nothing expunged");
    fx.words = targets_text(server, *fx.heap);
    return store("EXPUNGE", fx.words);
}

Reply judge_expunge(Server& server, const Answer& answer, const ServerHost&, Effects& fx) {
    if (!answer.ok) return refusal(answer, "not expunged");
    std::string_view text = answer.text;
    ChangesHead head;
    if (!take_record(text, head)) return no("not expunged", "SERVERBUG");
    take_records<MessageRow>(text, head.messages);
    const auto uids = take_records<std::uint32_t>(text, head.uids);
    for (const std::uint32_t uid : uids) mark_gone(server, uid, *fx.heap);
    if (uids.empty() || !has(server, enabled::condstore)) return ok("expunged");
    // RFC 7162 §3.2.7: a client that keeps up need not ask for it.
    fx.words = "HIGHESTMODSEQ ";
    append_number(fx.words, head.modseq_max);
    return {good, fx.words, "expunged"};
}

namespace {

Step start_copy(Server& server, std::string_view argument, bool moves, Effects& fx) {
    Reader reader(argument);
    const auto set = reader.sequence_set();
    const bool apart = set && reader.space();
    const auto target = apart ? reader.mailbox(speaks_utf8(server)) : std::nullopt;
    if (!target || target->empty() || !reader.done())
        return wrong(moves ? "write MOVE, a set of messages and a mailbox"
                           : "write COPY, a set of messages and a mailbox");
    if (!set_targets(server, *set, is_uid_command(server), *fx.heap))
        return wrong("there is no message with such a number");
    if (moves && server.read_only) return no("the mailbox is only looked at");
    if (server.targets.empty()) return ok("no such message, nothing done");
    const std::string uids = targets_text(server, *fx.heap);
    fx.words = *target + uids;
    const std::string_view words = fx.words;
    return store(moves ? "MOVE" : "COPY", words.substr(0, target->size()),
                 words.substr(target->size()));
}

}  // namespace

Step copy(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    return start_copy(server, argument, false, fx);
}
Step move(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    return start_copy(server, argument, true, fx);
}

Reply judge_copy(Server& server, const Answer& answer, const ServerHost& host, Effects& fx) {
    const bool moves = server_rows()[server.row].verb.ends_with("MOVE");
    if (!answer.ok) {
        if (answer.enhanced == "NONEXISTENT")
            return {refused, "TRYCREATE", answer.text.empty() ? "no such mailbox" : answer.text};
        return refusal(answer, moves ? "not moved" : "not copied");
    }
    std::string_view text = answer.text;
    const auto pairs = take_records<CopiedPair>(text, text.size() / sizeof(CopiedPair));
    std::vector<Range> from;
    std::string to;  // in the order of `from`: RFC 4315 §3
    for (std::size_t i = 0; i < pairs.size();) {
        std::size_t end = i + 1;
        while (end < pairs.size() && pairs[end].to == pairs[end - 1].to + 1) ++end;
        if (!to.empty()) to += ',';
        put_ranges(to, {{pairs[i].to, pairs[end - 1].to}});
        i = end;
    }
    for (const CopiedPair& one : pairs) {
        push_number(from, one.from);
        if (moves) mark_gone(server, one.from, *fx.heap);
    }
    const std::string_view done = moves ? "moved" : "copied";
    if (!host.capabilities.has(Capability::uidplus) || pairs.empty()) return ok(done);
    fx.words = "COPYUID ";
    append_number(fx.words, answer.number);
    fx.words += ' ';
    put_ranges(fx.words, from);
    fx.words.append(" ").append(to);
    if (!moves) return {good, fx.words, done};
    // RFC 6851 §4.3: before the EXPUNGEs, so that the client can still tell who is who.
    Untagged(fx, "6851 §4.3") << "OK [" << fx.words << "] these are the new ones";
    if (!has(server, enabled::qresync)) return ok(done);
    fx.words = "HIGHESTMODSEQ ";
    append_number(fx.words, answer.octets);
    return {good, fx.words, done};
}

}  // namespace postroad::imap

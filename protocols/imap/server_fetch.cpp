// FETCH (RFC 3501 §6.4.5, CHANGEDSINCE and VANISHED of RFC 7162): one message at a time, and only
// what the session does not know is asked for.
#include <algorithm>

#include "protocols/imap/fetch_data.hpp"
#include "protocols/imap/fetch_items.hpp"
#include "protocols/imap/flags.hpp"
#include "protocols/imap/server_rows.hpp"

namespace postroad::imap {
namespace {

constexpr std::uint8_t issue_gone = 1, issue_encoding = 2;  // Server::bits

struct FetchCommand {
    SequenceSet set;
    FetchItems items;
    std::optional<std::uint64_t> since;
    bool vanished = false;
    std::string problem;
};

// "(CHANGEDSINCE 12345 VANISHED)"
bool read_modifiers(Reader& reader, FetchCommand& out, const ServerHost& host) {
    if (!host.capabilities.has(Capability::condstore) || !reader.take('(')) return false;
    do {
        if (reader.word("CHANGEDSINCE") && reader.space()) {
            if (!(out.since = reader.number64())) return false;
        } else if (host.capabilities.has(Capability::qresync) && reader.word("VANISHED")) {
            out.vanished = true;
        } else {
            return false;
        }
    } while (reader.space());
    return reader.take(')') && reader.done();
}

bool is_offered(ItemKind kind, const ServerHost& host) {
    switch (kind) {
    case ItemKind::binary:
    case ItemKind::binary_size: return host.capabilities.has(Capability::binary);
    case ItemKind::modseq: return host.capabilities.has(Capability::condstore);
    case ItemKind::email_id:
    case ItemKind::thread_id: return host.capabilities.has(Capability::object_id);
    case ItemKind::preview: return host.capabilities.has(Capability::preview);
    case ItemKind::save_date: return host.capabilities.has(Capability::save_date);
    default: return true;
    }
}

FetchCommand read_fetch(std::string_view argument, bool by_uid, const ServerHost& host) {
    FetchCommand out;
    Reader reader(argument);
    const auto set = reader.sequence_set();
    if (!set || !reader.space()) {
        out.problem = "write FETCH, a set of messages and what is wanted of them";
        return out;
    }
    out.set = *set;
    ParsedFetch parsed = parse_fetch_items(reader.rest());
    out.problem = parsed.error;
    if (!out.problem.empty()) return out;
    reader.back_to(reader.at() + parsed.used);
    if (!reader.done() && (!reader.space() || !read_modifiers(reader, out, host)))
        out.problem = "what stands behind the items is no modifier that is known here";
    if (out.vanished && (!by_uid || !out.since))  // RFC 7162 §3.2.6
        out.problem = "VANISHED is for UID FETCH with CHANGEDSINCE";
    out.items = std::move(parsed.value);
    for (const FetchItem& one : out.items.items)
        if (!is_offered(one.kind, host)) out.problem = "one of the items is not known here";
    const auto add = [&](ItemKind kind) {
        if (out.items.has(kind)) return;
        FetchItem item;
        item.kind = kind;
        out.items.items.push_back(std::move(item));
    };
    if (by_uid) add(ItemKind::uid);
    if (out.since) add(ItemKind::modseq);  // RFC 7162 §3.1.4.1
    return out;
}

// What the session's own list cannot say.
bool wants_store(const FetchItems& items) {
    return std::any_of(items.items.begin(), items.items.end(), [](const FetchItem& one) {
        return one.kind != ItemKind::flags && one.kind != ItemKind::uid &&
               one.kind != ItemKind::modseq;
    });
}

bool wants_text(const FetchItems& items) {
    return std::any_of(items.items.begin(), items.items.end(), [](const FetchItem& one) {
        switch (one.kind) {
        case ItemKind::envelope:
        case ItemKind::body:
        case ItemKind::body_structure:
        case ItemKind::section:
        case ItemKind::binary:
        case ItemKind::binary_size:
        case ItemKind::preview: return true;
        default: return false;
        }
    });
}

bool tells_content(const FetchItems& items) {
    return std::any_of(items.items.begin(), items.items.end(), [](const FetchItem& one) {
        return one.kind == ItemKind::section || one.kind == ItemKind::binary;
    });
}

void say_message(Server& server, std::uint32_t index, const FetchItems& items, MessageData data,
                 Effects& fx) {
    const Member member = fx.heap->get(server.members, index);
    std::string flags;
    put_flag_words(flags, member.flags, server, *fx.heap);
    data.flags = std::string_view(flags).substr(1, flags.size() - 2);
    data.uid = member.uid;
    data.modseq = member.modseq;
    Untagged line(fx, "3501 §7.4.2", tells_content(items) ? Speech::content : Speech::reply);
    line << std::uint64_t{index} + 1 << " FETCH ";
    if (!put_fetch_data(line.out(), items, data)) server.bits |= issue_encoding;
}

Reply end_fetch(const Server& server) {
    if (server.bits & issue_encoding) return no("an encoding is not known", "UNKNOWN-CTE");
    if ((server.bits & issue_gone) && !is_uid_command(server))
        return no("some of these messages are there no more", "EXPUNGEISSUED");  // RFC 5530 §3
    return ok("fetched");
}

// Goes on with Server::at as far as it can without asking. Nothing: it is done.
std::optional<Ask> next_message(Server& server, const FetchCommand& command, Effects& fx) {
    const bool ask = wants_store(command.items);
    for (; server.at < server.targets.size(); ++server.at) {
        const std::uint32_t uid = fx.heap->get(server.targets, server.at);
        const std::uint32_t index = find_member(server, *fx.heap, uid);
        if (index == nowhere) continue;
        const Member member = fx.heap->get(server.members, index);
        if (command.since && member.modseq <= *command.since) continue;
        if (member.gone) {
            server.bits |= issue_gone;
            continue;
        }
        if (!ask) {
            say_message(server, index, command.items, {}, fx);
            continue;
        }
        // Whether it is \Seen already the store knows better: another session may have changed
        // that.
        const bool sets_seen = command.items.sets_seen() && !server.read_only;
        return store("FETCH", sets_seen ? "SEEN" : "", wants_text(command.items) ? "TEXT" : "",
                     uid);
    }
    return std::nullopt;
}

// RFC 7162 §3.2.6: first what of the asked-for UIDs is there no more.
void say_vanished(const Server& server, const FetchCommand& command, const Answer& answer,
                  Effects& fx) {
    const std::vector<Range> wanted = resolved(command.set, server.uidnext - 1);
    std::vector<Range> vanished;
    std::string_view text = answer.text;
    ChangesHead head;
    if (answer.ok && answer.exists && take_record(text, head)) {
        take_records<MessageRow>(text, head.messages);
        for (const std::uint32_t uid : take_records<std::uint32_t>(text, head.uids))
            if (contains(wanted, uid)) push_number(vanished, uid);
    } else {
        vanished = common(free_uids(server, *fx.heap), wanted);
    }
    if (vanished.empty()) return;
    Untagged line(fx, "7162 §3.2.10.1");
    line << "VANISHED (EARLIER) ";
    put_ranges(line.out(), vanished);
}

}  // namespace

Step fetch(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    const bool by_uid = is_uid_command(server);
    const FetchCommand command = read_fetch(argument, by_uid, host);
    if (!command.problem.empty()) {
        fx.words = command.problem;
        return wrong(fx.words);
    }
    if (command.vanished && !has(server, enabled::qresync))
        return wrong("VANISHED comes after ENABLE QRESYNC");
    if (!set_targets(server, command.set, by_uid, *fx.heap))
        return wrong("there is no message with such a number");
    if (command.since || command.items.has(ItemKind::modseq)) follow_modseqs(server, fx);
    if (command.vanished) {
        server.stage = 1;
        return store("VANISHED", {}, {}, *command.since);
    }
    if (const auto ask = next_message(server, command, fx)) return *ask;
    return end_fetch(server);
}

Reply judge_fetch(Server& server, const Answer& answer, const ServerHost& host, Effects& fx) {
    FetchCommand command = read_fetch(argument_of(server, *fx.heap), is_uid_command(server), host);
    if (std::exchange(server.stage, std::uint8_t{0}) == 1) {
        say_vanished(server, command, answer, fx);
    } else {
        if (!answer.ok) return refusal(answer, "a message cannot be read");
        const std::uint32_t uid = fx.heap->get(server.targets, server.at++);
        const std::uint32_t index = find_member(server, *fx.heap, uid);
        std::string_view packed = answer.enhanced;
        FetchHead head;
        if (!answer.exists || index == nowhere || !take_record(packed, head)) {
            server.bits |= issue_gone;
        } else {
            Member member = fx.heap->get(server.members, index);
            FetchItems items = command.items;
            if (command.items.sets_seen() && !server.read_only && member.flags != head.flags) {
                // RFC 3501 §6.4.5: flags that the command itself changes are told with its data.
                for (const ItemKind kind : {ItemKind::flags, ItemKind::modseq}) {
                    if (items.has(kind) ||
                        (kind == ItemKind::modseq && !has(server, enabled::condstore)))
                        continue;
                    FetchItem item;
                    item.kind = kind;
                    items.items.push_back(std::move(item));
                }
                take_flags(server, member, head.flags, head.modseq, *fx.heap);
                fx.heap->set(server.members, index, member);
            }
            MessageData data;
            data.text = answer.text;
            data.octets = head.octets;
            data.internal_date = {head.internal_s, head.internal_zone_min};
            data.save_date_s = head.saved_s;
            std::string email = "M", thread = "T";
            append_number(email, head.email_id);
            append_number(thread, head.thread_id);
            if (head.email_id != 0) data.email_id = email;
            if (head.thread_id != 0) data.thread_id = thread;
            say_message(server, index, items, data, fx);
        }
    }
    if (const auto ask = next_message(server, command, fx)) return wait_for(server, *ask, fx);
    return end_fetch(server);
}

}  // namespace postroad::imap

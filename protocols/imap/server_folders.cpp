// The IMAP commands about whole mailboxes: CREATE, DELETE, RENAME, SUBSCRIBE, STATUS, NAMESPACE,
// quotas (RFC 3501 §6.3, RFC 9208).
#include "protocols/imap/mailbox_name.hpp"
#include "protocols/imap/server_rows.hpp"

namespace postroad::imap {
namespace {

std::optional<std::string> only_mailbox(const Server& server, std::string_view argument) {
    Reader reader(argument);
    auto name = reader.mailbox(speaks_utf8(server));
    if (!name || !reader.done()) return std::nullopt;
    return name;
}

struct Use {
    std::string_view word;
    std::uint32_t bit;
};
constexpr Use uses[] = {
    {"\\All", folder::all},         {"\\Archive", folder::archive}, {"\\Drafts", folder::drafts},
    {"\\Flagged", folder::flagged}, {"\\Junk", folder::junk},       {"\\Sent", folder::sent},
    {"\\Trash", folder::trash},
};

// RFC 6154 §5: "(USE (\Drafts \Sent))". Nothing: it cannot be read; 0: a use that nobody knows.
std::optional<std::uint32_t> read_use(Reader& reader) {
    if (!reader.take('(') || !reader.word("USE") || !reader.space()) return std::nullopt;
    const auto words = reader.flag_list();
    if (!words || words->empty() || !reader.take(')')) return std::nullopt;
    std::uint32_t out = 0;
    for (const std::string_view word : *words) {
        std::uint32_t bit = 0;
        for (const Use& one : uses)
            if (equals_ignoring_case(one.word, word)) bit = one.bit;
        if (bit == 0) return 0;
        out |= bit;
    }
    return out;
}

}  // namespace

Step create(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    Reader reader(argument);
    auto name = reader.mailbox(speaks_utf8(server));
    std::uint32_t use = 0;
    const bool more = reader.space();
    if (name && more && host.capabilities.has(Capability::create_special_use)) {
        const auto wanted = read_use(reader);
        if (!wanted) return wrong("write CREATE, a mailbox and (USE (\\Attribute))");
        if (*wanted == 0) return no("such a special use is not kept here", "USEATTR");
        use = *wanted;
    }
    if (!name || !reader.done()) return wrong("write CREATE and a mailbox");
    // RFC 3501 §6.3.3: a delimiter at the end says that there will be names below it.
    if (name->size() > 1 && name->back() == host.delimiter) name->pop_back();
    if (*name == "INBOX") return no("INBOX is there always", "ALREADYEXISTS");
    if (!is_good_mailbox(*name, host.delimiter)) return no("not a name for a mailbox", "CANNOT");
    fx.words = *name;
    return store("CREATE", fx.words, {}, use);
}

Reply judge_create(Server&, const Answer& answer, const ServerHost& host, Effects& fx) {
    if (!answer.ok) return refusal(answer, "not created");
    if (answer.number == 0 || !host.capabilities.has(Capability::object_id)) return ok("created");
    fx.words = "MAILBOXID (F";
    append_number(fx.words, answer.number);
    fx.words += ')';
    return {good, fx.words, "created"};
}

Step delete_mailbox(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    const auto name = only_mailbox(server, argument);
    if (!name) return wrong("write DELETE and a mailbox");
    if (*name == "INBOX") return no("INBOX stays", "CANNOT");
    fx.words = *name;
    return store("DELETE", fx.words);
}

Step rename_mailbox(Server& server, std::string_view argument, const ServerHost& host,
                    Effects& fx) {
    Reader reader(argument);
    const auto from = reader.mailbox(speaks_utf8(server));
    const bool apart = reader.space();
    auto to = reader.mailbox(speaks_utf8(server));
    if (!from || !apart || !to || !reader.done()) return wrong("write RENAME and two mailboxes");
    if (to->size() > 1 && to->back() == host.delimiter) to->pop_back();
    if (*to == "INBOX") return no("INBOX is there always", "ALREADYEXISTS");
    if (!is_good_mailbox(*to, host.delimiter)) return no("not a name for a mailbox", "CANNOT");
    fx.words = *from + *to;
    const std::string_view words = fx.words;
    return store("RENAME", words.substr(0, from->size()), words.substr(from->size()));
}

Step subscribe(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    const auto name = only_mailbox(server, argument);
    if (!name) return wrong("write SUBSCRIBE and a mailbox");
    fx.words = *name;
    return store("SUBSCRIBE", fx.words);
}

Step unsubscribe(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    const auto name = only_mailbox(server, argument);
    if (!name) return wrong("write UNSUBSCRIBE and a mailbox");
    fx.words = *name;
    return store("UNSUBSCRIBE", fx.words);
}

Reply judge_done(Server&, const Answer& answer, const ServerHost&, Effects&) {
    if (!answer.ok) return refusal(answer, "not done");
    return ok("done");
}

namespace {

enum class StatusItem : std::uint8_t {
    messages,
    recent,
    uidnext,
    uidvalidity,
    unseen,
    deleted,
    size,
    modseq,
    append_limit,
    mailbox_id,
    deleted_storage
};
struct StatusWord {
    std::string_view word;
    StatusItem item;
    Capability needs;  // `count`: none
};
constexpr StatusWord status_words[] = {
    {"MESSAGES", StatusItem::messages, Capability::count},
    {"RECENT", StatusItem::recent, Capability::count},
    {"UIDNEXT", StatusItem::uidnext, Capability::count},
    {"UIDVALIDITY", StatusItem::uidvalidity, Capability::count},
    {"UNSEEN", StatusItem::unseen, Capability::count},
    {"DELETED", StatusItem::deleted, Capability::rev2},
    {"SIZE", StatusItem::size, Capability::status_size},
    {"HIGHESTMODSEQ", StatusItem::modseq, Capability::condstore},
    {"APPENDLIMIT", StatusItem::append_limit, Capability::appendlimit},
    {"MAILBOXID", StatusItem::mailbox_id, Capability::object_id},
    {"DELETED-STORAGE", StatusItem::deleted_storage, Capability::quota},
};

constexpr std::uint32_t bit_of(StatusItem item) { return 1U << static_cast<unsigned>(item); }

void put_status(std::string& out, StatusItem item, const StatusFacts& facts,
                const ServerHost& host) {
    switch (item) {
    case StatusItem::messages: return append_number(out, facts.messages);
    case StatusItem::recent: return append_number(out, facts.recent);
    case StatusItem::uidnext: return append_number(out, facts.uidnext);
    case StatusItem::uidvalidity: return append_number(out, facts.uidvalidity);
    case StatusItem::unseen: return append_number(out, facts.unseen);
    case StatusItem::deleted: return append_number(out, facts.deleted);
    case StatusItem::size: return append_number(out, facts.octets);
    case StatusItem::modseq: return append_number(out, facts.modseq_max);
    case StatusItem::append_limit: return append_number(out, host.append_octets_max);
    case StatusItem::deleted_storage: return append_number(out, facts.deleted_octets);
    case StatusItem::mailbox_id:
        out += "(F";
        append_number(out, facts.mailbox_id);
        out += ')';
        return;
    }
}

}  // namespace

std::optional<std::uint32_t> read_status_items(Reader& reader, const ServerHost& host) {
    std::uint32_t out = 0;
    if (!reader.take('(')) return std::nullopt;
    do {
        const auto word = reader.atom();
        if (!word) return std::nullopt;
        std::uint32_t bit = 0;
        for (const StatusWord& one : status_words)
            if (equals_ignoring_case(one.word, *word) &&
                (one.needs == Capability::count || host.capabilities.has(one.needs)))
                bit = bit_of(one.item);
        if (bit == 0) return std::nullopt;
        out |= bit;
    } while (reader.space());
    return reader.take(')') ? std::optional(out) : std::nullopt;
}

void say_status(Server& server, std::string_view name, std::uint32_t items, std::string_view packed,
                const ServerHost& host, Effects& fx) {
    StatusFacts facts;
    if (!take_record(packed, facts)) return;
    Untagged line(fx, "3501 §7.2.4");
    line << "STATUS ";
    put_mailbox(line.out(), name, speaks_utf8(server));
    line << " (";
    bool first = true;
    for (const StatusWord& one : status_words) {
        if (!(items & bit_of(one.item))) continue;
        line << (first ? "" : " ") << one.word << " ";
        first = false;
        put_status(line.out(), one.item, facts, host);
    }
    line << ")";
}

Step status(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    Reader reader(argument);
    const auto name = reader.mailbox(speaks_utf8(server));
    const bool apart = reader.space();
    const auto items = apart ? read_status_items(reader, host) : std::nullopt;
    if (!name || !items || !reader.done())
        return wrong("write STATUS, a mailbox and (MESSAGES UNSEEN ...)");
    if (*items & bit_of(StatusItem::modseq)) follow_modseqs(server, fx);
    fx.words = *name;
    return store("STATUS", fx.words);
}

Reply judge_status(Server& server, const Answer& answer, const ServerHost& host, Effects& fx) {
    if (!answer.ok) return refusal(answer, "no such mailbox");
    Reader reader(argument_of(server, *fx.heap));
    const auto name = reader.mailbox(speaks_utf8(server));
    reader.space();
    say_status(server, *name, *read_status_items(reader, host), answer.text, host, fx);
    return ok("as it is");
}

// RFC 2342 §5: the prefixes of one's own, other people's and everybody's mailboxes.
Step name_space(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    if (!argument.empty()) return wrong("NAMESPACE stands alone");
    Untagged line(fx, "2342 §5");
    line << "NAMESPACE";
    const auto put = [&](std::string_view prefix, bool exists) {
        if (!exists) {
            line << " NIL";
            return;
        }
        line << " ((";
        put_string(line.out(), speaks_utf8(server) ? std::string(prefix) : to_modified_utf7(prefix),
                   speaks_utf8(server));
        line << " ";
        if (host.delimiter == '\0')
            line << "NIL";
        else
            put_quoted(line.out(), {&host.delimiter, 1});
        line << "))";
    };
    put("", true);
    put(host.others_prefix, !host.others_prefix.empty());
    put(host.shared_prefix, !host.shared_prefix.empty());
    return ok("as it is");
}

Step get_quota(Server&, std::string_view argument, const ServerHost&, Effects& fx) {
    Reader reader(argument);
    const auto root = reader.astring();
    if (!root || !reader.done()) return wrong("write GETQUOTA and a quota root");
    fx.words = *root;
    return store("QUOTA", fx.words);
}

Step get_quota_root(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    const auto name = only_mailbox(server, argument);
    if (!name) return wrong("write GETQUOTAROOT and a mailbox");
    fx.words = *name;
    return store("QUOTA", fx.words, {}, 1);
}

// RFC 9208 §4.1.3: "root (STORAGE 512)"
Step set_quota(Server&, std::string_view argument, const ServerHost&, Effects& fx) {
    constexpr std::string_view usage = "write SETQUOTA, a root and (RESOURCE limit ...)";
    Reader reader(argument);
    const auto root = reader.astring();
    if (!root || !reader.space() || !reader.take('(')) return wrong(usage);
    std::string limits;
    for (bool first = true; reader.peek() != ')'; first = false) {
        if (!first && !reader.space()) return wrong(usage);
        const auto resource = reader.atom();
        const bool apart = reader.space();
        const auto limit = reader.number64();
        if (!resource || !apart || !limit) return wrong(usage);
        if (!first) limits += ' ';
        for (const char c : *resource) limits += to_upper(c);
        limits += ' ';
        append_number(limits, *limit);
    }
    if (!reader.take(')') || !reader.done()) return wrong(usage);
    fx.words = *root + limits;
    const std::string_view words = fx.words;
    return store("SETQUOTA", words.substr(0, root->size()), words.substr(root->size()));
}

Reply judge_quota(Server& server, const Answer& answer, const ServerHost&, Effects& fx) {
    if (!answer.ok) return refusal(answer, "no such quota root");
    std::string_view rest = answer.text;
    const std::string_view root = rest.substr(0, rest.find('\n'));
    const bool of_mailbox = equals_ignoring_case(server_rows()[server.row].verb, "GETQUOTAROOT");
    const bool exists = !rest.empty();
    if (!exists && !of_mailbox) return no("no such quota root", "NONEXISTENT");
    if (of_mailbox) {
        Reader reader(argument_of(server, *fx.heap));
        Untagged line(fx, "9208 §4.2.2");
        line << "QUOTAROOT ";
        put_mailbox(line.out(), *reader.mailbox(speaks_utf8(server)), speaks_utf8(server));
        if (exists) {
            line << " ";
            put_astring(line.out(), root, speaks_utf8(server));
        }
    }
    if (!exists) return ok("there is no limit");
    rest.remove_prefix(root.size());
    Untagged line(fx, "9208 §4.2.1");
    line << "QUOTA ";
    put_astring(line.out(), root, speaks_utf8(server));
    line << " (";
    for (bool first = true; rest.size() > 1; first = false) {
        rest.remove_prefix(1);
        const std::size_t end = rest.find('\n');
        line << (first ? "" : " ") << rest.substr(0, end);
        rest.remove_prefix(end == rest.npos ? rest.size() : end);
    }
    line << ")";
    return ok("as it is");
}

}  // namespace postroad::imap

// The IMAP server's verbs: one row each, and the handlers of those that need no store.
#include "protocols/imap/server_rows.hpp"

namespace postroad::imap {
namespace {

Step capability(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    if (!argument.empty()) return wrong("CAPABILITY stands alone");
    Untagged line(fx, "3501 §7.2.1");
    put_capabilities(line.out(), server, host);
    return ok("as it is");
}

Step noop(Server&, std::string_view argument, const ServerHost&, Effects&) {
    if (!argument.empty()) return wrong("NOOP stands alone");
    return ok("nothing done");
}

Step check(Server&, std::string_view argument, const ServerHost&, Effects&) {
    if (!argument.empty()) return wrong("CHECK stands alone");
    return ok("checked");
}

// RFC 3501 §6.1.3: BYE comes before the tagged reply.
Step logout(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    if (!argument.empty()) return wrong("LOGOUT stands alone");
    say_bye(server, host.name, "3501 §6.1.3", fx);
    return ok("good-bye");
}

// RFC 3501 §6.2.1: behind the OK the TLS handshake begins.
Step start_tls(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    if (!argument.empty()) return wrong("STARTTLS stands alone");
    if (server.tls) return wrong("TLS is up already");
    fx.start_tls = true;
    return ok("go ahead");
}

// RFC 2971: who the other side is. What it says is its own affair, within bounds.
Step id(Server&, std::string_view argument, const ServerHost& host, Effects& fx) {
    constexpr std::string_view usage = "write ID, NIL or (\"name\" \"value\" …)";
    Reader reader(argument);
    if (!reader.word("NIL")) {
        if (!reader.take('(')) return wrong(usage);
        std::size_t pairs = 0;
        for (; reader.peek() != ')'; ++pairs) {
            if (pairs != 0 && !reader.space()) return wrong(usage);
            const auto name = reader.string();
            const bool apart = reader.space();
            const auto value = reader.nstring();
            if (!name || !apart || !value) return wrong(usage);
            if (pairs == 30 || name->size() > 30 || (*value && (**value).size() > 1024))
                return wrong("30 names of 30 octets with values of 1024 are the most");  // §3.3
        }
        if (!reader.take(')')) return wrong(usage);
    }
    if (!reader.done()) return wrong(usage);
    Untagged line(fx, "2971 §3.2");
    line << "ID ";
    if (host.id_name.empty()) {
        line << "NIL";
    } else {
        line << "(\"name\" ";
        put_string(line.out(), host.id_name);
        line << ")";
    }
    return ok("pleased to meet you");
}

// RFC 5161 §3.1: what is not known is not an error; it is not told as enabled.
Step enable(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    struct Switch {
        std::string_view word;
        Capability needs;
        std::uint8_t bits;
    };
    constexpr Switch switches[] = {
        {"CONDSTORE", Capability::condstore, enabled::condstore},
        {"QRESYNC", Capability::qresync, enabled::qresync | enabled::condstore},
        {"IMAP4rev2", Capability::rev2, enabled::rev2},
        {"UTF8=ACCEPT", Capability::utf8_accept, enabled::utf8},
    };
    Reader reader(argument);
    std::vector<std::string_view> done;
    do {
        const auto word = reader.atom();
        if (!word) return wrong("write ENABLE and capabilities");
        for (const Switch& one : switches) {
            if (!equals_ignoring_case(one.word, *word) || !host.capabilities.has(one.needs))
                continue;
            server.enabled |= one.bits;
            done.push_back(one.word);
        }
    } while (reader.space());
    if (!reader.done()) return wrong("write ENABLE and capabilities");
    Untagged line(fx, "5161 §3.2");
    line << "ENABLED";
    for (const std::string_view word : done) line << " " << word;
    return ok("enabled");
}

// RFC 2177: until DONE, news are told as they come.
Step idle(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    if (!argument.empty()) return wrong("IDLE stands alone");
    server.state = S::idle;
    say_go_on("idling", "2177 §3", fx);
    if (!server.has_mailbox) return Step::done();
    server.bits = 1;
    return ask_for_news(server, fx);
}

// What happened before IDLE began is told at once.
Reply judge_idle(Server& server, const Answer& answer, const ServerHost&, Effects& fx) {
    if (!answer.ok) {
        say_bye(server, "[UNAVAILABLE] the mailbox cannot be read any more", "5530 §3", fx);
        return {};
    }
    learn(server, answer, *fx.heap);
    tell_news(server, true, fx);
    return {};
}

constexpr Codes done_or_bad = {untagged, good, bad};
constexpr Codes all = {untagged, good, refused, bad};

constexpr StateSet<S> always = {S::not_authenticated, S::authenticated, S::selected};
constexpr StateSet<S> stranger = {S::not_authenticated};
constexpr StateSet<S> known = {S::authenticated, S::selected};
constexpr StateSet<S> open = {S::selected};

constexpr Row<Server, ServerHost> table[] = {
    {"CAPABILITY",
     always,
     capability,
     AskKind::none,
     nullptr,
     done_or_bad,
     "3501 §6.1.1",
     {},
     "CAPABILITY: says what this server can do"},
    {"NOOP",
     always,
     noop,
     AskKind::none,
     nullptr,
     done_or_bad,
     "3501 §6.1.2",
     {},
     "NOOP: does nothing; news are told"},
    {"LOGOUT",
     always,
     logout,
     AskKind::none,
     nullptr,
     {good, bad, bye},
     "3501 §6.1.3",
     {S::logout},
     "LOGOUT: ends the session"},
    {"ID",
     always,
     id,
     AskKind::none,
     nullptr,
     done_or_bad,
     "2971 §3.1",
     {},
     "ID (\"name\" \"value\"): says what program this is"},
    {"STARTTLS",
     stranger,
     start_tls,
     AskKind::none,
     nullptr,
     {good, bad},
     "3501 §6.2.1",
     {S::not_authenticated},
     "STARTTLS: protects the rest of the session"},
    {"AUTHENTICATE",
     stranger,
     authenticate,
     AskKind::authenticate,
     judge_login,
     {good, go_on, refused, bad},
     "3501 §6.2.2",
     {S::authenticated, S::auth},
     "AUTHENTICATE mechanism [response]: says who you are"},
    {"LOGIN",
     stranger,
     login,
     AskKind::maildrop,
     judge_login,
     {good, refused, bad},
     "3501 §6.2.3",
     {S::authenticated},
     "LOGIN name password: says who you are"},
    {"ENABLE",
     known,
     enable,
     AskKind::none,
     nullptr,
     done_or_bad,
     "5161 §3.1",
     {},
     "ENABLE capability…: switches on what changes the replies"},
    {"SELECT",
     known,
     select,
     AskKind::store,
     judge_select,
     all,
     "3501 §6.3.1",
     {S::selected},
     "SELECT mailbox: opens it"},
    {"EXAMINE",
     known,
     examine,
     AskKind::store,
     judge_select,
     all,
     "3501 §6.3.2",
     {S::selected},
     "EXAMINE mailbox: opens it to look at"},
    {"CREATE",
     known,
     create,
     AskKind::store,
     judge_create,
     all,
     "3501 §6.3.3",
     {},
     "CREATE mailbox [(USE (\\Sent))]: makes one"},
    {"DELETE",
     known,
     delete_mailbox,
     AskKind::store,
     judge_done,
     all,
     "3501 §6.3.4",
     {},
     "DELETE mailbox: and all that is in it"},
    {"RENAME",
     known,
     rename_mailbox,
     AskKind::store,
     judge_done,
     all,
     "3501 §6.3.5",
     {},
     "RENAME old new"},
    {"SUBSCRIBE",
     known,
     subscribe,
     AskKind::store,
     judge_done,
     all,
     "3501 §6.3.6",
     {},
     "SUBSCRIBE mailbox: so that clients show it"},
    {"UNSUBSCRIBE",
     known,
     unsubscribe,
     AskKind::store,
     judge_done,
     all,
     "3501 §6.3.7",
     {},
     "UNSUBSCRIBE mailbox"},
    {"LIST",
     known,
     list,
     AskKind::store,
     judge_list,
     all,
     "3501 §6.3.8",
     {},
     "LIST reference pattern: which mailboxes there are"},
    {"LSUB",
     known,
     lsub,
     AskKind::store,
     judge_list,
     all,
     "3501 §6.3.9",
     {},
     "LSUB reference pattern: which are subscribed"},
    {"NAMESPACE",
     known,
     name_space,
     AskKind::none,
     nullptr,
     done_or_bad,
     "2342 §5",
     {},
     "NAMESPACE: where whose mailboxes are"},
    {"STATUS",
     known,
     status,
     AskKind::store,
     judge_status,
     all,
     "3501 §6.3.10",
     {},
     "STATUS mailbox (MESSAGES UNSEEN): without opening it"},
    {"APPEND",
     known,
     append,
     AskKind::store,
     judge_append,
     {untagged, good, go_on, refused, bad},
     "3501 §6.3.11",
     {},
     "APPEND mailbox [(flags)] [\"date\"] literal: puts a message there"},
    {"IDLE",
     known,
     idle,
     AskKind::store,
     judge_idle,
     {untagged, good, go_on, bad},
     "2177 §3",
     {S::idle},
     "IDLE: tells news as they come, until DONE"},
    {"GETQUOTA",
     known,
     get_quota,
     AskKind::store,
     judge_quota,
     all,
     "9208 §4.1.1",
     {},
     "GETQUOTA root: how much there is, and may be"},
    {"GETQUOTAROOT",
     known,
     get_quota_root,
     AskKind::store,
     judge_quota,
     all,
     "9208 §4.1.2",
     {},
     "GETQUOTAROOT mailbox: which limits it is under"},
    {"SETQUOTA",
     known,
     set_quota,
     AskKind::store,
     judge_quota,
     all,
     "9208 §4.1.3",
     {},
     "SETQUOTA root (STORAGE 512): sets a limit"},
    {"CHECK",
     open,
     check,
     AskKind::none,
     nullptr,
     done_or_bad,
     "3501 §6.4.1",
     {},
     "CHECK: as NOOP"},
    {"CLOSE",
     open,
     close_mailbox,
     AskKind::store,
     judge_close,
     {good, refused, bad},
     "3501 §6.4.2",
     {S::authenticated},
     "CLOSE: expunges in silence, and closes"},
    {"UNSELECT",
     open,
     unselect,
     AskKind::store,
     judge_close,
     {good, refused, bad},
     "3691 §2",
     {S::authenticated},
     "UNSELECT: closes"},
    {"EXPUNGE",
     open,
     expunge,
     AskKind::store,
     judge_expunge,
     all,
     "3501 §6.4.3",
     {},
     "EXPUNGE: what is \\Deleted goes"},
    {"SEARCH",
     open,
     search,
     AskKind::store,
     judge_search,
     all,
     "3501 §6.4.4",
     {},
     "SEARCH keys: which messages"},
    {"SORT",
     open,
     sort,
     AskKind::store,
     judge_search,
     all,
     "5256 §3",
     {},
     "SORT (DATE) charset keys: the same in order"},
    {"THREAD",
     open,
     thread,
     AskKind::store,
     judge_search,
     all,
     "5256 §3",
     {},
     "THREAD REFERENCES charset keys: the same as conversations"},
    {"FETCH",
     open,
     fetch,
     AskKind::store,
     judge_fetch,
     all,
     "3501 §6.4.5",
     {},
     "FETCH set items: messages and parts of them"},
    {"STORE",
     open,
     store_flags,
     AskKind::store,
     judge_store,
     all,
     "3501 §6.4.6",
     {},
     "STORE set +FLAGS (flags): changes flags"},
    {"COPY", open, copy, AskKind::store, judge_copy, all, "3501 §6.4.7", {}, "COPY set mailbox"},
    {"MOVE", open, move, AskKind::store, judge_copy, all, "6851 §3.1", {}, "MOVE set mailbox"},
    {"UID COPY",
     open,
     copy,
     AskKind::store,
     judge_copy,
     all,
     "3501 §6.4.8",
     {},
     "UID COPY uids mailbox"},
    {"UID EXPUNGE",
     open,
     uid_expunge,
     AskKind::store,
     judge_expunge,
     all,
     "4315 §2.1",
     {},
     "UID EXPUNGE uids: what of them is \\Deleted goes"},
    {"UID FETCH",
     open,
     fetch,
     AskKind::store,
     judge_fetch,
     all,
     "3501 §6.4.8",
     {},
     "UID FETCH uids items"},
    {"UID MOVE",
     open,
     move,
     AskKind::store,
     judge_copy,
     all,
     "6851 §3.2",
     {},
     "UID MOVE uids mailbox"},
    {"UID SEARCH",
     open,
     search,
     AskKind::store,
     judge_search,
     all,
     "3501 §6.4.8",
     {},
     "UID SEARCH keys"},
    {"UID SORT",
     open,
     sort,
     AskKind::store,
     judge_search,
     all,
     "5256 §3",
     {},
     "UID SORT (DATE) charset keys"},
    {"UID STORE",
     open,
     store_flags,
     AskKind::store,
     judge_store,
     all,
     "3501 §6.4.8",
     {},
     "UID STORE uids +FLAGS (flags)"},
    {"UID THREAD",
     open,
     thread,
     AskKind::store,
     judge_search,
     all,
     "5256 §3",
     {},
     "UID THREAD REFERENCES charset keys"},
};

}  // namespace

std::span<const ServerRow> server_rows() { return table; }

bool offers(const ServerHost& host, const ServerRow& row) {
    struct Needs {
        std::string_view verb;
        Capability capability;
    };
    constexpr Needs needs[] = {
        {"ID", Capability::id},
        {"ENABLE", Capability::enable},
        {"NAMESPACE", Capability::name_spaces},
        {"IDLE", Capability::idle},
        {"GETQUOTA", Capability::quota},
        {"GETQUOTAROOT", Capability::quota},
        {"SETQUOTA", Capability::quota},
        {"UNSELECT", Capability::unselect},
        {"SORT", Capability::sort},
        {"UID SORT", Capability::sort},
        {"THREAD", Capability::thread},
        {"UID THREAD", Capability::thread},
        {"MOVE", Capability::move},
        {"UID MOVE", Capability::move},
        {"UID EXPUNGE", Capability::uidplus},
    };
    if (row.verb == "STARTTLS") return host.starttls;
    if (row.verb == "AUTHENTICATE") return !host.mechanisms.empty();
    for (const Needs& one : needs)
        if (one.verb == row.verb) return host.capabilities.has(one.capability);
    return true;
}

}  // namespace postroad::imap

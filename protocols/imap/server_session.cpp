// IMAP commands about the session itself: CAPABILITY, NOOP, LOGOUT, STARTTLS, ID, ENABLE, IDLE.
#include "protocols/imap/server_rows.hpp"

namespace postroad::imap {

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

// RFC 3501 §6.2.1, RFC 2595 §3: behind the OK the TLS handshake begins.
Step start_tls(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    if (!argument.empty()) return wrong("STARTTLS stands alone");
    if (server.tls) return wrong("TLS is up already");
    fx.start_tls = true;
    return ok("go ahead");
}

// RFC 2971: who the other side is. What it says is its own affair, within bounds.
Step id(Server&, std::string_view argument, const ServerHost& host, Effects& fx) {
    constexpr std::string_view usage = "write ID, NIL or (\"name\" \"value\" ...)";
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
            if (one.bits & enabled::condstore) follow_modseqs(server, fx);
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

}  // namespace postroad::imap

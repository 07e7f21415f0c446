// APPEND (RFC 3501 §6.3.11, RFC 9051 §6.3.12, UTF8 of RFC 6855 §4): the message's literal goes into
// a text of its own, so that the store can share it.
#include "protocols/imap/flags.hpp"
#include "protocols/imap/server_rows.hpp"

namespace postroad::imap {
namespace {

struct Appended {
    std::string mailbox;
    FlagWords flags;
    std::optional<InternalDate> date;
    bool binary = false, utf8 = false;
    const char* problem = nullptr;
};

// `argument` has the literal's announcement in place, and not its octets.
Appended read_append(const Server& server, std::string_view argument) {
    Appended out;
    const auto fail = [&](const char* why) {
        out.problem = why;
        return out;
    };
    constexpr const char* usage = "write APPEND, a mailbox, (flags), \"date\" and a literal";
    Reader reader(argument);
    const auto mailbox = reader.mailbox(speaks_utf8(server));
    if (!mailbox || mailbox->empty() || !reader.space()) return fail(usage);
    out.mailbox = *mailbox;
    if (reader.peek() == '(') {
        const auto words = reader.flag_list();
        const auto flags = words ? read_flags(*words) : std::nullopt;
        if (!flags) return fail("such flags are not for clients to set");
        out.flags = *flags;
        if (!reader.space()) return fail(usage);
    }
    if (reader.peek() == '"') {
        out.date = reader.date_time();
        if (!out.date) return fail("write the date as \" 7-Feb-1994 21:52:25 -0800\"");
        if (!reader.space()) return fail(usage);
    }
    out.utf8 = reader.text("UTF8 (");
    std::string_view rest = reader.rest();
    if (out.utf8 && rest.ends_with(")")) rest.remove_suffix(1);
    const auto literal =
        rest.ends_with("\r\n") ? literal_behind(rest.substr(0, rest.size() - 2)) : std::nullopt;
    if (!literal || literal->at != 0) return fail(usage);
    out.binary = literal->binary;
    return out;
}

}  // namespace

bool message_comes(std::string_view command) {
    Reader reader(command);
    if (!reader.tag() || !reader.space() || !reader.word("APPEND") || !reader.space()) return false;
    return reader.astring() && reader.space();
}

Step append(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    const Appended wanted = read_append(server, argument);
    if (wanted.problem) return wrong(wanted.problem);
    if (wanted.binary && !host.capabilities.has(Capability::binary) && !wanted.utf8)
        return no("literals with NUL are not taken", "UNKNOWN-CTE");
    if (wanted.utf8 && !speaks_utf8(server)) return wrong("UTF8 comes after ENABLE UTF8=ACCEPT");
    if (!wanted.binary && fx.heap->view(server.message).find('\0') != std::string_view::npos)
        return wrong("NUL is for binary literals alone");  // RFC 3501 §4.3
    if (server.message.empty()) return no("a message of no octets is none");
    std::string facts;
    append_number(facts, wanted.flags.system);
    if (wanted.date) {
        facts += wanted.date->unix_s < 0 ? " -" : " ";
        append_number(facts,
                      static_cast<std::uint64_t>(wanted.date->unix_s < 0 ? -wanted.date->unix_s
                                                                         : wanted.date->unix_s));
        facts += wanted.date->zone_min < 0 ? " -" : " ";
        append_number(facts, static_cast<std::uint64_t>(wanted.date->zone_min < 0
                                                            ? -wanted.date->zone_min
                                                            : wanted.date->zone_min));
    } else {
        facts += " - 0";
    }
    for (const std::string_view word : wanted.flags.keywords) facts.append(" ").append(word);
    fx.words = wanted.mailbox + facts;
    const std::string_view words = fx.words;
    return store("APPEND", words.substr(0, wanted.mailbox.size()),
                 words.substr(wanted.mailbox.size()));
}

Reply judge_append(Server&, const Answer& answer, const ServerHost& host, Effects& fx) {
    if (!answer.ok) {
        // RFC 3501 §6.3.11: a client can make the mailbox and try again.
        if (answer.enhanced == "NONEXISTENT")
            return {refused, "TRYCREATE", answer.text.empty() ? "no such mailbox" : answer.text};
        return refusal(answer, "not appended");
    }
    if (!host.capabilities.has(Capability::uidplus) || answer.number == 0) return ok("appended");
    fx.words = "APPENDUID ";
    append_number(fx.words, answer.octets);
    fx.words += ' ';
    append_number(fx.words, answer.number);
    return {good, fx.words, "appended"};
}

}  // namespace postroad::imap

// How the IMAP server runs its table: commands collected whole with their literals, tagged replies,
// what is new at a command's end, limits, and the mailbox's release.
#include "protocols/imap/server.hpp"

#include <algorithm>

#include "protocols/imap/server_rows.hpp"

namespace postroad::imap {

std::string_view name_of(ServerState state) {
    constexpr std::string_view names[] = {
        "not_authenticated", "authenticated", "selected", "logout", "auth", "idle"};
    return names[static_cast<unsigned>(state)];
}

void release(Server& server, Heap& heap) {
    heap.drop(server.pending);
    heap.drop(server.command);
    heap.drop(server.message);
    heap.drop(server.user);
    heap.drop(server.keywords);
    heap.drop(server.words);
    heap.drop(server.notes);
    heap.drop(server.members);
    heap.drop(server.targets);
    heap.drop(server.saved);
    heap.drop(server.exchange.memory);
    server = Server{};
}

namespace {

constexpr std::uint32_t stranger_octets_max = 8192;  // a command of somebody not logged in
constexpr std::uint8_t too_long_command = 1, too_long_message = 2;  // Server::too_long

// "tag verb argument": where each stands in a command.
struct Parts {
    std::string_view tag, verb, argument;
    bool apart = false;  // a space, and one alone, between them
    bool by_uid = false;
};

Parts parts_of(std::string_view command) {
    Parts out;
    Reader reader(command);
    const auto tag = reader.tag();
    if (!tag || (!reader.done() && reader.peek() != ' ')) return out;
    out.tag = *tag;
    if (!reader.space()) return out;
    const std::size_t from = reader.at();
    if (!reader.atom()) return out;
    std::size_t end = reader.at();
    if (equals_ignoring_case(command.substr(from, end - from), "UID")) {
        out.by_uid = true;
        if (reader.space() && reader.atom()) end = reader.at();
        reader.back_to(end);
    }
    out.verb = command.substr(from, end - from);
    out.apart = reader.done() || reader.space();
    out.argument = reader.rest();
    return out;
}

const ServerRow* row_of(std::string_view verb) {
    for (const ServerRow& row : server_rows())
        if (equals_ignoring_case(row.verb, verb)) return &row;
    return nullptr;
}

Reply why_not_now(const Server& server) {
    if (server.state == S::not_authenticated) return wrong("say who you are first");
    if (server.state == S::authenticated) return wrong("no mailbox is selected");
    return wrong("you are known already");
}

// The desk lets go of the mailbox, in this same step.
void let_go(Server& server, Effects& fx) {
    if (!server.has_mailbox || fx.ask.kind != AskKind::none) return;
    server.has_mailbox = 0;
    fx.ask = store("CLOSE");
}

struct Protocol {
    using Machine = Server;
    using Host = ServerHost;

    static std::span<const ServerRow> rows() { return server_rows(); }

    static void opened(Server& server, const ServerHost& host, Effects& fx) {
        fx.wait_ns = host.login_timeout_ns;
        Untagged line(fx, "3501 §7.1.1");
        line << "OK ";
        if (host.greets_with_capability) {
            line << "[";
            put_capabilities(line.out(), server, host);
            line << "] ";
        }
        line << host.name << " " << host.greeting;
    }

    // RFC 3501 §6.2.1: what was said in the clear is forgotten.
    static void tls_up(Server& server, const ServerHost& host, Effects& fx) {
        restart_timer(server, host, fx);
        end_auth(server, *fx.heap);
        server.tls = 1;
    }

    static void restart_timer(const Server& server, const ServerHost& host, Effects& fx) {
        fx.wait_ns = server.has_account ? host.timeout_ns : host.login_timeout_ns;
    }

    static bool takes_content(const Server& server) { return server.literal_left != 0; }

    static std::size_t content(Server& server, std::string_view octets, const ServerHost& host,
                               Effects& fx) {
        restart_timer(server, host, fx);
        const auto take =
            static_cast<std::size_t>(std::min<std::uint64_t>(server.literal_left, octets.size()));
        if (server.literal_to == LiteralTo::command)
            fx.heap->append(server.command, octets.substr(0, take));
        else if (server.literal_to == LiteralTo::message)
            fx.heap->append(server.message, octets.substr(0, take));
        server.literal_left -= take;
        return take;
    }

    // A literal without waiting may come behind any command.
    static std::size_t content_octets_max(const Server& server, const ServerHost& host) {
        return server.has_account ? host.append_octets_max : 0;
    }

    static std::size_t line_octets_max(const Server& server, const ServerHost& host) {
        if (server.state == S::auth) return 12288;
        return server.has_account ? host.line_octets_max
                                  : std::min(host.line_octets_max, stranger_octets_max);
    }

    static void too_long(Server& server, const ServerHost& host, Effects& fx) {
        restart_timer(server, host, fx);
        end_auth(server, *fx.heap);
        if (server.state == S::idle) end_idle(server);
        say_tagged(server, host, wrong("line too long"), "9051 §4", fx);
    }

    static void flooded(Server& server, const ServerHost&, Effects& fx) {
        say_bye(server, "too much sent ahead of our replies; good-bye", "9051 §5.5", fx);
    }

    static void timed_out(Server& server, const ServerHost&, Effects& fx) {
        say_bye(server, "silent for too long; good-bye", "3501 §5.4", fx);
    }

    static void end_idle(Server& server) {
        server.idle_news = 0;
        server.state = server.has_mailbox ? S::selected : S::authenticated;
    }

    static void line(Server& server, std::string_view line, bool crlf, const ServerHost& host,
                     Effects& fx) {
        restart_timer(server, host, fx);
        if (server.state == S::auth) {
            fx.hear(line, "3501 §6.2.2");
            return run(server, server_rows()[server.row], auth_response(server, line, fx), host,
                       fx);
        }
        if (server.state == S::idle) return done(server, line, host, fx);
        if (!server.too_long) fx.heap->append(server.command, line);
        const auto literal = crlf ? literal_behind(line) : std::nullopt;
        if (literal && take_literal(server, *literal, host, fx)) return;
        fx.hear(heard(server, *fx.heap), section_of(server, *fx.heap));
        if (!crlf)
            return say_tagged(server, host, wrong("a line ends with CR LF, never with LF alone"),
                              "3501 §2.2", fx);
        command(server, host, fx);
    }

    // A password in a literal is the client's own: what is recorded is what it wrote.
    static std::string_view heard(const Server& server, const Heap& heap) {
        return heap.view(server.command);
    }
    static postroad::Section section_of(const Server& server, const Heap& heap) {
        const ServerRow* const row = row_of(parts_of(heap.view(server.command)).verb);
        return row != nullptr ? row->section : postroad::Section("3501 §2.2.1");
    }

    // Whether the command goes on behind the literal that its line announces.
    static bool take_literal(Server& server, const LiteralSize& literal, const ServerHost& host,
                             Effects& fx) {
        const bool no_wait = host.capabilities.has(Capability::literal_plus) ||
                             host.capabilities.has(Capability::literal_minus);
        // RFC 3501 alone: "{5+}" is no literal, and what comes behind it is read as commands.
        if (!literal.waits && !no_wait) return false;
        const std::string_view so_far = fx.heap->view(server.command);
        const Parts parts = parts_of(so_far);
        if (literal.waits && !is_welcome(server, parts, host)) return false;
        const bool is_message = equals_ignoring_case(parts.verb, "APPEND") && server.has_account &&
                                message_comes(so_far);
        const std::uint64_t most =
            is_message ? host.append_octets_max : command_octets_max(server, host);
        const std::uint64_t had = is_message ? server.message.size : so_far.size();
        const bool minus_only = !literal.waits && !host.capabilities.has(Capability::literal_plus);
        if (!server.too_long && (literal.octets > most || had > most - literal.octets ||
                                 so_far.size() > command_octets_max(server, host) ||
                                 (minus_only && literal.octets > 4096))) {
            server.too_long = is_message ? too_long_message : too_long_command;
            keep_tag_alone(server, *fx.heap);
        }
        if (server.too_long && literal.waits) return false;
        if (!server.too_long) fx.heap->append(server.command, "\r\n");
        server.literal_to = server.too_long ? LiteralTo::nowhere
                            : is_message    ? LiteralTo::message
                                            : LiteralTo::command;
        server.literal_left = literal.octets;
        if (literal.waits) say_go_on("go ahead", "3501 §7.5", fx);
        return true;
    }

    static std::uint32_t command_octets_max(const Server& server, const ServerHost& host) {
        return server.has_account ? host.command_octets_max : stranger_octets_max;
    }

    // A client that waits need not send what will be refused in any case.
    static bool is_welcome(const Server& server, const Parts& parts, const ServerHost& host) {
        const ServerRow* const row = row_of(parts.verb);
        return row != nullptr && offers(host, *row) && row->legal.has(server.state);
    }

    static void keep_tag_alone(Server& server, Heap& heap) {
        const std::string tag(parts_of(heap.view(server.command)).tag);
        heap.assign(server.command, tag.empty() ? "*" : tag);
    }

    static void command(Server& server, const ServerHost& host, Effects& fx) {
        server.literal_to = LiteralTo::nowhere;
        const Parts parts = parts_of(fx.heap->view(server.command));
        const auto fail = [&](const Reply& reply, postroad::Section section) {
            say_tagged(server, host, reply, section, fx);
        };
        if (server.too_long)
            return fail({server.too_long == too_long_message ? refused : bad, "TOOBIG",
                         "more than is taken here"},
                        "7889 §4");
        if (parts.tag.empty()) return fail(wrong("a command begins with a tag"), "3501 §2.2.1");
        const ServerRow* const row = row_of(parts.verb);
        if (row == nullptr || !offers(host, *row))
            return fail(
                wrong(row == nullptr ? "command not recognised" : "command not implemented"),
                "3501 §2.2.1");
        if (!row->legal.has(server.state)) return fail(why_not_now(server), "3501 §3");
        if (!parts.apart) return fail(wrong("one space stands between words"), "3501 §2.2.1");
        server.row = static_cast<std::uint8_t>(row - server_rows().data());
        run(server, *row, row->handler(server, parts.argument, host, fx), host, fx);
    }

    static void run(Server& server, const ServerRow& row, const Step& step, const ServerHost& host,
                    Effects& fx) {
        switch (step.kind) {
        case Step::Kind::reply: conclude(server, row, step.reply, host, fx); break;
        case Step::Kind::ask:
            server.asking = 1;
            server.waiting = Waiting::row;
            fx.ask = step.ask;
            break;
        case Step::Kind::done: break;
        }
    }

    // RFC 3501 §5.2: a command's end is where the mailbox's news are told. They are asked for, and
    // the tagged reply waits.
    static void conclude(Server& server, const ServerRow& row, const Reply& reply,
                         const ServerHost& host, Effects& fx) {
        const bool fresh = row.verb == "SELECT" || row.verb == "EXAMINE";
        if (reply.code == bad || !server.has_mailbox || fresh || server.ended || fx.start_tls)
            return say_tagged(server, host, reply, row.section, fx);
        server.outcome = static_cast<std::uint8_t>(reply.code);
        std::string words;
        if (!reply.enhanced.empty()) words.append("[").append(reply.enhanced).append("] ");
        words.append(reply.text).append(reply.more);
        fx.heap->assign(server.words, words);
        server.asking = 1;
        server.waiting = Waiting::news;
        fx.ask = ask_for_news(server, fx);
    }

    // RFC 2177: DONE is the only word of IDLE.
    static void done(Server& server, std::string_view line, const ServerHost& host, Effects& fx) {
        fx.hear(line, "2177 §3");
        end_idle(server);
        const ServerRow& row = server_rows()[server.row];
        conclude(server, row,
                 equals_ignoring_case(line, "DONE")
                     ? ok("idled")
                     : wrong("IDLE ends with DONE, and nothing else"),
                 host, fx);
    }

    static void answered(Server& server, const Answer& answer, const ServerHost& host,
                         Effects& fx) {
        const Waiting what = std::exchange(server.waiting, Waiting::nothing);
        const ServerRow& row = server_rows()[server.row];
        if (what == Waiting::row) {
            const Reply reply = row.then(server, answer, host, fx);
            if (reply.code != 0) conclude(server, row, reply, host, fx);
            if (server.idle_news) look_while_idle(server, fx);
            return;
        }
        if (answer.ok)
            learn(server, answer, *fx.heap);
        else
            say_bye(server, "[UNAVAILABLE] the mailbox cannot be read any more", "5530 §3", fx);
        if (what == Waiting::idle) {
            if (!server.ended) tell_news(server, true, fx);
            if (server.idle_news) look_while_idle(server, fx);
            return;
        }
        if (!server.ended) tell_news(server, may_expunge_behind(row.verb), fx);
        const std::string words(fx.heap->view(server.words));
        say_tagged(server, host, {server.outcome, {}, words}, row.section, fx);
    }

    static void look_while_idle(Server& server, Effects& fx) {
        if (server.state != S::idle || !server.has_mailbox || server.ended) return;
        server.idle_news = server.asking;
        if (server.asking) return;
        server.asking = 1;
        server.waiting = Waiting::idle;
        fx.ask = ask_for_news(server, fx);
    }
};

}  // namespace

std::string_view tag_of(const Server& server, const Heap& heap) {
    return parts_of(heap.view(server.command)).tag;
}
std::string_view argument_of(const Server& server, const Heap& heap) {
    return parts_of(heap.view(server.command)).argument;
}
bool is_uid_command(const Server& server) {
    return server_rows()[server.row].verb.starts_with("UID ");
}

void step(Server& server, const Input& input, const ServerHost& host, Effects& fx) {
    const bool was_asking = server.asking != 0;
    const std::string_view verb = server_rows()[server.row].verb;
    LineServer<Protocol>::step(server, input, host, fx);
    if (input.what == Wake::changed) Protocol::look_while_idle(server, fx);
    if (!server.ended) return;
    // An answer that comes too late may have opened a mailbox for nobody.
    if (input.what == Wake::answer && was_asking && input.answer->to == AskKind::store &&
        input.answer->ok && server.waiting == Waiting::row &&
        (verb == "SELECT" || verb == "EXAMINE") && server.stage == 0) {
        server.has_mailbox = 1;
        server.mailbox = input.answer->number;
        server.waiting = Waiting::nothing;
    }
    let_go(server, fx);
}

}  // namespace postroad::imap

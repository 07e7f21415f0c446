// How the POP3 server runs its table: greeting, replies, limits, and the maildrop's release.
#include "protocols/pop3/server.hpp"

#include <algorithm>

#include "protocols/pop3/md5.hpp"
#include "protocols/pop3/server_rows.hpp"

namespace postroad::pop3 {

std::string_view name_of(ServerState state) {
    constexpr std::string_view names[] = {"authorization", "named", "transaction", "update",
                                          "auth"};
    return names[static_cast<unsigned>(state)];
}

std::string apop_digest(std::string_view timestamp, std::string_view secret) {
    return md5_hex(std::string(timestamp).append(secret));
}

void release(Server& server, Heap& heap) {
    heap.drop(server.pending);
    heap.drop(server.user);
    heap.drop(server.timestamp);
    heap.drop(server.messages);
    heap.drop(server.unique_ids);
    heap.drop(server.exchange.memory);
    server = Server{};
}

void say(Server& server, const ServerHost& host, const Reply& reply, Section section,
         Effects& fx) {
    const std::size_t from = fx.out.size();
    fx.out += reply.code == positive ? "+OK" : "-ERR";
    if (!reply.enhanced.empty()) {
        fx.out += " [";
        fx.out += reply.enhanced;
        fx.out += ']';
    }
    if (!reply.text.empty() || !reply.more.empty()) fx.out += ' ';
    fx.out += reply.text;
    fx.out += reply.more;
    fx.out += "\r\n";
    fx.mark(from, Speech::reply, section, reply.code);
    if (reply.code == negative && !server.ended && ++server.errors >= host.errors_max) {
        server.ended = 1;
        say(server, host, {negative, {}, "too many errors, closing; good-bye"}, "1939 §3", fx);
    }
    if (server.ended) fx.close = true;
}

void let_go(Server& server, Effects& fx) {
    if (!server.has_maildrop || fx.ask.kind != AskKind::none) return;
    server.has_maildrop = 0;
    fx.ask = {AskKind::commit, {}, {}, {}, 0};
}

namespace {

void greet(Server& server, const ServerHost& host, Effects& fx) {
    server.greeted = 1;
    const std::size_t from = fx.out.size();
    fx.out += "+OK ";
    fx.out += host.name;
    fx.out += ' ';
    fx.out += host.greeting;
    if (!server.timestamp.empty()) {
        fx.out += ' ';
        fx.out += fx.heap->view(server.timestamp);
    }
    fx.out += "\r\n";
    fx.mark(from, Speech::reply, "1939 §4", positive);
}

struct Protocol {
    using Machine = Server;
    using Host = ServerHost;

    static std::span<const ServerRow> rows() { return server_rows(); }

    static void opened(Server& server, const ServerHost& host, Effects& fx) {
        fx.wait_ns = host.timeout_ns;
        if (!host.apop) return greet(server, host, fx);
        server.asking = 1;
        fx.ask = {AskKind::maildrop, {}, {}, "STAMP", 0};
    }

    // RFC 2595 §4: what was said in the clear is forgotten.
    static void tls_up(Server& server, const ServerHost& host, Effects& fx) {
        fx.wait_ns = host.timeout_ns;
        fx.heap->drop(server.user);
        end_auth(server, *fx.heap);
        forget_name(server);
        server.tls = 1;
    }

    static bool takes_content(const Server&) { return false; }
    static std::size_t content(Server&, std::string_view, const ServerHost&, Effects&) { return 0; }

    // RFC 2449 §4: a command has 255 octets at the most, with its CRLF; RFC 5034 §4: a response
    // in AUTH may need more.
    static std::size_t line_octets_max(const Server& server, const ServerHost&) {
        return server.state == ServerState::auth ? 12288 : 255;
    }

    static void too_long(Server& server, const ServerHost& host, Effects& fx) {
        fx.wait_ns = host.timeout_ns;
        forget_name(server);
        end_auth(server, *fx.heap);
        say(server, host, {negative, {}, "line too long"}, "2449 §4", fx);
    }

    static void flooded(Server& server, const ServerHost& host, Effects& fx) {
        server.ended = 1;
        say(server, host, {negative, {}, "too much sent ahead of our replies; good-bye"},
            "2449 §4", fx);
    }

    // §3: the session ends without UPDATE, nothing is deleted and nothing is said.
    static void timed_out(Server& server, const ServerHost&, Effects& fx) {
        server.ended = 1;
        fx.close = true;
    }

    // §7: PASS comes immediately after USER, or not at all.
    static void forget_name(Server& server) {
        if (server.state == ServerState::named) server.state = ServerState::authorization;
    }

    static void run(Server& server, const ServerRow& row, const Step& step, const ServerHost& host,
                    Effects& fx) {
        switch (step.kind) {
            case Step::Kind::reply:
                say(server, host, step.reply, row.section, fx);
                break;
            case Step::Kind::ask:
                server.row = static_cast<std::uint8_t>(&row - server_rows().data());
                server.asking = 1;
                fx.ask = step.ask;
                break;
            case Step::Kind::done:
                break;
        }
    }

    static void line(Server& server, std::string_view line, bool crlf, const ServerHost& host,
                     Effects& fx) {
        fx.wait_ns = host.timeout_ns;  // §3: any command resets the autologout timer
        if (server.state == ServerState::auth) {
            fx.hear(line, "5034 §4");
            run(server, auth_row(), auth_response(server, line, fx), host, fx);
            return;
        }
        std::string_view rest = line;
        const std::string_view verb = take_word(rest);
        const ServerRow* row = LineServer<Protocol>::find(verb);
        fx.hear(line, row ? row->section : Section("1939 §3"));
        const ServerState state = server.state;
        forget_name(server);
        if (!crlf) {
            say(server, host, {negative, {}, "a line ends with CR LF, never with LF alone"},
                "1939 §3", fx);
            return;
        }
        for (const char c : line) {
            const auto octet = static_cast<unsigned char>(c);
            if (octet >= 32 && octet < 127) continue;
            say(server, host, {negative, {}, "a command is printable ASCII"}, "1939 §3", fx);
            return;
        }
        if (row == nullptr || !offers(host, *row)) {
            say(server, host,
                {negative, {}, row != nullptr || is_known_elsewhere(verb)
                                   ? "command not implemented" : "command not recognised"},
                "1939 §3", fx);
            return;
        }
        if (!row->legal.has(state)) {
            say(server, host, {negative, {}, why_not_now(server, *row)}, "1939 §3", fx);
            return;
        }
        // §7: what follows PASS and one space is the password, its own spaces included.
        std::string_view argument = rest;
        if (row->verb == "PASS") {
            const auto from = static_cast<std::size_t>(verb.data() - line.data()) + verb.size();
            argument = line.substr(std::min(from + 1, line.size()));
        }
        run(server, *row, row->handler(server, argument, host, fx), host, fx);
    }

    static void answered(Server& server, const Answer& answer, const ServerHost& host,
                         Effects& fx) {
        if (!server.greeted) {
            fx.heap->assign(server.timestamp, answer.text);
            greet(server, host, fx);
            return;
        }
        const ServerRow& row = server_rows()[server.row];
        const Reply reply = row.then(server, answer, host, fx);
        if (reply.code != 0) say(server, host, reply, row.section, fx);
    }
};

}  // namespace

void step(Server& server, const Input& input, const ServerHost& host, Effects& fx) {
    const bool was_asking = server.asking != 0;
    LineServer<Protocol>::step(server, input, host, fx);
    if (!server.ended) return;
    // An answer that comes too late may have opened the maildrop for nobody.
    if (input.what == Wake::answer && was_asking && input.answer->to == AskKind::maildrop &&
        input.answer->ok && server.greeted) {
        server.has_maildrop = 1;
        server.maildrop = static_cast<std::uint32_t>(input.answer->number);
    }
    let_go(server, fx);
}

}  // namespace postroad::pop3

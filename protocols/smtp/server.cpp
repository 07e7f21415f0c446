// How the SMTP server runs its table: replies, content, limits and time-outs.
#include "protocols/smtp/server.hpp"

#include "protocols/smtp/server_rows.hpp"

namespace postroad::smtp {

std::string_view name_of(ServerState state) {
    constexpr std::string_view names[] = {"connected", "ready", "mail",
                                          "recipients", "content", "auth"};
    return names[static_cast<unsigned>(state)];
}

void reset_transaction(Server& server, Heap& heap) {
    heap.drop(server.reverse_path);
    heap.drop(server.auth_parameter);
    for (std::uint32_t i = 0; i < server.forward_paths.size(); ++i) {
        Text path = heap.get(server.forward_paths, i);
        heap.drop(path);
    }
    heap.drop(server.forward_paths);
    heap.drop(server.content);
    server.declared_octets = 0;
    server.body = Body::seven_bit;
    server.null_path = 0;
    server.too_big = 0;
    server.unstuffer = {};
    if (server.state != ServerState::connected) server.state = ServerState::ready;
}

void release(Server& server, Heap& heap) {
    reset_transaction(server, heap);
    heap.drop(server.pending);
    heap.drop(server.client_name);
    heap.drop(server.user);
    heap.drop(server.exchange.memory);
    server = Server{};
}

void say(Server& server, const ServerHost& host, const Reply& reply, Section section,
         Effects& fx) {
    const std::size_t from = fx.out.size();
    append_number(fx.out, reply.code);
    fx.out += ' ';
    // RFC 2034 §3: an enhanced code on every reply but the greeting and HELO's and EHLO's.
    if (!reply.enhanced.empty() && host.esmtp &&
        host.extensions.has(Extension::enhanced_status)) {
        fx.out += reply.enhanced;
        fx.out += ' ';
    }
    fx.out += reply.text;
    fx.out += reply.more;
    fx.out += "\r\n";
    fx.mark(from, Speech::reply, section, reply.code);
    if (reply.code >= 500 && ++server.errors >= host.errors_max && !server.ended) {
        say(server, host, {421, "4.7.0", "too many errors, closing; good-bye"}, "5321 §4.3.2", fx);
        server.ended = 1;
    }
    if (reply.code == 421) server.ended = 1;
    if (server.ended) fx.close = true;
}

namespace {

struct Protocol {
    using Machine = Server;
    using Host = ServerHost;

    static std::span<const ServerRow> rows() { return server_rows(); }

    static void opened(Server& server, const ServerHost& host, Effects& fx) {
        fx.wait_ns = host.command_timeout_ns;
        if (host.no_service) {
            say(server, host, {554, {}, host.name, " takes no mail"}, "5321 §3.1", fx);
            return;
        }
        const std::size_t from = fx.out.size();
        fx.out += "220 ";
        fx.out += host.name;
        fx.out += ' ';
        fx.out += host.greeting;
        fx.out += "\r\n";
        fx.mark(from, Speech::reply, "5321 §4.2", 220);
    }

    static bool takes_content(const Server& server) {
        return server.state == ServerState::content;
    }

    // §4.5.3.1.4: 512 octets with CRLF; the parameters of extensions make a line longer, and an
    // AUTH response longer still (RFC 4954 §4: 12288).
    static std::size_t line_octets_max(const Server&, const ServerHost&) { return 12288; }
    static constexpr std::size_t command_octets_max = 2048;

    static void too_long(Server& server, const ServerHost& host, Effects& fx) {
        if (server.state == ServerState::auth) {
            end_auth(server, *fx.heap);
            say(server, host, {500, "5.5.6", "authentication exchange line is too long"},
                "4954 §4", fx);
            return;
        }
        say(server, host, {500, "5.5.2", "line too long"}, "5321 §4.5.3.1.4", fx);
    }

    static void flooded(Server& server, const ServerHost& host, Effects& fx) {
        say(server, host, {421, "4.7.0", "too much sent ahead of our replies; good-bye"},
            "5321 §4.5.3.1", fx);
    }

    static void timed_out(Server& server, const ServerHost& host, Effects& fx) {
        say(server, host, {421, "4.4.2", host.name, " waited too long for you; good-bye"},
            "5321 §4.5.3.2.7", fx);
    }

    // RFC 3207 §4.2: what was learnt in the clear is forgotten; the client says EHLO again.
    static void tls_up(Server& server, const ServerHost& host, Effects& fx) {
        fx.wait_ns = host.command_timeout_ns;
        reset_transaction(server, *fx.heap);
        fx.heap->drop(server.client_name);
        fx.heap->drop(server.user);
        end_auth(server, *fx.heap);
        server.authenticated = server.extended = 0;
        server.state = ServerState::connected;
        server.tls = 1;
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
        fx.wait_ns = host.command_timeout_ns;
        if (server.state == ServerState::auth) {
            fx.hear(line, "4954 §4");
            run(server, auth_row(), auth_response(server, line, fx), host, fx);
            return;
        }
        if (!crlf) {
            fx.hear(line, "5321 §2.3.8");
            say(server, host, {500, "5.5.2", "a line ends with CR LF, never with LF alone"},
                "5321 §2.3.8", fx);
            return;
        }
        std::string_view rest = line;
        const std::string_view verb = take_word(rest);
        const ServerRow* row = LineServer<Protocol>::find(verb);
        fx.hear(line, row ? row->section : Section("5321 §4.2.4"));
        for (const char c : line) {
            const auto octet = static_cast<unsigned char>(c);
            if ((octet < 32 && c != '\t') || octet == 127) {
                say(server, host, {500, "5.5.2", "a command has no control characters"},
                    "5321 §2.4", fx);
                return;
            }
            if (octet > 127) {
                say(server, host, {500, "5.6.7", "commands are ASCII here"}, "5321 §2.4", fx);
                return;
            }
        }
        if (line.size() > command_octets_max) {
            too_long(server, host, fx);
            return;
        }
        if (host.no_service && (row == nullptr || row->verb != "QUIT")) {
            say(server, host, {503, "5.5.1", "no mail is taken here; say QUIT"}, "5321 §3.1", fx);
            return;
        }
        if (row == nullptr || !offers(host, *row)) {
            // §4.2.4: 500 for what is not known, 502 for what is known and not there. RFC 2033 §4.1:
            // the greeting of the other protocol gets 500.
            if (row == nullptr ? !is_known_elsewhere(verb) : is_others_greeting(host, *row)) {
                say(server, host, {500, "5.5.2", "command not recognised"}, "5321 §4.2.4", fx);
            } else {
                say(server, host, {502, "5.5.1", "command not implemented"}, "5321 §4.2.4", fx);
            }
            return;
        }
        if (!row->legal.has(server.state)) {
            say(server, host, {503, "5.5.1", why_not_now(server, *row, host)}, "5321 §4.1.4", fx);
            return;
        }
        run(server, *row, row->handler(server, rest, host, fx), host, fx);
    }

    static std::size_t content(Server& server, std::string_view octets, const ServerHost& host,
                               Effects& fx) {
        fx.wait_ns = host.command_timeout_ns;
        std::size_t used = 0;
        while (used < octets.size()) {
            const message::Unstuffed part =
                message::unstuff_step(server.unstuffer, octets.substr(used));
            used += part.taken;
            if (!server.too_big && server.content.size + part.text.size() > host.size_octets_max) {
                server.too_big = 1;
                fx.heap->drop(server.content);
            }
            if (!server.too_big) {
                if (server.content.block == 0 && server.declared_octets != 0)
                    server.content = fx.heap->reserve(server.declared_octets);
                fx.heap->append(server.content, part.text);
            }
            if (part.ended) {
                end_of_content(server, host, fx);
                break;
            }
        }
        return used;
    }

    static void end_of_content(Server& server, const ServerHost& host, Effects& fx) {
        server.state = ServerState::recipients;
        if (server.too_big) {
            const Reply large{552, "5.3.4", "the message is larger than we take"};
            // RFC 2033 §4.2: one reply a recipient, whatever it says.
            const std::uint32_t times = host.lmtp ? server.forward_paths.size() : 1;
            const std::uint16_t errors = server.errors;
            for (std::uint32_t i = 0; i < times && !server.ended; ++i) {
                server.errors = errors;  // one mistake, however often it is said
                say(server, host, large, "1870 §6.2", fx);
            }
            reset_transaction(server, *fx.heap);
            return;
        }
        const ServerRow& row = data_row();
        server.row = static_cast<std::uint8_t>(&row - server_rows().data());
        server.asking = 1;
        fx.ask = {AskKind::accept, {}, {}, {}, server.content.size};
    }

    static void answered(Server& server, const Answer& answer, const ServerHost& host,
                         Effects& fx) {
        const ServerRow& row = server_rows()[server.row];
        const Reply reply = row.then(server, answer, host, fx);
        if (reply.code != 0) say(server, host, reply, row.section, fx);
    }
};

}  // namespace

void step(Server& server, const Input& input, const ServerHost& host, Effects& fx) {
    LineServer<Protocol>::step(server, input, host, fx);
}

}  // namespace postroad::smtp

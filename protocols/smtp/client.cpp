// How the SMTP client walks its script: say, hear, go on.
#include "protocols/smtp/client.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/message/dot_stuffing.hpp"
#include "protocols/smtp/client_parts.hpp"

namespace postroad::smtp {
namespace {

constexpr TurnRow script[] = {
    {Turn::greeting, "", "220", Turn::ehlo, "5321 §3.1"},
    {Turn::ehlo, "EHLO name", "250", Turn::job, "5321 §4.1.1.1"},
    {Turn::starttls, "STARTTLS", "220", Turn::ehlo, "3207 §4"},
    {Turn::helo, "HELO name", "250", Turn::job, "5321 §4.1.1.1"},
    {Turn::auth, "AUTH mechanism response", "235", Turn::job, "4954 §4"},
    {Turn::job, "", "", Turn::mail, "5321 §3.3"},
    {Turn::mail, "MAIL FROM:<reverse-path>", "250", Turn::recipient, "5321 §4.1.1.2"},
    {Turn::recipient, "RCPT TO:<forward-path>", "250 251", Turn::data, "5321 §4.1.1.3"},
    {Turn::data, "DATA", "354", Turn::content, "5321 §4.1.1.4"},
    {Turn::content, "the message, then a line of one period", "250", Turn::job, "5321 §4.5.2"},
    {Turn::noop, "NOOP", "250", Turn::rset, "5321 §4.1.1.9"},
    {Turn::rset, "RSET", "250", Turn::job, "5321 §4.1.1.5"},
    {Turn::quit, "QUIT", "221", Turn::over, "5321 §4.1.1.10"},
    {Turn::over, "", "", Turn::over, "5321 §3.8"},
};

constexpr Section section_of(Turn turn) { return script[static_cast<unsigned>(turn)].section; }

bool offers(const Client& client, Extension extension) {
    return client.extensions >> static_cast<unsigned>(extension) & 1U;
}

template <class... Parts>
void say(Turn turn, Effects& fx, Parts... parts) {
    const std::size_t from = fx.out.size();
    ((fx.out += parts), ...);
    fx.out += "\r\n";
    fx.mark(from, Speech::command, section_of(turn));
}

void forget_job(Client& client, Heap& heap) {
    heap.drop(client.reverse_path);
    for (std::uint32_t i = 0; i < client.forward_paths.size(); ++i) {
        Text path = heap.get(client.forward_paths, i);
        heap.drop(path);
    }
    heap.drop(client.forward_paths);
    heap.drop(client.content);
    client.failed_code = 0;
    client.said_recipients = client.answered_recipients = client.accepted_recipients = 0;
}

}  // namespace

void ask_for_job(Client& client, Effects& fx) {
    client.awaiting = Turn::job;
    client.asking = 1;
    fx.ask = {AskKind::next_job, {}, {}, {}, client.transactions};
}

void quit(Client& client, const ClientHost& host, Effects& fx) {
    client.awaiting = Turn::quit;
    fx.wait_ns = host.command_timeout_ns;
    say(Turn::quit, fx, "QUIT");
}

void fail(Client& client, std::uint16_t code, std::string_view text, const ClientHost& host,
          Effects& fx) {
    fx.tell(TellKind::session_failed, code, 0, text);
    quit(client, host, fx);
}

namespace {

void say_mail(Client& client, Effects& fx) {
    const std::size_t from = fx.out.size();
    fx.out += "MAIL FROM:<";
    fx.out += fx.heap->view(client.reverse_path);
    fx.out += '>';
    if (offers(client, Extension::size)) {  // RFC 1870 §5
        fx.out += " SIZE=";
        append_number(fx.out, client.content.size);
    }
    if (client.eight_bit && offers(client, Extension::eight_bit_mime)) fx.out += " BODY=8BITMIME";
    fx.out += "\r\n";
    fx.mark(from, Speech::command, section_of(Turn::mail));
}

void say_recipient(Client& client, Effects& fx) {
    const Text path = fx.heap->get(client.forward_paths, client.said_recipients++);
    say(Turn::recipient, fx, "RCPT TO:<", fx.heap->view(path), ">");
}

void say_data(const ClientHost& host, Effects& fx) {
    fx.wait_ns = host.data_timeout_ns;
    say(Turn::data, fx, "DATA");
}

void say_content(Client& client, const ClientHost& host, Effects& fx) {
    client.awaiting = Turn::content;
    client.answered_recipients = 0;
    fx.wait_ns = host.final_timeout_ns;
    const std::size_t from = fx.out.size();
    if (client.accepted_recipients > 0) {  // else an empty message, as RFC 2920 §3.1 says
        message::Stuffer stuffer;
        message::stuff_piece(stuffer, fx.heap->view(client.content), fx.out);
        if (stuffer.place != message::Stuffer::line_start) fx.out += "\r\n";
    }
    if (fx.out.size() > from) fx.mark(from, Speech::content, section_of(Turn::content));
    const std::size_t end = fx.out.size();
    fx.out += ".\r\n";
    fx.mark(end, Speech::command, section_of(Turn::content));
}

void begin_mail(Client& client, const ClientHost& host, Effects& fx) {
    client.awaiting = Turn::mail;
    fx.wait_ns = host.command_timeout_ns;
    say_mail(client, fx);
    client.pipelined = host.pipelining && offers(client, Extension::pipelining) ? 1 : 0;
    if (!client.pipelined) return;
    while (client.said_recipients < client.forward_paths.size()) say_recipient(client, fx);
    say_data(host, fx);
}

}  // namespace

void end_mail(Client& client, const ClientHost& host, Effects& fx) {
    forget_job(client, *fx.heap);
    ++client.transactions;
    if (host.courtesy) {
        client.awaiting = Turn::noop;
        say(Turn::noop, fx, "NOOP");
        return;
    }
    ask_for_job(client, fx);
}

namespace {

// The mail cannot go on: whoever is still waiting for a verdict gets this one.
void refuse_mail(Client& client, std::uint16_t code, std::string_view text, const ClientHost& host,
                 Effects& fx) {
    fx.tell(TellKind::message_refused, code, 0, text);
    forget_job(client, *fx.heap);
    ++client.transactions;
    client.awaiting = Turn::rset;
    say(Turn::rset, fx, "RSET");
    fx.wait_ns = host.command_timeout_ns;
}

void note_extension(Client& client, std::string_view line) {
    const std::string_view keyword = take_word(line);
    const auto set = [&](Extension e) {
        client.extensions = static_cast<std::uint16_t>(client.extensions |
                                                       1U << static_cast<unsigned>(e));
    };
    if (equals_ignoring_case(keyword, "PIPELINING")) set(Extension::pipelining);
    if (equals_ignoring_case(keyword, "8BITMIME")) set(Extension::eight_bit_mime);
    if (equals_ignoring_case(keyword, "ENHANCEDSTATUSCODES")) set(Extension::enhanced_status);
    if (equals_ignoring_case(keyword, "STARTTLS")) set(Extension::starttls);
    if (equals_ignoring_case(keyword, "SIZE")) {
        set(Extension::size);
        client.server_size_max = parse_number(trimmed(line)).value_or(0);
    }
    if (equals_ignoring_case(keyword, "AUTH")) {
        client.mechanisms = {};
        while (!line.empty())
            if (const auto one = sasl::mechanism_named(take_word(line)); one != sasl::Mechanism::none)
                client.mechanisms.add(one);
        if (!client.mechanisms.empty()) set(Extension::auth);
    }
}

void log_in(Client& client, const ClientHost& host, Effects& fx) {
    if (!host.user.empty() && offers(client, Extension::auth)) {
        client.awaiting = Turn::auth;
        client.asking = 1;
        fx.wait_ns = host.command_timeout_ns;
        fx.ask = {AskKind::respond, {}, {}, "BEGIN", client.mechanisms.bits};
        return;
    }
    if (host.requires_auth) {
        fail(client, 0, "the server offers no AUTH that we know", host, fx);
        return;
    }
    ask_for_job(client, fx);
}

// RFC 3207 §4: whether to go on where there is no TLS is the client's policy. An attacker who cuts
// the keyword out of the reply looks just like a server that has never heard of it.
void without_tls(Client& client, std::uint16_t code, std::string_view why, const ClientHost& host,
                 Effects& fx) {
    if (host.tls == TlsPolicy::opportunistic) {
        fx.tls_remark = TlsRemark::goes_on_without;
        return log_in(client, host, fx);
    }
    fx.tls_remark = TlsRemark::ends_without;
    fail(client, code, why, host, fx);
}

void after_hello(Client& client, const ClientHost& host, Effects& fx) {
    if (client.tls || host.tls == TlsPolicy::none) return log_in(client, host, fx);
    if (!offers(client, Extension::starttls))
        return without_tls(client, 0, "4.7.4 the server offers no TLS, and nothing is sent without", host,
                           fx);
    client.awaiting = Turn::starttls;
    fx.wait_ns = host.command_timeout_ns;
    say(Turn::starttls, fx, "STARTTLS");
}

void greet(Client& client, const ClientHost& host, Effects& fx) {
    const std::string_view name = host.name;
    client.awaiting = host.esmtp || host.lmtp ? Turn::ehlo : Turn::helo;
    if (!host.lmtp) return say(client.awaiting, fx, host.esmtp ? "EHLO " : "HELO ", name);
    const std::size_t from = fx.out.size();
    fx.out.append("LHLO ").append(name).append("\r\n");
    fx.mark(from, Speech::command, "2033 §4.1");
}

// RFC 3207 §4.2: what the server offered in the clear is forgotten, and asked for again.
void tls_is_up(Client& client, const ClientHost& host, Effects& fx) {
    client.tls = 1;
    if (client.awaiting != Turn::starttls) return;  // TLS came first: the greeting is awaited
    client.extensions = 0;
    client.mechanisms = {};
    client.server_size_max = 0;
    fx.heap->drop(client.pending);
    fx.wait_ns = host.command_timeout_ns;
    greet(client, host, fx);
}

void heard_recipient(Client& client, std::uint16_t code, std::string_view text,
                     const ClientHost& host, Effects& fx) {
    const bool good = code / 100 == 2;
    fx.tell(good ? TellKind::recipient_ok : TellKind::recipient_refused, code,
            client.answered_recipients, text);
    if (host.lmtp && !good) forget_path(client, client.answered_recipients, *fx.heap);
    ++client.answered_recipients;
    if (good) ++client.accepted_recipients;
    if (client.answered_recipients < client.forward_paths.size()) {
        if (!client.pipelined) say_recipient(client, fx);
        return;
    }
    if (client.pipelined) {
        client.awaiting = Turn::data;
    } else if (client.accepted_recipients > 0) {
        client.awaiting = Turn::data;
        say_data(host, fx);
    } else {
        refuse_mail(client, 0, {}, host, fx);  // each recipient has its own verdict already
    }
}

// A whole reply has come: `code` and the text of its last line.
void heard(Client& client, std::uint16_t code, std::string_view text, const ClientHost& host,
           Effects& fx) {
    const bool good = code / 100 == 2;
    if (code == 421 && client.awaiting != Turn::quit) {  // §3.8: the server goes away
        if (client.reverse_path.block != 0 || !client.forward_paths.empty())
            fx.tell(TellKind::message_refused, code, 0, text);
        else
            fx.tell(TellKind::session_failed, code, 0, text);
        client.ended = 1;
        fx.close = true;
        return;
    }
    fx.wait_ns = host.command_timeout_ns;
    switch (client.awaiting) {
        case Turn::greeting:
            if (!good) return fail(client, code, text, host, fx);
            return greet(client, host, fx);
        case Turn::ehlo:
            if (good) return after_hello(client, host, fx);
            if (code / 100 == 5 && !host.lmtp) {  // §3.2: an old server; fall back
                client.awaiting = Turn::helo;
                say(Turn::helo, fx, "HELO ", std::string_view(host.name));
                return;
            }
            return fail(client, code, text, host, fx);
        case Turn::starttls:
            if (!good) return without_tls(client, code, text, host, fx);
            fx.start_tls = true;
            return;
        case Turn::helo:
            if (!good) return fail(client, code, text, host, fx);
            return after_hello(client, host, fx);
        case Turn::auth:
            return heard_auth(client, code, text, host, fx);
        case Turn::mail:
            if (!good) client.failed_code = code;
            if (!good && !client.pipelined) return refuse_mail(client, code, text, host, fx);
            client.awaiting = Turn::recipient;
            if (!client.pipelined) say_recipient(client, fx);
            if (!good) fx.tell(TellKind::message_refused, code, 0, text);
            return;
        case Turn::recipient:
            if (client.failed_code != 0) {  // MAIL was refused; RCPT's 503 says nothing new
                if (++client.answered_recipients == client.forward_paths.size())
                    client.awaiting = Turn::data;
                return;
            }
            return heard_recipient(client, code, text, host, fx);
        case Turn::data:
            if (code / 100 == 3 && host.lmtp && client.accepted_recipients == 0) {
                // RFC 2033 §4.2 has no reply for it: what would come next is anybody's guess.
                say(Turn::content, fx, ".");
                return fail(client, code, "the server takes a message for nobody", host, fx);
            }
            if (code / 100 == 3) return say_content(client, host, fx);
            if (client.failed_code != 0 || client.accepted_recipients == 0) {
                forget_job(client, *fx.heap);
                ++client.transactions;
                client.awaiting = Turn::rset;
                return say(Turn::rset, fx, "RSET");
            }
            return refuse_mail(client, code, text, host, fx);
        case Turn::content:
            if (host.lmtp) return heard_for_one(client, code, text, host, fx);
            if (client.accepted_recipients > 0)
                fx.tell(good ? TellKind::message_accepted : TellKind::message_refused, code, 0,
                        text);
            return end_mail(client, host, fx);
        case Turn::noop:
            client.awaiting = Turn::rset;
            return say(Turn::rset, fx, "RSET");
        case Turn::rset:
            return ask_for_job(client, fx);
        case Turn::quit:
            fx.tell(TellKind::session_done, code, 0, text);
            client.awaiting = Turn::over;
            client.ended = 1;
            fx.close = true;
            return;
        case Turn::job:
        case Turn::over:
            return;  // a reply nobody asked for
    }
}

// What may wait while there is no mail to send: a server that says more then is no server.
constexpr std::size_t pending_octets_max = 256U << 10;
constexpr std::size_t reply_line_octets_max = 4096;  // §4.5.3.1.5 says 512; the world says more

std::size_t consume(Client& client, std::string_view octets, const ClientHost& host, Effects& fx) {
    std::size_t used = 0;
    while (!client.ended && !client.asking && !fx.start_tls) {
        const std::string_view rest = octets.substr(used);
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) {
            if (rest.size() <= reply_line_octets_max) break;
            fx.tell(TellKind::session_failed, 0, 0, "a reply line without an end");
            client.ended = 1;
            fx.abort = true;
            break;
        }
        used += end + 1;
        std::string_view line = rest.substr(0, end);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        fx.hear(rest.substr(0, end + 1), section_of(client.awaiting), Speech::reply,
                static_cast<std::uint16_t>(parse_number(line.substr(0, 3)).value_or(0)));
        const bool shaped = line.size() >= 3 && is_digit(line[0]) && is_digit(line[1]) &&
                            is_digit(line[2]) && line[0] >= '2' && line[0] <= '5';
        if (!shaped) {  // §4.2: not a reply; nothing after it can be trusted
            fx.tell(TellKind::session_failed, 0, 0, "what came is no SMTP reply");
            client.ended = 1;
            fx.abort = true;
            break;
        }
        const auto code = static_cast<std::uint16_t>((line[0] - '0') * 100 + (line[1] - '0') * 10 +
                                                     (line[2] - '0'));
        const std::string_view text = line.size() > 4 ? line.substr(4) : std::string_view{};
        if (client.awaiting == Turn::ehlo && code == 250) note_extension(client, text);
        if (line.size() > 3 && line[3] == '-') continue;  // §4.2.1: more lines follow
        heard(client, code, text, host, fx);
    }
    return used;
}

void work_off(Client& client, const ClientHost& host, Effects& fx) {
    if (client.pending.empty() || client.asking || client.ended) return;
    const std::size_t used = consume(client, fx.heap->view(client.pending), host, fx);
    fx.heap->remove_prefix(client.pending, used);
}

void broken(Client& client, std::string_view why, Effects& fx) {
    if (client.ended) return;
    client.ended = 1;
    fx.tell(TellKind::session_failed, 0, 0, why);
}

}  // namespace

std::span<const TurnRow> client_script() { return script; }

std::string_view name_of(Turn turn) {
    constexpr std::string_view names[] = {"greeting", "ehlo", "starttls", "helo", "auth", "job",
                                          "mail", "recipient", "data", "content", "noop",
                                          "rset", "quit", "over"};
    return names[static_cast<unsigned>(turn)];
}

void give(Client& client, const Job& job, Heap& heap) {
    forget_job(client, heap);
    client.reverse_path = job.reverse_path;
    client.forward_paths = job.forward_paths;
    client.content = job.content;
    client.eight_bit = job.eight_bit ? 1 : 0;
}

void release(Client& client, Heap& heap) {
    forget_job(client, heap);
    heap.drop(client.pending);
    heap.drop(client.held);
    sasl::forget(client.exchange, heap);
    client = Client{};
}

void step(Client& client, const Input& input, const ClientHost& host, Effects& fx) {
    switch (input.what) {
        case Wake::opened:
            fx.wait_ns = host.greeting_timeout_ns;
            break;
        case Wake::bytes:
            if (client.ended) return;
            if (client.pending.empty() && !client.asking) {
                const std::size_t used = consume(client, input.bytes, host, fx);
                if (!client.ended) fx.heap->append(client.pending, input.bytes.substr(used));
            } else if (client.pending.size + input.bytes.size() > pending_octets_max) {
                broken(client, "the server talks and does not listen", fx);
                fx.abort = true;
            } else {
                fx.heap->append(client.pending, input.bytes);
                work_off(client, host, fx);
            }
            break;
        case Wake::answer:
            if (!client.asking || client.ended) return;
            client.asking = 0;
            if (input.answer->to == AskKind::respond) {
                if (client.mechanism == sasl::Mechanism::none)
                    begin_auth(client, *input.answer, host, fx);
                else go_on_with_auth(client, *input.answer, host, fx);
            } else if (input.answer->ok) {
                POSTROAD_ASSERT(client.forward_paths.size() > 0);
                if (client.server_size_max != 0 && client.content.size > client.server_size_max) {
                    // RFC 1870 §6.1: known to be too large, so it is not even tried.
                    fx.tell(TellKind::message_refused, 552, 0, "5.3.4 larger than the server takes");
                    forget_job(client, *fx.heap);
                    ++client.transactions;
                    ask_for_job(client, fx);
                } else {
                    begin_mail(client, host, fx);
                }
            } else {
                quit(client, host, fx);
            }
            work_off(client, host, fx);
            break;
        case Wake::timer:
            broken(client, "the server did not answer in time", fx);
            fx.abort = true;
            break;
        case Wake::closed:
            if (client.awaiting == Turn::quit && !client.ended) {
                client.ended = 1;
                fx.tell(TellKind::session_done);
            }
            broken(client, input.bytes.empty() ? "the connection broke" : input.bytes, fx);
            fx.close = true;
            break;
        case Wake::tls_up:
            if (!client.ended) tls_is_up(client, host, fx);
            break;
        case Wake::changed:
            break;
    }
}

}  // namespace postroad::smtp

// The SMTP server's verbs: one row each, and the handler behind it.
#include "protocols/smtp/server_rows.hpp"

#include <algorithm>
#include <optional>

#include "protocols/message/base64.hpp"
#include "protocols/sasl/served.hpp"
#include "protocols/smtp/path.hpp"

namespace postroad::smtp {
namespace {

using S = ServerState;

// A verdict that brings its own code, else the one given.
Reply verdict(const Answer& answer, const Reply& otherwise) {
    if (answer.code != 0) return {answer.code, answer.enhanced, answer.text};
    return otherwise;
}

void greet(Server& server, std::string_view name, Heap& heap) {
    reset_transaction(server, heap);  // §4.1.4: EHLO in mid-session resets like RSET
    heap.assign(server.client_name, name);
    server.state = S::ready;
}

bool takes_tls(const Server& server, const ServerHost& host) {
    return host.offers_tls && host.extensions.has(Extension::starttls) && !server.tls;
}
// RFC 4954 §4: a password in the clear only where the server is set to allow it.
sasl::Mechanisms taken_now(const Server& server, const ServerHost& host) {
    if (!host.offers_auth || !host.extensions.has(Extension::auth)) return {};
    return sasl::offered_now(host.mechanisms, server.tls != 0, host.auth_in_clear);
}

// §4.1.1.1: HELO opens the session of a client without extensions.
Step helo(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    const std::string_view name = take_word(argument);
    if (!is_domain(name)) return Reply{501, "5.5.4", "write HELO and your domain name"};
    greet(server, name, *fx.heap);
    server.extended = 0;
    return Ask{AskKind::client_name, name, {}, {}, 0};
}

// RFC 5321 §4.3.2: EHLO and HELO may be answered with 504 or 550; no session has begun then. There is
// no enhanced code in that answer (RFC 2034 §3).
Reply turn_away(Server& server, const Answer& answer, Effects& fx) {
    fx.heap->drop(server.client_name);
    server.state = S::connected;
    if (answer.code == 0) return {550, {}, "not you"};
    return {answer.code, {}, answer.text};
}

Reply judge_helo(Server& server, const Answer& answer, const ServerHost& host, Effects& fx) {
    if (!answer.ok) return turn_away(server, answer, fx);
    return {250, {}, host.name};
}

// EHLO, and LHLO where that is spoken.
Step ehlo(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    const std::string_view name = take_word(argument);
    if (!is_domain(name))
        return Reply{501, "5.5.4", "write ", host.lmtp ? "LHLO and your domain name"
                                                     : "EHLO and your domain name or address literal"};
    greet(server, name, *fx.heap);
    server.extended = 1;
    return Ask{AskKind::client_name, name, {}, {}, 0};
}

// §4.1.1.1: EHLO is answered with the extensions on offer, one a line; so is LHLO (RFC 2033 §4.1).
Reply judge_ehlo(Server& server, const Answer& answer, const ServerHost& host, Effects& fx) {
    if (!answer.ok) return turn_away(server, answer, fx);
    const auto line = [&](std::string_view text, Section section) {
        const std::size_t from = fx.out.size();
        fx.out += "250-";
        fx.out += text;
        fx.out += "\r\n";
        fx.mark(from, Speech::reply, section, 250);
    };
    line(host.name, host.lmtp ? Section("2033 §4.1") : Section("5321 §4.1.1.1"));
    if (host.extensions.has(Extension::pipelining)) line("PIPELINING", "2920 §3");
    if (host.extensions.has(Extension::size)) {
        const std::size_t from = fx.out.size();
        fx.out += "250-SIZE ";
        append_number(fx.out, host.size_octets_max);
        fx.out += "\r\n";
        fx.mark(from, Speech::reply, "1870 §3", 250);
    }
    if (host.extensions.has(Extension::eight_bit_mime)) line("8BITMIME", "6152 §2");
    if (host.extensions.has(Extension::enhanced_status)) line("ENHANCEDSTATUSCODES", "2034 §2");
    if (takes_tls(server, host)) line("STARTTLS", "3207 §2");
    if (const sasl::Mechanisms taken = taken_now(server, host); !taken.empty()) {
        const std::size_t from = fx.out.size();
        fx.out += "250-AUTH";
        sasl::append_names(fx.out, taken);
        fx.out += "\r\n";
        fx.mark(from, Speech::reply, "4954 §3", 250);
    }
    if (host.extensions.has(Extension::vrfy)) line("VRFY", "5321 §4.1.1.6");
    // The last line has a space where the others have a hyphen (§4.2.1).
    if (host.extensions.has(Extension::help)) line("HELP", "5321 §4.1.1.8");
    fx.out[fx.said.back().offset + 3] = ' ';
    return {};
}

// §4.1.1.2 and the parameters of RFC 1870, 6152 and 4954 §5. An empty string: all is well.
Reply read_parameters(Server& server, std::string_view parameters, const ServerHost& host,
                      std::uint64_t& size, Heap& heap) {
    Parameter one;
    while (take_parameter(parameters, one)) {
        if (one.malformed) return {501, "5.5.4", "a parameter is written KEYWORD=value"};
        if (!server.extended)
            return {555, "5.5.4", "parameters are for who said EHLO: ", one.keyword};
        if (equals_ignoring_case(one.keyword, "SIZE") && host.extensions.has(Extension::size)) {
            const auto octets = parse_number(one.value);
            if (!octets) return {501, "5.5.4", "SIZE is a number of octets"};
            size = *octets;
        } else if (equals_ignoring_case(one.keyword, "BODY") &&
                   host.extensions.has(Extension::eight_bit_mime)) {
            if (equals_ignoring_case(one.value, "8BITMIME")) {
                server.body = Body::eight_bit_mime;
            } else if (!equals_ignoring_case(one.value, "7BIT")) {
                return {501, "5.5.4", "BODY is 7BIT or 8BITMIME"};
            }
        } else if (equals_ignoring_case(one.keyword, "AUTH") && host.offers_auth) {
            heap.assign(server.auth_parameter, one.value);
        } else {
            return {555, "5.5.4", "parameter not recognised: ", one.keyword};
        }
    }
    return {};
}

// §4.1.1.2: MAIL begins a transaction with the address that gets the bounces.
Step mail(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    const Path path = parse_path("FROM:", argument);
    if (!path) return Reply{501, "5.1.7", path.error};
    if (host.submission && host.offers_auth && !server.authenticated)  // RFC 6409 §4.3
        return Reply{530, "5.7.0", "authentication required"};
    std::uint64_t size = 0;
    const Reply bad = read_parameters(server, path.parameters, host, size, *fx.heap);
    if (bad.code != 0) return bad;
    if (size > host.size_octets_max)  // RFC 1870 §6.1
        return Reply{552, "5.3.4", "the message is larger than we take"};
    fx.heap->assign(server.reverse_path, path.mailbox);
    server.null_path = path.mailbox.empty() ? 1 : 0;
    server.declared_octets = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, 1U << 16));
    return Ask{AskKind::sender, path.mailbox, path.parameters, {}, size};
}

Reply judge_sender(Server& server, const Answer& answer, const ServerHost&, Effects& fx) {
    if (!answer.ok) {
        reset_transaction(server, *fx.heap);
        return verdict(answer, {550, "5.7.1", "not from you"});
    }
    server.state = S::mail;
    return {250, "2.1.0", "sender ok"};
}

// §4.1.1.3: RCPT names one more mailbox for the mail begun by MAIL. Who may relay and who exists
// is policy, so it is asked; an open relay is one line of that policy.
Step rcpt(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    const Path path = parse_path("TO:", argument);
    if (!path) return Reply{501, "5.1.3", path.error};
    if (!path.parameters.empty())
        return Reply{555, "5.5.4", "parameter not recognised: ", path.parameters};
    if (server.forward_paths.size() >= host.recipients_max)  // §4.5.3.1.10
        return Reply{452, "4.5.3", "too many recipients"};
    fx.heap->push(server.forward_paths, fx.heap->make(path.mailbox));  // taken back on a refusal
    return Ask{AskKind::recipient, path.mailbox, path.parameters, {}, 0};
}

Reply judge_recipient(Server& server, const Answer& answer, const ServerHost&, Effects& fx) {
    const bool taken = answer.code == 0 ? answer.relay == Relay::allow && answer.exists
                                        : answer.code < 300;
    if (!taken) {
        const std::uint32_t last = server.forward_paths.size() - 1;
        Text path = fx.heap->get(server.forward_paths, last);
        fx.heap->drop(path);
        server.forward_paths.bytes.size -= static_cast<std::uint32_t>(sizeof(Text));
        if (last == 0) fx.heap->drop(server.forward_paths);
    } else {
        server.state = S::recipients;
    }
    if (answer.code != 0) return {answer.code, answer.enhanced, answer.text};
    if (answer.relay == Relay::deny) return {550, "5.7.1", "relaying denied"};
    if (!answer.exists) return {550, "5.1.1", "no such mailbox"};
    return {250, "2.1.5", "recipient ok"};
}

// §4.1.1.4: what follows the 354 is content until a line of a lone period.
Step data(Server& server, std::string_view argument, const ServerHost& host, Effects&) {
    if (!argument.empty()) return Reply{501, "5.5.4", "DATA stands alone"};
    // §3.3: 554 when no recipient was accepted; 503 by RFC 2033 §4.2.
    if (server.forward_paths.empty())
        return Reply{static_cast<std::uint16_t>(host.lmtp ? 503 : 554), "5.5.1",
                     "no valid recipients"};
    server.state = S::content;
    server.unstuffer = {};
    return Reply{354, {}, "end data with <CR><LF>.<CR><LF>"};
}

// A line of an answer: "452 4.2.2 the mailbox is full". Without a code it is not ours to say.
bool read_verdict(std::string_view line, Reply& out) {
    const std::string_view code = take_word(line);
    const auto number = code.size() == 3 ? parse_number(code) : std::nullopt;
    if (!number || *number < 200 || *number > 599 || *number / 100 == 3) return false;
    out.code = static_cast<std::uint16_t>(*number);
    out.enhanced = {};
    if (line.size() > 4 && is_digit(line[0]) && line[1] == '.') out.enhanced = take_word(line);
    out.text = line;
    return true;
}

// RFC 2033 §4.2: as many replies as there were recipients, in RCPT's order. Here a mail is taken for
// some and not for others, which SMTP cannot say. None is the client's fault, so none is counted.
Reply judge_content_for_each(Server& server, const Answer& answer, const ServerHost& host,
                             Effects& fx) {
    const Reply general = answer.ok ? Reply{250, "2.1.5", "delivered"}
                                    : verdict(answer, {451, "4.3.0", "not taken; try later"});
    const std::uint32_t recipients = server.forward_paths.size();
    const std::uint16_t errors = server.errors;
    std::string_view rest = answer.ok ? answer.text : std::string_view{};
    bool taken = false;
    for (std::uint32_t i = 0; i < recipients; ++i) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        Reply one = general;
        if (!read_verdict(rest.substr(0, end), one)) one = general;
        rest.remove_prefix(std::min(end + 1, rest.size()));
        taken = taken || one.code < 300;
        say(server, host, one, "2033 §4.2", fx);
        server.errors = errors;
        if (server.ended) break;  // 421
    }
    if (taken) ++server.transactions;
    reset_transaction(server, *fx.heap);
    return {};
}

// §4.2.5: 250 behind the data transfers the responsibility for the message to us.
Reply judge_content(Server& server, const Answer& answer, const ServerHost& host, Effects& fx) {
    if (host.lmtp) return judge_content_for_each(server, answer, host, fx);
    if (answer.ok) ++server.transactions;
    reset_transaction(server, *fx.heap);
    if (!answer.ok) return verdict(answer, {451, "4.3.0", "not taken; try later"});
    return {250, "2.0.0", "queued as ", answer.text};
}

Step rset(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    if (!argument.empty()) return Reply{501, "5.5.4", "RSET stands alone"};
    reset_transaction(server, *fx.heap);
    return Reply{250, "2.0.0", "forgotten"};
}

Step noop(Server&, std::string_view, const ServerHost&, Effects&) {
    return Reply{250, "2.0.0", "ok"};  // §4.1.1.9: an argument is ignored
}

// §4.1.1.10: the server answers 221 and closes; only then does the client.
Step quit(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    if (!argument.empty()) return Reply{501, "5.5.4", "QUIT stands alone"};
    reset_transaction(server, *fx.heap);
    server.ended = 1;
    return Reply{221, "2.0.0", host.name, " closing; good-bye"};
}

// §3.5.3 and §7.3: a server may decline to say who exists.
Step vrfy(Server&, std::string_view argument, const ServerHost&, Effects&) {
    if (argument.empty()) return Reply{501, "5.5.4", "VRFY whom?"};
    return Ask{AskKind::verify, argument, {}, {}, 0};
}

Reply judge_verify(Server&, const Answer& answer, const ServerHost&, Effects&) {
    if (answer.code != 0) return {answer.code, answer.enhanced, answer.text};
    if (!answer.exists) return {550, "5.1.1", "no such mailbox"};
    return {250, "2.1.5", answer.text};
}

Step expn(Server&, std::string_view argument, const ServerHost&, Effects&) {
    if (argument.empty()) return Reply{501, "5.5.4", "EXPN which list?"};
    return Ask{AskKind::expand, argument, {}, {}, 0};
}

// The answer's text holds one member a line; each becomes a reply line, the last one returned.
Reply judge_expand(Server&, const Answer& answer, const ServerHost& host, Effects& fx) {
    if (answer.code != 0) return {answer.code, answer.enhanced, answer.text};
    if (!answer.exists) return {550, "5.1.1", "no such list"};
    std::string_view rest = answer.text;
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        const std::size_t from = fx.out.size();
        fx.out += "250-";
        if (host.esmtp && host.extensions.has(Extension::enhanced_status)) fx.out += "2.1.5 ";
        fx.out += rest.substr(0, end);
        fx.out += "\r\n";
        fx.mark(from, Speech::reply, "5321 §4.1.1.7", 250);
        rest.remove_prefix(end + 1);
    }
    return {250, "2.1.5", rest};
}

Step help(Server&, std::string_view argument, const ServerHost& host, Effects& fx) {
    const std::string_view verb = take_word(argument);
    if (!verb.empty()) {
        for (const ServerRow& row : server_rows())
            if (equals_ignoring_case(row.verb, verb)) return Reply{214, "2.0.0", row.help};
        return Reply{504, "5.5.4", "no help on that"};
    }
    const std::size_t from = fx.out.size();
    fx.out += "214-";
    if (host.esmtp && host.extensions.has(Extension::enhanced_status)) fx.out += "2.0.0 ";
    fx.out += "commands:";
    for (const ServerRow& row : server_rows()) {
        if (!offers(host, row)) continue;
        fx.out += ' ';
        fx.out += row.verb;
    }
    fx.out += "\r\n";
    fx.mark(from, Speech::reply, "5321 §4.1.1.8", 214);
    return Reply{214, "2.0.0", "HELP and a command tells more"};
}

// RFC 4954 §4: a mechanism, with the first response on the line or after a 334. The mechanism's
// steps need secrets and chance, so each is asked.
Step auth(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    if (server.authenticated) return Reply{503, "5.5.1", "you are authenticated already"};
    const sasl::Mechanisms taken = taken_now(server, host);
    const sasl::Mechanism wanted = sasl::mechanism_named(take_word(argument));
    if (!taken.empty() && !host.mechanisms.has(wanted))
        return Reply{504, "5.5.4", "mechanism not offered"};
    if (!taken.has(wanted)) return Reply{538, "5.7.11", "not in the clear: say STARTTLS first"};
    server.mechanism = wanted;
    fx.words.clear();
    if (argument.empty() && sasl::traits_of(wanted).client_first) {
        server.state = S::auth;
        return Reply{334, {}, ""};
    }
    if (argument.empty()) return Ask{AskKind::authenticate, sasl::name_of(wanted), {}, {}, 0};
    if (argument == "=") return Ask{AskKind::authenticate, sasl::name_of(wanted), {}, {}, 1};
    return auth_response(server, argument, fx);
}

// A challenge goes out as it is, in base64; 235 and 535 end the exchange.
Reply judge_auth(Server& server, const Answer& answer, const ServerHost&, Effects& fx) {
    if (answer.ok && answer.number == 1) {
        server.state = S::auth;
        const std::size_t from = fx.out.size();
        fx.out += "334 ";
        message::base64_encode(answer.text, fx.out);
        fx.out += "\r\n";
        fx.mark(from, Speech::reply, "4954 §4", 334);
        return {};
    }
    end_auth(server, *fx.heap);
    if (!answer.ok) return verdict(answer, {535, "5.7.8", "user or password is wrong"});
    server.authenticated = 1;
    fx.heap->assign(server.user, answer.text);
    return {235, "2.7.0", "authenticated"};
}

// RFC 3207 §4: behind the 220 the TLS handshake begins, and after it the session begins anew.
Step starttls(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    if (!argument.empty()) return Reply{501, "5.5.4", "STARTTLS stands alone"};
    if (server.tls) return Reply{503, "5.5.1", "TLS is up already"};
    fx.start_tls = true;
    return Reply{220, "2.0.0", "go ahead"};
}

constexpr Row<Server, ServerHost> table[] = {
    {"EHLO", {S::connected, S::ready, S::mail, S::recipients}, ehlo, AskKind::client_name,
     judge_ehlo, {250, 421, 450, 501, 550, 554}, "5321 §4.1.1.1", {S::ready}, "EHLO domain: opens a session with extensions"},
    {"HELO", {S::connected, S::ready, S::mail, S::recipients}, helo, AskKind::client_name,
     judge_helo, {250, 421, 450, 501, 550, 554}, "5321 §4.1.1.1", {S::ready}, "HELO domain: opens a session without extensions"},
    {"MAIL", {S::ready}, mail, AskKind::sender, judge_sender,
     {250, 450, 451, 452, 455, 501, 530, 550, 552, 553, 555}, "5321 §4.1.1.2", {S::mail},
     "MAIL FROM:<return address>: begins a mail"},
    {"RCPT", {S::mail, S::recipients}, rcpt, AskKind::recipient, judge_recipient,
     {250, 251, 450, 451, 452, 455, 501, 550, 551, 552, 553, 555}, "5321 §4.1.1.3",
     {S::recipients}, "RCPT TO:<mailbox>: names one more recipient"},
    {"DATA", {S::mail, S::recipients}, data, AskKind::accept, judge_content,
     {354, 250, 450, 451, 452, 501, 503, 550, 552, 554}, "5321 §4.1.1.4", {S::content},
     "DATA: the message follows, a line of one period ends it"},
    {"RSET", {S::connected, S::ready, S::mail, S::recipients}, rset, AskKind::none, nullptr,
     {250, 501}, "5321 §4.1.1.5", {S::ready}, "RSET: forgets the mail begun"},
    {"VRFY", {S::connected, S::ready, S::mail, S::recipients}, vrfy, AskKind::verify, judge_verify,
     {250, 251, 252, 501, 550, 551, 553}, "5321 §4.1.1.6", {},
     "VRFY name: asks whether a mailbox exists"},
    {"EXPN", {S::connected, S::ready, S::mail, S::recipients}, expn, AskKind::expand, judge_expand,
     {250, 252, 501, 550}, "5321 §4.1.1.7", {}, "EXPN list: asks who is on a list"},
    {"HELP", {S::connected, S::ready, S::mail, S::recipients}, help, AskKind::none, nullptr,
     {214, 504}, "5321 §4.1.1.8", {}, "HELP [command]: says what there is"},
    {"NOOP", {S::connected, S::ready, S::mail, S::recipients}, noop, AskKind::none, nullptr,
     {250}, "5321 §4.1.1.9", {}, "NOOP: does nothing"},
    {"QUIT", {S::connected, S::ready, S::mail, S::recipients}, quit, AskKind::none, nullptr,
     {221, 501}, "5321 §4.1.1.10", {}, "QUIT: ends the session"},
    {"AUTH", {S::ready}, auth, AskKind::authenticate, judge_auth,
     {235, 334, 454, 501, 503, 504, 535, 538}, "4954 §4", {S::ready, S::auth},
     "AUTH mechanism [response]: says who you are"},
    {"STARTTLS", {S::ready}, starttls, AskKind::none, nullptr, {220, 501, 503}, "3207 §4",
     {S::connected}, "STARTTLS: protects the rest of the session"},
    {"LHLO", {S::connected, S::ready, S::mail, S::recipients}, ehlo, AskKind::client_name,
     judge_ehlo, {250, 421, 450, 501, 550, 554}, "2033 §4.1", {S::ready}, "LHLO domain: opens a session of LMTP"},
};

}  // namespace

std::span<const ServerRow> server_rows() { return table; }
const ServerRow& data_row() { return table[4]; }
const ServerRow& auth_row() { return table[11]; }
static_assert(table[4].verb == "DATA" && table[11].verb == "AUTH");

void end_auth(Server& server, Heap& heap) { sasl::end_exchange(server, S::ready, heap); }

Step auth_response(Server& server, std::string_view line, Effects& fx) {
    return sasl::take_response(server, S::ready, line,
                               Reply{501, "5.7.0", "authentication given up"},
                               Reply{501, "5.5.2", "not base64"}, fx);
}

bool offers(const ServerHost& host, const ServerRow& row) {
    if (row.verb == "LHLO") return host.lmtp;
    if (row.verb == "HELO") return !host.lmtp;
    if (row.verb == "EHLO") return host.esmtp && !host.lmtp;
    if (row.verb == "STARTTLS")
        return host.offers_tls && host.extensions.has(Extension::starttls);
    if (row.verb == "AUTH") return host.offers_auth && host.extensions.has(Extension::auth);
    if (row.verb == "VRFY" || row.verb == "EXPN") return host.extensions.has(Extension::vrfy);
    if (row.verb == "HELP") return host.extensions.has(Extension::help);
    return true;
}

// Verbs of RFC 821 and of extensions that this server does not have: 502, not 500 (§4.2.4).
bool is_known_elsewhere(std::string_view verb) {
    for (const std::string_view known : {"SEND", "SOML", "SAML", "TURN", "ETRN", "ATRN", "BDAT",
                                         "STARTTLS", "BURL"})
        if (equals_ignoring_case(known, verb)) return true;
    return false;
}

bool is_others_greeting(const ServerHost& host, const ServerRow& row) {
    if (row.verb == "LHLO") return !host.lmtp;
    return host.lmtp && (row.verb == "EHLO" || row.verb == "HELO");
}

std::string_view why_not_now(const Server& server, const ServerRow& row, const ServerHost& host) {
    if (server.state == S::connected) return host.lmtp ? "say LHLO first" : "say EHLO or HELO first";
    if (row.verb == "MAIL") return "a mail has begun already; RSET forgets it";
    if (row.verb == "RCPT" || row.verb == "DATA")
        return server.state == S::ready ? "MAIL comes first" : "RCPT comes first";
    return "not in the middle of a mail";
}

}  // namespace postroad::smtp

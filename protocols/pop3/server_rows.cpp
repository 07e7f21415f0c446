// The POP3 server's verbs: one row each, and the handler behind it.
#include "protocols/pop3/server_rows.hpp"

#include <algorithm>
#include <type_traits>

#include "protocols/message/base64.hpp"
#include "protocols/message/dot_stuffing.hpp"
#include "protocols/sasl/served.hpp"

namespace postroad::pop3 {
namespace {

using S = ServerState;

Reply no(std::string_view text) { return {negative, {}, text}; }

// §3: an argument has 40 characters at the most. PASS's is the line's rest.
constexpr std::size_t argument_octets_max = 40;

// "+OK" and a text made of numbers and words, which Reply has no room for.
template <class... Parts>
void say_ok(Section section, Effects& fx, Parts... parts) {
    const std::size_t from = fx.out.size();
    const auto put = [&](auto part) {
        if constexpr (std::is_convertible_v<decltype(part), std::string_view>) fx.out += part;
        else append_number(fx.out, part);
    };
    fx.out += "+OK ";
    (put(parts), ...);
    fx.out += "\r\n";
    fx.mark(from, Speech::reply, section, positive);
}

// A line of a multi-line reply (§3).
template <class... Parts>
void say_line(Section section, Effects& fx, Parts... parts) {
    const std::size_t from = fx.out.size();
    const auto put = [&](auto part) {
        if constexpr (std::is_convertible_v<decltype(part), std::string_view>) fx.out += part;
        else append_number(fx.out, part);
    };
    (put(parts), ...);
    fx.out += "\r\n";
    fx.mark(from, Speech::reply, section, positive);
}

std::string_view unique_id(const Server& server, const Listed& one, const Heap& heap) {
    return heap.view(server.unique_ids).substr(one.id_offset, one.id_size);
}

// Reads a message number; `why` says what is wrong with it, if something is.
struct Chosen {
    std::uint32_t index = 0;
    Listed message;
    std::string_view why;
};
Chosen choose(const Server& server, std::string_view word, const Heap& heap) {
    Chosen out;
    const auto number = parse_number(word);
    if (!number || word.size() > argument_octets_max) {
        out.why = "a message number is expected";
    } else if (*number == 0 || *number > server.messages.size()) {
        out.why = "no such message";
    } else {
        out.index = static_cast<std::uint32_t>(*number - 1);
        out.message = heap.get(server.messages, out.index);
        if (out.message.deleted) out.why = "that message is marked as deleted";
    }
    return out;
}

// §7 USER: whether there is such a mailbox shows at PASS alone, so that nobody can try out names.
Step user(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    if (!server.tls && !host.user_in_clear)  // RFC 2595 §2.1
        return no("not in the clear: say STLS first");
    if (argument.empty() || argument.size() > argument_octets_max)
        return no("write USER and your name");
    fx.heap->assign(server.user, argument);
    server.state = S::named;
    return Reply{positive, {}, "and your password?"};
}

Step pass(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    if (argument.empty()) return no("write PASS and your password");
    return Ask{AskKind::maildrop, fx.heap->view(server.user), argument, "USER", 0};
}

// §7 APOP: the digest proves that the client knows the secret without saying it.
Step apop(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    const std::string_view name = take_word(argument);
    if (name.empty() || name.size() > argument_octets_max || argument.size() != 32)
        return no("write APOP, your name and a digest of 32 hexadecimal digits");
    fx.heap->assign(server.user, name);
    return Ask{AskKind::maildrop, fx.heap->view(server.user), argument, "APOP", 0};
}

// The answer's text: a line a message, "octets unique-id". What is malformed is our mistake.
void take_listing(Server& server, std::string_view text, Heap& heap) {
    heap.drop(server.messages);
    heap.drop(server.unique_ids);
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view rest = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        const auto octets = parse_number(take_word(rest));
        POSTROAD_ASSERT(octets.has_value() && rest.size() <= 70);  // §7 UIDL: 1 to 70 characters
        heap.push(server.messages, Listed{*octets, server.unique_ids.size,
                                          static_cast<std::uint16_t>(rest.size()), 0});
        heap.append(server.unique_ids, rest);
        server.live_octets += *octets;
    }
    server.live = server.messages.size();
}

Reply judge_maildrop(Server& server, const Answer& answer, const ServerHost&, Effects& fx) {
    if (!answer.ok)
        return {negative, answer.enhanced,
                answer.text.empty() ? "user or password is wrong" : answer.text};
    server.state = S::transaction;
    server.has_maildrop = 1;
    server.maildrop = static_cast<std::uint32_t>(answer.number);
    server.live_octets = 0;
    take_listing(server, answer.text, *fx.heap);
    say_ok(server_rows()[server.row].section, fx, "maildrop of ",
           fx.heap->view(server.user), " has ", std::uint64_t{server.live}, " messages (",
           server.live_octets, " octets)");
    return {};
}

sasl::Mechanisms taken_now(const Server& server, const ServerHost& host) {
    return sasl::offered_now(host.mechanisms, server.tls != 0, host.user_in_clear);
}

// RFC 5034 §4: a mechanism, with the first response on the line or after a "+ ". The mechanism's
// steps need secrets and chance, so each is asked.
Step auth(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    const sasl::Mechanisms taken = taken_now(server, host);
    const sasl::Mechanism wanted = sasl::mechanism_named(take_word(argument));
    if (!host.mechanisms.has(wanted)) return no("mechanism not offered");
    if (!taken.has(wanted)) return no("not in the clear: say STLS first");
    server.mechanism = wanted;
    fx.words.clear();
    if (argument.empty() && sasl::traits_of(wanted).client_first) {
        server.state = S::auth;
        const std::size_t from = fx.out.size();
        fx.out += "+ \r\n";
        fx.mark(from, Speech::reply, "5034 §4", go_on);
        return Step::done();
    }
    if (argument.empty()) return Ask{AskKind::authenticate, sasl::name_of(wanted), {}, {}, 0};
    if (argument == "=") return Ask{AskKind::authenticate, sasl::name_of(wanted), {}, {}, 1};
    return auth_response(server, argument, fx);
}

// First whether it is who it says, then whether the maildrop can be had: two asks, one reply.
Reply judge_auth(Server& server, const Answer& answer, const ServerHost& host, Effects& fx) {
    if (answer.to == AskKind::maildrop) return judge_maildrop(server, answer, host, fx);
    if (answer.ok && answer.number == 1) {
        server.state = S::auth;
        const std::size_t from = fx.out.size();
        fx.out += "+ ";
        message::base64_encode(answer.text, fx.out);
        fx.out += "\r\n";
        fx.mark(from, Speech::reply, "5034 §4", go_on);
        return {};
    }
    end_auth(server, *fx.heap);
    if (!answer.ok)
        return {negative, answer.enhanced,
                answer.text.empty() ? "user or password is wrong" : answer.text};
    fx.heap->assign(server.user, answer.text);
    server.asking = 1;
    fx.ask = {AskKind::maildrop, fx.heap->view(server.user), {}, "SASL", 0};
    return {};
}

Step stat(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    if (!argument.empty()) return no("STAT stands alone");
    say_ok("1939 §5", fx, std::uint64_t{server.live}, " ", server.live_octets);
    return Step::done();
}

// LIST and UIDL: of one message on one line, or of all that are not deleted.
template <class Show>
Step show_listing(Server& server, std::string_view argument, Section section, Effects& fx,
                  std::string_view first, Show&& show) {
    if (!argument.empty()) {
        const Chosen one = choose(server, argument, *fx.heap);
        if (!one.why.empty()) return no(one.why);
        show(one.message, std::uint64_t{one.index} + 1, true);
        return Step::done();
    }
    say_ok(section, fx, std::uint64_t{server.live}, first);
    for (std::uint32_t i = 0; i < server.messages.size(); ++i) {
        const Listed one = fx.heap->get(server.messages, i);
        if (!one.deleted) show(one, std::uint64_t{i} + 1, false);
    }
    say_line(section, fx, ".");
    return Step::done();
}

Step list(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    return show_listing(server, argument, "1939 §5", fx, " messages and their octets",
                        [&](const Listed& one, std::uint64_t number, bool alone) {
                            if (alone) say_ok("1939 §5", fx, number, " ", one.octets);
                            else say_line("1939 §5", fx, number, " ", one.octets);
                        });
}

Step uidl(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    return show_listing(server, argument, "1939 §7", fx, " messages and their unique-ids",
                        [&](const Listed& one, std::uint64_t number, bool alone) {
                            const std::string_view id = unique_id(server, one, *fx.heap);
                            if (alone) say_ok("1939 §7", fx, number, " ", id);
                            else say_line("1939 §7", fx, number, " ", id);
                        });
}

Ask retrieval(Server& server, const Chosen& one, std::string_view verb, Effects& fx) {
    server.index = one.index;
    return {AskKind::retrieve, unique_id(server, one.message, *fx.heap), verb, {}, one.index};
}

Step retr(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    const Chosen one = choose(server, argument, *fx.heap);
    if (!one.why.empty()) return no(one.why);
    return retrieval(server, one, "RETR", fx);
}

Step top(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    const std::string_view number = take_word(argument);
    const auto lines = parse_number(argument);
    if (!lines || argument.size() > argument_octets_max)
        return no("write TOP, a message number and a number of lines");
    const Chosen one = choose(server, number, *fx.heap);
    if (!one.why.empty()) return no(one.why);
    server.body_lines = static_cast<std::uint32_t>(std::min<std::uint64_t>(*lines, 0xffffffff));
    return retrieval(server, one, "TOP", fx);
}

// Header, blank line and `lines` lines of the body: as much of the message as TOP shows.
std::string_view beginning(std::string_view message, std::uint32_t lines) {
    std::size_t at = message.starts_with("\r\n") ? 0 : message.find("\r\n\r\n");
    if (at == std::string_view::npos) return message;
    at += at == 0 && message.starts_with("\r\n") ? 2 : 4;
    for (; lines > 0; --lines) {
        at = message.find("\r\n", at);
        if (at == std::string_view::npos) return message;
        at += 2;
    }
    return message.substr(0, at);
}

// §3: content goes out with its periods doubled, then a line of a lone one.
void say_content(std::string_view text, Section section, Effects& fx) {
    const std::size_t from = fx.out.size();
    message::Stuffer stuffer;
    message::stuff_piece(stuffer, text, fx.out);
    if (stuffer.place != message::Stuffer::line_start) fx.out += "\r\n";
    if (fx.out.size() > from) fx.mark(from, Speech::content, section);
    say_line(section, fx, ".");
}

Reply gone(const Answer& answer) {
    return {negative, answer.enhanced,
            answer.text.empty() ? "the message cannot be read" : answer.text};
}

Reply judge_retrieve(Server& server, const Answer& answer, const ServerHost&, Effects& fx) {
    if (!answer.ok) return gone(answer);
    say_ok("1939 §5", fx, fx.heap->get(server.messages, server.index).octets, " octets");
    say_content(answer.text, "1939 §5", fx);
    return {};
}

Reply judge_top(Server& server, const Answer& answer, const ServerHost&, Effects& fx) {
    if (!answer.ok) return gone(answer);
    say_ok("1939 §7", fx, "the top of message ", std::uint64_t{server.index} + 1);
    say_content(beginning(answer.text, server.body_lines), "1939 §7", fx);
    return {};
}

// §5 DELE: only marked; what is marked goes at QUIT (§6).
Step dele(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    Chosen one = choose(server, argument, *fx.heap);
    if (!one.why.empty()) return no(one.why);
    one.message.deleted = 1;
    fx.heap->set(server.messages, one.index, one.message);
    --server.live;
    server.live_octets -= one.message.octets;
    say_ok("1939 §5", fx, "message ", std::uint64_t{one.index} + 1,
           " is marked: it goes at QUIT");
    return Step::done();
}

Step rset(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    if (!argument.empty()) return no("RSET stands alone");
    server.live = server.messages.size();
    server.live_octets = 0;
    for (std::uint32_t i = 0; i < server.live; ++i) {
        Listed one = fx.heap->get(server.messages, i);
        server.live_octets += one.octets;
        if (one.deleted == 0) continue;
        one.deleted = 0;
        fx.heap->set(server.messages, i, one);
    }
    say_ok("1939 §5", fx, "nothing is marked as deleted now: ", std::uint64_t{server.live},
           " messages (", server.live_octets, " octets)");
    return Step::done();
}

Step noop(Server&, std::string_view argument, const ServerHost&, Effects&) {
    if (!argument.empty()) return no("NOOP stands alone");
    return Reply{positive, {}, {}};
}

// §4 and §6: from AUTHORIZATION a mere good-bye, from TRANSACTION on to UPDATE.
Step quit(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    if (!argument.empty()) return no("QUIT stands alone");
    if (server.state != S::transaction) {
        server.ended = 1;
        return Reply{positive, {}, host.name, " signing off"};
    }
    server.state = S::update;
    server.has_maildrop = 0;  // released with the answer, whatever it is
    fx.words.clear();         // an Ask shows views: the effects keep the words
    for (std::uint32_t i = 0; i < server.messages.size(); ++i) {
        if (!fx.heap->get(server.messages, i).deleted) continue;
        if (!fx.words.empty()) fx.words += ' ';
        append_number(fx.words, i);
    }
    return Ask{AskKind::commit, fx.words, {}, {}, 1};
}

Reply judge_commit(Server& server, const Answer& answer, const ServerHost& host, Effects&) {
    server.ended = 1;
    if (!answer.ok)
        return {negative, answer.enhanced,
                answer.text.empty() ? "some deleted messages not removed" : answer.text};
    return {positive, {}, host.name, " signing off"};
}

// RFC 2449 §5: what this server can do beyond RFC 1939's minimum.
Step capa(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    if (!argument.empty()) return no("CAPA stands alone");
    say_ok("2449 §5", fx, "capabilities:");
    if (host.top) say_line("2449 §6.1", fx, "TOP");
    if (host.user && (server.tls || host.user_in_clear)) say_line("2449 §6.2", fx, "USER");
    if (const sasl::Mechanisms taken = taken_now(server, host); !taken.empty()) {
        std::string names;
        sasl::append_names(names, taken);
        say_line("2449 §6.3", fx, "SASL", std::string_view(names));
    }
    if (host.stls && !server.tls) say_line("2595 §4", fx, "STLS");
    say_line("2449 §6.4", fx, "RESP-CODES");
    say_line("2449 §6.6", fx, "PIPELINING");
    say_line("2449 §6.7", fx, "EXPIRE NEVER");
    if (host.uidl) say_line("2449 §6.8", fx, "UIDL");
    say_line("2449 §6.9", fx, "IMPLEMENTATION Postroad");
    say_line("2449 §5", fx, ".");
    return Step::done();
}

constexpr Codes both = {positive, negative};

// RFC 2595 §4: behind the +OK the TLS handshake begins.
Step stls(Server& server, std::string_view argument, const ServerHost&, Effects& fx) {
    if (!argument.empty()) return no("STLS stands alone");
    if (server.tls) return no("TLS is up already");
    fx.start_tls = true;
    return Reply{positive, {}, "go ahead"};
}

constexpr Row<Server, ServerHost> table[] = {
    {"CAPA", {S::authorization, S::named, S::transaction}, capa, AskKind::none, nullptr, both, "2449 §5",
     {}, "CAPA: says what this server can do"},
    {"USER", {S::authorization, S::named}, user, AskKind::none, nullptr, both, "1939 §7", {S::named},
     "USER name: says whose mailbox it is"},
    {"PASS", {S::named}, pass, AskKind::maildrop, judge_maildrop, both, "1939 §7",
     {S::transaction}, "PASS password: opens the maildrop and locks it"},
    {"APOP", {S::authorization, S::named}, apop, AskKind::maildrop, judge_maildrop, both, "1939 §7",
     {S::transaction}, "APOP name digest: the same without saying the password"},
    {"STLS", {S::authorization, S::named}, stls, AskKind::none, nullptr, {positive, negative},
     "2595 §4", {S::authorization}, "STLS: protects the rest of the session"},
    {"STAT", {S::transaction}, stat, AskKind::none, nullptr, both, "1939 §5", {},
     "STAT: how many messages there are, and how many octets"},
    {"LIST", {S::transaction}, list, AskKind::none, nullptr, both, "1939 §5", {},
     "LIST [number]: how large each message is"},
    {"RETR", {S::transaction}, retr, AskKind::retrieve, judge_retrieve, both, "1939 §5", {},
     "RETR number: the whole message"},
    {"DELE", {S::transaction}, dele, AskKind::none, nullptr, both, "1939 §5", {},
     "DELE number: marks a message, which goes at QUIT"},
    {"NOOP", {S::transaction}, noop, AskKind::none, nullptr, {positive, negative}, "1939 §5", {},
     "NOOP: does nothing"},
    {"RSET", {S::transaction}, rset, AskKind::none, nullptr, both, "1939 §5", {},
     "RSET: takes all marks back"},
    {"TOP", {S::transaction}, top, AskKind::retrieve, judge_top, both, "1939 §7", {},
     "TOP number lines: the header and that much of the body"},
    {"UIDL", {S::transaction}, uidl, AskKind::none, nullptr, both, "1939 §7", {},
     "UIDL [number]: a name for each message that lasts"},
    {"QUIT", {S::authorization, S::named, S::transaction}, quit, AskKind::commit, judge_commit, both,
     "1939 §6", {S::update}, "QUIT: deletes what is marked and ends the session"},
    {"AUTH", {S::authorization, S::named}, auth, AskKind::authenticate, judge_auth,
     {positive, go_on, negative}, "5034 §4", {S::transaction, S::auth},
     "AUTH mechanism [response]: says who you are, and opens the maildrop"},
};

}  // namespace

std::span<const ServerRow> server_rows() { return table; }
const ServerRow& auth_row() { return table[14]; }
static_assert(table[14].verb == "AUTH");

void end_auth(Server& server, Heap& heap) { sasl::end_exchange(server, S::authorization, heap); }

Step auth_response(Server& server, std::string_view line, Effects& fx) {
    return sasl::take_response(server, S::authorization, line, no("authentication given up"),
                               no("not base64"), fx);
}

bool offers(const ServerHost& host, const ServerRow& row) {
    if (row.verb == "CAPA") return host.capa;
    if (row.verb == "USER" || row.verb == "PASS") return host.user;
    if (row.verb == "STLS") return host.stls;
    if (row.verb == "APOP") return host.apop;
    if (row.verb == "TOP") return host.top;
    if (row.verb == "UIDL") return host.uidl;
    if (row.verb == "AUTH") return !host.mechanisms.empty();
    return true;
}

// Verbs of extensions that this server does not have.
bool is_known_elsewhere(std::string_view verb) {
    for (const std::string_view known : {"AUTH", "STLS", "UTF8", "LANG", "XTND", "LAST", "RPOP"})
        if (equals_ignoring_case(known, verb)) return true;
    return false;
}

std::string_view why_not_now(const Server& server, const ServerRow& row) {
    if (server.state == S::transaction) return "you are known already";
    if (row.verb == "PASS") return "USER comes immediately before PASS";
    return "say who you are first";
}

}  // namespace postroad::pop3

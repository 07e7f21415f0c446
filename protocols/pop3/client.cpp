// How the POP3 client walks its script: say, hear, go on.
#include "protocols/sasl/carried.hpp"
#include "protocols/pop3/client.hpp"

#include <string>

#include "protocols/base/ascii.hpp"
#include "protocols/pop3/client_parts.hpp"
#include "protocols/pop3/server.hpp"

namespace postroad::pop3 {
namespace {

constexpr TurnRow script[] = {
    {Turn::greeting, "", Turn::capa, "1939 §4"},
    {Turn::capa, "CAPA", Turn::user, "2449 §5"},
    {Turn::stls, "STLS", Turn::capa, "2595 §4"},
    {Turn::apop, "APOP name digest", Turn::stat, "1939 §7"},
    {Turn::user, "USER name", Turn::pass, "1939 §7"},
    {Turn::pass, "PASS password", Turn::stat, "1939 §7"},
    {Turn::auth, "AUTH mechanism response", Turn::stat, "5034 §4"},
    {Turn::stat, "STAT", Turn::uidl, "1939 §5"},
    {Turn::uidl, "UIDL", Turn::choice, "1939 §7"},
    {Turn::list, "LIST", Turn::choice, "1939 §5"},
    {Turn::choice, "", Turn::retr, "1939 §8"},
    {Turn::retr, "RETR number", Turn::dele, "1939 §5"},
    {Turn::dele, "DELE number", Turn::choice, "1939 §5"},
    {Turn::quit, "QUIT", Turn::over, "1939 §6"},
    {Turn::over, "", Turn::over, "1939 §6"},
};

bool can(const Client& client, std::uint8_t bit) {
    return (client.capabilities & bit) != 0 || (client.capabilities & capability::known) == 0;
}

void fail(Client& client, std::string_view why, Effects& fx) {
    fx.tell(TellKind::session_failed, 0, 0, why);
    say(client, Turn::quit, fx, "QUIT");
}

// Nothing that comes after this can be understood.
void give_up(Client& client, std::string_view why, Effects& fx) {
    fx.tell(TellKind::session_failed, 0, 0, why);
    client.ended = 1;
    fx.abort = true;
}

}  // namespace

void log_in_by_old_ways(Client& client, const ClientHost& host, Effects& fx) {
    if (host.apop && !client.timestamp.empty()) {
        say(client, Turn::apop, fx, "APOP ", std::string_view(host.user), " ",
            std::string_view(apop_digest(fx.heap->view(client.timestamp), host.password)));
        return;
    }
    if (host.apop_only) return fail(client, "the server offers no APOP", fx);
    if (!host.says_password)
        return fail(client, "the server offers nothing that may be used, and the password itself is "
                            "not said", fx);
    if (!can(client, capability::user))
        return fail(client, "the server takes no USER and PASS", fx);
    say(client, Turn::user, fx, "USER ", std::string_view(host.user));
}

namespace {

// AUTH where it is offered, unless all it offers says the password and APOP would not.
void log_in(Client& client, const ClientHost& host, Effects& fx) {
    bool worth_it = !client.mechanisms.empty();
    if (worth_it && host.apop && !client.timestamp.empty())
        worth_it = !sasl::offered_now(client.mechanisms, true, false).empty() &&
                   !sasl::offered_now(client.mechanisms, false, false).empty();
    if (!worth_it || host.apop_only) return log_in_by_old_ways(client, host, fx);
    client.awaiting = Turn::auth;
    client.asking = 1;
    fx.ask = {AskKind::respond, {}, {}, "BEGIN", client.mechanisms.bits};
}

// RFC 2595 §4: whether to go on where there is no TLS is the client's policy.
void without_tls(Client& client, std::string_view why, const ClientHost& host, Effects& fx) {
    if (host.tls == TlsPolicy::opportunistic) {
        fx.tls_remark = TlsRemark::goes_on_without;
        return log_in(client, host, fx);
    }
    fx.tls_remark = TlsRemark::ends_without;
    fail(client, why, fx);
}

void protect_or_log_in(Client& client, const ClientHost& host, Effects& fx) {
    if (client.tls || host.tls == TlsPolicy::none) return log_in(client, host, fx);
    if ((client.capabilities & capability::stls) == 0)
        return without_tls(client, "the server offers no TLS, and no password is said without",
                           host, fx);
    say(client, Turn::stls, fx, "STLS");
}

// RFC 2595 §4: what the server could do in the clear is forgotten, and asked for again.
void tls_is_up(Client& client, const ClientHost& host, Effects& fx) {
    client.tls = 1;
    if (client.awaiting != Turn::stls) return;  // TLS came first: the greeting is awaited
    client.capabilities = 0;
    client.mechanisms = {};
    fx.heap->drop(client.pending);
    fx.wait_ns = host.timeout_ns;
    say(client, Turn::capa, fx, "CAPA");
}

std::string_view id_of(const Client& client, const Offered& one, const Heap& heap) {
    return heap.view(client.unique_ids).substr(one.id_offset, one.id_size);
}

// The next message that is listed, or the end.
void choose(Client& client, Effects& fx) {
    if (client.at >= client.messages.size()) return say(client, Turn::quit, fx, "QUIT");
    client.awaiting = Turn::choice;
    client.asking = 1;
    fx.ask = {AskKind::next_job, id_of(client, fx.heap->get(client.messages, client.at), *fx.heap),
              {}, {}, client.at};
}

void chosen(Client& client, const Answer& answer, Effects& fx) {
    const std::uint64_t number = fx.heap->get(client.messages, client.at).number;
    if (client.has_it) {
        client.has_it = 0;
        if (answer.number == 1) return say(client, Turn::dele, fx, "DELE ", number);
        ++client.at;
        return choose(client, fx);
    }
    client.delete_it = answer.number == 1 ? 1 : 0;
    if (answer.ok) return say(client, Turn::retr, fx, "RETR ", number);
    if (client.delete_it) return say(client, Turn::dele, fx, "DELE ", number);
    ++client.at;
    choose(client, fx);
}

// A timestamp is the greeting's msg-id (RFC 1939 §7).
std::string_view timestamp_in(std::string_view text) {
    const std::size_t from = text.find('<');
    const std::size_t end = text.find('>', from == std::string_view::npos ? 0 : from);
    if (from == std::string_view::npos || end == std::string_view::npos) return {};
    return text.substr(from, end + 1 - from);
}

void note_capability(Client& client, std::string_view line) {
    const std::string_view word = take_word(line);
    std::uint8_t bit = 0;
    if (equals_ignoring_case(word, "USER")) bit = capability::user;
    if (equals_ignoring_case(word, "UIDL")) bit = capability::uidl;
    if (equals_ignoring_case(word, "TOP")) bit = capability::top;
    if (equals_ignoring_case(word, "STLS")) bit = capability::stls;
    while (equals_ignoring_case(word, "SASL") && !line.empty())
        if (const auto one = sasl::mechanism_named(take_word(line)); one != sasl::Mechanism::none)
            client.mechanisms.add(one);
    client.capabilities = static_cast<std::uint8_t>(client.capabilities | bit);
}

// A line of LIST ("1 200") or UIDL ("1 whqtswO00WBw418f9t5JxYwZ"); one that is not is passed over.
void note_message(Client& client, std::string_view line, Effects& fx) {
    const auto number = parse_number(take_word(line));
    if (!number || *number == 0 || *number > 0xffffffff) return;
    Offered one;
    one.number = static_cast<std::uint32_t>(*number);
    if (client.awaiting == Turn::list) {
        one.octets = parse_number(take_word(line)).value_or(0);
    } else {
        const std::string_view id = take_word(line);
        one.id_offset = client.unique_ids.size;
        one.id_size = static_cast<std::uint32_t>(id.size());
        fx.heap->append(client.unique_ids, id);
    }
    fx.heap->push(client.messages, one);
}

// A multi-line reply is complete.
void listed(Client& client, const ClientHost& host, Effects& fx) {
    if (client.awaiting == Turn::capa) return protect_or_log_in(client, host, fx);
    client.at = 0;
    choose(client, fx);
}

void message_came(Client& client, const ClientHost& host, Effects& fx) {
    ++client.fetched;
    fx.tell(TellKind::fetched, positive, client.at, fx.heap->view(client.content));
    fx.heap->drop(client.content);
    if (host.asks_before_deleting) {
        client.awaiting = Turn::choice;
        client.asking = client.has_it = 1;
        const Offered one = fx.heap->get(client.messages, client.at);
        fx.ask = {AskKind::next_job, id_of(client, one, *fx.heap), {}, "DELE", client.at};
        return;
    }
    if (client.delete_it)
        return say(client, Turn::dele, fx, "DELE ",
                   std::uint64_t{fx.heap->get(client.messages, client.at).number});
    ++client.at;
    choose(client, fx);
}

// "+OK" in a turn of one-line replies.
void went_well(Client& client, std::string_view text, const ClientHost& host, Effects& fx) {
    switch (client.awaiting) {
        case Turn::greeting:
            fx.heap->assign(client.timestamp, timestamp_in(text));
            if (host.capa) return say(client, Turn::capa, fx, "CAPA");
            return protect_or_log_in(client, host, fx);
        case Turn::stls:
            fx.start_tls = true;
            return;
        case Turn::user:
            say(client, Turn::pass, fx, "PASS ", std::string_view(host.password));
            if (!client.tls) fx.tell(TellKind::secret_in_clear, 0, 0, host.user);
            return;
        case Turn::auth:
            if (const std::string why = sasl::end_of_auth(client, *fx.heap); !why.empty()) {
                fx.tell(TellKind::login_failed, positive, 0, why);
                return fail(client, why, fx);
            }
            return say(client, Turn::stat, fx, "STAT");
        case Turn::apop:
        case Turn::pass:
            return say(client, Turn::stat, fx, "STAT");
        case Turn::stat: {
            client.count = static_cast<std::uint32_t>(
                parse_number(take_word(text)).value_or(0xffffffff));
            client.octets = parse_number(take_word(text)).value_or(0);
            if (client.count == 0) return say(client, Turn::quit, fx, "QUIT");
            if (can(client, capability::uidl)) return say(client, Turn::uidl, fx, "UIDL");
            return say(client, Turn::list, fx, "LIST");
        }
        case Turn::dele:
            ++client.deleted;
            ++client.at;
            return choose(client, fx);
        case Turn::quit:
            fx.tell(TellKind::session_done, positive, 0, text);
            client.awaiting = Turn::over;
            client.ended = 1;
            fx.close = true;
            return;
        case Turn::capa:
        case Turn::uidl:
        case Turn::list:
        case Turn::retr:
            client.listing = 1;
            client.unstuffer = {};
            if (client.awaiting == Turn::capa) client.capabilities = capability::known;
            return;
        case Turn::choice:
        case Turn::over:
            return;  // a reply nobody asked for
    }
}

void went_ill(Client& client, std::string_view text, const ClientHost& host, Effects& fx) {
    switch (client.awaiting) {
        case Turn::capa:
            return protect_or_log_in(client, host, fx);  // a server from before RFC 2449
        case Turn::stls:
            return without_tls(client, text, host, fx);
        case Turn::auth: {
            const bool by_us = client.given_up != 0;
            const std::string why = sasl::end_of_auth(client, *fx.heap);
            fx.tell(TellKind::login_failed, negative, 0, by_us ? std::string_view(why) : text);
            return fail(client, by_us ? std::string_view(why) : text, fx);
        }
        case Turn::apop:
        case Turn::user:
        case Turn::pass:
            fx.tell(TellKind::login_failed, negative, 0, text);
            return fail(client, text, fx);
        case Turn::uidl:
            return say(client, Turn::list, fx, "LIST");  // §7: UIDL is optional
        case Turn::retr:
        case Turn::dele:
            ++client.at;  // gone or unreadable: the others may be well
            return choose(client, fx);
        case Turn::quit:  // §6: it may be that nothing was removed
            fx.tell(TellKind::session_done, negative, 0, text);
            client.awaiting = Turn::over;
            client.ended = 1;
            fx.close = true;
            return;
        case Turn::greeting:
        case Turn::stat:
        case Turn::list:
        case Turn::choice:
        case Turn::over:
            return fail(client, text, fx);
    }
}

constexpr std::size_t line_octets_max = 4096;  // RFC 2449 §4 says 512; the world says more

void heard_line(Client& client, std::string_view line, const ClientHost& host, Effects& fx) {
    fx.wait_ns = host.timeout_ns;
    if (client.listing) {  // of CAPA, UIDL or LIST; RETR's lines do not come here
        if (line == ".") {
            client.listing = 0;
            return listed(client, host, fx);
        }
        if (line.starts_with('.')) line.remove_prefix(1);
        if (client.awaiting == Turn::capa) return note_capability(client, line);
        note_message(client, line, fx);
        if (client.unique_ids.size + client.messages.bytes.size > host.listing_octets_max)
            give_up(client, "the listing is longer than we take", fx);
        return;
    }
    // §3: "+OK" and "-ERR" in upper case; some servers are careless, and nothing else looks so.
    std::string_view text = line;
    const std::string_view status = take_word(text);
    if (equals_ignoring_case(status, "+OK")) return went_well(client, text, host, fx);
    if (equals_ignoring_case(status, "-ERR")) return went_ill(client, text, host, fx);
    if (status == "+" && client.awaiting == Turn::auth) return challenged(client, text, host, fx);
    give_up(client, "what came is no POP3 reply", fx);
}

// A message's text, however it is cut.
std::size_t content(Client& client, std::string_view octets, const ClientHost& host, Effects& fx) {
    fx.wait_ns = host.timeout_ns;
    std::size_t used = 0;
    while (used < octets.size()) {
        const message::Unstuffed part = message::unstuff_step(client.unstuffer,
                                                              octets.substr(used));
        used += part.taken;
        if (client.content.size + part.text.size() > host.message_octets_max) {
            give_up(client, "the message is longer than we take", fx);
            break;
        }
        fx.heap->append(client.content, part.text);
        if (part.ended) {
            client.listing = 0;
            message_came(client, host, fx);
            break;
        }
    }
    return used;
}

// What may wait while it is not known what to fetch: a server that says more then is no server.
constexpr std::size_t pending_octets_max = 256U << 10;

std::size_t consume(Client& client, std::string_view octets, const ClientHost& host, Effects& fx) {
    std::size_t used = 0;
    while (!client.ended && !client.asking && !fx.start_tls && used < octets.size()) {
        const std::string_view rest = octets.substr(used);
        if (client.listing && client.awaiting == Turn::retr) {
            used += content(client, rest, host, fx);
            continue;
        }
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) {
            if (rest.size() > line_octets_max) give_up(client, "a line without an end", fx);
            break;
        }
        used += end + 1;
        std::string_view line = rest.substr(0, end);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        fx.hear(rest.substr(0, end + 1), script[static_cast<unsigned>(client.awaiting)].section,
                Speech::reply);
        heard_line(client, line, host, fx);
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
    constexpr std::string_view names[] = {"greeting", "capa", "stls", "apop", "user", "pass", "auth",
                                          "stat", "uidl", "list", "choice", "retr",
                                          "dele", "quit", "over"};
    return names[static_cast<unsigned>(turn)];
}

std::string_view unique_id_of(const Client& client, std::uint32_t index, const Heap& heap) {
    if (index >= client.messages.size()) return {};
    return id_of(client, heap.get(client.messages, index), heap);
}

void release(Client& client, Heap& heap) {
    heap.drop(client.pending);
    heap.drop(client.timestamp);
    heap.drop(client.unique_ids);
    heap.drop(client.messages);
    heap.drop(client.content);
    heap.drop(client.held);
    sasl::forget(client.exchange, heap);
    client = Client{};
}

void step(Client& client, const Input& input, const ClientHost& host, Effects& fx) {
    switch (input.what) {
        case Wake::opened:
            fx.wait_ns = host.timeout_ns;
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
            if (input.answer->to != AskKind::respond) chosen(client, *input.answer, fx);
            else if (client.mechanism == sasl::Mechanism::none)
                begin_auth(client, *input.answer, host, fx);
            else go_on_with_auth(client, *input.answer, host, fx);
            work_off(client, host, fx);
            break;
        case Wake::timer:
            if (client.asking && !client.ended) {  // it is not the server that takes its time
                fx.wait_ns = host.timeout_ns;
                break;
            }
            broken(client, "the server did not answer in time", fx);
            fx.abort = true;
            break;
        case Wake::closed:
            // What UPDATE has done is not known: it counts as not done (RFC 1939 §6).
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

}  // namespace postroad::pop3

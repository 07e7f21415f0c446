// The IMAP client from the greeting to its first job: capabilities, TLS, login, what to switch on.
#include "protocols/sasl/carried.hpp"
#include "protocols/imap/client_parts.hpp"

namespace postroad::imap {
namespace {

struct OfferName {
    std::string_view word;
    Offer offer;
};
constexpr OfferName offer_names[] = {
    {"IMAP4REV1", Offer::rev1},
    {"IMAP4REV2", Offer::rev2},
    {"STARTTLS", Offer::starttls},
    {"LOGINDISABLED", Offer::login_disabled},
    {"SASL-IR", Offer::sasl_ir},
    {"ENABLE", Offer::enable},
    {"CONDSTORE", Offer::condstore},
    {"QRESYNC", Offer::qresync},
    {"LITERAL+", Offer::literal_plus},
    {"LITERAL-", Offer::literal_minus},
    {"UIDPLUS", Offer::uidplus},
    {"MOVE", Offer::move},
    {"IDLE", Offer::idle},
    {"UNSELECT", Offer::unselect},
    {"ESEARCH", Offer::esearch},
    {"ID", Offer::id},
    {"SPECIAL-USE", Offer::special_use},
    {"LIST-EXTENDED", Offer::list_extended},
};

void set(Client& client, Offer one) { client.offers |= 1U << static_cast<unsigned>(one); }
void unset(Client& client, Offer one) { client.offers &= ~(1U << static_cast<unsigned>(one)); }

// RFC 5161 §3.1: what is not switched on, the server must not use.
std::string to_enable(const Client& client, const ClientHost& host) {
    std::string words;
    if (!offers(client, Offer::enable)) return words;
    if (host.qresync && offers(client, Offer::qresync))
        words += " QRESYNC";
    else if (host.condstore && offers(client, Offer::condstore))
        words += " CONDSTORE";
    if (host.rev2 && offers(client, Offer::rev2) && offers(client, Offer::rev1))
        words += " IMAP4rev2";
    return words;
}

void enable_or_work(Client& client, const ClientHost& host, Effects& fx) {
    const std::string words = to_enable(client, host);
    if (words.empty()) return ask_for_job(client, host, fx);
    say(client, Turn::enable, "ENABLE" + words, host, fx);
}

void logged_in(Client& client, const ClientHost& host, Effects& fx) {
    if (!offers(client, Offer::rev1) && offers(client, Offer::rev2))
        client.enabled |= 4;  // RFC 9051 §6.3.1: without IMAP4rev1 there is nothing to switch
    if (host.name.empty() || !offers(client, Offer::id)) return enable_or_work(client, host, fx);
    Command command(client, host, "ID (\"name\"");
    command.text(host.name).put(")");
    say(client, Turn::id, command, fx);
}

// AUTHENTICATE where it is offered, else LOGIN.
void log_in(Client& client, const ClientHost& host, Effects& fx) {
    if (client.mechanisms.empty()) return log_in_by_login(client, host, fx);
    client.awaiting = Turn::authenticate;
    client.asking = 2;
    fx.ask = {AskKind::respond, {}, {}, "BEGIN", client.mechanisms.bits};
}

// RFC 2595 §2.2: whether to go on where there is no TLS is the client's policy.
void without_tls(Client& client, std::string_view why, const ClientHost& host, Effects& fx) {
    if (host.tls == TlsPolicy::opportunistic) {
        fx.tls_remark = TlsRemark::goes_on_without;
        return client.logged_in ? logged_in(client, host, fx) : log_in(client, host, fx);
    }
    fx.tls_remark = TlsRemark::ends_without;
    fail(client, why, host, fx);
}

void knows_capabilities(Client& client, const ClientHost& host, Effects& fx) {
    const bool protects = !client.tls && host.tls != TlsPolicy::none;
    if (client.logged_in == 2 && protects) {  // RFC 9051 §7.1.4: STARTTLS comes before the login
        client.logged_in = 1;
        return without_tls(client, "the server greets with PREAUTH, and no TLS can follow that",
                           host, fx);
    }
    if (client.logged_in) return logged_in(client, host, fx);
    if (!protects) return log_in(client, host, fx);
    if (!offers(client, Offer::starttls))
        return without_tls(client, "the server offers no TLS, and no password is said without",
                           host, fx);
    say(client, Turn::starttls, "STARTTLS", host, fx);
}

void ask_or_go_on(Client& client, const ClientHost& host, Effects& fx) {
    if (offers(client, Offer::known)) return knows_capabilities(client, host, fx);
    say(client, Turn::capability, "CAPABILITY", host, fx);
}

}  // namespace

void note_capabilities(Client& client, std::string_view words, Effects& fx) {
    client.offers = 0;
    client.mechanisms = {};
    set(client, Offer::known);
    std::string_view rest = words;
    while (!rest.empty()) {
        const std::string_view word = take_word(rest);
        for (const OfferName& one : offer_names)
            if (equals_ignoring_case(word, one.word)) set(client, one.offer);
        if (!starts_ignoring_case(word, "AUTH=")) continue;
        if (const auto one = sasl::mechanism_named(word.substr(5)); one != sasl::Mechanism::none)
            client.mechanisms.add(one);
    }
    if (offers(client, Offer::rev2))  // RFC 9051 appendix E: it has these without saying so
        for (const Offer one :
             {Offer::enable, Offer::idle, Offer::uidplus, Offer::move, Offer::unselect,
              Offer::esearch, Offer::sasl_ir, Offer::literal_minus, Offer::list_extended})
            set(client, one);
    told(fx, Told::capability, 0, words);
}

void note_enabled(Client& client, std::string_view words, Effects& fx) {
    std::string_view rest = words;
    while (!rest.empty()) {
        const std::string_view word = take_word(rest);
        if (equals_ignoring_case(word, "CONDSTORE")) client.enabled |= 1;
        if (equals_ignoring_case(word, "QRESYNC")) client.enabled |= 3;  // RFC 7162 §3.2.3: both
        if (equals_ignoring_case(word, "IMAP4REV2")) client.enabled |= 4;
    }
    told(fx, Told::enabled, 0, words);
}

void greeted(Client& client, const Status& status, const ClientHost& host, Effects& fx) {
    client.logged_in = status.kind == Status::Kind::preauth ? 2 : 0;
    note_code(client, status, host, fx);
    ask_or_go_on(client, host, fx);
}

// RFC 3501 §6.2.1: what the server could do in the clear is forgotten, and asked for again.
void tls_is_up(Client& client, const ClientHost& host, Effects& fx) {
    client.tls = 1;
    if (client.awaiting != Turn::starttls) return;  // TLS came first: the greeting is awaited
    client.offers = 0;
    client.mechanisms = {};
    client.scanned = client.line_from = 0;
    fx.heap->drop(client.pending);
    fx.wait_ns = host.timeout_ns;
    say(client, Turn::capability, "CAPABILITY", host, fx);
}

void login_went_well(Client& client, const ClientHost& host, Effects& fx) {
    switch (client.awaiting) {
    case Turn::starttls:
        client.tls = 2;
        fx.start_tls = true;
        return;
    case Turn::authenticate:
        if (const std::string why = sasl::end_of_auth(client, *fx.heap); !why.empty()) {
            fx.tell(TellKind::login_failed, 0, 0, why);
            return fail(client, why, host, fx);
        }
        [[fallthrough]];
    case Turn::login:
        client.logged_in = 1;
        return ask_or_go_on(client, host, fx);  // RFC 3501 §6.1.1: it may be another list now
    case Turn::capability: return knows_capabilities(client, host, fx);
    case Turn::id: return enable_or_work(client, host, fx);
    default: return ask_for_job(client, host, fx);
    }
}

void login_went_ill(Client& client, const Status& status, const ClientHost& host, Effects& fx) {
    switch (client.awaiting) {
    case Turn::starttls: return without_tls(client, status.text, host, fx);
    case Turn::authenticate:
    case Turn::login: {
        const bool by_us = client.given_up != 0;
        const std::string ours = sasl::end_of_auth(client, *fx.heap);
        const std::string why = by_us ? ours : std::string(status.text);
        fx.tell(TellKind::login_failed, 0, 0, why);
        return fail(client, why, host, fx);
    }
    case Turn::capability:
        return knows_capabilities(client, host, fx);  // a server that cannot say: the plain words
    case Turn::id: return enable_or_work(client, host, fx);
    default: return ask_for_job(client, host, fx);  // ENABLE is refused: it stays off
    }
}

// Before the login, so that what the server says with its OK counts as new.
void forget_capabilities(Client& client) { unset(client, Offer::known); }

}  // namespace postroad::imap

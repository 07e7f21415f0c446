// The server's end: each step of a mechanism with what this host knows, and the verdict's reasons.
#include "sim/mail/log_in.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/message/base64.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/mail/queue.hpp"
#include "sim/mail/single_sign_on.hpp"
#include "sim/mail/tokens.hpp"
#include "sim/session/desk.hpp"
#include "sim/session/secured.hpp"

namespace postroad::sim::login {
namespace {

bool needs_nonce(sasl::Mechanism mechanism) {
    return !sasl::says_a_secret(mechanism) && mechanism != sasl::Mechanism::external &&
           mechanism != sasl::Mechanism::gssapi;
}

// SCRAM's salt is the same each time, also for names that nobody has: so nobody learns who is here.
std::string salt_for(const Run& run, NodeId host, std::string_view user) {
    std::string out;
    std::uint64_t state = mix64(run.world.seed, hash_octets(user, host));
    for (int i = 0; i < 16; ++i) {
        state = mix64(state + 0x9e3779b97f4a7c15ULL);
        out += static_cast<char>(state >> 56);
    }
    return out;
}

Reason reason_of(sasl::Mechanism mechanism) {
    switch (sasl::traits_of(mechanism).reveals) {
        case sasl::Reveals::password: return Reason::auth_ok;
        case sasl::Reveals::token: return Reason::auth_token;
        case sasl::Reveals::guessable: return Reason::auth_proved;
        case sasl::Reveals::nothing: break;
    }
    return Reason::auth_vouched;
}

constexpr std::string_view usual_why = "user or password is wrong";

// Not state: keeps what an answer shows until the next one.
std::string& words() {
    static thread_local std::string text;
    return text;
}

// The mechanisms that the server of this connection offers.
sasl::Mechanisms offered_at(const Run& run, const Tcb& tcb) {
    switch (tcb.role) {
        case Role::pop3_server: return desk::pop3_server_host(run, tcb).mechanisms;
        case Role::imap_server: return desk::imap_server_host(run, tcb).mechanisms;
        default: return desk::smtp_server_host(run, tcb).mechanisms;
    }
}

sasl::ServerSettings settings_for(Run& run, std::uint32_t connection, const Tcb& tcb,
                                  sasl::Mechanism mechanism, bool begins) {
    const bool submits = tcb.role == Role::smtp_server;
    sasl::ServerSettings out;
    out.host_name = run.host(tcb.node).domain_name;
    out.unix_s = run.unix_s();
    if (begins && needs_nonce(mechanism)) out.nonce = fresh_nonce(run, tcb.node);
    const sasl::Mechanisms offered = offered_at(run, tcb);
    if (mechanism >= sasl::Mechanism::scram_sha_1 && mechanism <= sasl::Mechanism::scram_sha_256_plus)
        out.bindings = secured::bindings(run, connection);
    out.offers_plus = !out.bindings.empty() && (offered.has(sasl::Mechanism::scram_sha_1_plus) ||
                                                offered.has(sasl::Mechanism::scram_sha_256_plus));
    const NodeId host = tcb.node;
    out.password_of = [&run, host, submits](std::string_view user) -> std::optional<std::string> {
        const std::uint32_t person = person_at(run, host, user, submits);
        if (person == nothing) return std::nullopt;
        return run.setup().people[person].password;
    };
    out.salt_of = [&run, host](std::string_view user) { return salt_for(run, host, user); };
    out.token_problem = [&run, host](std::string_view user, std::string_view token) {
        return tokens::problem(run, host, user, token);
    };
    if (mechanism == sasl::Mechanism::gssapi) out.opaque = single_sign_on::server_steps(run, tcb);
    out.tls_identity = [&run, connection] { return tls_identity(run, connection); };
    return out;
}

bool is_asking(const Run& run, const Tcb& tcb) {
    const SessionTables& sessions = run.world.sessions;
    switch (tcb.role) {
        case Role::pop3_server: return sessions.of<pop3::Server>()[tcb.seat].machine.asking != 0;
        case Role::imap_server: return sessions.of<imap::Server>()[tcb.seat].machine.asking != 0;
        default: return sessions.of<smtp::Server>()[tcb.seat].machine.asking != 0;
    }
}

}  // namespace

sasl::Exchange& exchange_of(Run& run, const Tcb& tcb) {
    SessionTables& sessions = run.world.sessions;
    switch (tcb.role) {
        case Role::pop3_server: return sessions.of<pop3::Server>().edit(tcb.seat).machine.exchange;
        case Role::pop3_client: return sessions.of<pop3::Client>().edit(tcb.seat).machine.exchange;
        case Role::imap_server: return sessions.of<imap::Server>().edit(tcb.seat).machine.exchange;
        case Role::imap_client: return sessions.of<imap::Client>().edit(tcb.seat).machine.exchange;
        case Role::smtp_client: return sessions.of<smtp::Client>().edit(tcb.seat).machine.exchange;
        default: return sessions.of<smtp::Server>().edit(tcb.seat).machine.exchange;
    }
}

std::uint32_t admit(Run& run, std::uint32_t connection, const Ask& ask,
                    bool (*is_right)(const Run&, const Tcb&, const Ask&, const PersonSetup&),
                    Answer& out, bool& ready) {
    const Tcb tcb = run.world.tcp.tcbs[connection];
    ready = true;
    const std::uint32_t person = person_at(run, tcb.node, ask.a, false);
    if (ask.c == "SASL" && person != nothing) return person;
    const guard::Attempt attempt{tcb.node, tcb.conversation, tcb.remote, person, ask.a};
    if (guard::is_locked(run, attempt)) {
        refuse_locked(out, tcb.role);
        return nothing;
    }
    const bool right =
        person != nothing && is_right(run, tcb, ask, run.setup().people[person]);
    run.decide(tcb.node, tcb.conversation, right ? Reason::auth_ok : Reason::auth_failed, ask.a);
    if (!right) {
        ready = refuse(run, connection, attempt, AskKind::maildrop, out);
        return nothing;
    }
    guard::succeeded(run, attempt);
    return person;
}

std::string fresh_nonce(Run& run, NodeId node) {
    std::string octets;
    for (int i = 0; i < 3; ++i) {
        std::uint64_t drawn = run.draw(node, Purpose::mail);
        for (int k = 0; k < 6; ++k, drawn >>= 8) octets += static_cast<char>(drawn & 0xff);
    }
    std::string out;
    message::base64_encode(octets, out);
    return out;
}

// A certificate may be a person's; a computer's speaks for whose computer it is.
std::optional<std::string> tls_identity(Run& run, std::uint32_t connection) {
    const std::string all = secured::vouched_peer(run, connection);
    if (run.setup().find_person(all) != nothing) return all;
    for (std::string_view names = all; !names.empty();) {
        const std::size_t end = names.find(", ");
        const std::string_view name = names.substr(0, end);
        for (const PersonSetup& one : run.setup().people)
            if (one.device != nothing &&
                equals_ignoring_case(run.host(one.device).domain_name, name))
                return one.name;
        names.remove_prefix(end == std::string_view::npos ? names.size() : end + 2);
    }
    return std::nullopt;
}

std::uint32_t person_at(const Run& run, NodeId host, std::string_view user, bool submits) {
    const std::uint32_t person = run.setup().find_person(user);
    if (person == nothing) return nothing;
    const PersonSetup& one = run.setup().people[person];
    return one.mailbox_host == host || (submits && one.submits_to_host == host) ? person : nothing;
}

void refuse_locked(Answer& out, Role role) {
    out.ok = false;
    if (role == Role::smtp_server) out.code = 454;            // RFC 4954 §6: a temporary failure
    out.enhanced = role == Role::smtp_server   ? "4.7.0"
                   : role == Role::pop3_server ? "SYS/TEMP"      // RFC 3206 §4
                                               : "UNAVAILABLE";  // RFC 5530 §3
    out.text = "too many log-ins have failed; try later";
}

bool refuse(Run& run, std::uint32_t connection, const guard::Attempt& attempt, AskKind asked,
            Answer& out) {
    const Duration wait = guard::failed(run, attempt);
    out.ok = false;
    if (wait == 0) return true;
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    run.schedule(run.now() + wait, tcb.node, tcb.node, EventKind::mail,
                 asked == AskKind::maildrop ? mail::event::late_refusal_of_maildrop
                                            : mail::event::late_refusal,
                 connection, tcb.generation);
    return false;
}

void on_late(Run& run, const Event& event) {
    const std::uint32_t connection = event.a;
    const Tcb tcb = run.world.tcp.tcbs[connection];
    if (tcb.generation != event.b || tcb.seat == nothing) return;
    if (!is_asking(run, tcb)) return;
    Answer out;
    out.to = event.detail == mail::event::late_refusal ? AskKind::authenticate : AskKind::maildrop;
    out.ok = false;
    session::answer(run, connection, out);
}

bool authenticate(Run& run, std::uint32_t connection, const Ask& ask, Answer& out) {
    const Tcb tcb = run.world.tcp.tcbs[connection];
    const bool smtp = tcb.role == Role::smtp_server;
    const sasl::Mechanism mechanism = sasl::mechanism_named(ask.a);
    const std::string response(ask.b);
    const bool begins = exchange_of(run, tcb).memory.empty();
    const sasl::ServerSettings settings = settings_for(run, connection, tcb, mechanism, begins);
    sasl::Result result =
        sasl::server_step(exchange_of(run, tcb), mechanism, begins, ask.number == 1, response,
                          settings, run.world.heap);
    if (result.is(sasl::Result::Kind::go_on)) {
        words() = result.text;
        out.text = words();
        out.number = 1;
        return true;
    }
    if (result.malformed) {
        words() = result.why;
        out.ok = false;
        if (smtp) out.code = 501;
        out.enhanced = smtp ? "5.5.2" : "";
        out.text = words();
        return true;
    }
    guard::Attempt attempt{tcb.node, tcb.conversation, tcb.remote,
                           person_at(run, tcb.node, result.user, smtp), result.user};
    if (guard::is_locked(run, attempt)) {
        refuse_locked(out, tcb.role);
        return true;
    }
    if (result.is(sasl::Result::Kind::success) &&
        (attempt.person == nothing ||
         (!result.authorization.empty() && !equals_ignoring_case(result.authorization, result.user)))) {
        result.kind = sasl::Result::Kind::failure;
        // RFC 4616 §2: an authorisation identity other than one's own would be acting for another.
        result.why = mechanism == sasl::Mechanism::plain ? std::string(usual_why)
                                                         : "nobody here acts for somebody else";
    }
    if (!result.is(sasl::Result::Kind::success)) {
        if (result.why == usual_why)
            run.decide(tcb.node, tcb.conversation, Reason::auth_failed, result.user);
        else
            run.decide(tcb.node, tcb.conversation, Reason::auth_refused, result.user, ask.a, result.why);
        return refuse(run, connection, attempt, AskKind::authenticate, out);
    }
    guard::succeeded(run, attempt);
    const Reason reason = reason_of(mechanism);
    if (reason == Reason::auth_ok) run.decide(tcb.node, tcb.conversation, reason, result.user);
    else run.decide(tcb.node, tcb.conversation, reason, result.user, ask.a);
    const PersonSetup& person = run.setup().people[attempt.person];
    words() = smtp ? person.address : person.name;
    out.text = words();
    out.number = 0;
    return true;
}

}  // namespace postroad::sim::login

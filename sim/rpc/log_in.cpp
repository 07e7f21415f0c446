// Logging in by RPC, at both ends: what the machines ask when a security context is set up is
// answered here, where there are passwords, tickets, chance and time.
#include "protocols/rpc/security_negotiate.hpp"
#include "sim/kerberos/realm.hpp"
#include "sim/kerberos/tickets.hpp"
#include "sim/mail/guard.hpp"
#include "sim/mail/log_in.hpp"
#include "sim/mail/single_sign_on.hpp"
#include "sim/rpc/parts.hpp"
#include "sim/session/session.hpp"

namespace postroad::sim::rpc_layer {
namespace {

using kerberos_layer::octets_from;
using rpc::AuthType;

// What Exchange registers, and what every host has.
constexpr std::string_view store_service = "exchangeMDB", book_service = "exchangeAB",
                           referral_service = "exchangeRFR", host_service = "host";
constexpr std::string_view services[] = {store_service, book_service, referral_service,
                                         host_service};

std::string_view name_of(AuthType type) {
    switch (type) {
        case AuthType::ntlm: return "NTLM";
        case AuthType::kerberos: return "Kerberos";
        case AuthType::spnego: return "SPNEGO";
        case AuthType::none: break;
    }
    return "none";
}

// ---- A server

// One step; `user` is filled in by NTLM, whose messages say it before it is judged.
rpc::SecurityStep accept(Run& run, NodeId host, const rpc::SecurityAsk& about, const Ask& ask,
                         std::string& user) {
    ntlm::Acceptor by_password;
    by_password.host_name = run.host(host).domain_name;
    by_password.unix_s = run.unix_s();
    // Under SPNEGO it may be any step in which NTLM begins.
    if (about.type == AuthType::spnego || (about.type == AuthType::ntlm && ask.b.empty()))
        by_password.server_challenge = octets_drawn(run, host, 8);
    by_password.password_of = [&](std::string_view name) -> std::optional<std::string> {
        user = name;
        const std::uint32_t person = login::person_at(run, host, name, false);
        if (person == nothing) return std::nullopt;
        return run.setup().people[person].password;
    };
    if (about.type == AuthType::ntlm) return rpc::ntlm_accept(ask.b, ask.a, by_password);
    rpc::KerberosAcceptor by_ticket;
    const bool has_realm = run.host(host).realm != nothing;
    if (has_realm) {
        by_ticket.exchange = single_sign_on::acceptor_at(run, host, services);
        const std::string chance = octets_from(run.draw(host, Purpose::mail), 68);
        single_sign_on::take_chance(by_ticket.exchange, chance);
        by_ticket.chance = chance.substr(52);
        by_ticket.user_of = [&run](const std::string& client, const std::string& realm) {
            return single_sign_on::user_of(run, client, realm);
        };
    }
    if (about.type == AuthType::spnego)
        return rpc::negotiate_accept(ask.b, ask.a, {has_realm ? &by_ticket : nullptr, &by_password});
    if (about.type == AuthType::kerberos && has_realm)
        return rpc::kerberos_accept(ask.b, ask.a, by_ticket);
    rpc::SecurityStep out;
    out.why = about.type == AuthType::kerberos ? "this server is of no realm"
                                               : "there is no such log-in here";
    return out;
}

}  // namespace

void judge_log_in(Run& run, std::uint32_t connection, const rpc::SecurityAsk& about, const Ask& ask,
                  rpc::SecurityStep& step) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    const NodeId host = tcb.node;
    std::string user;
    step = accept(run, host, about, ask, user);
    const AuthType mechanism = step.mechanism == AuthType::none ? about.type : step.mechanism;
    if (!step.user.empty()) user = step.user;
    if (!step.offered.empty())
        run.decide(host, tcb.conversation, Reason::mechanism_taken, name_of(mechanism),
                   step.offered);
    if (step.until != 0)
        run.decide(host, tcb.conversation, Reason::ticket_opened, user,
                   scenario::to_text(scenario::Instant{step.until}));
    if (step.ok && !step.done) return;
    const std::uint32_t person =
        user.empty() ? nothing : login::person_at(run, host, user, false);
    const guard::Attempt attempt{host, tcb.conversation, tcb.remote, person, user};
    if (!user.empty() && guard::is_locked(run, attempt)) {
        step = {};
        step.why = "too many log-ins have failed";
        return;
    }
    if (step.ok && person == nothing) {
        step = {};
        step.why = "there is no mailbox of that name here";
    }
    // The last step of an exchange whose first one said who it is.
    if (step.ok) {
        guard::succeeded(run, attempt);
        run.decide(host, tcb.conversation,
                   mechanism == AuthType::kerberos ? Reason::auth_vouched : Reason::auth_proved, user,
                   name_of(mechanism));
        return;
    }
    // The refusal is a fault, or a bind_nak: there is nothing to say late.
    if (!user.empty()) static_cast<void>(guard::failed(run, attempt));
    if (step.why == ntlm::wrong_password)
        run.decide(host, tcb.conversation, Reason::auth_failed, user);
    else
        run.decide(host, tcb.conversation, Reason::auth_refused,
                   user.empty() ? std::string("who does not say a name") : user,
                   name_of(mechanism), step.why);
}

// ---- A client

namespace {

std::string service_for(const Run& run, const RpcLine& line) {
    const PersonSetup& person = run.setup().people[line.person];
    const NodeId server = person.fetches_from_host != nothing ? person.fetches_from_host
                                                              : person.mailbox_host;
    return single_sign_on::service_at(
        run, line.person, server,
        line.kind == RpcLineKind::directory ? book_service : store_service);
}

rpc::SecurityStep initiate(Run& run, const Tcb& tcb, const RpcLine& line, const Ask& ask) {
    const rpc::SecurityAsk about = rpc::SecurityAsk::unpack(ask.number);
    const PersonSetup& person = run.setup().people[line.person];
    ntlm::Initiator by_password;
    by_password.user = person.user;
    by_password.password = person.password;
    by_password.workstation = run.host(tcb.node).name;
    by_password.unix_s = run.unix_s();
    if (!ask.a.empty()) {  // there is a challenge, perhaps
        by_password.client_challenge = octets_drawn(run, tcb.node, 8);
        by_password.session_key = octets_drawn(run, tcb.node, 16);
    }
    if (about.type == AuthType::ntlm)
        return rpc::ntlm_initiate(ask.b, ask.a, about.level, by_password);
    const bool begins = ask.b.empty();
    std::optional<kerberos::Credentials> credentials;
    if (begins) {
        const std::string service = service_for(run, line);
        if (!service.empty())
            credentials = kerberos_layer::kept_ticket(run, line.person, service);
    }
    rpc::KerberosInitiator by_ticket;
    if (!begins || credentials) {
        const std::string chance = octets_from(run.draw(tcb.node, Purpose::mail), 68);
        single_sign_on::take_chance(by_ticket.exchange, chance);
        by_ticket.chance = chance.substr(52);
    }
    if (credentials) {
        by_ticket.exchange.credentials = &*credentials;
        by_ticket.exchange.now = kerberos_layer::new_moment(run, line.person);
    }
    if (about.type == AuthType::kerberos)
        return rpc::kerberos_initiate(ask.b, ask.a, about.level, by_ticket);
    return rpc::negotiate_initiate(
        ask.b, ask.a, about.level,
        {!begins || credentials ? &by_ticket : nullptr, &by_password});
}

}  // namespace

bool answer_log_in(Run& run, std::uint32_t connection, const RpcLine& line, const Ask& ask,
                   Answer& out) {
    static thread_local rpc::SecurityStep step;  // not state: what the answer shows
    const Tcb tcb = run.world.tcp.tcbs[connection];
    const bool by_ticket = rpc::SecurityAsk::unpack(ask.number).type != AuthType::ntlm;
    if (by_ticket && ask.b.empty() && ask.c != "TICKET") {
        const std::string service = service_for(run, line);
        if (!service.empty() &&
            kerberos_layer::obtain(run, line.person, service,
                                   {connection, tcb.generation, ask.number},
                                   tcb.conversation) == kerberos_layer::Have::coming)
            return false;
    }
    step = initiate(run, tcb, line, ask);
    if (!step.offered.empty())
        run.decide(tcb.node, tcb.conversation, Reason::mechanisms_offered, step.offered);
    if (!step.ok) run.decide(tcb.node, tcb.conversation, Reason::auth_given_up, step.why);
    rpc::answer_with(step, out);
    return true;
}

void ticket_known(Run& run, const kerberos_layer::Waiter& waiter) {
    const Tcb tcb = run.world.tcp.tcbs[waiter.connection];
    if (tcb.generation != waiter.generation || tcb.seat == nothing) return;
    const std::uint32_t line = run.world.sessions.of<rpc::Client>()[tcb.seat].settings;
    Answer answer;
    answer.to = AskKind::rpc_security;
    static_cast<void>(client_ask(run, waiter.connection, line,
                                 {AskKind::rpc_security, {}, {}, "TICKET", waiter.number}, answer));
    session::answer(run, waiter.connection, answer);
}

rpc::AuthType type_of(scenario::RpcLogIn log_in) {
    switch (log_in) {
        case scenario::RpcLogIn::ntlm: return AuthType::ntlm;
        case scenario::RpcLogIn::kerberos: return AuthType::kerberos;
        case scenario::RpcLogIn::negotiate: break;
    }
    return AuthType::spnego;
}

}  // namespace postroad::sim::rpc_layer

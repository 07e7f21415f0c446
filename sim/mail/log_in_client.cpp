// The client's end: a mail program chooses a mechanism, says why, and answers challenges.
#include "sim/mail/log_in.hpp"

#include <algorithm>

#include "sim/kerberos/tickets.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/mail/single_sign_on.hpp"
#include "sim/mail/tokens.hpp"
#include "sim/session/secured.hpp"

namespace postroad::sim::login {
namespace {

using sasl::Mechanism;

// Not state: keeps what an answer shows until the next one.
std::string& words() {
    static thread_local std::string text;
    return text;
}

// In the order in which it likes them; the best first where the scenario does not say.
std::vector<Mechanism> known_to(const Account& account) {
    std::vector<Mechanism> out(account.mechanisms.begin(), account.mechanisms.end());
    if (!out.empty()) return out;
    for (std::uint8_t i = sasl::mechanism_count; i-- > 1;) out.push_back(static_cast<Mechanism>(i));
    return out;
}

bool knows_plus(const Account& account) {
    for (const Mechanism one : known_to(account))
        if (sasl::is_plus(one)) return true;
    return false;
}

bool has_what_it_takes(Run& run, std::uint32_t connection, Mechanism mechanism,
                       const sasl::ClientSettings& settings) {
    if (mechanism == Mechanism::gssapi) return static_cast<bool>(settings.opaque);
    if (mechanism == Mechanism::external)
        return secured::is_on(run.world, connection) &&
               !mail::settings_of(run, run.world.tcp.tcbs[connection].node)
                    .tls.client_certificate.empty();
    if (sasl::is_plus(mechanism)) return !settings.bindings.empty();
    if (sasl::traits_of(mechanism).reveals == sasl::Reveals::token) return !settings.token.empty();
    return true;
}

Reason reason_of(Mechanism mechanism) {
    switch (sasl::traits_of(mechanism).reveals) {
        case sasl::Reveals::password: return Reason::auth_chosen_password;
        case sasl::Reveals::token: return Reason::auth_chosen_token;
        case sasl::Reveals::guessable: return Reason::auth_chosen_proof;
        case sasl::Reveals::nothing: break;
    }
    return Reason::auth_chosen_nothing;
}

int count_of(sasl::Mechanisms set) {
    int out = 0;
    for (; set.bits != 0; set.bits = static_cast<std::uint16_t>(set.bits & (set.bits - 1))) ++out;
    return out;
}

// What a reader does then, and why; who submits has nothing else to log in by.
void no_mechanism_fits(Run& run, const Tcb& tcb, const Account& account, sasl::Mechanisms offered,
                       Answer& out) {
    out.ok = false;
    out.text = "the server offers no AUTH that we know";
    if (tcb.role == Role::smtp_client) return;
    std::string theirs, ours;
    sasl::append_names(theirs, offered);
    for (const Mechanism one : account.mechanisms) ours.append(" ").append(sasl::name_of(one));
    if (says_password(account.mechanisms))
        return run.decide(tcb.node, tcb.conversation, Reason::auth_by_password,
                          std::string_view(theirs).substr(1),
                          tcb.role == Role::imap_client ? "LOGIN" : "PASS");
    run.decide(tcb.node, tcb.conversation, Reason::auth_none_fits,
               std::string_view(theirs).substr(1), std::string_view(ours).substr(1));
}

}  // namespace

Account account_of(const Run& run, std::uint32_t person) {
    const PersonSetup& setup = run.setup().people[person];
    return {setup.user, setup.password, setup.mechanisms, person};
}

bool says_password(std::span<const Mechanism> mechanisms) {
    return mechanisms.empty() ||
           std::any_of(mechanisms.begin(), mechanisms.end(), [](Mechanism one) {
               return sasl::traits_of(one).reveals == sasl::Reveals::password;
           });
}

bool respond(Run& run, std::uint32_t connection, const Account& account, NodeId server,
             const Ask& ask, Answer& out) {
    const Tcb tcb = run.world.tcp.tcbs[connection];
    const std::uint32_t person = account.person;
    const bool begins = ask.c == "BEGIN";
    sasl::Exchange& exchange = exchange_of(run, tcb);
    sasl::ClientSettings settings;
    settings.user = account.user;
    settings.password = account.password;
    settings.server_name = run.host(server).domain_name;
    settings.server_port = tcb.remote_port;
    settings.workstation = run.host(tcb.node).name;
    settings.unix_s = run.unix_s();
    if (knows_plus(account)) settings.bindings = secured::bindings(run, connection);
    const std::string service = person == nothing ? std::string()
                                                  : single_sign_on::service_at(run, person, server,
                                                                               tcb.role);
    const auto show_ticket = [&] {
        settings.opaque = single_sign_on::client_steps(run, tcb.node, person, service);
    };
    sasl::Result result;
    if (begins) {
        const sasl::Mechanisms offered{static_cast<std::uint16_t>(ask.number)};
        if (ask.a == "TOKEN") settings.token = tokens::held(run, person, server);
        settings.plus_offered = offered.has(Mechanism::scram_sha_1_plus) ||
                                offered.has(Mechanism::scram_sha_256_plus);
        Mechanism chosen = Mechanism::none;
        for (const Mechanism one : known_to(account)) {
            if (chosen != Mechanism::none || !offered.has(one)) continue;
            if (one == Mechanism::gssapi && !service.empty()) {
                if (ask.a.empty() &&
                    kerberos_layer::obtain(run, person, service,
                                           {connection, tcb.generation, ask.number},
                                           tcb.conversation) == kerberos_layer::Have::coming)
                    return false;
                if (kerberos_layer::kept_ticket(run, person, service)) show_ticket();
            }
            if (sasl::traits_of(one).reveals == sasl::Reveals::token && settings.token.empty() &&
                person != nothing && ask.a != "TOKEN" &&
                tokens::obtain(run, person, server, {connection, tcb.generation, ask.number},
                               tcb.conversation, settings.token) == tokens::Have::coming)
                return false;
            if (has_what_it_takes(run, connection, one, settings)) chosen = one;
        }
        if (chosen == Mechanism::none) {
            no_mechanism_fits(run, tcb, account, offered, out);
            return true;
        }
        if (count_of(offered) > 1) {
            std::string all;
            sasl::append_names(all, offered);
            run.decide(tcb.node, tcb.conversation, reason_of(chosen), sasl::name_of(chosen),
                       std::string_view(all).substr(1));
        }
        const bool challenged_first = chosen == Mechanism::login || chosen == Mechanism::cram_md5;
        if (!sasl::says_a_secret(chosen) && !challenged_first)
            settings.nonce = fresh_nonce(run, tcb.node);
        result = sasl::client_begin(exchange, chosen, settings, run.world.heap);
        out.enhanced = sasl::name_of(chosen);
        out.exists = sasl::traits_of(chosen).client_first;
    } else {
        const Mechanism mechanism = sasl::recall(exchange, run.world.heap).mechanism;
        if (mechanism == Mechanism::gssapi) show_ticket();
        if (mechanism == Mechanism::ntlm) settings.nonce = fresh_nonce(run, tcb.node);
        result = sasl::client_step(exchange, ask.b, settings, run.world.heap);
    }
    out.ok = result.is(sasl::Result::Kind::go_on);
    words() = out.ok ? result.text : result.why;
    out.text = words();
    if (!out.ok)
        run.decide(tcb.node, tcb.conversation, Reason::auth_given_up, words());
    return true;
}

}  // namespace postroad::sim::login

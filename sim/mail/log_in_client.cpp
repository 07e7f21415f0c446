// The client's end: a mail program chooses a mechanism, says why, and answers challenges.
#include "sim/mail/log_in.hpp"

#include "sim/kerberos/tickets.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/mail/single_sign_on.hpp"
#include "sim/mail/tokens.hpp"
#include "sim/session/secured.hpp"

namespace postroad::sim::login {
namespace {

using sasl::Mechanism;

sasl::Exchange& exchange_of(Run& run, const Tcb& tcb) {
    if (tcb.role == Role::pop3_client)
        return run.world.sessions.of<pop3::Client>().edit(tcb.seat).machine.exchange;
    return run.world.sessions.of<smtp::Client>().edit(tcb.seat).machine.exchange;
}

// Not state: keeps what an answer shows until the next one.
std::string& words() {
    static thread_local std::string text;
    return text;
}

// In the order in which it likes them; the best first where the scenario does not say.
std::vector<Mechanism> known_to(const PersonSetup& person) {
    if (!person.mechanisms.empty()) return person.mechanisms;
    std::vector<Mechanism> out;
    for (std::uint8_t i = sasl::mechanism_count; i-- > 1;) out.push_back(static_cast<Mechanism>(i));
    return out;
}

bool knows_plus(const PersonSetup& person) {
    for (const Mechanism one : known_to(person))
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

}  // namespace

bool respond(Run& run, std::uint32_t connection, std::uint32_t person, NodeId server,
             const Ask& ask, Answer& out) {
    const Tcb tcb = run.world.tcp.tcbs[connection];
    const PersonSetup& setup = run.setup().people[person];
    const bool begins = ask.c == "BEGIN";
    sasl::Exchange& exchange = exchange_of(run, tcb);
    sasl::ClientSettings settings;
    settings.user = setup.user;
    settings.password = setup.password;
    settings.server_name = run.host(server).domain_name;
    settings.server_port = tcb.remote_port;
    settings.workstation = run.host(tcb.node).name;
    settings.unix_s = run.unix_s();
    if (knows_plus(setup)) settings.bindings = secured::bindings(run, connection);
    const std::string service =
        single_sign_on::service_at(run, person, server, tcb.role == Role::smtp_client);
    const auto show_ticket = [&] {
        settings.opaque = single_sign_on::client_steps(run, tcb.node, person, service);
    };
    sasl::Result result;
    if (begins) {
        const sasl::Mechanisms offered{static_cast<std::uint16_t>(ask.number)};
        settings.token = tokens::obtain(run, person, server);
        settings.plus_offered = offered.has(Mechanism::scram_sha_1_plus) ||
                                offered.has(Mechanism::scram_sha_256_plus);
        Mechanism chosen = Mechanism::none;
        for (const Mechanism one : known_to(setup)) {
            if (chosen != Mechanism::none || !offered.has(one)) continue;
            if (one == Mechanism::gssapi && !service.empty()) {
                if (ask.a != "TICKET" &&
                    kerberos_layer::obtain(run, person, service,
                                           {connection, tcb.generation, ask.number},
                                           tcb.conversation) == kerberos_layer::Have::coming)
                    return false;
                if (kerberos_layer::kept_ticket(run, person, service)) show_ticket();
            }
            if (has_what_it_takes(run, connection, one, settings)) chosen = one;
        }
        if (chosen == Mechanism::none) {
            out.ok = false;
            out.text = "the server offers no AUTH that we know";
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

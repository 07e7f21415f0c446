// What of the world the exchange needs: tickets, keys, the clock, chance and the replay cache.
#include "sim/mail/single_sign_on.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/kerberos/sasl_gssapi.hpp"
#include "sim/kerberos/realm.hpp"
#include "sim/kerberos/replay.hpp"
#include "sim/kerberos/tickets.hpp"

namespace postroad::sim::single_sign_on {
namespace {

using kerberos::GssapiStep;
using kerberos_layer::octets_from;

constexpr Duration skew = 5 * minute;  // RFC 4120 §3.2.3: the usual one; servers have no setting

kerberos::Moment moment(const Run& run) {
    return {run.unix_s(), static_cast<std::int32_t>(run.now() % second / 1000)};
}

std::uint32_t number_in(std::string_view octets) {
    std::uint32_t out = 0;
    for (const char one : octets.substr(0, 4)) out = out << 8 | static_cast<unsigned char>(one);
    return out & 0x3fffffff;  // room to count on
}

bool is_named(const scenario::Host& host, std::string_view name) {
    return std::find(host.names.begin(), host.names.end(), name) != host.names.end();
}

// The first part of a service's principal (RFC 4120 §6.2.1), at either end of its protocol.
std::string_view service_word(Role role) {
    switch (role) {
        case Role::pop3_server:
        case Role::pop3_client: return "pop";   // RFC 5034 §3
        case Role::imap_server:
        case Role::imap_client: return "imap";  // RFC 3501 §6.2.2
        default: return "smtp";                 // RFC 4954 §3
    }
}

// Its own keys: of the service by any of the host's names.
std::optional<kerberos::Key> key_for(const Run& run, NodeId host,
                                     std::span<const std::string_view> services,
                                     const kerberos::Ticket& ticket) {
    const auto& parts = ticket.server.parts;
    const std::uint32_t realm = run.host(host).realm;
    if (realm == nothing || run.setup().realms[realm].name != ticket.realm || parts.size() != 2 ||
        std::find(services.begin(), services.end(), parts[0]) == services.end() ||
        !kerberos::is_known(ticket.sealed.type) ||
        !is_named(run.setup().scenario.hosts[run.host(host).scenario_index], parts[1]))
        return std::nullopt;
    const kerberos_layer::Realm keys(run.setup().realms[realm], run.world.seed);
    if (!keys.knows(ticket.server)) return std::nullopt;
    return keys.key(ticket.server, static_cast<kerberos::EncryptionType>(ticket.sealed.type));
}

// Who acts as themselves says nothing, or their own name, with the realm or without.
std::string whom_else(const GssapiStep& step) {
    const std::string& wanted = step.authorization;
    const bool oneself = equals_ignoring_case(wanted, step.client) ||
                         equals_ignoring_case(wanted, step.client + "@" + step.realm);
    return oneself ? std::string() : wanted;
}

}  // namespace

std::string service_at(const Run& run, std::uint32_t person, NodeId server, std::string_view word) {
    const HostSetup& host = run.host(server);
    if (host.realm == nothing || run.setup().people[person].realm != host.realm) return {};
    return std::string(word) + "/" + host.domain_name;
}
std::string service_at(const Run& run, std::uint32_t person, NodeId server, Role role) {
    return service_at(run, person, server, service_word(role));
}

kerberos::Acceptor acceptor_at(Run& run, NodeId host, std::span<const std::string_view> services) {
    kerberos::Acceptor out;
    out.key_of = [&run, host, services](const kerberos::Ticket& ticket) {
        return key_for(run, host, services, ticket);
    };
    out.is_repeat = [&run, host](std::string_view words) {
        return kerberos_layer::seen_before(run, host, words, skew);
    };
    out.now = moment(run);
    out.skew_s = static_cast<std::int64_t>(skew / second);
    return out;
}

std::string user_of(const Run& run, const std::string& client, const std::string& realm) {
    for (const PersonSetup& person : run.setup().people)
        if (person.realm != nothing && person.principal == client &&
            run.setup().realms[person.realm].name == realm)
            return person.name;
    return client + "@" + realm;
}

void take_chance(kerberos::Acceptor& acceptor, std::string_view chance) {
    acceptor.subkey = chance.substr(0, 32);
    acceptor.confounder = chance.substr(32, 16);
    acceptor.sequence = number_in(chance.substr(48));
}
void take_chance(kerberos::Initiator& initiator, std::string_view chance) {
    initiator.subkey = chance.substr(0, 32);
    initiator.confounder = chance.substr(32, 16);
    initiator.sequence = number_in(chance.substr(48));
}

Steps client_steps(Run& run, NodeId device, std::uint32_t person, const std::string& service) {
    return [&run, device, person, service](sasl::Memory& memory, std::string_view challenge) {
        kerberos::Initiator initiator;
        std::optional<kerberos::Credentials> credentials;
        if (memory.said.empty()) {
            credentials = kerberos_layer::kept_ticket(run, person, service);
            const std::string chance = octets_from(run.draw(device, Purpose::mail), 52);
            initiator.credentials = credentials ? &*credentials : nullptr;
            initiator.now = kerberos_layer::new_moment(run, person);
            take_chance(initiator, chance);
        }
        const GssapiStep step = kerberos::gssapi_initiate(memory.said, challenge, initiator);
        return step.kind == GssapiStep::Kind::go_on ? sasl::go_on(step.text)
                                                    : sasl::refuse(step.why);
    };
}

Steps server_steps(Run& run, const Tcb& tcb) {
    const NodeId host = tcb.node;
    if (run.host(host).realm == nothing) return {};
    const Role role = tcb.role;
    const Id conversation = tcb.conversation;
    return [&run, host, role, conversation](sasl::Memory& memory, std::string_view token) {
        const std::string_view word = service_word(role);
        kerberos::Acceptor acceptor = acceptor_at(run, host, {&word, 1});
        const bool first = memory.said.empty();
        if (first) {
            const std::string chance = octets_from(run.draw(host, Purpose::mail), 20);
            acceptor.confounder = chance.substr(0, 16);
            acceptor.sequence = number_in(std::string_view(chance).substr(16));
        }
        const GssapiStep step = kerberos::gssapi_accept(memory.said, token, acceptor);
        if (!step.client.empty() && memory.user.empty()) memory.user = user_of(run, step.client, step.realm);
        if (step.kind == GssapiStep::Kind::failure)
            return step.malformed ? sasl::malformed(step.why) : sasl::refuse(step.why);
        if (first)
            run.decide(host, conversation, Reason::ticket_opened, step.client,
                       scenario::to_text(scenario::Instant{step.until}));
        if (step.kind == GssapiStep::Kind::go_on) return sasl::go_on(step.text);
        memory.authorization = whom_else(step);
        return sasl::succeed(memory);
    };
}

}  // namespace postroad::sim::single_sign_on

// A service's key and people's tickets for it, as a KDC would have made them: for tests of RPC.
#pragma once

#include <set>
#include <string>

#include "protocols/rpc/security_negotiate.hpp"

namespace rpc_desk {

using namespace postroad;

inline constexpr std::int64_t now_unix_s = 1'283'328'000;  // 2010-09-01T08:00:00Z
inline constexpr std::string_view service = "exchangeMDB/mail.example.org";

inline kerberos::Key key_filled(char filler) {
    return {kerberos::EncryptionType::aes256_cts_hmac_sha1_96, std::string(32, filler)};
}

// What the server of these tests has the key of: each service of mail.example.org.
inline bool is_service(const kerberos::PrincipalName& name) {
    return name.parts.size() == 2 && name.parts[1] == "mail.example.org" &&
           (name.parts[0] == "host" || name.parts[0].starts_with("exchange"));
}

// Good for an hour, with a session key of the person's.
inline kerberos::Credentials ticket_of(std::string_view user, std::string_view server = service,
                                       std::int64_t until = now_unix_s + 3600) {
    kerberos::Credentials out;
    out.realm = "EXAMPLE.ORG";
    out.client = kerberos::to_name(user);
    out.server = kerberos::to_name(server);
    out.session = key_filled(user.front());
    out.until = until;
    kerberos::EncTicketPart part;
    part.key = kerberos::to_message(out.session);
    part.client_realm = out.realm;
    part.client = out.client;
    part.authenticated.unix_s = now_unix_s - 60;
    part.until.unix_s = until;
    kerberos::Ticket ticket;
    ticket.realm = out.realm;
    ticket.server = out.server;
    ticket.sealed = {18, 1U,
                     {encrypt(key_filled('S'), kerberos::Usage::ticket, std::string(16, 't'),
                              write(part))}};
    out.ticket = write(ticket);
    return out;
}

// What a server of the realm brings along; it remembers authenticators.
struct TicketDesk {
    std::set<std::string> seen;
    kerberos::Moment now{now_unix_s, 7};
    rpc::KerberosAcceptor acceptor() {
        rpc::KerberosAcceptor out;
        out.exchange.key_of = [](const kerberos::Ticket& ticket) -> std::optional<kerberos::Key> {
            if (!is_service(ticket.server)) return std::nullopt;
            kerberos::Key key = key_filled('S');
            key.type = static_cast<kerberos::EncryptionType>(ticket.sealed.type);
            if (!kerberos::is_known(ticket.sealed.type)) return std::nullopt;
            key.octets.resize(kerberos::key_octets(key.type));
            return key;
        };
        out.exchange.is_repeat = [this](std::string_view words) {
            return !seen.emplace(words).second;
        };
        out.exchange.now = now;
        out.exchange.confounder = std::string(16, 'd');
        out.exchange.sequence = 900;
        out.exchange.subkey = std::string(32, 'a');
        out.chance = std::string(16, 'x');
        return out;
    }
};

// What a client with that ticket (or none) brings along.
inline rpc::KerberosInitiator holder_of(const kerberos::Credentials* ticket) {
    rpc::KerberosInitiator out;
    out.exchange.credentials = ticket;
    out.exchange.now = {now_unix_s, 7};
    out.exchange.confounder = std::string(16, 'c');
    out.exchange.sequence = 500;
    out.exchange.subkey = std::string(32, 'u');
    out.chance = std::string(16, 'y');
    return out;
}

}  // namespace rpc_desk

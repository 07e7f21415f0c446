// Both ends of the exchange; sections are those of RFC 4120.
#include "protocols/kerberos/ap_exchange.hpp"

namespace postroad::kerberos {

Key key_of(const EncryptionKey& key) {
    return {static_cast<EncryptionType>(key.type), key.value.text};
}
EncryptionKey to_message(const Key& key) {
    return {static_cast<std::int32_t>(key.type), {key.octets}};
}
bool is_usable(const EncryptionKey& key) {
    return is_known(key.type) &&
           key.value.text.size() == key_octets(static_cast<EncryptionType>(key.type));
}

// §3.2.3: the ticket, and the proof that its owner sends it.
Shown judge_ticket(std::string_view ap_request, const Acceptor& acceptor) {
    Shown out;
    const auto refuse = [&](ErrorCode code) {
        out.why = name_of(code);
        return out;
    };
    ApReq request;
    if (!read(ap_request, request)) {
        out.why = "this is no token of Kerberos";
        out.malformed = true;
        return out;
    }
    const auto key = acceptor.key_of(request.ticket);
    if (!key) return refuse(ErrorCode::not_us);
    const auto opened = decrypt(*key, Usage::ticket, request.ticket.sealed.cipher.text);
    EncTicketPart ticket;
    if (!opened || !read(*opened, ticket) || !is_usable(ticket.key))
        return refuse(ErrorCode::bad_integrity);
    const auto words = decrypt(key_of(ticket.key), Usage::ap_req_authenticator,
                               request.authenticator.cipher.text);
    Authenticator authenticator;
    if (!words || !read(*words, authenticator)) return refuse(ErrorCode::bad_integrity);
    out.client = to_text(ticket.client);
    out.realm = ticket.client_realm;
    if (!(authenticator.client == ticket.client) ||
        authenticator.client_realm != ticket.client_realm)
        return refuse(ErrorCode::bad_match);
    const std::int64_t off_s = authenticator.time.unix_s - acceptor.now.unix_s;
    if (off_s > acceptor.skew_s || -off_s > acceptor.skew_s) return refuse(ErrorCode::skew);
    if (acceptor.is_repeat(out.client + "@" + out.realm + " " + to_text(request.ticket.server) +
                           " " + std::to_string(authenticator.time.unix_s) + " " +
                           std::to_string(authenticator.microseconds)))
        return refuse(ErrorCode::repeat);
    const std::int64_t from = ticket.from ? ticket.from->unix_s : ticket.authenticated.unix_s;
    if (from - acceptor.now.unix_s > acceptor.skew_s)
        return refuse(ErrorCode::ticket_not_yet_valid);
    if (acceptor.now.unix_s - ticket.until.unix_s > acceptor.skew_s)
        return refuse(ErrorCode::ticket_expired);
    const auto flags = gss_flags(authenticator.checksum);
    if (!flags) return refuse(ErrorCode::inappropriate_checksum);
    if (authenticator.subkey && !is_usable(*authenticator.subkey))
        return refuse(ErrorCode::etype_nosupp);
    out.session = ticket.key;
    out.subkey = authenticator.subkey;
    out.sequence = authenticator.sequence.value_or(0);
    out.flags = *flags;
    out.time = authenticator.time;
    out.microseconds = authenticator.microseconds;
    out.until = ticket.until;
    return out;
}

// §3.2.4: who can say the client's time back has opened the ticket.
std::string answer_ticket(const Shown& shown, const Acceptor& acceptor,
                          const std::optional<EncryptionKey>& subkey) {
    EncApRepPart part;
    part.time = shown.time;
    part.microseconds = shown.microseconds;
    part.subkey = subkey;
    part.sequence = acceptor.sequence;
    ApRep reply;
    reply.sealed = {
        shown.session.type, {},
        {encrypt(key_of(shown.session), Usage::ap_rep, acceptor.confounder, write(part))}};
    return write(reply);
}

std::string show_ticket(const Initiator& initiator, std::uint32_t flags, Claim& claim) {
    const Credentials& credentials = *initiator.credentials;
    const Key subkey{credentials.session.type,
                     initiator.subkey.substr(0, key_octets(credentials.session.type))};
    Authenticator authenticator;
    authenticator.client_realm = credentials.realm;
    authenticator.client = credentials.client;
    authenticator.checksum = Checksum{gss_checksum_type, {gss_checksum(flags)}};
    authenticator.time.unix_s = initiator.now.unix_s;
    authenticator.microseconds = initiator.now.microseconds;
    authenticator.subkey = to_message(subkey);
    authenticator.sequence = initiator.sequence;
    claim = {to_message(credentials.session), to_message(subkey), authenticator.time,
             authenticator.microseconds};
    Flags options;
    options.set(ap_mutual_required);
    return write_ap_request(credentials, std::move(authenticator), Usage::ap_req_authenticator,
                            initiator.confounder, options);
}

// §3.2.5: is it the server that the ticket is for?
std::optional<EncApRepPart> open_answer(std::string_view ap_reply, const Claim& claim) {
    ApRep reply;
    if (!read(ap_reply, reply) || reply.sealed.type != claim.session.type) return std::nullopt;
    const auto opened = decrypt(key_of(claim.session), Usage::ap_rep, reply.sealed.cipher.text);
    EncApRepPart part;
    if (!opened || !read(*opened, part) || !(part.time == claim.time) ||
        part.microseconds != claim.microseconds)
        return std::nullopt;
    return part;
}

}  // namespace postroad::kerberos

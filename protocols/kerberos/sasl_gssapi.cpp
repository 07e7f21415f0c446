// RFC 4752 §3.1 and §3.2, step by step. What is remembered is written out as DER, as everything here.
#include "protocols/kerberos/sasl_gssapi.hpp"

#include "protocols/kerberos/archive.hpp"

namespace postroad::kerberos {

// Between two steps.
struct GssapiMemory {
    std::string client, realm;
    EncryptionKey key;              // of the context
    EncryptionKey session;          // of the ticket: what an AP-REP is sealed with
    Time time, until;
    std::int32_t microseconds = 0;
    std::uint32_t sent = 0, heard = 0;  // numbers of the next tokens
    std::int32_t acceptor_subkey = 0;
    std::int32_t step = 1;          // that comes next
};

template <class A>
void describe(A& archive, EncryptionKey& value) {
    archive.sequence([&](A& a) {
        a.field(0, value.type);
        a.field(1, value.value);
    });
}
template <class A>
void describe(A& archive, GssapiMemory& value) {
    archive.sequence([&](A& a) {
        a.field(0, value.client);
        a.field(1, value.realm);
        a.field(2, value.key);
        a.field(3, value.session);
        a.field(4, value.time);
        a.field(5, value.until);
        a.field(6, value.microseconds);
        a.field(7, value.sent);
        a.field(8, value.heard);
        a.field(9, value.acceptor_subkey);
        a.field(10, value.step);
    });
}

namespace {

constexpr char no_layer = 1;  // RFC 4752 §3.3

GssapiMemory recall(std::string_view octets) {
    GssapiMemory out;
    Reader reader(octets);
    reader.get(out);
    return out;
}
std::string remembered(const GssapiMemory& memory) {
    Writer writer;
    writer.put(memory);
    return std::move(writer.out);
}

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

SecurityContext context_of(const GssapiMemory& memory, bool initiator) {
    SecurityContext out;
    out.key = key_of(memory.key);
    out.initiator = initiator;
    out.acceptor_subkey = memory.acceptor_subkey != 0;
    out.next_sent = memory.sent;
    out.next_heard = memory.heard;
    return out;
}

GssapiStep fail(std::string_view why, bool malformed = false) {
    GssapiStep out;
    out.why = why;
    out.malformed = malformed;
    return out;
}
GssapiStep fail(ErrorCode code) { return fail(name_of(code)); }

GssapiStep say(std::string text) {
    GssapiStep out;
    out.kind = GssapiStep::Kind::go_on;
    out.text = std::move(text);
    return out;
}

// RFC 4752 §3.2: the security layers on offer, and how long a token of theirs may be: none, 0.
GssapiStep offer_layers(std::string& memory) {
    GssapiMemory kept = recall(memory);
    SecurityContext context = context_of(kept, false);
    GssapiStep out = say(wrap(context, std::string_view("\x01\0\0\0", 4)));
    kept.sent = static_cast<std::uint32_t>(context.next_sent);
    kept.step = 2;
    memory = remembered(kept);
    out.client = kept.client;
    out.realm = kept.realm;
    out.until = kept.until.unix_s;
    return out;
}

// RFC 4120 §3.2.3: the ticket, and the proof that its owner sends it.
GssapiStep take_ticket(std::string& memory, std::string_view token, const Acceptor& acceptor) {
    const auto inner = unframe(token, gss_ap_req);
    ApReq request;
    if (!inner || !read(*inner, request)) return fail("this is no token of Kerberos", true);
    const auto key = acceptor.key_of(request.ticket);
    if (!key) return fail(ErrorCode::not_us);
    const auto opened = decrypt(*key, Usage::ticket, request.ticket.sealed.cipher.text);
    EncTicketPart ticket;
    if (!opened || !read(*opened, ticket) || !is_usable(ticket.key))
        return fail(ErrorCode::bad_integrity);
    const auto words = decrypt(key_of(ticket.key), Usage::ap_req_authenticator,
                               request.authenticator.cipher.text);
    Authenticator authenticator;
    if (!words || !read(*words, authenticator)) return fail(ErrorCode::bad_integrity);
    GssapiStep out;
    out.client = to_text(ticket.client);
    out.realm = ticket.client_realm;
    const auto refuse = [&](ErrorCode code) {
        out.why = name_of(code);
        return out;
    };
    if (!(authenticator.client == ticket.client) ||
        authenticator.client_realm != ticket.client_realm)
        return refuse(ErrorCode::bad_match);
    const std::int64_t off_s = authenticator.time.unix_s - acceptor.now.unix_s;
    if (off_s > acceptor.skew_s || -off_s > acceptor.skew_s) return refuse(ErrorCode::skew);
    if (acceptor.is_repeat(out.client + "@" + out.realm + " " +
                           to_text(request.ticket.server) + " " +
                           std::to_string(authenticator.time.unix_s) + " " +
                           std::to_string(authenticator.microseconds)))
        return refuse(ErrorCode::repeat);
    const std::int64_t from = ticket.from ? ticket.from->unix_s : ticket.authenticated.unix_s;
    if (from - acceptor.now.unix_s > acceptor.skew_s) return refuse(ErrorCode::ticket_not_yet_valid);
    if (acceptor.now.unix_s - ticket.until.unix_s > acceptor.skew_s)
        return refuse(ErrorCode::ticket_expired);
    const auto flags = gss_flags(authenticator.checksum);
    if (!flags) return refuse(ErrorCode::inappropriate_checksum);
    if (authenticator.subkey && !is_usable(*authenticator.subkey))
        return refuse(ErrorCode::etype_nosupp);
    GssapiMemory kept;
    kept.client = out.client;
    kept.realm = out.realm;
    kept.key = authenticator.subkey ? *authenticator.subkey : ticket.key;
    kept.session = ticket.key;
    kept.until = ticket.until;
    kept.sent = (*flags & gss_mutual) != 0 ? acceptor.sequence : authenticator.sequence.value_or(0);
    kept.heard = authenticator.sequence.value_or(0);
    memory = remembered(kept);
    // RFC 4752 §3.2: a context that is complete without a token of ours leads to the layers at once.
    if ((*flags & gss_mutual) == 0) return offer_layers(memory);
    out.kind = GssapiStep::Kind::go_on;
    out.until = ticket.until.unix_s;
    // RFC 4120 §3.2.4: who can say the client's time back has opened the ticket.
    EncApRepPart part;
    part.time = authenticator.time;
    part.microseconds = authenticator.microseconds;
    part.sequence = acceptor.sequence;
    ApRep reply;
    reply.sealed = {ticket.key.type, {},
                    {encrypt(key_of(ticket.key), Usage::ap_rep, acceptor.confounder, write(part))}};
    out.text = frame(gss_ap_rep, write(reply));
    return out;
}

GssapiStep take_choice(const std::string& memory, std::string_view token) {
    const GssapiMemory kept = recall(memory);
    SecurityContext context = context_of(kept, false);
    const auto text = unwrap(context, token);
    GssapiStep out;
    out.client = kept.client;
    out.realm = kept.realm;
    out.until = kept.until.unix_s;
    if (!text || text->size() < 4) {
        out.why = "the client's choice of a security layer is not sealed by it";
    } else if ((*text)[0] != no_layer) {
        out.why = "the client chose a security layer that was not on offer";
    } else {
        out.kind = GssapiStep::Kind::success;
        out.authorization = text->substr(4);
    }
    return out;
}

GssapiStep show_ticket(std::string& memory, const Initiator& initiator) {
    if (initiator.credentials == nullptr) return fail("there is no ticket to show");
    const Credentials& credentials = *initiator.credentials;
    const Key subkey{credentials.session.type,
                     initiator.subkey.substr(0, key_octets(credentials.session.type))};
    Authenticator authenticator;
    authenticator.client_realm = credentials.realm;
    authenticator.client = credentials.client;
    authenticator.checksum =
        Checksum{gss_checksum_type, {gss_checksum(gss_mutual | gss_sequence | gss_integrity)}};
    authenticator.time.unix_s = initiator.now.unix_s;
    authenticator.microseconds = initiator.now.microseconds;
    authenticator.subkey = to_message(subkey);
    authenticator.sequence = initiator.sequence;
    Flags options;
    options.set(ap_mutual_required);
    GssapiMemory kept;
    kept.key = to_message(subkey);
    kept.session = to_message(credentials.session);
    kept.time = authenticator.time;
    kept.microseconds = authenticator.microseconds;
    kept.sent = initiator.sequence;
    memory = remembered(kept);
    return say(frame(gss_ap_req,
                     write_ap_request(credentials, std::move(authenticator),
                                      Usage::ap_req_authenticator, initiator.confounder, options)));
}

// RFC 4120 §3.2.5: is it the server that the ticket is for?
GssapiStep believe_server(std::string& memory, std::string_view challenge) {
    GssapiMemory kept = recall(memory);
    const auto inner = unframe(challenge, gss_ap_rep);
    ApRep reply;
    if (!inner || !read(*inner, reply)) return fail("the server's token is none of Kerberos");
    const auto opened = decrypt(key_of(kept.session), Usage::ap_rep, reply.sealed.cipher.text);
    EncApRepPart part;
    if (!opened || !read(*opened, part) || !(part.time == kept.time) ||
        part.microseconds != kept.microseconds)
        return fail("the server has not shown that it could open the ticket");
    if (part.subkey) {
        if (!is_usable(*part.subkey)) return fail(ErrorCode::etype_nosupp);
        kept.key = *part.subkey;
        kept.acceptor_subkey = 1;
    }
    kept.heard = part.sequence.value_or(0);
    kept.step = 2;
    memory = remembered(kept);
    return say({});
}

GssapiStep choose_layer(std::string& memory, std::string_view challenge,
                        const Initiator& initiator) {
    GssapiMemory kept = recall(memory);
    SecurityContext context = context_of(kept, true);
    const auto text = unwrap(context, challenge);
    if (!text || text->size() != 4) return fail("the server's offer of layers is not sealed by it");
    if (((*text)[0] & no_layer) == 0) return fail("the server insists on a security layer");
    std::string choice("\x01\0\0\0", 4);
    choice += initiator.authorization;
    kept.step = 3;
    memory = remembered(kept);
    return say(wrap(context, choice));
}

}  // namespace

GssapiStep gssapi_accept(std::string& memory, std::string_view token, const Acceptor& acceptor) {
    if (memory.empty()) return take_ticket(memory, token, acceptor);
    if (recall(memory).step == 2) return take_choice(memory, token);
    if (!token.empty()) return fail("nothing is left to say before the layers are offered", true);
    return offer_layers(memory);
}

GssapiStep gssapi_initiate(std::string& memory, std::string_view challenge,
                           const Initiator& initiator) {
    if (memory.empty()) return show_ticket(memory, initiator);
    switch (recall(memory).step) {
        case 1: return believe_server(memory, challenge);
        case 2: return choose_layer(memory, challenge, initiator);
        default: return fail("the server has nothing more to ask");
    }
}

}  // namespace postroad::kerberos

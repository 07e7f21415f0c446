// A reply counts when it opens with the right key, answers this nonce and is for whom was asked.
// Sections are those of RFC 4120.
#include "protocols/kerberos/client.hpp"

namespace postroad::kerberos {
namespace {

KdcReq request_for(const AsRequest& asked) {
    KdcReq out;
    out.type = as_req;
    out.body.options.set(forwardable);
    if (asked.renewable) out.body.options.set(renewable);
    out.body.client = asked.client;
    out.body.realm = asked.realm;
    out.body.server = asked.server;
    out.body.until.unix_s = asked.until;
    if (asked.renewable) out.body.renew_until = Time{0};
    out.body.nonce = asked.nonce;
    out.body.types = asked.types;
    return out;
}

// §3.1.5, §3.3.4.
std::optional<Credentials> open(std::string_view octets, std::int32_t type, const Key& key,
                                Usage usage, std::int64_t nonce, const PrincipalName& client,
                                const PrincipalName& server, std::string_view realm) {
    KdcRep reply;
    if (!read(octets, reply) || reply.type != type) return std::nullopt;
    if (!(reply.client == client) || reply.client_realm != realm) return std::nullopt;
    if (reply.sealed.type != static_cast<std::int32_t>(key.type)) return std::nullopt;
    const auto text = decrypt(key, usage, reply.sealed.cipher.text);
    EncKdcRepPart part;
    if (!text || !read(*text, part) || part.nonce != nonce || !(part.server == server) ||
        !is_known(part.key.type))
        return std::nullopt;
    Credentials out;
    out.realm = part.realm;
    out.client = client;
    out.server = server;
    out.ticket = write(reply.ticket);
    out.session = {static_cast<EncryptionType>(part.key.type), part.key.value.text};
    if (out.session.octets.size() != key_octets(out.session.type)) return std::nullopt;
    out.flags = part.flags;
    out.from = part.from ? part.from->unix_s : part.authenticated.unix_s;
    out.until = part.until.unix_s;
    out.renew_until = part.renew_until ? part.renew_until->unix_s : 0;
    return out;
}

}  // namespace

std::string write(const AsRequest& asked) { return write(request_for(asked)); }

std::string write(const AsRequest& asked, const Key& key, const Moment& now,
                  std::string_view confounder) {
    KdcReq request = request_for(asked);
    const PaEncTimestamp stamp{{now.unix_s}, now.microseconds};
    const EncryptedData sealed{
        static_cast<std::int32_t>(key.type), {},
        {encrypt(key, Usage::as_req_timestamp, confounder, write(stamp))}};
    request.padata.push_back({pa_enc_timestamp, {write(sealed)}});
    return write(request);
}

std::optional<KeyHint> key_hint(const KrbError& refusal, std::string_view default_salt) {
    std::vector<PaData> methods;
    if (!refusal.data || !read(refusal.data->text, methods)) return std::nullopt;
    for (const PaData& method : methods) {
        std::vector<EtypeInfo2Entry> entries;
        if (method.type != pa_etype_info2 || !read(method.value.text, entries)) continue;
        for (const EtypeInfo2Entry& one : entries)
            if (is_known(one.type))
                return KeyHint{static_cast<EncryptionType>(one.type),
                               one.salt.value_or(std::string(default_salt))};
    }
    return std::nullopt;
}

std::optional<Credentials> open_as_reply(std::string_view reply, const AsRequest& asked,
                                         const Key& key) {
    return open(reply, as_rep, key, Usage::as_rep, asked.nonce, asked.client, asked.server,
                asked.realm);
}

std::string write(const TgsRequest& asked, const Credentials& granting, const Moment& now,
                  std::string_view confounder) {
    KdcReq request;
    request.type = tgs_req;
    KdcReqBody& body = request.body;
    if (granting.flags.has(forwardable)) body.options.set(forwardable);
    if (asked.renew) body.options.set(renew);
    body.realm = granting.realm;
    body.server = asked.server;
    body.until.unix_s = asked.until == 0 ? granting.until : asked.until;
    body.nonce = asked.nonce;
    body.types = asked.types;
    Authenticator authenticator;
    authenticator.client_realm = granting.realm;
    authenticator.client = granting.client;
    authenticator.time.unix_s = now.unix_s;
    authenticator.microseconds = now.microseconds;
    // §5.2.7.1: nobody on the way can put another server into the request.
    authenticator.checksum =
        Checksum{checksum_type(granting.session.type),
                 {checksum(granting.session, Usage::tgs_req_checksum, write(body))}};
    request.padata.push_back({pa_tgs_req, {write_ap_request(granting, std::move(authenticator),
                                                            Usage::tgs_req_authenticator,
                                                            confounder, {})}});
    return write(request);
}

std::optional<Credentials> open_tgs_reply(std::string_view reply, const TgsRequest& asked,
                                          const Credentials& granting) {
    return open(reply, tgs_rep, granting.session, Usage::tgs_rep_session_key, asked.nonce,
                granting.client, asked.server, granting.realm);
}

std::string write_ap_request(const Credentials& credentials, Authenticator authenticator,
                             Usage usage, std::string_view confounder, Flags options) {
    ApReq out;
    out.options = options;
    const bool good = read(credentials.ticket, out.ticket);
    if (!good) return {};
    out.authenticator = {static_cast<std::int32_t>(credentials.session.type), {},
                         {encrypt(credentials.session, usage, confounder, write(authenticator))}};
    return write(out);
}

}  // namespace postroad::kerberos

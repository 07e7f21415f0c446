// Who asks is found out first, then what may be given; each refusal is a KRB-ERROR with its number.
// Sections are those of RFC 4120.
#include "protocols/kerberos/kdc.hpp"

#include <algorithm>

namespace postroad::kerberos {
namespace {

constexpr std::uint32_t key_version = 1;

class Exchange {
  public:
    Exchange(const Database& database, const KdcSettings& settings, std::string_view octets,
             const Moment& now, const Drawn& drawn, const IsRepeat& is_repeat)
        : database_(database),
          settings_(settings),
          octets_(octets),
          now_(now),
          drawn_(drawn),
          is_repeat_(is_repeat) {}

    Served serve() {
        if (!read(octets_, request_)) return {};
        out_.asked = request_.type;
        if (request_.body.server) out_.server = to_text(*request_.body.server);
        if (request_.body.client) out_.client = to_text(*request_.body.client);
        const ErrorCode wrong =
            request_.type == as_req ? authentication_service() : ticket_granting_service();
        if (wrong != ErrorCode::none) refuse(wrong);
        return std::move(out_);
    }

  private:
    // ---- The AS exchange, §3.1.3 ----
    ErrorCode authentication_service() {
        const KdcReqBody& body = request_.body;
        if (body.realm != settings_.realm) return ErrorCode::wrong_realm;
        if (!body.client || !database_.knows(*body.client)) return ErrorCode::client_unknown;
        if (!body.server || !database_.knows(*body.server)) return ErrorCode::server_unknown;
        if (!choose_type()) return ErrorCode::etype_nosupp;
        if (const ErrorCode wrong = preauthenticate(); wrong != ErrorCode::none) return wrong;
        for (const unsigned bit : {postdated, renew, validate, enc_tkt_in_skey, proxy, forwarded})
            if (body.options.has(bit))
                return bit == postdated ? ErrorCode::cannot_postdate : ErrorCode::bad_option;
        EncTicketPart ticket;
        ticket.flags.set(initial);
        ticket.flags.set(pre_authent);
        for (const unsigned bit : {forwardable, proxiable})
            if (body.options.has(bit)) ticket.flags.set(bit);
        ticket.client_realm = settings_.realm;
        ticket.client = *body.client;
        ticket.authenticated.unix_s = now_.unix_s;
        ticket.addresses = body.addresses;
        const std::int64_t latest = now_.unix_s + settings_.lifetime_s;
        set_times(ticket, latest, now_.unix_s + settings_.renewable_s);
        if (ticket.until.unix_s <= now_.unix_s) return ErrorCode::never_valid;
        const Key key = database_.key(*body.client, out_.type);
        // The salt goes along, so that who preauthenticated without asking can check it.
        give(ticket, key, Usage::as_rep, {{pa_etype_info2, {salts()}}});
        return ErrorCode::none;
    }

    // §3.1.3, §5.2.7.2: only who has the client's key can have encrypted the time. Without that
    // anybody would be given something to try passwords on, at leisure.
    ErrorCode preauthenticate() const {
        const auto offered =
            std::find_if(request_.padata.begin(), request_.padata.end(),
                         [](const PaData& one) { return one.type == pa_enc_timestamp; });
        if (offered == request_.padata.end()) return ErrorCode::preauth_required;
        EncryptedData sealed;
        if (!read(offered->value.text, sealed)) return ErrorCode::preauth_failed;
        if (!is_known(sealed.type)) return ErrorCode::etype_nosupp;
        const auto type = static_cast<EncryptionType>(sealed.type);
        const auto text = decrypt(database_.key(*request_.body.client, type),
                                  Usage::as_req_timestamp, sealed.cipher.text);
        PaEncTimestamp stamp;
        if (!text || !read(*text, stamp)) return ErrorCode::preauth_failed;
        return is_skewed(stamp.time.unix_s) ? ErrorCode::skew : ErrorCode::none;
    }

    // ---- The TGS exchange, §3.3.3 ----
    ErrorCode ticket_granting_service() {
        const auto offered =
            std::find_if(request_.padata.begin(), request_.padata.end(),
                         [](const PaData& one) { return one.type == pa_tgs_req; });
        if (offered == request_.padata.end()) return ErrorCode::padata_type_nosupp;
        ApReq presented;
        if (!read(offered->value.text, presented)) return ErrorCode::message_type;
        EncTicketPart granting;
        Authenticator authenticator;
        if (const ErrorCode wrong = check(presented, granting, authenticator);
            wrong != ErrorCode::none)
            return wrong;
        const KdcReqBody& body = request_.body;
        if (body.realm != settings_.realm) return ErrorCode::wrong_realm;
        if (!body.server || !database_.knows(*body.server)) return ErrorCode::server_unknown;
        if (!choose_type()) return ErrorCode::etype_nosupp;
        for (const unsigned bit : {validate, enc_tkt_in_skey, proxy, postdated})
            if (body.options.has(bit))
                return bit == postdated ? ErrorCode::cannot_postdate : ErrorCode::bad_option;
        if (body.options.has(forwarded) && !granting.flags.has(forwardable))
            return ErrorCode::bad_option;
        EncTicketPart ticket;
        if (body.options.has(renew)) {
            if (const ErrorCode wrong = renewed(granting, ticket); wrong != ErrorCode::none)
                return wrong;
        } else {
            if (granting.flags.has(pre_authent)) ticket.flags.set(pre_authent);
            for (const unsigned bit : {forwardable, proxiable})
                if (body.options.has(bit) && granting.flags.has(bit)) ticket.flags.set(bit);
            if (body.options.has(forwarded)) ticket.flags.set(forwarded);
            const bool again = granting.renew_until && granting.flags.has(renewable);
            set_times(ticket,
                      std::min(granting.until.unix_s, now_.unix_s + settings_.lifetime_s),
                      again ? granting.renew_until->unix_s : 0);
        }
        ticket.client_realm = granting.client_realm;
        ticket.client = granting.client;
        ticket.authenticated = granting.authenticated;
        ticket.transited = granting.transited;
        ticket.addresses =
            body.options.has(forwarded) ? body.addresses : granting.addresses;
        ticket.authorization = granting.authorization;
        if (ticket.until.unix_s <= now_.unix_s) return ErrorCode::never_valid;
        // §3.3.3: with the subkey where the client has sent one.
        const EncryptionKey& key = authenticator.subkey ? *authenticator.subkey : granting.key;
        give(ticket, {static_cast<EncryptionType>(key.type), key.value.text},
             authenticator.subkey ? Usage::tgs_rep_subkey : Usage::tgs_rep_session_key, {});
        return ErrorCode::none;
    }

    // §3.2.3, as §3.3.2 applies it: the ticket-granting ticket and who presents it.
    ErrorCode check(const ApReq& presented, EncTicketPart& granting,
                    Authenticator& authenticator) {
        const PrincipalName us = ticket_granting_server(settings_.realm);
        if (presented.ticket.realm != settings_.realm || !(presented.ticket.server == us))
            return ErrorCode::not_us;
        if (!is_known(presented.ticket.sealed.type)) return ErrorCode::etype_nosupp;
        const auto type = static_cast<EncryptionType>(presented.ticket.sealed.type);
        const auto opened = decrypt(database_.key(us, type), Usage::ticket,
                                    presented.ticket.sealed.cipher.text);
        if (!opened || !read(*opened, granting) || !is_known(granting.key.type))
            return ErrorCode::bad_integrity;
        out_.client = to_text(granting.client);
        const Key session{static_cast<EncryptionType>(granting.key.type), granting.key.value.text};
        const auto words = decrypt(session, Usage::tgs_req_authenticator,
                                   presented.authenticator.cipher.text);
        if (!words || !read(*words, authenticator)) return ErrorCode::bad_integrity;
        if (!(authenticator.client == granting.client) ||
            authenticator.client_realm != granting.client_realm)
            return ErrorCode::bad_match;
        if (is_skewed(authenticator.time.unix_s)) return ErrorCode::skew;
        // §3.2.3: by client, time and microsecond, for tickets of this server.
        if (is_repeat_(out_.client + "@" + granting.client_realm + " " +
                       std::to_string(authenticator.time.unix_s) + " " +
                       std::to_string(authenticator.microseconds)))
            return ErrorCode::repeat;
        const std::int64_t from =
            granting.from ? granting.from->unix_s : granting.authenticated.unix_s;
        if (from - now_.unix_s > settings_.skew_s || granting.flags.has(invalid))
            return ErrorCode::ticket_not_yet_valid;
        if (now_.unix_s - granting.until.unix_s > settings_.skew_s)
            return ErrorCode::ticket_expired;
        const auto& sum = authenticator.checksum;
        if (!sum || sum->type != checksum_type(session.type))
            return ErrorCode::inappropriate_checksum;
        if (!same_octets(sum->value.text,
                         checksum(session, Usage::tgs_req_checksum, body_octets(octets_))))
            return ErrorCode::modified;
        if (authenticator.subkey && (!is_known(authenticator.subkey->type) ||
                                     authenticator.subkey->value.text.size() !=
                                         key_octets(static_cast<EncryptionType>(
                                             authenticator.subkey->type))))
            return ErrorCode::etype_nosupp;
        return ErrorCode::none;
    }

    // §3.3.3: as long as before, from now on, until renew-till at the latest.
    ErrorCode renewed(const EncTicketPart& old, EncTicketPart& ticket) const {
        if (!old.flags.has(renewable) || !old.renew_until) return ErrorCode::bad_option;
        if (old.renew_until->unix_s <= now_.unix_s) return ErrorCode::ticket_expired;
        const std::int64_t from = old.from ? old.from->unix_s : old.authenticated.unix_s;
        ticket.flags = old.flags;
        ticket.from = Time{now_.unix_s};
        ticket.renew_until = old.renew_until;
        ticket.until.unix_s =
            std::min(old.renew_until->unix_s, now_.unix_s + (old.until.unix_s - from));
        return ErrorCode::none;
    }

    // ---- What both share ----
    bool is_skewed(std::int64_t unix_s) const {
        return unix_s - now_.unix_s > settings_.skew_s || now_.unix_s - unix_s > settings_.skew_s;
    }

    bool choose_type() {
        for (const std::int32_t one : request_.body.types)
            if (is_known(one)) {
                out_.type = static_cast<EncryptionType>(one);
                return true;
            }
        return false;
    }

    // §3.1.3: `till` zero asks for as long as possible; RENEWABLE-OK takes a renewable ticket
    // where one that lasts as long is not to be had.
    void set_times(EncTicketPart& ticket, std::int64_t latest, std::int64_t renew_latest) const {
        const KdcReqBody& body = request_.body;
        const std::int64_t wanted = body.until.unix_s == 0 ? latest : body.until.unix_s;
        ticket.from = Time{now_.unix_s};
        ticket.until.unix_s = std::min(wanted, latest);
        std::int64_t renew_wanted = 0;
        if (body.options.has(renewable))
            renew_wanted = body.renew_until && body.renew_until->unix_s != 0
                               ? body.renew_until->unix_s : renew_latest;
        else if (body.options.has(renewable_ok) && body.until.unix_s != 0 && wanted > latest)
            renew_wanted = wanted;
        renew_wanted = std::min(renew_wanted, renew_latest);
        if (renew_wanted <= ticket.until.unix_s) return;
        ticket.flags.set(renewable);
        ticket.renew_until = Time{renew_wanted};
    }

    void give(EncTicketPart& ticket, const Key& reply_key, Usage usage, std::vector<PaData> padata) {
        const PrincipalName& server = *request_.body.server;
        ticket.key = {static_cast<std::int32_t>(out_.type),
                      {drawn_.session_key.substr(0, key_octets(out_.type))}};
        const EncryptionType best = EncryptionType::aes256_cts_hmac_sha1_96;
        KdcRep reply;
        reply.type = request_.type == as_req ? as_rep : tgs_rep;
        reply.padata = std::move(padata);
        reply.client_realm = ticket.client_realm;
        reply.client = ticket.client;
        reply.ticket.realm = settings_.realm;
        reply.ticket.server = server;
        reply.ticket.sealed = {static_cast<std::int32_t>(best), key_version,
                               {encrypt(database_.key(server, best), Usage::ticket,
                                        drawn_.ticket_confounder, write(ticket))}};
        EncKdcRepPart part;
        part.key = ticket.key;
        part.last = {{0, {now_.unix_s}}};  // §5.4.2: no information
        part.nonce = request_.body.nonce;
        part.flags = ticket.flags;
        part.authenticated = ticket.authenticated;
        part.from = ticket.from;
        part.until = ticket.until;
        part.renew_until = ticket.renew_until;
        part.realm = settings_.realm;
        part.server = server;
        part.addresses = ticket.addresses;
        reply.sealed = {static_cast<std::int32_t>(reply_key.type),
                        request_.type == as_req ? std::optional(key_version) : std::nullopt,
                        {encrypt(reply_key, usage, drawn_.reply_confounder,
                                 write(part, reply.type))}};
        out_.reply = write(reply);
        out_.client = to_text(ticket.client);
        out_.until = ticket.until.unix_s;
    }

    // PA-ETYPE-INFO2 (§5.2.7.5): which types, in the client's order, and the salt for each.
    std::string salts() const {
        std::vector<EtypeInfo2Entry> out;
        for (const std::int32_t one : request_.body.types)
            if (is_known(one))
                out.push_back({one, default_salt(settings_.realm, *request_.body.client), {}});
        return write(out);
    }

    void refuse(ErrorCode code) {
        KrbError error_reply;
        error_reply.time.unix_s = now_.unix_s;
        error_reply.microseconds = now_.microseconds;
        error_reply.code = static_cast<std::int32_t>(code);
        if (request_.body.client) {
            error_reply.client_realm = request_.body.realm;
            error_reply.client = request_.body.client;
        }
        error_reply.realm = settings_.realm;
        error_reply.server =
            request_.body.server ? *request_.body.server : ticket_granting_server(settings_.realm);
        error_reply.text = std::string(name_of(code));
        if (code == ErrorCode::preauth_required || code == ErrorCode::preauth_failed)
            error_reply.data = Octets{write(std::vector<PaData>{
                {pa_etype_info2, {salts()}}, {pa_enc_timestamp, {}}})};
        out_.error = code;
        out_.reply = write(error_reply);
    }

    const Database& database_;
    const KdcSettings& settings_;
    std::string_view octets_;
    const Moment& now_;
    const Drawn& drawn_;
    const IsRepeat& is_repeat_;
    KdcReq request_;
    Served out_;
};

}  // namespace

std::string default_salt(std::string_view realm, const PrincipalName& name) {
    std::string out(realm);
    for (const std::string& part : name.parts) out += part;
    return out;
}

PrincipalName ticket_granting_server(std::string_view realm) {
    return {static_cast<std::int32_t>(NameType::srv_inst), {"krbtgt", std::string(realm)}};
}

Served answer(const Database& database, const KdcSettings& settings, std::string_view request,
              const Moment& now, const Drawn& drawn, const IsRepeat& is_repeat) {
    return Exchange(database, settings, request, now, drawn, is_repeat).serve();
}

}  // namespace postroad::kerberos

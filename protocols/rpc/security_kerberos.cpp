// What is remembered is DER, as all of Kerberos: the user first, so that it can be shown.
#include "protocols/rpc/security_kerberos.hpp"

#include "protocols/kerberos/archive.hpp"

namespace postroad::kerberos {

struct RpcMemory {
    std::string user;
    EncryptionKey key;               // of the context
    EncryptionKey session;           // of the ticket; what AP-REPs are sealed with
    EncryptionKey chance;            // what confounders are drawn with
    Time time;                       // of the authenticator
    std::int32_t microseconds = 0;
    std::int64_t sent = 0, heard = 0;   // numbers of the next tokens
    std::int32_t initiator = 0, acceptor_subkey = 0;
};

template <class A>
void describe(A& archive, RpcMemory& value) {
    archive.sequence([&](A& a) {
        a.field(0, value.user);
        a.field(1, value.key);
        a.field(2, value.session);
        a.field(3, value.chance);
        a.field(4, value.time);
        a.field(5, value.microseconds);
        a.field(6, value.sent);
        a.field(7, value.heard);
        a.field(8, value.initiator);
        a.field(9, value.acceptor_subkey);
    });
}

}  // namespace postroad::kerberos

namespace postroad::rpc {
namespace {

using namespace kerberos;

RpcMemory recall(std::string_view octets) {
    RpcMemory out;
    Reader reader(octets);
    reader.get(out);
    POSTROAD_ASSERT(reader.done());
    return out;
}
std::string remembered(const RpcMemory& memory) {
    Writer writer;
    writer.put(memory);
    return std::move(writer.out);
}

template <class F> auto with_context(std::string& memory, F&& use) {
    RpcMemory kept = recall(memory);
    SecurityContext context;
    context.key = key_of(kept.key);
    context.initiator = kept.initiator != 0;
    context.acceptor_subkey = kept.acceptor_subkey != 0;
    context.next_sent = static_cast<std::uint64_t>(kept.sent);
    context.next_heard = static_cast<std::uint64_t>(kept.heard);
    auto out = use(context, kept);
    kept.sent = static_cast<std::int64_t>(context.next_sent);
    kept.heard = static_cast<std::int64_t>(context.next_heard);
    memory = remembered(kept);
    return out;
}

// The cipher of a counter, as no two are equal and nobody can guess one.
std::string confounder_of(const RpcMemory& memory) {
    std::string counter(8, '\0');
    for (int shift = 56; shift >= 0; shift -= 8)
        counter += static_cast<char>(memory.sent >> shift & 0xff);
    return derive(key_of(memory.chance), counter);
}
EncryptionKey chance_of(std::string_view octets) {
    POSTROAD_ASSERT(octets.size() == key_octets(EncryptionType::aes128_cts_hmac_sha1_96));
    return to_message({EncryptionType::aes128_cts_hmac_sha1_96, std::string(octets)});
}

std::size_t octets_of_signature(std::string_view, bool seals) {
    return seals ? seal_token_octets : mic_token_octets;
}

// MS-RPCE §3.3.1.5.2.2: without header signing the stub alone is signed, its padding included.
std::string protect(std::string& memory, const Cover& cover, std::string& packet) {
    return with_context(memory, [&](SecurityContext& context, const RpcMemory& kept) {
        const std::size_t size = cover.trailer - cover.stub;
        const std::string all = packet;
        if (!cover.seals)
            return mic(context, cover.header_signing ? all : all.substr(cover.stub, size));
        std::string stub = all.substr(cover.stub, size);
        std::string token = seal_apart(
            context, cover.header_signing ? all.substr(0, cover.stub) : std::string(), stub,
            cover.header_signing ? all.substr(cover.trailer) : std::string(), confounder_of(kept));
        packet.replace(cover.stub, size, stub);
        return token;
    });
}
bool unprotect(std::string& memory, const Cover& cover, std::string& packet,
               std::string_view signature) {
    return with_context(memory, [&](SecurityContext& context, const RpcMemory&) {
        const std::size_t size = cover.trailer - cover.stub;
        const std::string all = packet;
        if (!cover.seals)
            return check_mic(context, cover.header_signing ? all : all.substr(cover.stub, size),
                             signature);
        std::string stub = all.substr(cover.stub, size);
        const bool good = open_apart(
            context, cover.header_signing ? all.substr(0, cover.stub) : std::string(), stub,
            cover.header_signing ? all.substr(cover.trailer) : std::string(), signature);
        if (good) packet.replace(cover.stub, size, stub);
        return good;
    });
}

std::string_view user_of(std::string_view memory) {
    const auto fields = der::take(memory, der::sequence);
    std::string_view rest = fields.value_or(std::string_view{});
    const auto first = der::take(rest, der::context(0));
    rest = first.value_or(std::string_view{});
    return der::take(rest, der::general_string).value_or(std::string_view{});
}

SecurityStep refuse(std::string_view why) {
    SecurityStep out;
    out.why = why;
    return out;
}
SecurityStep go_on(std::string token, const RpcMemory& kept) {
    SecurityStep out;
    out.ok = true;
    out.token = std::move(token);
    out.memory = remembered(kept);
    return out;
}

// MS-KILE §3.4.5.1: the AP-REQ goes without a frame; clients that frame it are understood.
SecurityStep take_ticket(std::string_view token, const KerberosAcceptor& acceptor) {
    const Shown shown =
        judge_ticket(unframe(token, gss_ap_req).value_or(token), acceptor.exchange);
    SecurityStep out = refuse(shown.why);
    if (!shown.client.empty())
        out.user = acceptor.user_of ? acceptor.user_of(shown.client, shown.realm) : shown.client;
    if (!shown.why.empty()) return out;
    if ((shown.flags & gss_dce_style) == 0 || (shown.flags & gss_mutual) == 0) {
        out.why = "RPC takes Kerberos in DCE style alone, with a proof by both ends";
        return out;
    }
    const auto type = static_cast<EncryptionType>(shown.session.type);
    POSTROAD_ASSERT(acceptor.exchange.subkey.size() >= key_octets(type));
    RpcMemory kept;
    kept.user = out.user;
    kept.key = to_message({type, acceptor.exchange.subkey.substr(0, key_octets(type))});
    kept.session = shown.session;
    kept.chance = chance_of(acceptor.chance);
    kept.sent = acceptor.exchange.sequence;
    kept.heard = shown.sequence;
    kept.acceptor_subkey = 1;
    std::string user = std::move(out.user);
    out = go_on(answer_ticket(shown, acceptor.exchange, kept.key), kept);
    out.user = std::move(user);
    out.until = shown.until.unix_s;
    return out;
}

// The third leg says back the number that only who has the ticket's key could read. What time it
// gives nobody specifies: programs give the authenticator's, or their own.
SecurityStep take_proof(std::string_view memory, std::string_view token) {
    const RpcMemory kept = recall(memory);
    ApRep reply;
    EncApRepPart part;
    const auto opened = read(token, reply) && reply.sealed.type == kept.session.type
                            ? decrypt(key_of(kept.session), Usage::ap_rep,
                                      reply.sealed.cipher.text)
                            : std::nullopt;
    SecurityStep out = refuse("the client has not shown that the ticket is its own");
    if (opened && read(*opened, part) && part.sequence == kept.sent && !part.subkey) {
        out = go_on({}, kept);
        out.done = true;
    }
    out.user = kept.user;
    return out;
}

SecurityStep prove(std::string_view memory, std::string_view token,
                   const kerberos::Initiator& initiator) {
    RpcMemory kept = recall(memory);
    const auto part =
        open_answer(token, {kept.session, kept.key, kept.time, kept.microseconds});
    if (!part) return refuse("the server has not shown that it could open the ticket");
    if (part->subkey) {
        if (!is_usable(*part->subkey)) return refuse(name_of(ErrorCode::etype_nosupp));
        kept.key = *part->subkey;
        kept.acceptor_subkey = 1;
    }
    kept.heard = part->sequence.value_or(0);
    EncApRepPart mine;
    mine.time = kept.time;
    mine.microseconds = kept.microseconds;
    mine.sequence = part->sequence;
    ApRep reply;
    reply.sealed = {
        kept.session.type, {},
        {encrypt(key_of(kept.session), Usage::ap_rep, initiator.confounder, write(mine))}};
    SecurityStep out = go_on(write(reply), kept);
    out.done = true;
    return out;
}

}  // namespace

const Provider kerberos_provider{AuthType::kerberos, octets_of_signature, protect, unprotect,
                                 user_of};

SecurityStep kerberos_accept(std::string_view memory, std::string_view token,
                             const KerberosAcceptor& acceptor) {
    return memory.empty() ? take_ticket(token, acceptor) : take_proof(memory, token);
}

SecurityStep kerberos_initiate(std::string_view memory, std::string_view token, AuthLevel level,
                               const KerberosInitiator& initiator) {
    if (!memory.empty()) return prove(memory, token, initiator.exchange);
    if (initiator.exchange.credentials == nullptr) return refuse("there is no ticket to show");
    const std::uint32_t flags = gss_mutual | gss_replay | gss_sequence | gss_dce_style |
                                (protects(level) ? gss_integrity : 0U) |
                                (seals(level) ? gss_confidential : 0U);
    Claim claim;
    const std::string request = show_ticket(initiator.exchange, flags, claim);
    RpcMemory kept;
    kept.key = claim.subkey;
    kept.session = claim.session;
    kept.chance = chance_of(initiator.chance);
    kept.time = claim.time;
    kept.microseconds = claim.microseconds;
    kept.sent = initiator.exchange.sequence;
    kept.initiator = 1;
    return go_on(request, kept);
}

std::string kerberos_mic(std::string& memory, std::string_view text) {
    return with_context(
        memory, [&](SecurityContext& context, const RpcMemory&) { return mic(context, text); });
}
bool kerberos_check_mic(std::string& memory, std::string_view text, std::string_view mic) {
    return with_context(memory, [&](SecurityContext& context, const RpcMemory&) {
        return check_mic(context, text, mic);
    });
}

}  // namespace postroad::rpc

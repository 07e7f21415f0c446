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

GssapiStep take_ticket(std::string& memory, std::string_view token, const Acceptor& acceptor) {
    const auto inner = unframe(token, gss_ap_req);
    if (!inner) return fail("this is no token of Kerberos", true);
    const Shown shown = judge_ticket(*inner, acceptor);
    GssapiStep out;
    out.client = shown.client;
    out.realm = shown.realm;
    out.why = shown.why;
    out.malformed = shown.malformed;
    if (!shown.why.empty()) return out;
    GssapiMemory kept;
    kept.client = out.client;
    kept.realm = out.realm;
    kept.key = shown.subkey.value_or(shown.session);
    kept.session = shown.session;
    kept.until = shown.until;
    kept.sent = (shown.flags & gss_mutual) != 0 ? acceptor.sequence : shown.sequence;
    kept.heard = shown.sequence;
    memory = remembered(kept);
    // RFC 4752 §3.2: a context that is complete without a token of ours leads to the layers at once.
    if ((shown.flags & gss_mutual) == 0) return offer_layers(memory);
    out.kind = GssapiStep::Kind::go_on;
    out.until = shown.until.unix_s;
    out.text = frame(gss_ap_rep, answer_ticket(shown, acceptor));
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

GssapiStep begin(std::string& memory, const Initiator& initiator) {
    if (initiator.credentials == nullptr) return fail("there is no ticket to show");
    Claim claim;
    const std::string request =
        show_ticket(initiator, gss_mutual | gss_sequence | gss_integrity, claim);
    GssapiMemory kept;
    kept.key = claim.subkey;
    kept.session = claim.session;
    kept.time = claim.time;
    kept.microseconds = claim.microseconds;
    kept.sent = initiator.sequence;
    memory = remembered(kept);
    return say(frame(gss_ap_req, request));
}

GssapiStep believe_server(std::string& memory, std::string_view challenge) {
    GssapiMemory kept = recall(memory);
    const auto inner = unframe(challenge, gss_ap_rep);
    if (!inner) return fail("the server's token is none of Kerberos");
    const auto part = open_answer(*inner, {kept.session, kept.key, kept.time, kept.microseconds});
    if (!part) return fail("the server has not shown that it could open the ticket");
    if (part->subkey) {
        if (!is_usable(*part->subkey)) return fail(name_of(ErrorCode::etype_nosupp));
        kept.key = *part->subkey;
        kept.acceptor_subkey = 1;
    }
    kept.heard = part->sequence.value_or(0);
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
    if (memory.empty()) return begin(memory, initiator);
    switch (recall(memory).step) {
        case 1: return believe_server(memory, challenge);
        case 2: return choose_layer(memory, challenge, initiator);
        default: return fail("the server has nothing more to ask");
    }
}

}  // namespace postroad::kerberos

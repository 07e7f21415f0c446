// The first octet of what is remembered says which mechanism's memory follows; 0: it is still being
// negotiated. Sections are those of RFC 4178.
#include "protocols/rpc/security_negotiate.hpp"

#include <algorithm>

#include "protocols/kerberos/archive.hpp"
#include "protocols/rpc/security_ntlm.hpp"
#include "protocols/spnego/messages.hpp"

namespace postroad::rpc {

struct NegotiateMemory {
    std::int32_t mechanism = 0;   // an AuthType
    std::int32_t inner_done = 0;
    std::int32_t mic_due = 0;     // §5: the list must be signed
    std::int32_t answered = 0;    // a client's: the server has said what it takes
    kerberos::Octets list;        // the initiator's, DER
    kerberos::Octets inner;       // the mechanism's own memory
    AuthType type() const { return static_cast<AuthType>(mechanism); }
};

template <class A> void describe(A& archive, NegotiateMemory& value) {
    archive.sequence([&](A& a) {
        a.field(0, value.mechanism);
        a.field(1, value.inner_done);
        a.field(2, value.mic_due);
        a.field(3, value.answered);
        a.field(4, value.list);
        a.field(5, value.inner);
    });
}

namespace {

using spnego::Mechanism;
using spnego::MechType;
using spnego::NegState;
using spnego::NegTokenInit;
using spnego::NegTokenResp;

SecurityStep refuse(std::string_view why) {
    SecurityStep out;
    out.why = why;
    return out;
}

NegotiateMemory recall(std::string_view memory) {
    NegotiateMemory out;
    kerberos::Reader reader(memory.substr(1));
    reader.get(out);
    POSTROAD_ASSERT(reader.done());
    return out;
}
std::string remembered(const NegotiateMemory& kept, bool done) {
    if (done) return std::string(1, static_cast<char>(kept.mechanism)) + kept.inner.text;
    kerberos::Writer writer;
    writer.put(kept);
    return std::string(1, '\0') + writer.out;
}

AuthType type_of(const MechType& mechanism) {
    switch (spnego::mechanism_of(mechanism)) {
        case Mechanism::kerberos: return AuthType::kerberos;
        case Mechanism::ntlm: return AuthType::ntlm;
        case Mechanism::other: break;
    }
    return AuthType::none;
}

std::string mic_by(NegotiateMemory& kept, bool server) {
    if (kept.type() == AuthType::kerberos) return kerberos_mic(kept.inner.text, kept.list.text);
    return ntlm_mic(kept.inner.text, server, kept.list.text);
}
bool check_mic_by(NegotiateMemory& kept, bool server, std::string_view mic) {
    if (kept.type() == AuthType::kerberos)
        return kerberos_check_mic(kept.inner.text, kept.list.text, mic);
    return ntlm_check_mic(kept.inner.text, server, kept.list.text, mic);
}

// ---- Packets, by the mechanism that was chosen.

const Provider& provider_in(std::string_view memory) {
    return mechanism_in(memory) == AuthType::kerberos ? kerberos_provider : ntlm_provider;
}
template <class F> auto with_inner(std::string& memory, F&& use) {
    const Provider& provider = provider_in(memory);
    std::string inner = memory.substr(1);
    auto out = use(provider, inner);
    memory.replace(1, std::string::npos, inner);
    return out;
}
std::size_t octets_of_signature(std::string_view memory, bool seals) {
    return provider_in(memory).signature_octets(memory.substr(1), seals);
}
std::string protect(std::string& memory, const Cover& cover, std::string& packet) {
    return with_inner(memory, [&](const Provider& provider, std::string& inner) {
        return provider.protect(inner, cover, packet);
    });
}
bool unprotect(std::string& memory, const Cover& cover, std::string& packet,
               std::string_view signature) {
    return with_inner(memory, [&](const Provider& provider, std::string& inner) {
        return provider.unprotect(inner, cover, packet, signature);
    });
}
std::string_view user_of(std::string_view memory) {
    return provider_in(memory).user(memory.substr(1));
}

// ---- The acceptor

// A step of the mechanism's own; what it came to is in `out` unless that went well.
bool accept_inner(NegotiateMemory& kept, std::string_view token, const NegotiateAcceptor& acceptor,
                  SecurityStep& out) {
    const bool by_ticket = kept.type() == AuthType::kerberos;
    if (by_ticket ? acceptor.kerberos == nullptr : acceptor.ntlm == nullptr) {
        out = refuse("the mechanism is to be had no longer");
        return false;
    }
    out = by_ticket
              ? kerberos_accept(kept.inner.text, token, *acceptor.kerberos)
              : ntlm_accept(kept.inner.text, token, *acceptor.ntlm);
    out.mechanism = kept.type();
    if (!out.ok) return false;
    kept.inner.text = out.memory;
    kept.inner_done = out.done ? 1 : 0;
    return true;
}

SecurityStep answer(SecurityStep out, const NegotiateMemory& kept, NegTokenResp reply, bool done) {
    if (!out.token.empty()) reply.token = kerberos::Octets{out.token};
    out.ok = true;
    out.done = done;
    out.mechanism = kept.type();
    out.token = spnego::write(reply);
    out.memory = remembered(kept, done);
    return out;
}

// §4.2.1, §4.2.2: the first one offered that is known here; a token came along for the first only.
SecurityStep choose(std::string_view token, const NegotiateAcceptor& acceptor) {
    NegTokenInit init;
    if (!spnego::read(token, init) || init.mechanisms.empty())
        return refuse("that is no first token of SPNEGO");
    const auto is_known = [&](const MechType& one) {
        const AuthType type = type_of(one);
        return (type == AuthType::kerberos && acceptor.kerberos != nullptr) ||
               (type == AuthType::ntlm && acceptor.ntlm != nullptr);
    };
    const auto chosen = std::find_if(init.mechanisms.begin(), init.mechanisms.end(), is_known);
    const std::string offered = spnego::names_of(init.mechanisms);
    if (chosen == init.mechanisms.end())
        return refuse("of " + offered + " nothing is to be had here");
    const bool preferred = type_of(*chosen) == type_of(init.mechanisms.front());
    NegotiateMemory kept;
    kept.mechanism = static_cast<std::int32_t>(type_of(*chosen));
    kept.mic_due = preferred ? 0 : 1;
    kept.list.text = spnego::signed_list(init.mechanisms);
    SecurityStep step;
    if (preferred && init.token && !accept_inner(kept, init.token->text, acceptor, step))
        return step;
    NegTokenResp reply;
    reply.state =
        spnego::to_message(preferred ? NegState::accept_incomplete : NegState::request_mic);
    reply.mechanism = *chosen;
    step.offered = offered;
    return answer(std::move(step), kept, std::move(reply), false);
}

SecurityStep accept_more(std::string_view memory, std::string_view token,
                         const NegotiateAcceptor& acceptor) {
    NegotiateMemory kept = recall(memory);
    NegTokenResp heard;
    if (!spnego::read(token, heard)) return refuse("that is no token of SPNEGO");
    if (heard.is(NegState::reject)) return refuse("the client takes back what it offered");
    SecurityStep step;
    if (!kept.inner_done && !heard.token)
        return refuse("there is no token of the mechanism in SPNEGO's");
    if (!kept.inner_done && !accept_inner(kept, heard.token->text, acceptor, step)) return step;
    NegTokenResp reply;
    reply.state = spnego::to_message(kept.inner_done ? NegState::accept_completed
                                                     : NegState::accept_incomplete);
    if (!kept.inner_done) return answer(std::move(step), kept, std::move(reply), false);
    // §5: who has put another list in place of the client's cannot sign it.
    const auto blame = [&](std::string_view why) {
        step.ok = step.done = false;
        step.why = why;
        return step;
    };
    if (heard.mic) {
        if (!check_mic_by(kept, true, heard.mic->text))
            return blame("the list of mechanisms has been changed on its way");
        reply.mic = kerberos::Octets{mic_by(kept, true)};
    } else if (kept.mic_due) {
        return blame("the client has not signed the list of mechanisms");
    }
    return answer(std::move(step), kept, std::move(reply), true);
}

// ---- The initiator

SecurityStep initiate_inner(const NegotiateMemory& kept, std::string_view token, AuthLevel level,
                            const NegotiateInitiator& initiator) {
    const bool by_ticket = kept.type() == AuthType::kerberos;
    if (by_ticket ? initiator.kerberos == nullptr : initiator.ntlm == nullptr)
        return refuse("the mechanism is to be had no longer");
    if (by_ticket)
        return kerberos_initiate(kept.inner.text, token, level, *initiator.kerberos);
    ntlm::Initiator wanted = *initiator.ntlm;
    wanted.wanted |= ntlm::flag::sign;  // for the list, at any level
    return ntlm_initiate(kept.inner.text, token, level, std::move(wanted));
}

SecurityStep offer(AuthLevel level, const NegotiateInitiator& initiator) {
    NegTokenInit init;
    if (initiator.kerberos != nullptr)
        init.mechanisms = {spnego::windows_kerberos(), spnego::rfc_kerberos()};
    if (initiator.ntlm != nullptr) init.mechanisms.push_back(spnego::ntlm());
    if (init.mechanisms.empty()) return refuse("there is nothing to log in with");
    NegotiateMemory kept;
    kept.mechanism = static_cast<std::int32_t>(type_of(init.mechanisms.front()));
    kept.list.text = spnego::signed_list(init.mechanisms);
    SecurityStep step = initiate_inner(kept, {}, level, initiator);
    if (!step.ok) return step;
    kept.inner.text = step.memory;
    init.token = kerberos::Octets{step.token};
    step.token = spnego::write(init);
    step.memory = remembered(kept, false);
    step.offered = spnego::names_of(init.mechanisms);
    step.mechanism = kept.type();
    return step;
}

// §4.2.2: the server's choice. False: it is none of ours.
bool take_choice(NegotiateMemory& kept, const NegTokenResp& heard) {
    if (heard.is(NegState::request_mic)) kept.mic_due = 1;
    if (!heard.mechanism) return kept.answered != 0;
    std::vector<MechType> list;
    const bool is_offered = spnego::read_list(kept.list.text, list) &&
                            std::find(list.begin(), list.end(), *heard.mechanism) != list.end();
    const AuthType type = type_of(*heard.mechanism);
    if (!is_offered || (kept.answered && type != kept.type())) return false;
    kept.answered = 1;
    if (type == kept.type()) return true;
    kept.mechanism = static_cast<std::int32_t>(type);
    kept.inner = {};
    kept.mic_due = 1;
    return true;
}

SecurityStep finish(NegotiateMemory kept, const NegTokenResp& heard) {
    if (!heard.is(NegState::accept_completed)) return refuse("the server does not come to an end");
    if (heard.mic ? !check_mic_by(kept, false, heard.mic->text) : kept.mic_due != 0)
        return refuse("the list of mechanisms is not signed by the server as it was sent");
    SecurityStep out;
    out.ok = out.done = true;
    out.mechanism = kept.type();
    out.memory = remembered(kept, true);
    return out;
}

SecurityStep initiate_more(std::string_view memory, std::string_view token, AuthLevel level,
                           const NegotiateInitiator& initiator) {
    NegotiateMemory kept = recall(memory);
    NegTokenResp heard;
    if (!spnego::read(token, heard)) return refuse("the server's token is none of SPNEGO");
    if (heard.is(NegState::reject)) return refuse("the server takes nothing of what was offered");
    if (!take_choice(kept, heard)) return refuse("the server takes what was not offered");
    if (kept.inner_done) return finish(std::move(kept), heard);
    const bool begins = kept.inner.text.empty();
    if (!begins && !heard.token) return refuse("there is no token of the mechanism in SPNEGO's");
    const std::string_view inner = begins ? std::string_view{} : heard.token->text;
    SecurityStep step = initiate_inner(kept, inner, level, initiator);
    if (!step.ok) return step;
    kept.inner.text = step.memory;
    kept.inner_done = step.done ? 1 : 0;
    NegTokenResp reply;
    if (!step.token.empty()) reply.token = kerberos::Octets{step.token};
    if (step.done) reply.mic = kerberos::Octets{mic_by(kept, false)};
    step.done = false;  // the last word is the server's
    step.token = spnego::write(reply);
    step.memory = remembered(kept, false);
    step.mechanism = kept.type();
    return step;
}

bool negotiates(std::string_view memory) { return memory.front() == '\0'; }

}  // namespace

const Provider negotiate_provider{AuthType::spnego, octets_of_signature, protect, unprotect,
                                  user_of};

AuthType mechanism_in(std::string_view memory) {
    return memory.empty() ? AuthType::none : static_cast<AuthType>(memory.front());
}

SecurityStep negotiate_accept(std::string_view memory, std::string_view token,
                              const NegotiateAcceptor& acceptor) {
    if (memory.empty()) return choose(token, acceptor);
    if (!negotiates(memory)) return refuse("the log-in is over");
    return accept_more(memory, token, acceptor);
}

SecurityStep negotiate_initiate(std::string_view memory, std::string_view token, AuthLevel level,
                                const NegotiateInitiator& initiator) {
    if (memory.empty()) return offer(level, initiator);
    if (!negotiates(memory)) return refuse("the log-in is over");
    return initiate_more(memory, token, level, initiator);
}

}  // namespace postroad::rpc

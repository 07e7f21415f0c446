// NTLM as a provider: once the context stands, its memory is the session's record, then the user.
#include "protocols/rpc/security_ntlm.hpp"

#include <algorithm>
#include <cstring>

#include "protocols/ntlm/session.hpp"

namespace postroad::rpc {
namespace {

std::string remember(const ntlm::Session& session, std::string_view user) {
    std::string out(sizeof session, '\0');
    std::memcpy(out.data(), &session, sizeof session);
    return out.append(user);
}
template <class F> auto with_session(std::string& memory, F&& use) {
    POSTROAD_ASSERT(memory.size() >= sizeof(ntlm::Session));
    ntlm::Session session;
    std::memcpy(&session, memory.data(), sizeof session);
    auto out = use(session);
    std::memcpy(memory.data(), &session, sizeof session);
    return out;
}

std::size_t octets_of_signature(std::string_view, bool) { return ntlm::signature_octets; }

// MS-NLMP §3.4.3 signs the whole packet, agreed or not.
std::string protect(std::string& memory, const Cover& cover, std::string& packet) {
    return with_session(memory, [&](ntlm::Session& session) {
        return ntlm::protect(cover.server ? session.to_client : session.to_server, packet,
                             cover.stub, cover.seals ? cover.trailer - cover.stub : 0);
    });
}
bool unprotect(std::string& memory, const Cover& cover, std::string& packet,
               std::string_view signature) {
    return with_session(memory, [&](ntlm::Session& session) {
        return ntlm::unprotect(cover.server ? session.to_server : session.to_client, packet,
                               cover.stub, cover.seals ? cover.trailer - cover.stub : 0, signature);
    });
}
std::string_view user_of(std::string_view memory) {
    return memory.substr(std::min(sizeof(ntlm::Session), memory.size()));
}

SecurityStep refuse(std::string_view why) {
    SecurityStep out;
    out.why = why;
    return out;
}
SecurityStep go_on(std::string token, std::string memory) {
    SecurityStep out;
    out.ok = true;
    out.token = std::move(token);
    out.memory = std::move(memory);
    return out;
}
SecurityStep established(const ntlm::Judgement& judged) {
    const auto session = ntlm::start_session(judged.agreed);
    if (!session) return refuse("NTLM without extended session security protects nothing");
    SecurityStep out = go_on(judged.message, remember(*session, judged.user));
    out.done = true;
    out.user = judged.user;
    return out;
}

// Both ends need what was said so far, for the MIC: two texts in one, the first one's size ahead.
std::string two_texts(std::string_view first, std::string_view second) {
    std::string out;
    for (unsigned shift = 0; shift < 32; shift += 8)
        out += static_cast<char>(first.size() >> shift & 0xff);
    return out.append(first).append(second);
}
bool split_texts(std::string_view both, std::string_view& first, std::string_view& second) {
    if (both.size() < 4) return false;
    std::size_t size = 0;
    for (std::size_t i = 4; i-- > 0;) size = size << 8 | static_cast<unsigned char>(both[i]);
    both.remove_prefix(4);
    if (size > both.size()) return false;
    first = both.substr(0, size);
    second = both.substr(size);
    return true;
}

}  // namespace

const Provider ntlm_provider{AuthType::ntlm, octets_of_signature, protect, unprotect, user_of};

std::string ntlm_mic(std::string& memory, bool server, std::string_view text) {
    return with_session(memory, [&](ntlm::Session& session) {
        ntlm::Direction& direction = server ? session.to_client : session.to_server;
        const ntlm::Rc4 before = direction.sealing;
        std::string octets(text);
        std::string out = ntlm::protect(direction, octets, 0, 0);
        direction.sealing = before;
        return out;
    });
}
bool ntlm_check_mic(std::string& memory, bool server, std::string_view text, std::string_view mic) {
    return with_session(memory, [&](ntlm::Session& session) {
        ntlm::Direction& direction = server ? session.to_server : session.to_client;
        const ntlm::Rc4 before = direction.sealing;
        std::string octets(text);
        const bool good = ntlm::unprotect(direction, octets, 0, 0, mic);
        direction.sealing = before;
        return good;
    });
}

SecurityStep ntlm_accept(std::string_view memory, std::string_view token,
                         const ntlm::Acceptor& acceptor) {
    if (memory.empty()) {
        const auto asked = ntlm::decode_negotiate(token);
        if (!asked) return refuse("that is no NEGOTIATE message of NTLM");
        const std::string said = ntlm::challenge(*asked, acceptor);
        return go_on(said, two_texts(token, said));
    }
    std::string_view negotiate, challenge;
    if (!split_texts(memory, negotiate, challenge)) return refuse("NTLM has three messages");
    const auto judged = ntlm::judge(negotiate, challenge, token, acceptor);
    SecurityStep out = judged.good() ? established(judged) : refuse(judged.why);
    out.user = judged.user;
    return out;
}

SecurityStep ntlm_initiate(std::string_view memory, std::string_view token, AuthLevel level,
                           ntlm::Initiator initiator) {
    if (protects(level)) initiator.wanted |= ntlm::flag::sign;
    if (seals(level)) initiator.wanted |= ntlm::flag::seal;
    if (memory.empty()) {
        const std::string said = ntlm::negotiate(initiator);
        return go_on(said, said);
    }
    const auto made = ntlm::respond(memory, token, initiator);
    return made.good() ? established(made) : refuse(made.why);
}

}  // namespace postroad::rpc

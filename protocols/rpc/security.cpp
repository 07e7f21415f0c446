// NTLM as the provider there is, and verifiers put on packets and taken off (MS-RPCE §2.2.2.11).
#include "protocols/rpc/security.hpp"

#include <algorithm>
#include <cstring>

#include "protocols/ntlm/session.hpp"

namespace postroad::rpc {
namespace {

// Once the context stands, NTLM's memory is its session's record, then the user's name.
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

std::string ntlm_protect(std::string& memory, bool server, std::string& packet, std::size_t from,
                         std::size_t count) {
    return with_session(memory, [&](ntlm::Session& session) {
        return ntlm::protect(server ? session.to_client : session.to_server, packet, from, count);
    });
}
bool ntlm_unprotect(std::string& memory, bool server, std::string& packet, std::size_t from,
                    std::size_t count, std::string_view signature) {
    return with_session(memory, [&](ntlm::Session& session) {
        return ntlm::unprotect(server ? session.to_server : session.to_client, packet, from, count,
                               signature);
    });
}
std::string_view ntlm_user(std::string_view memory) {
    return memory.substr(std::min(sizeof(ntlm::Session), memory.size()));
}

constexpr Provider ntlm_provider{AuthType::ntlm, ntlm::signature_octets, ntlm_protect,
                                 ntlm_unprotect, ntlm_user};

SecurityStep refuse(std::string_view why) { return {false, false, {}, {}, std::string(why)}; }

SecurityStep established(const ntlm::Judgement& judged) {
    const auto session = ntlm::start_session(judged.agreed);
    if (!session) return refuse("NTLM without extended session security protects nothing");
    return {true, true, judged.message, remember(*session, judged.user), {}};
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

const Provider* provider_of(AuthType type) {
    return type == AuthType::ntlm ? &ntlm_provider : nullptr;
}

SecurityStep ntlm_accept(std::string_view memory, std::string_view token,
                         const ntlm::Acceptor& acceptor) {
    if (memory.empty()) {
        const auto asked = ntlm::decode_negotiate(token);
        if (!asked) return refuse("that is no NEGOTIATE message of NTLM");
        const std::string said = ntlm::challenge(*asked, acceptor);
        return {true, false, said, two_texts(token, said), {}};
    }
    std::string_view negotiate, challenge;
    if (!split_texts(memory, negotiate, challenge)) return refuse("NTLM has three messages");
    const auto judged = ntlm::judge(negotiate, challenge, token, acceptor);
    return judged.good() ? established(judged) : refuse(judged.why);
}

SecurityStep ntlm_initiate(std::string_view memory, std::string_view token, AuthLevel level,
                           ntlm::Initiator initiator) {
    if (protects(level)) initiator.wanted |= ntlm::flag::sign;
    if (seals(level)) initiator.wanted |= ntlm::flag::seal;
    if (memory.empty()) {
        const std::string said = ntlm::negotiate(initiator);
        return {true, false, said, said, {}};
    }
    const auto made = ntlm::respond(memory, token, initiator);
    return made.good() ? established(made) : refuse(made.why);
}

void answer_with(const SecurityStep& step, Answer& out) {
    out.ok = step.ok;
    out.exists = step.done;
    out.text = step.ok ? step.token : step.why;
    out.enhanced = step.memory;
}

std::string protected_octets(Packet packet, const Protection& protection, std::string& memory) {
    const Provider* const provider = provider_of(protection.type);
    const bool due = packet.type != PacketType::fault && protection.stands &&
                     protects(protection.level) && provider != nullptr;
    if (!due) return write_packet(packet).octets;
    packet.verifier = Verifier{protection.type, protection.level, 0, protection.context,
                               std::string(provider->signature_octets, '\0')};
    Written written = write_packet(packet);
    written.octets.resize(written.octets.size() - provider->signature_octets);
    const std::size_t sealed = seals(protection.level) ? written.trailer - written.stub : 0;
    const std::string signature =
        provider->protect(memory, protection.server, written.octets, written.stub, sealed);
    return written.octets + signature;
}

std::size_t stub_room(std::size_t fragment_octets, const Protection& protection) {
    const Provider* const provider = provider_of(protection.type);
    std::size_t around = call_header_octets + 16;  // an object's UUID, perhaps
    if (protection.stands && protects(protection.level) && provider != nullptr)
        around += trailer_octets + provider->signature_octets;
    return (fragment_octets - around) & ~std::size_t{15};  // so that only a last one is padded
}

Opened open_packet(std::string& octets, const Header& header, const Protection& protection,
                   std::string& memory) {
    const Provider* const provider = provider_of(protection.type);
    if (!protection.stands || !protects(protection.level) || provider == nullptr)
        return Opened::plain;
    // Servers send faults bare: what went wrong is often the protection itself.
    if (header.type == PacketType::fault && header.auth == 0) return Opened::plain;
    const auto place = find_verifier(octets, header);
    if (!place || place->verifier.type != protection.type ||
        place->verifier.level != protection.level ||
        place->verifier.context != protection.context ||
        place->verifier.value.size() != provider->signature_octets)
        return Opened::missing;
    const std::string signature = place->verifier.value;
    octets.resize(octets.size() - signature.size());
    const std::size_t sealed = seals(protection.level) ? place->trailer - place->stub : 0;
    const bool good =
        provider->unprotect(memory, protection.server, octets, place->stub, sealed, signature);
    octets += signature;
    return good ? Opened::good : Opened::bad;
}

}  // namespace postroad::rpc

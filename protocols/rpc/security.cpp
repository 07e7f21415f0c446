// Which providers there are, and verifiers put on packets and taken off (MS-RPCE §2.2.2.11).
#include "protocols/rpc/security.hpp"

#include "protocols/rpc/security_kerberos.hpp"
#include "protocols/rpc/security_negotiate.hpp"
#include "protocols/rpc/security_ntlm.hpp"

namespace postroad::rpc {
namespace {

Cover cover_of(const Protection& protection, std::size_t stub, std::size_t trailer) {
    return {protection.server, seals(protection.level), protection.header_signing, stub, trailer};
}

}  // namespace

const Provider* provider_of(AuthType type) {
    for (const Provider* const one : {&ntlm_provider, &kerberos_provider, &negotiate_provider})
        if (one->type == type) return one;
    return nullptr;
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
    const std::size_t size = provider->signature_octets(memory, seals(protection.level));
    packet.verifier = Verifier{protection.type, protection.level, 0, protection.context,
                               std::string(size, '\0')};
    Written written = write_packet(packet);
    written.octets.resize(written.octets.size() - size);
    const std::string signature = provider->protect(
        memory, cover_of(protection, written.stub, written.trailer), written.octets);
    return written.octets + signature;
}

std::size_t stub_room(std::size_t fragment_octets, const Protection& protection,
                      std::string_view memory) {
    const Provider* const provider = provider_of(protection.type);
    std::size_t around = call_header_octets + 16;  // an object's UUID, perhaps
    if (protection.stands && protects(protection.level) && provider != nullptr)
        around += trailer_octets + provider->signature_octets(memory, seals(protection.level));
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
        place->verifier.context != protection.context)
        return Opened::missing;
    const std::string signature = place->verifier.value;
    octets.resize(octets.size() - signature.size());
    const bool good = provider->unprotect(
        memory, cover_of(protection, place->stub, place->trailer), octets, signature);
    octets += signature;
    return good ? Opened::good : Opened::bad;
}

}  // namespace postroad::rpc

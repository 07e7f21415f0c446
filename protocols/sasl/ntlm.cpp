// AUTH NTLM ([MS-SMTPNTLM], [MS-POP3]): NTLM's three messages as an exchange of SASL.
#include "protocols/ntlm/exchange.hpp"
#include "protocols/sasl/digests.hpp"
#include "protocols/sasl/mechanisms.hpp"

namespace postroad::sasl {
namespace {

// Octets of a given purpose, out of the one nonce that the world has given.
std::string from_nonce(std::string_view nonce, std::string_view purpose, std::size_t count) {
    return hmac(Hash::sha_256, nonce, purpose).substr(0, count);
}

ntlm::Acceptor acceptor_of(const ServerSettings& settings) {
    return {settings.host_name, settings.domain,
            from_nonce(settings.nonce, "NTLM server challenge", 8), settings.unix_s,
            settings.password_of};
}

ntlm::Initiator initiator_of(const ClientSettings& settings) {
    return {settings.user,
            settings.password,
            settings.workstation,
            from_nonce(settings.nonce, "NTLM client challenge", 8),
            from_nonce(settings.nonce, "NTLM session key", 16),
            settings.unix_s,
            0};
}

Result failure(const ntlm::Judgement& judgement) {
    return judgement.malformed ? malformed(judgement.why) : refuse(judgement.why);
}

}  // namespace

Result ntlm_server(Memory& memory, std::string_view response, const ServerSettings& settings) {
    if (memory.step == 0) {
        const auto asked = ntlm::decode_negotiate(response);
        if (!asked) return malformed("that is no NEGOTIATE message of NTLM");
        memory.heard = response;
        memory.said = ntlm::challenge(*asked, acceptor_of(settings));
        return go_on(memory.said);
    }
    const auto judged = ntlm::judge(memory.heard, memory.said, response, acceptor_of(settings));
    memory.user = judged.user;
    return judged.good() ? succeed(memory) : failure(judged);
}

Result ntlm_client(Memory& memory, std::string_view challenge, const ClientSettings& settings) {
    if (memory.step == 0) {
        memory.said = ntlm::negotiate(initiator_of(settings));
        return go_on(memory.said);
    }
    if (memory.step > 1) return malformed("NTLM has one challenge");
    const auto made = ntlm::respond(memory.said, challenge, initiator_of(settings));
    return made.good() ? go_on(made.message) : failure(made);
}

}  // namespace postroad::sasl

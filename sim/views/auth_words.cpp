// Decodes the base64 of a line and says what it is.
#include "sim/views/auth_words.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/kerberos/gss.hpp"
#include "protocols/message/base64.hpp"
#include "protocols/ntlm/messages.hpp"
#include "sim/views/text.hpp"

namespace postroad::sim::views {
namespace {

std::string ntlm_words(std::string_view octets) {
    switch (ntlm::type_of(octets)) {
        case 1: return "NTLM NEGOTIATE";
        case 2:
            if (const auto message = ntlm::decode_challenge(octets))
                return "NTLM CHALLENGE of " + visible(message->target);
            break;
        case 3:
            if (const auto message = ntlm::decode_authenticate(octets))
                return "NTLM AUTHENTICATE of " +
                       (message->domain.empty() ? "" : visible(message->domain) + "\\") +
                       visible(message->user) +
                       (message->nt_response.size() > 24 ? ", NTLMv2" : ", NTLMv1");
            break;
        default: break;
    }
    return {};
}

// GSSAPI's tokens (RFC 4752 §3): what can be seen of them without a key.
std::string gssapi_words(std::string_view octets) {
    constexpr std::size_t header = 16, signature = 12;
    if (const auto inner = kerberos::unframe(octets, kerberos::gss_ap_req)) {
        kerberos::ApReq request;
        return kerberos::read(*inner, request)
                   ? "GSS-API: a ticket for " + visible(kerberos::to_text(request.ticket.server)) +
                         ", and proof of its session key"
                   : "GSS-API: no ticket";
    }
    if (kerberos::unframe(octets, kerberos::gss_ap_rep))
        return "GSS-API: proof that the ticket could be opened";
    if (!octets.starts_with("\x05\x04") || octets.size() < header + signature + 4) return {};
    const std::string_view text = octets.substr(header, octets.size() - header - signature);
    std::string out = "GSS-API, signed: ";
    out += text[0] == 1 ? "no security layer" : "security layers";
    if (text.size() > 4) out += ", acting as " + visible(text.substr(4));
    return out;
}

// The part of the line that is base64: behind "AUTH MECHANISM", "334" or "+", or all of it.
std::string_view coded_part(const LineFact& fact, std::string_view line) {
    if (line.ends_with("\r\n")) line.remove_suffix(2);
    if (fact.speech == Speech::reply) {
        if (line.starts_with("334 ")) return line.substr(4);
        if (line.starts_with("+ ")) return line.substr(2);
        return {};
    }
    if (starts_ignoring_case(line, "AUTH ")) {
        take_word(line);
        take_word(line);
    }
    return line;
}

}  // namespace

std::string auth_words(const LineFact& fact, std::string_view line) {
    if (fact.section != Section("4954 §4") && fact.section != Section("5034 §4")) return {};
    const std::string_view coded = coded_part(fact, line);
    if (coded.empty()) return {};
    const auto octets = message::base64_decode(coded);
    if (!octets || octets->empty()) return {};
    if (ntlm::type_of(*octets) != 0) return ntlm_words(*octets);
    if (const std::string words = gssapi_words(*octets); !words.empty()) return words;
    return visible(*octets);
}

}  // namespace postroad::sim::views

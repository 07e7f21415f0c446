// SPNEGO's two messages (RFC 4178 §4.2, MS-SPNG §2.2) as values, and their DER: which mechanisms
// there are, which one is taken, and that mechanism's own tokens inside. Reading is strict.
#pragma once

#include "protocols/base/der.hpp"
#include "protocols/kerberos/messages.hpp"

namespace postroad::spnego {

using kerberos::Octets;

// The contents of an element of that kind, as they are.
template <std::uint8_t identifier>
struct Raw {
    std::string octets;
    bool operator==(const Raw&) const = default;
};
using MechType = Raw<der::object_identifier>;

enum class Mechanism : std::uint8_t { other, kerberos, ntlm };
Mechanism mechanism_of(const MechType& type);
std::string name_of(const MechType& type);              // "Kerberos", "NTLM", or its number
std::string names_of(const std::vector<MechType>& types);  // each once, ", " between
// Kerberos has two: Windows 2000 wrote its number wrongly, and that one goes first since then.
MechType windows_kerberos();
MechType rfc_kerberos();
MechType ntlm();

struct NegHints {  // MS-SPNG §2.2.1
    std::optional<std::string> name;
    std::optional<Octets> address;
    bool operator==(const NegHints&) const = default;
};
struct NegTokenInit {  // RFC 4178 §4.2.1; with hints NegTokenInit2 (MS-SPNG §2.2.1)
    std::vector<MechType> mechanisms;  // the preferred one first
    std::optional<Raw<der::bit_string>> flags;
    std::optional<Octets> token;       // of the first mechanism
    std::optional<NegHints> hints;
    std::optional<Octets> mic;
    bool operator==(const NegTokenInit&) const = default;
};
enum class NegState : std::uint8_t { accept_completed, accept_incomplete, reject, request_mic };
struct NegTokenResp {  // §4.2.2
    std::optional<Raw<der::enumerated>> state;
    std::optional<MechType> mechanism;
    std::optional<Octets> token, mic;
    bool is(NegState wanted) const {
        return state && state->octets == std::string(1, static_cast<char>(wanted));
    }
    bool operator==(const NegTokenResp&) const = default;
};
Raw<der::enumerated> to_message(NegState state);

// The first message is framed as RFC 2743 §3.1 says, those that follow are not (RFC 4178 §4.2).
std::string write(const NegTokenInit& value);
bool read(std::string_view octets, NegTokenInit& value);
std::string write(const NegTokenResp& value);
bool read(std::string_view octets, NegTokenResp& value);

// §5: what a mechListMIC is over: the list of mechanisms, DER.
std::string signed_list(const std::vector<MechType>& mechanisms);
bool read_list(std::string_view octets, std::vector<MechType>& mechanisms);

}  // namespace postroad::spnego

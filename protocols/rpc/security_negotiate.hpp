// SPNEGO as a provider (RPC_C_AUTHN_GSS_NEGOTIATE, RFC 4178, MS-SPNG): both ends agree on Kerberos
// or NTLM, go through its steps, sign the list that was chosen from, and then it protects packets.
#pragma once

#include "protocols/rpc/security_kerberos.hpp"

namespace postroad::rpc {

extern const Provider negotiate_provider;

// What either mechanism takes; null where it is not to be had.
struct NegotiateAcceptor {
    const KerberosAcceptor* kerberos = nullptr;
    const ntlm::Acceptor* ntlm = nullptr;
};
SecurityStep negotiate_accept(std::string_view memory, std::string_view token,
                              const NegotiateAcceptor& acceptor);

struct NegotiateInitiator {
    const KerberosInitiator* kerberos = nullptr;
    const ntlm::Initiator* ntlm = nullptr;
};
SecurityStep negotiate_initiate(std::string_view memory, std::string_view token, AuthLevel level,
                                const NegotiateInitiator& initiator);

// What is used in a context that stands.
AuthType mechanism_in(std::string_view memory);

}  // namespace postroad::rpc

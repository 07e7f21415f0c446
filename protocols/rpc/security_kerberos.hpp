// Kerberos as a provider (RPC_C_AUTHN_GSS_KERBEROS): three legs in DCE style (MS-KILE §3.4.5.1),
// tokens of RFC 4121 that lie apart from what they protect.
#pragma once

#include "protocols/kerberos/ap_exchange.hpp"
#include "protocols/rpc/security.hpp"

namespace postroad::rpc {

extern const Provider kerberos_provider;

// What a server brings along. `chance`: 16 octets, which the confounders of all its packets are
// made of.
struct KerberosAcceptor {
    kerberos::Acceptor exchange;
    std::string chance;
    // What the user is called here; no function: the principal.
    std::function<std::string(const std::string& client, const std::string& realm)> user_of;
};
SecurityStep kerberos_accept(std::string_view memory, std::string_view token,
                             const KerberosAcceptor& acceptor);

struct KerberosInitiator {
    kerberos::Initiator exchange;
    std::string chance;
};
SecurityStep kerberos_initiate(std::string_view memory, std::string_view token, AuthLevel level,
                               const KerberosInitiator& initiator);

// RFC 4121 §4.2.6.1, with a context that stands.
std::string kerberos_mic(std::string& memory, std::string_view text);
bool kerberos_check_mic(std::string& memory, std::string_view text, std::string_view mic);

}  // namespace postroad::rpc

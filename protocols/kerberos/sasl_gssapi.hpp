// The SASL mechanism GSSAPI (RFC 4752) over Kerberos: a ticket is shown, the server proves that it
// could open it, and both agree on no security layer. Steps over values, as in protocols/sasl.
#pragma once

#include "protocols/kerberos/ap_exchange.hpp"

namespace postroad::kerberos {

struct GssapiStep {
    enum class Kind : std::uint8_t { go_on, success, failure };
    Kind kind = Kind::failure;
    std::string text;             // go_on: challenge or response
    std::string client, realm;    // server: who it is, as soon as that is known
    std::string authorization;    // server, success: whom the client wants to act as; may be empty
    std::int64_t until = 0;       // server: of the ticket
    std::string why;              // failure
    bool malformed = false;       // no ticket could have helped
};

// `memory` is kept from step to step; empty before the first.
GssapiStep gssapi_accept(std::string& memory, std::string_view token, const Acceptor& acceptor);

GssapiStep gssapi_initiate(std::string& memory, std::string_view challenge,
                           const Initiator& initiator);

}  // namespace postroad::kerberos

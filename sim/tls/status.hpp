// What an authority says about a certificate it has issued (RFC 6960), made at run time: a server
// staples it to its certificate (RFC 6066 §8), a client holds it against the clock.
#pragma once

#include <string>
#include <string_view>

#include <openssl/types.h>

#include "sim/tls/configuration.hpp"
#include "sim/tls/engine.hpp"

namespace postroad::sim::tls {

// The authority speaks once a day, and each word is good for a week. DER. Empty for a certificate
// that has no issuer.
std::string status_response(std::uint64_t seed, const ChainSpec& chain, bool revoked,
                            std::int64_t now_unix_s);

// What a response says about `leaf`; `issuer` must have signed it. The fault is none, revoked,
// old_status, or other for what is no word of that authority.
Fault judge_status(std::string_view response, X509& leaf, X509& issuer, std::int64_t now_unix_s);

}  // namespace postroad::sim::tls

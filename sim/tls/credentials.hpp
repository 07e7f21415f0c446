// Keys and X.509 certificates made at run time (RFC 5280): the same for the same seed and spec.
#pragma once

#include <memory>
#include <string>

#include <openssl/types.h>

#include "sim/tls/configuration.hpp"

namespace postroad::sim::tls {

struct Credential {
    std::shared_ptr<EVP_PKEY> key;
    std::shared_ptr<X509> certificate;
};

// The first certificate of a chain, with its key. Made once a process, then found again.
Credential credential(std::uint64_t seed, const ChainSpec& chain);

// The list of what an authority has revoked (RFC 5280 §5), good as long as the authority is.
std::shared_ptr<X509_CRL> revocation_list(std::uint64_t seed, const CertificateSpec& authority,
                                          const std::vector<ChainSpec>& revoked);

// The certificate as PEM, for files that `openssl` reads.
std::string to_pem(const X509& certificate);

}  // namespace postroad::sim::tls

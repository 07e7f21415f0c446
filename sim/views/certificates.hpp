// The advisor for certificates: which names each server needs, and which its certificate has.
#pragma once

#include <string>
#include <vector>

#include "sim/views/text.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim::views {

// A name by which clients look a server up, and so must find in its certificate (RFC 6125 §6.2.1).
struct NeededName {
    std::string name;
    std::string why;       // "mail exchanger of example.org"
    bool covered = false;  // by the certificate the host shows
};
struct CertificateAdvice {
    std::uint32_t host = 0;
    bool offers_tls = false;
    std::vector<std::string> names;  // in the certificate
    std::string issuer;              // empty: it signs itself
    std::int64_t from_unix_s = 0, until_unix_s = 0;
    std::vector<NeededName> needs;
};

// Hosts that somebody sends mail to or fetches it from, in the scenario's order.
std::vector<CertificateAdvice> certificate_advice(const Setup& setup);
void print_certificates(const Setup& setup, const Sink& sink);

// The same as files for other programs: "trusted.pem" has the authorities that clients trust, and
// "HOST.pem" what a server shows, its own certificate first.
struct PemFile {
    std::string name, text;
};
std::vector<PemFile> pem_files(const Setup& setup, std::uint64_t seed);

}  // namespace postroad::sim::views

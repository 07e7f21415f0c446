// What a TLS endpoint is set to, as a value with a text: the text alone determines keys, chains
// and behaviour, so that an endpoint of yesterday can be made again after the scenario has changed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::sim::tls {

enum class KeyType : std::uint8_t { ecdsa_p256, rsa_2048, ed25519 };

// A certificate before it is made. The next one in a chain is its issuer; the last one signs itself.
struct CertificateSpec {
    std::string common_name;
    std::vector<std::string> names;   // subjectAltName (RFC 6125); may have a wildcard
    KeyType key = KeyType::ecdsa_p256;
    std::int64_t from_unix_s = 0, until_unix_s = 0;
    bool authority = false;
    bool operator==(const CertificateSpec&) const = default;
};
using ChainSpec = std::vector<CertificateSpec>;  // the end entity first

// 0x0301 (TLS 1.0) … 0x0304 (TLS 1.3).
inline constexpr std::uint16_t version_1_0 = 0x0301, version_1_2 = 0x0303, version_1_3 = 0x0304;

std::string_view version_words(std::uint16_t version);  // "TLS 1.2"

// What a server asks of its clients (RFC 8446 §4.3.2).
enum class ClientAuth : std::uint8_t { none, asked, required };

struct Configuration {
    bool server = false;
    bool modelled = false;            // no cryptography (modelled.hpp)
    bool must_verify = false;         // clients: a certificate that fails ends the handshake
    bool resumes = false;             // gives tickets, or keeps and uses them (RFC 8446 §2.2)
    bool status = false;              // brings its authority's word, or asks for it (RFC 6066 §8)
    bool status_revoked = false;      // servers: what that word says
    ClientAuth clients = ClientAuth::none;
    std::uint16_t version_min = version_1_2, version_max = version_1_3;
    ChainSpec chain;                  // what it shows; clients may have none
    ChainSpec trusted;                // roots, each on its own
    std::vector<ChainSpec> revoked;   // clients: what the authorities have taken back
    bool operator==(const Configuration&) const = default;
};

std::string to_text(const Configuration& configuration);
Configuration parse_configuration(std::string_view text);  // of to_text's making

// RFC 6125 §6.4.3: `*` stands for one whole label, the first.
bool covers_name(std::string_view pattern, std::string_view name);
bool covers_name(const CertificateSpec& certificate, std::string_view name);

// The number an issuer gives: the same for the same certificate, below 2^63.
std::uint64_t serial_of(const ChainSpec& chain);
std::string to_text(const ChainSpec& chain);

}  // namespace postroad::sim::tls

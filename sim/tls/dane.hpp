// DANE (RFC 6698, RFC 7671): a server's chain is held against TLSA records, as SMTP does it
// (RFC 7672). Pure functions: whether the records may be believed is the caller's matter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/tls/configuration.hpp"

namespace postroad::sim::tls {

struct TlsaRecord {
    std::uint8_t usage = 0, selector = 0, matching = 0;
    std::string data;
    bool operator==(const TlsaRecord&) const = default;
};

// RFC 7672 §3.1: usages 2 and 3 alone, with selectors and matching types that are known and data
// of the right length.
bool is_usable(const TlsaRecord& record);
// "3 1 1 0123…", as a zone has it; shortened: the data's first eight digits.
std::string to_text(const TlsaRecord& record, bool shortened = false);

// A list of records as octets, for the World's heap.
std::string pack(const std::vector<TlsaRecord>& records);
std::vector<TlsaRecord> unpack(std::string_view octets);

enum class DaneFault : std::uint8_t { none, no_match, wrong_name, bad_chain };
struct DaneVerdict {
    DaneFault fault = DaneFault::no_match;
    std::string record;   // that matched, shortened
    std::string matched;  // "the key", "the issuer Example CA"
    std::string names;    // in the server's certificate
    std::string words;    // bad_chain: what OpenSSL says of it
};

// `chain`: DER, the server's own first. `names`: any of them will do, for DANE-TA(2) alone:
// DANE-EE(3) looks at neither names nor dates (RFC 7671 §5.1). Unusable records match nothing.
DaneVerdict judge(const std::vector<std::string>& chain, const std::vector<TlsaRecord>& records,
                  const std::vector<std::string>& names, std::int64_t now_unix_s);

// The record that a certificate in DER is published as; none when the numbers are unknown.
std::optional<TlsaRecord> tlsa_for(std::string_view certificate, std::uint8_t usage,
                                   std::uint8_t selector, std::uint8_t matching);

// What a host with this chain may publish: DANE-EE of its key and, where it shows an issuer,
// DANE-TA of that one's. (A root that signs itself is not shown, so that nobody could match it.)
std::vector<TlsaRecord> publishable(std::uint64_t seed, const ChainSpec& chain);

}  // namespace postroad::sim::tls

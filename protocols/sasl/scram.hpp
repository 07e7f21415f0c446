// SCRAM's arithmetic (RFC 5802 §3) and its texts (§7).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/sasl/digests.hpp"

namespace postroad::sasl {

struct ScramKeys {
    std::string client_key, stored_key, server_key;
};
ScramKeys scram_keys(Hash hash, std::string_view password, std::string_view salt,
                     std::uint32_t iterations);

// SASLprep (RFC 4013) as far as ASCII goes: other characters are taken as they stand, and are not
// normalised. Nothing for what is prohibited (controls) or no UTF-8.
std::optional<std::string> prepared(std::string_view text);

// saslname (RFC 5802 §5.1): "," and "=" written out.
std::string scram_escaped(std::string_view name);
std::optional<std::string> scram_unescaped(std::string_view name);

}  // namespace postroad::sasl

// The hash functions that SASL's mechanisms are made of, by OpenSSL: values in, values out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postroad::sasl {

enum class Hash : std::uint8_t { md5, sha_1, sha_256 };

std::string digest(Hash hash, std::string_view octets);
std::string hmac(Hash hash, std::string_view key, std::string_view octets);      // RFC 2104
std::string pbkdf2(Hash hash, std::string_view password, std::string_view salt,  // RFC 8018 §5.2
                   std::uint32_t iterations);
std::string hex(std::string_view octets);  // lower case
std::string xored(std::string_view a, std::string_view b);

}  // namespace postroad::sasl

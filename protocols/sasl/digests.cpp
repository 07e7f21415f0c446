// Hashes by OpenSSL's default provider.
#include "protocols/sasl/digests.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "protocols/base/assertion.hpp"

namespace postroad::sasl {
namespace {

const EVP_MD* method_of(Hash hash) {
    switch (hash) {
        case Hash::md5: return EVP_md5();
        case Hash::sha_1: return EVP_sha1();
        case Hash::sha_256: break;
    }
    return EVP_sha256();
}

const unsigned char* octets_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string digest(Hash hash, std::string_view octets) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    const int done = EVP_Digest(octets.data(), octets.size(), out, &size, method_of(hash), nullptr);
    POSTROAD_ASSERT(done == 1);
    return {reinterpret_cast<const char*>(out), size};
}

std::string hmac(Hash hash, std::string_view key, std::string_view octets) {
    static constexpr unsigned char none = 0;  // a null key would mean: the one from before
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    const void* const from = key.empty() ? &none : octets_of(key);
    const auto* const done = HMAC(method_of(hash), from, static_cast<int>(key.size()),
                                  octets_of(octets), octets.size(), out, &size);
    POSTROAD_ASSERT(done != nullptr);
    return {reinterpret_cast<const char*>(out), size};
}

std::string pbkdf2(Hash hash, std::string_view password, std::string_view salt,
                   std::uint32_t iterations) {
    const auto size = static_cast<std::size_t>(EVP_MD_get_size(method_of(hash)));
    std::string out(size, '\0');
    const int done = PKCS5_PBKDF2_HMAC(
        password.data(), static_cast<int>(password.size()), octets_of(salt),
        static_cast<int>(salt.size()), static_cast<int>(iterations), method_of(hash),
        static_cast<int>(size), reinterpret_cast<unsigned char*>(out.data()));
    POSTROAD_ASSERT(done == 1);
    return out;
}

std::string hex(std::string_view octets) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char c : octets) {
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

std::string xored(std::string_view a, std::string_view b) {
    std::string out(a);
    for (std::size_t i = 0; i < out.size() && i < b.size(); ++i)
        out[i] = static_cast<char>(out[i] ^ b[i]);
    return out;
}

}  // namespace postroad::sasl

// Kerberos's cryptography (RFC 3961's framework, RFC 3962's two AES types) as functions: who needs
// a confounder or a key to be drawn brings the octets along.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace postroad::kerberos {

// RFC 3962 §7. Octets and names of others are refused, not guessed at.
enum class EncryptionType : std::int32_t {
    none = 0,
    aes128_cts_hmac_sha1_96 = 17,
    aes256_cts_hmac_sha1_96 = 18,
};
constexpr bool is_known(std::int32_t number) { return number == 17 || number == 18; }
constexpr std::size_t key_octets(EncryptionType type) {
    return type == EncryptionType::aes128_cts_hmac_sha1_96 ? 16 : 32;
}
std::string_view name_of(EncryptionType type);  // "aes256-cts-hmac-sha1-96"

inline constexpr std::size_t confounder_octets = 16, mac_octets = 12;
inline constexpr std::uint32_t default_iterations = 4096;  // RFC 3962 §4
inline constexpr std::uint32_t iterations_max = 1'000'000;  // a peer's number must not stop us

struct Key {
    EncryptionType type = EncryptionType::none;
    std::string octets;
    bool operator==(const Key&) const = default;
};

// What a key is used for (RFC 4120 §7.5.1, RFC 4121 §2): no ciphertext of one use is good for
// another.
enum class Usage : std::uint32_t {
    as_req_timestamp = 1,
    ticket = 2,
    as_rep = 3,
    tgs_req_checksum = 6,
    tgs_req_authenticator = 7,
    tgs_rep_session_key = 8,
    tgs_rep_subkey = 9,
    ap_req_checksum = 10,
    ap_req_authenticator = 11,
    ap_rep = 12,
    acceptor_seal = 22,
    acceptor_sign = 23,
    initiator_seal = 24,
    initiator_sign = 25,
};

// RFC 3962 §4: PBKDF2 (RFC 8018 §5.2), then DK with "kerberos".
Key string_to_key(EncryptionType type, std::string_view password, std::string_view salt,
                  std::uint32_t iterations = default_iterations);

// RFC 3961 §5.3: E(Ke, confounder | text) | HMAC(Ki, confounder | text). The confounder has
// `confounder_octets`.
std::string encrypt(const Key& key, Usage usage, std::string_view confounder,
                    std::string_view text);
// Nothing when it was not encrypted with this key for this use, or has been changed.
std::optional<std::string> decrypt(const Key& key, Usage usage, std::string_view ciphertext);
// The same where more is signed than is encrypted (MS-KILE §3.4.5.4.1): E(Ke, plain) | HMAC(Ki,
// covered). `plain` begins with the confounder, also in what is given back; `covered_by` says what
// the HMAC is over.
std::string encrypt_covering(const Key& key, Usage usage, std::string_view plain,
                             std::string_view covered);
std::optional<std::string> decrypt_covering(
    const Key& key, Usage usage, std::string_view ciphertext,
    const std::function<std::string(std::string_view plain)>& covered_by);

// RFC 3961 §5.4: HMAC(Kc, text), cut to `mac_octets`. Its number is RFC 3962 §7's.
std::string checksum(const Key& key, Usage usage, std::string_view text);
constexpr std::int32_t checksum_type(EncryptionType type) {
    return type == EncryptionType::aes128_cts_hmac_sha1_96 ? 15 : 16;
}
bool same_octets(std::string_view a, std::string_view b);  // takes as long whatever is in them

// The parts, for the published test vectors.
std::string n_fold(std::string_view octets, std::size_t bits);                    // RFC 3961 §5.1
std::string pbkdf2(std::string_view password, std::string_view salt, std::uint32_t iterations,
                   std::size_t octets);
std::string derive(const Key& key, std::string_view constant);                    // DK, §5.1
std::string cts_encrypt(std::string_view key, std::string_view text);             // RFC 3962 §5
std::string cts_decrypt(std::string_view key, std::string_view ciphertext);

}  // namespace postroad::kerberos

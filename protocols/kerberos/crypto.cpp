// AES, HMAC and PBKDF2 are libcrypto's; how Kerberos puts them together is here.
#include "protocols/kerberos/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <memory>

#include "protocols/base/assertion.hpp"

namespace postroad::kerberos {
namespace {

constexpr std::size_t block = 16;

const unsigned char* raw(std::string_view octets) {
    return reinterpret_cast<const unsigned char*>(octets.data());
}
unsigned char* raw(std::string& octets) { return reinterpret_cast<unsigned char*>(octets.data()); }

struct Free {
    void operator()(EVP_CIPHER_CTX* one) const { EVP_CIPHER_CTX_free(one); }
};

// AES-CBC over whole blocks, with the initial vector of zeros that all of RFC 3962 §6 uses.
std::string cbc(std::string_view key, std::string_view text, bool encrypting) {
    static constexpr unsigned char zeros[block] = {};
    const std::unique_ptr<EVP_CIPHER_CTX, Free> context(EVP_CIPHER_CTX_new());
    const EVP_CIPHER* const cipher = key.size() == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc();
    std::string out(text.size() + block, '\0');
    int wrote = 0;
    const bool good = EVP_CipherInit_ex(context.get(), cipher, nullptr, raw(key), zeros,
                                        encrypting ? 1 : 0) == 1 &&
                      EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
                      EVP_CipherUpdate(context.get(), raw(out), &wrote, raw(text),
                                       static_cast<int>(text.size())) == 1;
    POSTROAD_ASSERT(good && static_cast<std::size_t>(wrote) == text.size());
    out.resize(text.size());
    return out;
}

std::string hmac_sha1_96(std::string_view key, std::string_view text) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    const bool good = HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), raw(text),
                           text.size(), out, &size) != nullptr;
    POSTROAD_ASSERT(good && size == 20);
    return {reinterpret_cast<const char*>(out), mac_octets};
}

// RFC 3961 §5.3: the well-known constant of a use is its number and an octet for what of it.
std::string key_for(const Key& key, Usage usage, char what) {
    const auto number = static_cast<std::uint32_t>(usage);
    std::string constant;
    for (int shift = 24; shift >= 0; shift -= 8)
        constant += static_cast<char>(number >> shift & 0xff);
    constant += what;
    return derive(key, constant);
}
constexpr char for_checksum = '\x99', for_encryption = '\xaa', for_integrity = '\x55';

}  // namespace

std::string_view name_of(EncryptionType type) {
    switch (type) {
        case EncryptionType::none: break;
        case EncryptionType::aes128_cts_hmac_sha1_96: return "aes128-cts-hmac-sha1-96";
        case EncryptionType::aes256_cts_hmac_sha1_96: return "aes256-cts-hmac-sha1-96";
    }
    return "none";
}

// RFC 3961 §5.1: copies of the octets, each turned right by 13 bits more, are laid side by side
// until the length divides, and pieces of the wanted length added with end-around carry.
std::string n_fold(std::string_view octets, std::size_t bits) {
    const std::size_t out_octets = bits / 8;
    std::size_t a = out_octets;
    std::size_t b = octets.size();
    while (b != 0) {
        const std::size_t rest = a % b;
        a = b;
        b = rest;
    }
    const std::size_t total = out_octets / a * octets.size();
    const std::size_t in_bits = octets.size() * 8;
    const auto bit_at = [&](std::size_t position) {  // of the laid-out copies
        const std::size_t copy = position / in_bits;
        const std::size_t from = (position % in_bits + in_bits - 13 * copy % in_bits) % in_bits;
        return static_cast<unsigned char>(octets[from / 8]) >> (7 - from % 8) & 1;
    };
    std::string out(out_octets, '\0');
    unsigned carry = 0;
    for (std::size_t i = out_octets; i-- > 0;) {
        unsigned sum = carry;
        for (std::size_t piece = i; piece < total; piece += out_octets) {
            unsigned octet = 0;
            for (std::size_t bit = 0; bit < 8; ++bit)
                octet = octet << 1 | static_cast<unsigned>(bit_at(piece * 8 + bit));
            sum += octet;
        }
        out[i] = static_cast<char>(sum & 0xff);
        carry = sum >> 8;
    }
    while (carry != 0)
        for (std::size_t i = out_octets; i-- > 0 && carry != 0;) {
            carry += static_cast<unsigned char>(out[i]);
            out[i] = static_cast<char>(carry & 0xff);
            carry >>= 8;
        }
    return out;
}

std::string pbkdf2(std::string_view password, std::string_view salt, std::uint32_t iterations,
                   std::size_t octets) {
    std::string out(octets, '\0');
    const int good = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                                       raw(salt), static_cast<int>(salt.size()),
                                       static_cast<int>(iterations), EVP_sha1(),
                                       static_cast<int>(octets), raw(out));
    POSTROAD_ASSERT(good == 1);
    return out;
}

// RFC 3961 §5.1: DR encrypts the folded constant, then what came of that, and so on.
std::string derive(const Key& key, std::string_view constant) {
    std::string last =
        constant.size() == block ? std::string(constant) : n_fold(constant, block * 8);
    std::string out;
    while (out.size() < key.octets.size()) {
        last = cbc(key.octets, last, true);
        out += last;
    }
    out.resize(key.octets.size());
    return out;
}

Key string_to_key(EncryptionType type, std::string_view password, std::string_view salt,
                  std::uint32_t iterations) {
    const Key made{type, pbkdf2(password, salt, iterations, key_octets(type))};
    return {type, derive(made, "kerberos")};
}

// RFC 3962 §5: ciphertext stealing, the last two blocks always swapped.
std::string cts_encrypt(std::string_view key, std::string_view text) {
    POSTROAD_ASSERT(text.size() >= block);
    if (text.size() == block) return cbc(key, text, true);
    std::string padded(text);
    const std::size_t last = (text.size() - 1) % block + 1;
    padded.resize(text.size() + block - last, '\0');
    const std::string out = cbc(key, padded, true);
    const std::size_t before = out.size() - 2 * block;
    return out.substr(0, before) + out.substr(before + block) + out.substr(before, last);
}

std::string cts_decrypt(std::string_view key, std::string_view ciphertext) {
    POSTROAD_ASSERT(ciphertext.size() >= block);
    if (ciphertext.size() == block) return cbc(key, ciphertext, false);
    const std::size_t last = (ciphertext.size() - 1) % block + 1;
    const std::size_t before = ciphertext.size() - block - last;
    const std::string_view swapped = ciphertext.substr(before, block);
    std::string stolen(ciphertext.substr(before + block));
    // The second to last block's end is what the cipher makes of the swapped one.
    stolen += cbc(key, swapped, false).substr(last);
    std::string whole(ciphertext.substr(0, before));
    whole += stolen;
    whole += swapped;
    std::string out = cbc(key, whole, false);
    out.resize(ciphertext.size());
    return out;
}

std::string encrypt(const Key& key, Usage usage, std::string_view confounder,
                    std::string_view text) {
    POSTROAD_ASSERT(confounder.size() == confounder_octets);
    std::string all(confounder);
    all += text;
    return encrypt_covering(key, usage, all, all);
}

std::optional<std::string> decrypt(const Key& key, Usage usage, std::string_view ciphertext) {
    auto all = decrypt_covering(key, usage, ciphertext,
                                [](std::string_view plain) { return std::string(plain); });
    if (all) all->erase(0, confounder_octets);
    return all;
}

std::string encrypt_covering(const Key& key, Usage usage, std::string_view plain,
                             std::string_view covered) {
    return cts_encrypt(key_for(key, usage, for_encryption), plain) +
           hmac_sha1_96(key_for(key, usage, for_integrity), covered);
}

std::optional<std::string> decrypt_covering(
    const Key& key, Usage usage, std::string_view ciphertext,
    const std::function<std::string(std::string_view plain)>& covered_by) {
    if (key.octets.size() != key_octets(key.type) ||
        ciphertext.size() < confounder_octets + mac_octets)
        return std::nullopt;
    const std::size_t size = ciphertext.size() - mac_octets;
    std::string plain =
        cts_decrypt(key_for(key, usage, for_encryption), ciphertext.substr(0, size));
    const std::string mac = hmac_sha1_96(key_for(key, usage, for_integrity), covered_by(plain));
    if (!same_octets(mac, ciphertext.substr(size))) return std::nullopt;
    return plain;
}

std::string checksum(const Key& key, Usage usage, std::string_view text) {
    return hmac_sha1_96(key_for(key, usage, for_checksum), text);
}

bool same_octets(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace postroad::kerberos

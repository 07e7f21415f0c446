// How keys are drawn and certificates are signed.
#include "sim/tls/credentials.hpp"

#include <map>
#include <mutex>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "protocols/base/assertion.hpp"
#include "protocols/base/hash.hpp"
#include "sim/tls/random_stream.hpp"

namespace postroad::sim::tls {
namespace {

constexpr std::uint64_t key_purpose = 1, signature_purpose = 2, list_purpose = 3;
constexpr std::size_t kept_max = 4096;

std::shared_ptr<EVP_PKEY> make_key(std::uint64_t seed, const ChainSpec& chain) {
    RandomStream stream(seed, hash_octets(to_text(chain), 0), key_purpose);
    const DrawFrom drawing(stream);
    EVP_PKEY* key = nullptr;
    switch (chain.front().key) {
        case KeyType::ecdsa_p256:
            key = EVP_PKEY_Q_keygen(library(), nullptr, "EC", "P-256");
            break;
        case KeyType::rsa_2048:
            key = EVP_PKEY_Q_keygen(library(), nullptr, "RSA", std::size_t{2048});
            break;
        case KeyType::ed25519:
            key = EVP_PKEY_Q_keygen(library(), nullptr, "ED25519");
            break;
    }
    POSTROAD_ASSERT(key != nullptr);
    return {key, EVP_PKEY_free};
}

// Ed25519 hashes by itself (RFC 8410 §3).
const EVP_MD* digest_for(EVP_PKEY* key) {
    return EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
}

void extend(X509* certificate, X509V3_CTX& context, int kind, const std::string& value) {
    X509_EXTENSION* const one = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    POSTROAD_ASSERT(one != nullptr);
    X509_add_ext(certificate, one, -1);
    X509_EXTENSION_free(one);
}

std::string alternative_names(const CertificateSpec& spec) {
    std::string out;
    for (const std::string& name : spec.names) out += (out.empty() ? "DNS:" : ",DNS:") + name;
    return out;
}

void set_serial(ASN1_INTEGER* to, const ChainSpec& chain) {
    POSTROAD_ASSERT(ASN1_INTEGER_set_uint64(to, serial_of(chain)) == 1);
}

std::shared_ptr<X509> make_certificate(std::uint64_t seed, const ChainSpec& chain, EVP_PKEY* key,
                                       const Credential* issuer) {
    const CertificateSpec& spec = chain.front();
    X509* const made = X509_new_ex(library(), nullptr);
    POSTROAD_ASSERT(made != nullptr && X509_set_version(made, X509_VERSION_3) == 1);
    std::shared_ptr<X509> out(made, X509_free);
    set_serial(X509_get_serialNumber(made), chain);
    ASN1_TIME_set(X509_getm_notBefore(made), spec.from_unix_s);
    ASN1_TIME_set(X509_getm_notAfter(made), spec.until_unix_s);
    X509_NAME* const subject = X509_get_subject_name(made);
    // RFC 5280 §A.1: a common name has 64 characters at the most.
    const std::string common_name = spec.common_name.substr(0, 64);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1,
                               -1, 0);
    X509* const parent = issuer != nullptr ? issuer->certificate.get() : made;
    X509_set_issuer_name(made, X509_get_subject_name(parent));
    POSTROAD_ASSERT(X509_set_pubkey(made, key) == 1);
    X509V3_CTX context;
    X509V3_set_ctx(&context, parent, made, nullptr, nullptr, 0);
    extend(made, context, NID_basic_constraints, spec.authority ? "critical,CA:TRUE" : "CA:FALSE");
    if (spec.authority) extend(made, context, NID_key_usage, "critical,keyCertSign,cRLSign");
    // RFC 5280 §4.2.1.1 and §4.2.1.2: how a chain is found among many keys.
    extend(made, context, NID_subject_key_identifier, "hash");
    if (issuer != nullptr)
        extend(made, context, NID_authority_key_identifier, "keyid:always");
    if (!spec.names.empty())
        extend(made, context, NID_subject_alt_name, alternative_names(spec));
    RandomStream stream(seed, hash_octets(to_text(chain), 0), signature_purpose);
    const DrawFrom drawing(stream);
    EVP_PKEY* const signer = issuer != nullptr ? issuer->key.get() : key;
    POSTROAD_ASSERT(X509_sign(made, signer, digest_for(signer)) > 0);
    return out;
}

struct Kept {
    std::mutex lock;
    std::map<std::pair<std::uint64_t, std::string>, Credential> made;
};
Kept& kept() {
    static Kept* const one = new Kept;  // never destroyed: OpenSSL cleans up before statics go
    return *one;
}

}  // namespace

Credential credential(std::uint64_t seed, const ChainSpec& chain) {
    POSTROAD_ASSERT(!chain.empty());
    const std::pair place(seed, to_text(chain));
    {
        const std::lock_guard guard(kept().lock);
        const auto known = kept().made.find(place);
        if (known != kept().made.end()) return known->second;
    }
    Credential out;
    out.key = make_key(seed, chain);
    if (chain.size() > 1) {
        const Credential issuer = credential(seed, ChainSpec(chain.begin() + 1, chain.end()));
        out.certificate = make_certificate(seed, chain, out.key.get(), &issuer);
    } else {
        out.certificate = make_certificate(seed, chain, out.key.get(), nullptr);
    }
    const std::lock_guard guard(kept().lock);
    if (kept().made.size() >= kept_max) kept().made.clear();
    // Two threads may have made it: it is the same, and one of them is kept.
    return kept().made.emplace(place, out).first->second;
}

std::shared_ptr<X509_CRL> revocation_list(std::uint64_t seed, const CertificateSpec& authority,
                                          const std::vector<ChainSpec>& revoked) {
    const ChainSpec root{authority};
    const Credential issuer = credential(seed, root);
    X509_CRL* const made = X509_CRL_new_ex(library(), nullptr);
    POSTROAD_ASSERT(made != nullptr && X509_CRL_set_version(made, X509_CRL_VERSION_2) == 1);
    std::shared_ptr<X509_CRL> out(made, X509_CRL_free);
    X509_CRL_set_issuer_name(made, X509_get_subject_name(issuer.certificate.get()));
    ASN1_TIME* const from = ASN1_TIME_set(nullptr, authority.from_unix_s);
    ASN1_TIME* const until = ASN1_TIME_set(nullptr, authority.until_unix_s);
    X509_CRL_set1_lastUpdate(made, from);
    X509_CRL_set1_nextUpdate(made, until);
    for (const ChainSpec& one : revoked) {
        if (one.size() < 2 || !(one[1] == authority)) continue;
        X509_REVOKED* const entry = X509_REVOKED_new();
        ASN1_INTEGER* const serial = ASN1_INTEGER_new();
        set_serial(serial, one);
        X509_REVOKED_set_serialNumber(entry, serial);
        X509_REVOKED_set_revocationDate(entry, from);
        X509_CRL_add0_revoked(made, entry);
        ASN1_INTEGER_free(serial);
    }
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    RandomStream stream(seed, hash_octets(to_text(root), 0), list_purpose);
    const DrawFrom drawing(stream);
    POSTROAD_ASSERT(X509_CRL_sign(made, issuer.key.get(), digest_for(issuer.key.get())) > 0);
    return out;
}

std::string to_pem(const X509& certificate) {
    BIO* const out = BIO_new(BIO_s_mem());
    POSTROAD_ASSERT(out != nullptr && PEM_write_bio_X509(out, &certificate) == 1);
    char* octets = nullptr;
    const long size = BIO_get_mem_data(out, &octets);
    const std::string text(octets, static_cast<std::size_t>(size));
    BIO_free(out);
    return text;
}

}  // namespace postroad::sim::tls

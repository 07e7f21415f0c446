// How records are matched: OpenSSL takes certificates apart, hashes them and builds the path.
#include "sim/tls/dane.hpp"

#include <algorithm>
#include <memory>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "protocols/base/assertion.hpp"
#include "sim/tls/credentials.hpp"
#include "sim/tls/random_stream.hpp"

namespace postroad::sim::tls {
namespace {

constexpr std::uint8_t dane_ta = 2, dane_ee = 3;

using Certificate = std::shared_ptr<X509>;

Certificate read(std::string_view der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    X509* made = X509_new_ex(library(), nullptr);
    POSTROAD_ASSERT(made != nullptr);
    if (d2i_X509(&made, &at, static_cast<long>(der.size())) == nullptr) return {};
    return {made, X509_free};
}

template <class Write>
std::string written(int size, Write&& write) {
    if (size <= 0) return {};
    std::string out(static_cast<std::size_t>(size), 0);
    auto* end = reinterpret_cast<unsigned char*>(out.data());
    write(&end);
    return out;
}
std::string der_of(X509* one) {
    return written(i2d_X509(one, nullptr), [&](unsigned char** end) { i2d_X509(one, end); });
}
std::string key_of(X509* one) {
    X509_PUBKEY* const key = X509_get_X509_PUBKEY(one);
    return written(i2d_X509_PUBKEY(key, nullptr),
                   [&](unsigned char** end) { i2d_X509_PUBKEY(key, end); });
}

std::string hashed(std::string_view octets, const EVP_MD* how) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    POSTROAD_ASSERT(EVP_Digest(octets.data(), octets.size(), out, &size, how, nullptr) == 1);
    return {reinterpret_cast<const char*>(out), size};
}

// RFC 6698 §2.1.2 and §2.1.3.
std::optional<std::string> association(X509* one, std::uint8_t selector, std::uint8_t matching) {
    if (selector > 1 || matching > 2) return std::nullopt;
    const std::string part = selector == 0 ? der_of(one) : key_of(one);
    if (matching == 0) return part;
    return hashed(part, matching == 1 ? EVP_sha256() : EVP_sha512());
}

bool matches(X509* one, const TlsaRecord& record) {
    return association(one, record.selector, record.matching) == record.data;
}

std::string common_name(X509* one) {
    char text[128] = {};
    const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(one), NID_commonName, text,
                                               sizeof text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

std::string names_of(X509* one) {
    std::string out;
    const std::shared_ptr<GENERAL_NAMES> names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(one, NID_subject_alt_name, nullptr, nullptr)),
        GENERAL_NAMES_free);
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_DNS) continue;
        if (!out.empty()) out += ", ";
        out.append(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                   static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    }
    return out.empty() ? common_name(one) : out;
}

// A path from the server's certificate to `anchor`, which is trusted for itself.
std::string path_fault(const std::vector<Certificate>& chain, X509* anchor,
                       std::int64_t now_unix_s) {
    const std::shared_ptr<X509_STORE> store(X509_STORE_new(), X509_STORE_free);
    const std::shared_ptr<X509_STORE_CTX> judging(X509_STORE_CTX_new_ex(library(), nullptr),
                                                  X509_STORE_CTX_free);
    STACK_OF(X509)* const rest = sk_X509_new_null();
    POSTROAD_ASSERT(store && judging && rest != nullptr);
    X509_STORE_add_cert(store.get(), anchor);
    for (const Certificate& one : chain) sk_X509_push(rest, one.get());
    X509_STORE_CTX_init(judging.get(), store.get(), chain.front().get(), rest);
    X509_VERIFY_PARAM* const how = X509_STORE_CTX_get0_param(judging.get());
    X509_VERIFY_PARAM_set_time(how, now_unix_s);
    // RFC 7671 §5.2: an anchor need not sign itself.
    X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_purpose(how, X509_PURPOSE_SSL_SERVER);
    const bool well = X509_verify_cert(judging.get()) == 1;
    const std::string out =
        well ? "" : X509_verify_cert_error_string(X509_STORE_CTX_get_error(judging.get()));
    sk_X509_free(rest);
    return out;
}

// RFC 7672 §3.2.2.
DaneVerdict judge_anchor(const std::vector<Certificate>& chain, X509* anchor,
                         const std::vector<std::string>& names, std::int64_t now_unix_s) {
    DaneVerdict out;
    out.matched = "the issuer " + common_name(anchor);
    out.words = path_fault(chain, anchor, now_unix_s);
    out.fault = out.words.empty() ? DaneFault::wrong_name : DaneFault::bad_chain;
    if (!out.words.empty()) return out;
    for (const std::string& name : names)
        if (X509_check_host(chain.front().get(), name.data(), name.size(),
                            X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1)
            out.fault = DaneFault::none;
    return out;
}

}  // namespace

bool is_usable(const TlsaRecord& record) {
    if (record.usage != dane_ta && record.usage != dane_ee) return false;
    if (record.selector > 1 || record.data.empty()) return false;
    switch (record.matching) {
        case 0: return true;
        case 1: return record.data.size() == 32;
        case 2: return record.data.size() == 64;
        default: return false;
    }
}

std::string to_text(const TlsaRecord& record, bool shortened) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = std::to_string(record.usage) + " " + std::to_string(record.selector) + " " +
                      std::to_string(record.matching) + " ";
    for (const char c : record.data) {
        if (shortened && out.size() >= 14) return out + "…";
        const auto octet = static_cast<unsigned char>(c);
        out += digits[octet >> 4];
        out += digits[octet & 15U];
    }
    return out;
}

std::string pack(const std::vector<TlsaRecord>& records) {
    std::string out;
    for (const TlsaRecord& one : records) {
        for (const std::uint8_t number : {one.usage, one.selector, one.matching,
                                          static_cast<std::uint8_t>(one.data.size() >> 8),
                                          static_cast<std::uint8_t>(one.data.size() & 255U)})
            out += static_cast<char>(number);
        out += one.data;
    }
    return out;
}

std::vector<TlsaRecord> unpack(std::string_view octets) {
    std::vector<TlsaRecord> out;
    const auto number = [&](std::size_t at) { return static_cast<std::uint8_t>(octets[at]); };
    while (octets.size() >= 5) {
        const std::size_t size = std::size_t{number(3)} << 8 | number(4);
        out.push_back({number(0), number(1), number(2), std::string(octets.substr(5, size))});
        octets.remove_prefix(std::min(octets.size(), 5 + size));
    }
    return out;
}

DaneVerdict judge(const std::vector<std::string>& chain, const std::vector<TlsaRecord>& records,
                  const std::vector<std::string>& names, std::int64_t now_unix_s) {
    DaneVerdict worst;
    std::vector<Certificate> shown;
    for (const std::string& der : chain)
        if (Certificate one = read(der)) shown.push_back(std::move(one));
    if (shown.empty()) return worst;
    worst.names = names_of(shown.front().get());
    for (const TlsaRecord& record : records) {
        if (!is_usable(record)) continue;
        const auto take = [&](DaneVerdict found) {
            found.record = to_text(record, true);
            found.names = worst.names;
            if (worst.fault == DaneFault::no_match || found.fault == DaneFault::none)
                worst = std::move(found);
            return worst.fault == DaneFault::none;
        };
        if (record.usage == dane_ee) {
            if (!matches(shown.front().get(), record)) continue;
            DaneVerdict found;
            found.fault = DaneFault::none;
            found.matched = record.selector == 0 ? "the certificate" : "the key";
            if (take(found)) return worst;
            continue;
        }
        // An anchor is what the server has shown, or stands in the record as a whole.
        Certificate anchor;
        for (std::size_t i = 0; i < shown.size() && !anchor; ++i)
            if (matches(shown[i].get(), record)) anchor = shown[i];
        if (!anchor && record.selector == 0 && record.matching == 0) anchor = read(record.data);
        if (anchor && take(judge_anchor(shown, anchor.get(), names, now_unix_s))) return worst;
    }
    return worst;
}

std::optional<TlsaRecord> tlsa_for(std::string_view certificate, std::uint8_t usage,
                                   std::uint8_t selector, std::uint8_t matching) {
    const Certificate one = read(certificate);
    if (!one) return std::nullopt;
    const auto data = association(one.get(), selector, matching);
    if (!data) return std::nullopt;
    return TlsaRecord{usage, selector, matching, *data};
}

std::vector<TlsaRecord> publishable(std::uint64_t seed, const ChainSpec& chain) {
    std::vector<TlsaRecord> out;
    const auto add = [&](const ChainSpec& one, std::uint8_t usage) {
        const Credential made = credential(seed, one);
        if (const auto record = tlsa_for(der_of(made.certificate.get()), usage, 1, 1))
            out.push_back(*record);
    };
    add(chain, dane_ee);
    if (chain.size() > 2) add(ChainSpec(chain.begin() + 1, chain.end()), dane_ta);
    return out;
}

}  // namespace postroad::sim::tls

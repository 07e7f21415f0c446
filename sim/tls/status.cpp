// OCSP responses by OpenSSL, with the world's clock in the place of the machine's.
#include "sim/tls/status.hpp"

#include <memory>

#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include "protocols/base/assertion.hpp"
#include "protocols/base/hash.hpp"
#include "sim/tls/credentials.hpp"
#include "sim/tls/random_stream.hpp"

namespace postroad::sim::tls {
namespace {

constexpr std::uint64_t status_purpose = 4;
constexpr std::int64_t day_s = 86400, good_for_s = 7 * day_s;

using Moment = std::shared_ptr<ASN1_TIME>;
using CertId = std::shared_ptr<OCSP_CERTID>;

Moment moment(std::int64_t unix_s) {
    return {ASN1_GENERALIZEDTIME_set(nullptr, unix_s), ASN1_STRING_free};
}

CertId id_of(X509& leaf, X509& issuer) {
    return {OCSP_cert_to_id(EVP_sha1(), &leaf, &issuer), OCSP_CERTID_free};
}

}  // namespace

std::string status_response(std::uint64_t seed, const ChainSpec& chain, bool revoked,
                            std::int64_t now_unix_s) {
    if (chain.size() < 2) return {};
    const std::int64_t said_unix_s = now_unix_s - now_unix_s % day_s;
    const Credential leaf = credential(seed, chain);
    const Credential issuer = credential(seed, ChainSpec(chain.begin() + 1, chain.end()));
    const CertId id = id_of(*leaf.certificate, *issuer.certificate);
    const std::shared_ptr<OCSP_BASICRESP> said(OCSP_BASICRESP_new(), OCSP_BASICRESP_free);
    const Moment from = moment(said_unix_s);
    const Moment until = moment(said_unix_s + good_for_s);
    POSTROAD_ASSERT(
        OCSP_basic_add1_status(said.get(), id.get(),
                               revoked ? V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD,
                               OCSP_REVOKED_STATUS_NOSTATUS, revoked ? from.get() : nullptr,
                               from.get(), until.get()) != nullptr);
    // Signing would ask the machine for the time: it is written before.
    auto* const produced =
        const_cast<ASN1_GENERALIZEDTIME*>(OCSP_resp_get0_produced_at(said.get()));
    POSTROAD_ASSERT(ASN1_GENERALIZEDTIME_set(produced, said_unix_s) != nullptr);
    RandomStream stream(seed, mix64(hash_octets(to_text(chain), 0), std::uint64_t(said_unix_s)),
                        status_purpose);
    const DrawFrom drawing(stream);
    EVP_PKEY* const key = issuer.key.get();
    const EVP_MD* const digest = EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
    POSTROAD_ASSERT(OCSP_basic_sign(said.get(), issuer.certificate.get(), key, digest, nullptr,
                                    OCSP_NOTIME | OCSP_NOCERTS) == 1);
    const std::shared_ptr<OCSP_RESPONSE> whole(
        OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, said.get()), OCSP_RESPONSE_free);
    unsigned char* der = nullptr;
    const int size = i2d_OCSP_RESPONSE(whole.get(), &der);
    POSTROAD_ASSERT(size > 0);
    std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
}

Fault judge_status(std::string_view response, X509& leaf, X509& issuer, std::int64_t now_unix_s) {
    const auto* at = reinterpret_cast<const unsigned char*>(response.data());
    const std::shared_ptr<OCSP_RESPONSE> whole(
        d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(response.size())), OCSP_RESPONSE_free);
    if (!whole || OCSP_response_status(whole.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
        return Fault::other;
    const std::shared_ptr<OCSP_BASICRESP> said(OCSP_response_get1_basic(whole.get()),
                                               OCSP_BASICRESP_free);
    if (!said) return Fault::other;
    // The authority itself signs here (RFC 6960 §4.2.2.2): its key is the only one to be tried.
    const std::shared_ptr<STACK_OF(X509)> signers(sk_X509_new_null(),
                                                  [](STACK_OF(X509) * all) { sk_X509_free(all); });
    sk_X509_push(signers.get(), &issuer);
    if (OCSP_basic_verify(said.get(), signers.get(), nullptr, OCSP_NOVERIFY | OCSP_NOINTERN) != 1)
        return Fault::other;
    int status = 0;
    ASN1_GENERALIZEDTIME* from = nullptr;
    ASN1_GENERALIZEDTIME* until = nullptr;
    if (OCSP_resp_find_status(said.get(), id_of(leaf, issuer).get(), &status, nullptr, nullptr,
                              &from, &until) != 1)
        return Fault::other;
    if (status == V_OCSP_CERTSTATUS_REVOKED) return Fault::revoked;
    if (status != V_OCSP_CERTSTATUS_GOOD) return Fault::other;
    const bool of_today = ASN1_TIME_cmp_time_t(from, now_unix_s) <= 0 && until != nullptr &&
                          ASN1_TIME_cmp_time_t(until, now_unix_s) >= 0;
    return of_today ? Fault::none : Fault::old_status;
}

}  // namespace postroad::sim::tls

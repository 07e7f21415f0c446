// How OpenSSL is set up and fed: no clock, no files, records in memory.
#include "sim/tls/openssl_endpoint.hpp"

#include <ctime>  // tidy: allow for time() alone, see take_up

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "protocols/base/assertion.hpp"
#include "sim/tls/status.hpp"

namespace postroad::sim::tls {
namespace {

constexpr std::uint64_t server_purpose = 10, client_purpose = 11, context_purpose = 12;

OpenSslEndpoint& endpoint_of(const SSL* ssl) {
    return *static_cast<OpenSslEndpoint*>(SSL_get_ex_data(ssl, 0));
}

void on_secret(const SSL* ssl, const char* line) { endpoint_of(ssl).keep_secret(line); }

int on_certificate(int well, X509_STORE_CTX* judging) {
    const auto* const ssl = static_cast<const SSL*>(
        X509_STORE_CTX_get_ex_data(judging, SSL_get_ex_data_X509_STORE_CTX_idx()));
    return endpoint_of(ssl).judge(well == 1, *judging) ? 1 : 0;
}

int on_new_session(SSL* ssl, SSL_SESSION* session) {
    endpoint_of(ssl).keep_session(*session);
    return 0;  // it stays OpenSSL's
}

int on_ticket_made(SSL* ssl, void*) {
    endpoint_of(ssl).date_ticket();
    return 1;
}

SSL_TICKET_RETURN on_ticket_read(SSL* ssl, SSL_SESSION* session, const unsigned char*, std::size_t,
                                 SSL_TICKET_STATUS status, void*) {
    if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW)
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    return endpoint_of(ssl).is_young(*session) ? SSL_TICKET_RETURN_USE_RENEW
                                               : SSL_TICKET_RETURN_IGNORE_RENEW;
}

int on_status(SSL* ssl, void*) {
    OpenSslEndpoint& end = endpoint_of(ssl);
    if (SSL_is_server(ssl)) return end.staple() ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
    return end.judge_stapled() ? 1 : 0;
}

Fault fault_of(int error) {
    switch (error) {
        case X509_V_ERR_HOSTNAME_MISMATCH: return Fault::wrong_name;
        case X509_V_ERR_CERT_HAS_EXPIRED: return Fault::expired;
        case X509_V_ERR_CERT_NOT_YET_VALID: return Fault::not_yet_valid;
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return Fault::unknown_issuer;
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return Fault::self_signed;
        case X509_V_ERR_CERT_REVOKED: return Fault::revoked;
        default: return Fault::other;
    }
}

std::string common_name(const X509_NAME* name) {
    char text[128] = {};
    const int size = X509_NAME_get_text_by_NID(name, NID_commonName, text, sizeof text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

std::int64_t unix_s(const ASN1_TIME* time) {
    const std::shared_ptr<ASN1_TIME> epoch(ASN1_TIME_set(nullptr, 0), ASN1_STRING_free);
    int days = 0;
    int seconds = 0;
    // Whoever showed it may have written anything there; then the judgement has its own fault.
    if (ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) return 0;
    return std::int64_t{days} * 86400 + seconds;
}

std::string names_of(const X509& certificate) {
    std::string out;
    const std::shared_ptr<GENERAL_NAMES> names(
        static_cast<GENERAL_NAMES*>(
            X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)),
        GENERAL_NAMES_free);
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* const one = sk_GENERAL_NAME_value(names.get(), i);
        if (one->type != GEN_DNS) continue;
        if (!out.empty()) out += ", ";
        out.append(reinterpret_cast<const char*>(ASN1_STRING_get0_data(one->d.dNSName)),
                   static_cast<std::size_t>(ASN1_STRING_length(one->d.dNSName)));
    }
    return out.empty() ? common_name(X509_get_subject_name(&certificate)) : out;
}

void describe(const X509& certificate, Judgement& out) {
    out.names = names_of(certificate);
    out.issuer = common_name(X509_get_issuer_name(&certificate));
    out.from_unix_s = unix_s(X509_get0_notBefore(&certificate));
    out.until_unix_s = unix_s(X509_get0_notAfter(&certificate));
}

}  // namespace

Context::Context(std::uint64_t seed, Configuration configuration)
    : configuration_(std::move(configuration)) {
    const SSL_METHOD* const method = configuration_.server ? TLS_server_method()
                                                           : TLS_client_method();
    static_cast<void>(library());  // this thread's generators
    RandomStream stream(seed, 0, context_purpose);  // for the keys that tickets are sealed with
    const DrawFrom drawing(stream);
    context_.reset(SSL_CTX_new_ex(library(), nullptr, method), SSL_CTX_free);
    SSL_CTX* const context = context_.get();
    POSTROAD_ASSERT(context != nullptr);
    POSTROAD_ASSERT(SSL_CTX_set_min_proto_version(context, configuration_.version_min) == 1);
    POSTROAD_ASSERT(SSL_CTX_set_max_proto_version(context, configuration_.version_max) == 1);
    POSTROAD_ASSERT(SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1);
    // TLS 1.0 and 1.1 sign with SHA-1, which OpenSSL allows at its lowest level alone.
    const bool old = configuration_.version_min < version_1_2;
    POSTROAD_ASSERT(SSL_CTX_set_cipher_list(context, old ? "DEFAULT:@SECLEVEL=0" : "DEFAULT") == 1);
    take_sessions();
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_keylog_callback(context, on_secret);
    if (!configuration_.chain.empty()) take_chain(seed);
    if (!configuration_.server || configuration_.clients != ClientAuth::none) take_trust(seed);
    take_status();
}

// OpenSSL writes the machine's time into sessions and tickets (RFC 5077, RFC 8446 §4.6.1), and so
// they would differ from run to run: each is dated again, and judged, by the world's clock. OpenSSL's
// own judgement of their age is put out of the way by a life longer than any two clocks are apart.
void Context::take_sessions() {
    SSL_CTX* const context = context_.get();
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (!configuration_.resumes) {
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(context, 0);
        return;
    }
    if (!configuration_.server) {
        SSL_CTX_set_session_cache_mode(context,
                                       SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(context, on_new_session);
        return;
    }
    constexpr unsigned char name[] = "postroad";
    SSL_CTX_set_session_id_context(context, name, sizeof name - 1);
    SSL_CTX_set_timeout(context, 0x7fffffff);
    SSL_CTX_set_session_ticket_cb(context, on_ticket_made, on_ticket_read, nullptr);
}

void Context::remember(const std::string& der, SSL_SESSION& session) {
    constexpr std::size_t sessions_max = 4096;
    if (sessions_.size() >= sessions_max) sessions_.clear();
    // A copy: OpenSSL spoils the session of a connection that ends without a word.
    sessions_[der].reset(SSL_SESSION_dup(&session), SSL_SESSION_free);
}

std::shared_ptr<SSL_SESSION> Context::recall(std::string_view der) {
    const auto known = sessions_.find(der);
    if (known != sessions_.end()) {
        const std::shared_ptr<SSL_SESSION> out = known->second;
        sessions_.erase(known);  // each is used once
        return out;
    }
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    return {d2i_SSL_SESSION(nullptr, &at, static_cast<long>(der.size())), SSL_SESSION_free};
}

void Context::take_status() {
    if (!configuration_.status) return;
    SSL_CTX_set_tlsext_status_cb(context_.get(), on_status);
    if (!configuration_.server)
        SSL_CTX_set_tlsext_status_type(context_.get(), TLSEXT_STATUSTYPE_ocsp);
}

void Context::take_chain(std::uint64_t seed) {
    const ChainSpec& chain = configuration_.chain;
    POSTROAD_ASSERT(!chain.empty());
    const Credential own = credential(seed, chain);
    POSTROAD_ASSERT(SSL_CTX_use_certificate(context_.get(), own.certificate.get()) == 1);
    POSTROAD_ASSERT(SSL_CTX_use_PrivateKey(context_.get(), own.key.get()) == 1);
    // RFC 8446 §4.4.2: the root may be left out, for who trusts it has it.
    for (std::size_t i = 1; i + 1 < chain.size(); ++i) {
        const ChainSpec rest(chain.begin() + static_cast<std::ptrdiff_t>(i), chain.end());
        const Credential issuer = credential(seed, rest);
        POSTROAD_ASSERT(SSL_CTX_add1_chain_cert(context_.get(), issuer.certificate.get()) == 1);
    }
}

void Context::take_trust(std::uint64_t seed) {
    X509_STORE* const store = SSL_CTX_get_cert_store(context_.get());
    for (const CertificateSpec& root : configuration_.trusted) {
        POSTROAD_ASSERT(
            X509_STORE_add_cert(store, credential(seed, {root}).certificate.get()) == 1);
        if (configuration_.revoked.empty()) continue;
        X509_STORE_add_crl(store, revocation_list(seed, root, configuration_.revoked).get());
    }
    if (!configuration_.revoked.empty()) X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
    int how = SSL_VERIFY_PEER;
    if (configuration_.clients == ClientAuth::required) how |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(context_.get(), how, on_certificate);
    if (!configuration_.server) return;
    for (const CertificateSpec& root : configuration_.trusted)
        SSL_CTX_add_client_CA(context_.get(), credential(seed, {root}).certificate.get());
}

OpenSslEndpoint::OpenSslEndpoint(std::shared_ptr<Context> context, std::uint64_t seed,
                                 std::uint64_t subject, std::int64_t now_unix_s,
                                 std::string_view server_name)
    : context_(std::move(context)),
      stream_(seed, subject, context_->configuration().server ? server_purpose : client_purpose),
      seed_(seed), begun_unix_s_(now_unix_s), server_name_(server_name) {
    static_cast<void>(library());  // this thread's generators
    const DrawFrom drawing(stream_);
    ssl_.reset(SSL_new(context_->get()), SSL_free);
    POSTROAD_ASSERT(ssl_ != nullptr && SSL_set_ex_data(ssl_.get(), 0, this) == 1);
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(in_, -1);
    BIO_set_mem_eof_return(out_, -1);
    SSL_set_bio(ssl_.get(), in_, out_);
    X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl_.get()), now_unix_s);
    if (context_->configuration().server) {
        SSL_set_accept_state(ssl_.get());
        return;
    }
    SSL_set_connect_state(ssl_.get());
    if (server_name_.empty()) return;
    SSL_set_tlsext_host_name(ssl_.get(), server_name_.c_str());
    SSL_set1_host(ssl_.get(), server_name_.c_str());
}

OpenSslEndpoint::~OpenSslEndpoint() {
    const DrawFrom drawing(stream_);
    ssl_.reset();
}

// The first fault is the one that is told; whether it matters is the client's policy.
bool OpenSslEndpoint::judge(bool well, X509_STORE_CTX& judging) {
    if (!judged_) {
        const X509* const leaf = X509_STORE_CTX_get0_cert(&judging);
        if (leaf != nullptr) describe(*leaf, judgement_);
        judged_ = true;
    }
    if (well) return true;
    const int error = X509_STORE_CTX_get_error(&judging);
    // Lists of revoked certificates are made for roots alone.
    if (error == X509_V_ERR_UNABLE_TO_GET_CRL) return true;
    if (judgement_.fault == Fault::none) judgement_.fault = fault_of(error);
    const Configuration& configuration = context_->configuration();
    return !configuration.must_verify && configuration.clients != ClientAuth::required;
}

// ---- Sessions of before, and tickets ----

void OpenSslEndpoint::keep_session(SSL_SESSION& session) {
    SSL_SESSION_set_time(&session, begun_unix_s_);
    unsigned char* der = nullptr;
    const int size = i2d_SSL_SESSION(&session, &der);
    POSTROAD_ASSERT(size > 0);
    sessions_.emplace_back(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    context_->remember(sessions_.back(), session);
}

void OpenSslEndpoint::date_ticket() const {
    SSL_SESSION_set_time(SSL_get_session(ssl_.get()), begun_unix_s_);
}

bool OpenSslEndpoint::is_young(const SSL_SESSION& session) const {
    const std::int64_t age_s = begun_unix_s_ - SSL_SESSION_get_time(&session);
    return age_s >= 0 && age_s <= session_life_s;
}

// The age that a client tells (RFC 8446 §4.2.11) is counted by OpenSSL from the machine's clock in
// whole seconds, less one: dated now, it is none on every machine.
void OpenSslEndpoint::take_up(std::string_view der) {
    const std::shared_ptr<SSL_SESSION> session = context_->recall(der);
    if (!session) return;  // then a whole handshake it is
    // tidy: allow OpenSSL counts with the machine's clock
    SSL_SESSION_set_time(session.get(), std::time(nullptr));
    SSL_set_session(ssl_.get(), session.get());
}

// ---- What the authority says ----

bool OpenSslEndpoint::staple() const {
    const Configuration& own = context_->configuration();
    const std::string said = status_response(seed_, own.chain, own.status_revoked, begun_unix_s_);
    if (said.empty()) return false;
    void* const copy = OPENSSL_memdup(said.data(), said.size());
    return copy != nullptr &&
           SSL_set_tlsext_status_ocsp_resp(ssl_.get(), copy, static_cast<long>(said.size())) == 1;
}

bool OpenSslEndpoint::judge_stapled() {
    const unsigned char* octets = nullptr;
    const long size = SSL_get_tlsext_status_ocsp_resp(ssl_.get(), &octets);
    judgement_.status = Status::missing;
    if (octets == nullptr || size <= 0) return true;  // it may know of none
    STACK_OF(X509)* chain = SSL_get0_verified_chain(ssl_.get());
    if (chain == nullptr || sk_X509_num(chain) < 2) return true;  // nobody to believe
    const Fault fault = judge_status({reinterpret_cast<const char*>(octets),
                                      static_cast<std::size_t>(size)},
                                     *sk_X509_value(chain, 0), *sk_X509_value(chain, 1),
                                     begun_unix_s_);
    judgement_.status = fault == Fault::revoked ? Status::revoked : Status::good;
    if (judgement_.fault == Fault::none) judgement_.fault = fault;
    return fault == Fault::none || !context_->configuration().must_verify;
}

Outcome OpenSslEndpoint::put(TlsInput input, std::string_view octets) {
    Outcome out;
    if (failed_) return out;
    const DrawFrom drawing(stream_);
    ERR_clear_error();
    switch (input) {
        case TlsInput::resume: take_up(octets); break;
        case TlsInput::begin: shake_hands(out); break;
        case TlsInput::ciphertext:
            POSTROAD_ASSERT(BIO_write(in_, octets.data(), static_cast<int>(octets.size())) ==
                            static_cast<int>(octets.size()));
            if (!up_) shake_hands(out);
            if (up_) hear(out);
            break;
        case TlsInput::plaintext:
            if (!up_ || octets.empty()) break;
            if (SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size())) <= 0)
                fail(out);
            break;
        case TlsInput::shutdown:
            if (up_) SSL_shutdown(ssl_.get());
            break;
    }
    collect(out);
    return out;
}

// A resumed session shows no certificate again, and so says nothing.
std::string OpenSslEndpoint::vouched_peer() const {
    return up_ && judged_ && judgement_.fault == Fault::none ? judgement_.names : std::string();
}

// tls-exporter needs TLS 1.3 (RFC 9266 §4.2); the server's certificate is there in all versions,
// hashed by what it is signed with, where that is not MD5 or SHA-1 (RFC 5929 §4.1).
std::vector<sasl::Binding> OpenSslEndpoint::bindings() {
    std::vector<sasl::Binding> out;
    if (!up_) return out;
    const DrawFrom drawing(stream_);
    if (SSL_version(ssl_.get()) == TLS1_3_VERSION) {
        constexpr std::string_view label = "EXPORTER-Channel-Binding";
        unsigned char octets[32];
        if (SSL_export_keying_material(ssl_.get(), octets, sizeof octets, label.data(), label.size(),
                                       nullptr, 0, 1) == 1)
            out.push_back({"tls-exporter", {reinterpret_cast<char*>(octets), sizeof octets}});
    }
    const X509* const leaf = SSL_is_server(ssl_.get()) ? SSL_get_certificate(ssl_.get())
                                                       : SSL_get0_peer_certificate(ssl_.get());
    int hash = NID_undef;
    if (leaf == nullptr ||
        X509_get_signature_info(const_cast<X509*>(leaf), &hash, nullptr, nullptr, nullptr) != 1 ||
        hash == NID_undef)
        return out;
    const EVP_MD* const method =
        hash == NID_md5 || hash == NID_sha1 ? EVP_sha256() : EVP_get_digestbynid(hash);
    unsigned char octets[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (method != nullptr && X509_digest(leaf, method, octets, &size) == 1)
        out.push_back({"tls-server-end-point", {reinterpret_cast<char*>(octets), size}});
    return out;
}

void OpenSslEndpoint::shake_hands(Outcome& out) {
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) return came_up(out);
    if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ) fail(out);
}

void OpenSslEndpoint::hear(Outcome& out) {
    char piece[16384];  // a record holds no more (RFC 8446 §5.1)
    for (;;) {
        const int size = SSL_read(ssl_.get(), piece, sizeof piece);
        if (size > 0) {
            out.plaintext.append(piece, static_cast<std::size_t>(size));
            continue;
        }
        const int error = SSL_get_error(ssl_.get(), size);
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_ZERO_RETURN) fail(out);
        return;
    }
}

void OpenSslEndpoint::came_up(Outcome& out) {
    up_ = true;
    out.up = true;
    out.version = static_cast<std::uint16_t>(SSL_version(ssl_.get()));
    out.version_name = SSL_get_version(ssl_.get());
    out.suite = SSL_CIPHER_standard_name(SSL_get_current_cipher(ssl_.get()));
    const char* const name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    if (name != nullptr) out.server_name = name;
    out.resumed = SSL_session_reused(ssl_.get()) == 1;
    out.asked_client = context_->configuration().clients != ClientAuth::none;
    out.judgement = judgement_;
    out.judged = judged_;
    // Nothing is shown in a session that is resumed, whatever OpenSSL still has of the first one.
    const bool looks = !context_->configuration().server && !out.resumed;
    const STACK_OF(X509)* const shown = looks ? SSL_get_peer_cert_chain(ssl_.get()) : nullptr;
    for (int i = 0; shown != nullptr && i < sk_X509_num(shown); ++i) {
        std::string der(static_cast<std::size_t>(i2d_X509(sk_X509_value(shown, i), nullptr)), 0);
        auto* end = reinterpret_cast<unsigned char*>(der.data());
        i2d_X509(sk_X509_value(shown, i), &end);
        out.chain.push_back(std::move(der));
    }
}

void OpenSslEndpoint::fail(Outcome& out) {
    failed_ = true;
    const char* const words = ERR_reason_error_string(ERR_peek_error());
    out.failure = words != nullptr ? words : "the peer broke off";
    out.judgement = judgement_;
    out.judged = judged_;
    ERR_clear_error();
}

void OpenSslEndpoint::collect(Outcome& out) {
    char* octets = nullptr;
    const long size = BIO_get_mem_data(out_, &octets);
    if (size > 0) out.ciphertext.assign(octets, static_cast<std::size_t>(size));
    static_cast<void>(BIO_reset(out_));
    out.secrets.swap(secrets_);
    secrets_.clear();
    out.sessions.swap(sessions_);
    sessions_.clear();
}

}  // namespace postroad::sim::tls

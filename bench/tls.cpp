// TLS: handshakes beside the same OpenSSL in a bare loop over memory, and what a value costs.
#include <memory>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "bench/bench.hpp"
#include "protocols/base/assertion.hpp"
#include "sim/tls/credentials.hpp"
#include "sim/tls/engine.hpp"
#include "sim/tls/random_stream.hpp"

namespace postroad::bench {
namespace {

using namespace sim;

constexpr std::int64_t now_unix_s = 1'283'328'000;
constexpr const char* name = "mx.example.org";

tls::ChainSpec chain() {
    tls::CertificateSpec root;
    root.common_name = "Root";
    root.authority = true;
    root.until_unix_s = 2 * now_unix_s;
    tls::CertificateSpec leaf;
    leaf.common_name = name;
    leaf.names = {name};
    leaf.until_unix_s = 2 * now_unix_s;
    return {leaf, root};
}

// --- ours: endpoints that are logs ---

struct Ours {
    Heap heap;
    TlsTables tables;
    tls::Engine engine;

    std::string kept;  // the newest session, for the next one to resume
    bool resumes = false, modelled = false;

    explicit Ours(bool resumption = false, bool model = false)
        : resumes(resumption), modelled(model) {
        tls::Configuration client;
        client.must_verify = true;
        client.resumes = resumption;
        client.modelled = model;
        client.trusted = {chain().back()};
        tls::Configuration server;
        server.server = true;
        server.chain = chain();
        server.resumes = resumption;
        server.modelled = model;
        for (const auto& one : {client, server})
            heap.push(tables.configurations, heap.make(tls::to_text(one)));
    }
    std::uint32_t add(std::uint32_t configuration, Id conversation) {
        const std::uint32_t id = tables.endpoints.add();
        TlsEndpoint& one = tables.endpoints.edit(id);
        one.configuration = configuration;
        one.conversation = conversation;
        one.begun_unix_s = now_unix_s;
        one.server = static_cast<std::uint8_t>(configuration);
        one.pending = {};
        one.phase = TlsPhase::handshake;
        one.modelled = modelled ? 1 : 0;
        if (configuration == 0) one.server_name = heap.make(name);
        return id;
    }
    tls::Outcome put(std::uint32_t id, TlsInput input, std::string_view octets) {
        tls::Outcome out = engine.put(tables, heap, 1, id, input, octets);
        POSTROAD_ASSERT(out.failure.empty());
        POSTROAD_ASSERT(!out.up || kept.empty() || out.resumed);
        if (!out.sessions.empty()) next = std::move(out.sessions.back());
        return out;
    }
    void handshake(std::uint32_t client, std::uint32_t server) {
        if (!kept.empty()) put(client, TlsInput::resume, kept);
        std::string to_server = put(client, TlsInput::begin, {}).ciphertext;
        put(server, TlsInput::begin, {});
        while (!to_server.empty()) {
            const std::string to_client = put(server, TlsInput::ciphertext, to_server).ciphertext;
            to_server.clear();
            if (!to_client.empty())
                to_server = put(client, TlsInput::ciphertext, to_client).ciphertext;
        }
    }
    void remove(std::uint32_t id) {
        TlsEndpoint& one = tables.endpoints.edit(id);
        for (std::uint32_t i = 0; i < one.log.size(); ++i) {
            Text octets = heap.get(one.log, i).octets;
            heap.drop(octets);
        }
        heap.drop(one.log);
        heap.drop(one.server_name);
        heap.drop(one.pending);
        tables.endpoints.remove(id);
        engine.forget(id);
    }
    void session(Id conversation) {
        const std::uint32_t client = add(0, conversation);
        const std::uint32_t server = add(1, conversation);
        handshake(client, server);
        remove(client);
        remove(server);
        kept = std::move(next);
    }
    std::string next;
};

// --- the same OpenSSL, bare: its own random numbers, nothing kept, nothing told ---

struct Bare {
    std::shared_ptr<SSL_CTX> client{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    std::shared_ptr<SSL_CTX> server{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
    bool resumes;
    mutable std::shared_ptr<SSL_SESSION> kept;

    static int keep(SSL* ssl, SSL_SESSION* session) {
        static_cast<const Bare*>(SSL_get_app_data(ssl))->kept.reset(session, SSL_SESSION_free);
        return 1;  // it is ours now
    }

    explicit Bare(bool resumption = false) : resumes(resumption) {
        const tls::Credential own = tls::credential(1, chain());
        const tls::Credential root = tls::credential(1, {chain().back()});
        // Carried over as PKCS #8 and DER, so that they belong to OpenSSL's usual context.
        unsigned char* der = nullptr;
        int size = i2d_PrivateKey(own.key.get(), &der);
        const unsigned char* at = der;
        const std::shared_ptr<EVP_PKEY> key(d2i_AutoPrivateKey(nullptr, &at, size), EVP_PKEY_free);
        OPENSSL_free(der);
        POSTROAD_ASSERT(key != nullptr);
        POSTROAD_ASSERT(SSL_CTX_use_certificate(server.get(), copy(*own.certificate).get()) == 1);
        POSTROAD_ASSERT(SSL_CTX_use_PrivateKey(server.get(), key.get()) == 1);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(client.get()), copy(*root.certificate).get());
        SSL_CTX_set_verify(client.get(), SSL_VERIFY_PEER, nullptr);
        for (SSL_CTX* one : {client.get(), server.get()}) {
            SSL_CTX_set_min_proto_version(one, TLS1_3_VERSION);
            SSL_CTX_set1_groups_list(one, "X25519:P-256");
            SSL_CTX_set_session_cache_mode(one, SSL_SESS_CACHE_OFF);
            SSL_CTX_set_num_tickets(one, resumes ? 2 : 0);
            SSL_CTX_set_mode(one, SSL_MODE_RELEASE_BUFFERS);
        }
        if (!resumes) return;
        SSL_CTX_set_session_cache_mode(client.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(client.get(), keep);
    }
    static std::shared_ptr<X509> copy(X509& from) {
        unsigned char* der = nullptr;
        const int size = i2d_X509(&from, &der);
        const unsigned char* at = der;
        std::shared_ptr<X509> out(d2i_X509(nullptr, &at, size), X509_free);
        OPENSSL_free(der);
        return out;
    }
    static std::shared_ptr<SSL> endpoint(SSL_CTX* context) {
        std::shared_ptr<SSL> out(SSL_new(context), SSL_free);
        SSL_set_bio(out.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        return out;
    }
    static bool carry(SSL* from, SSL* to) {
        char* octets = nullptr;
        const long size = BIO_get_mem_data(SSL_get_wbio(from), &octets);
        if (size <= 0) return false;
        BIO_write(SSL_get_rbio(to), octets, static_cast<int>(size));
        static_cast<void>(BIO_reset(SSL_get_wbio(from)));
        return true;
    }
    void session() const {
        const auto a = endpoint(client.get());
        const auto b = endpoint(server.get());
        SSL_set_connect_state(a.get());
        SSL_set_accept_state(b.get());
        SSL_set_app_data(a.get(), const_cast<Bare*>(this));
        const bool again = kept != nullptr;
        if (again) SSL_set_session(a.get(), kept.get());
        SSL_set_tlsext_host_name(a.get(), name);
        SSL_set1_host(a.get(), name);
        X509_VERIFY_PARAM_set_time(SSL_get0_param(a.get()), now_unix_s);
        do {
            SSL_do_handshake(a.get());
            carry(a.get(), b.get());
            SSL_do_handshake(b.get());
        } while (carry(b.get(), a.get()));
        POSTROAD_ASSERT(!again || SSL_session_reused(a.get()) == 1);
        char unused = 0;
        if (resumes) SSL_read(a.get(), &unused, 1);  // the tickets
        SSL_set_shutdown(a.get(), SSL_SENT_SHUTDOWN);  // else OpenSSL takes its session for broken
        POSTROAD_ASSERT(SSL_is_init_finished(a.get()) && SSL_is_init_finished(b.get()));
    }
};

void handshakes(const Options& options, Reporter& reporter, bool resumes, bool modelled) {
    const int count = options.quick ? 20 : 1000;
    Ours ours(resumes, modelled);
    const Bare bare(resumes);
    ours.session(1);
    bare.session();
    std::vector<double> ours_s;
    std::vector<double> bare_s;
    for (int round = 0; round < (options.quick ? 1 : 5); ++round) {
        double start = cpu_s();
        for (int i = 0; i < count; ++i) ours.session(static_cast<Id>(i));
        ours_s.push_back((cpu_s() - start) / count);
        start = cpu_s();
        for (int i = 0; i < count; ++i) bare.session();
        bare_s.push_back((cpu_s() - start) / count);
    }
    const char* const what = modelled ? "handshakes, modelled"
                             : resumes ? "handshakes, TLS 1.3, resumed"
                                       : "handshakes, TLS 1.3, P-256, verified";
    reporter.add({"tls", what, 1 / median(ours_s), "/s", "OpenSSL, bare", 1 / median(bare_s), 0.85,
                  false});
}

// A session of 10 MiB, and the time to make its two endpoints again from their logs.
void rebuilding(const Options& options, Reporter& reporter) {
    const std::size_t mebibytes = options.quick ? 1 : 10;
    Ours ours;
    const std::uint32_t client = ours.add(0, 1);
    const std::uint32_t server = ours.add(1, 1);
    ours.handshake(client, server);
    const std::string piece(16384, 'm');
    double start = cpu_s();
    for (std::size_t i = 0; i < mebibytes * 64; ++i)
        ours.put(server, TlsInput::ciphertext, ours.put(client, TlsInput::plaintext, piece).ciphertext);
    const double first_ms = (cpu_s() - start) * 1e3;
    ours.engine.forget(client);
    ours.engine.forget(server);
    start = cpu_s();
    ours.put(client, TlsInput::plaintext, "x");
    ours.put(server, TlsInput::shutdown, {});
    const double again_ms = (cpu_s() - start) * 1e3;
    const std::string size = std::to_string(mebibytes) + " MiB";
    reporter.add({"tls", "make a session of " + size + " again", again_ms, "ms", "the first time",
                  first_ms, 0, true});
    const auto octets = static_cast<double>(ours.tables.endpoints[client].log_octets +
                                            ours.tables.endpoints[server].log_octets);
    reporter.add({"tls", "logs of both ends, " + size, octets / (1 << 20), "MiB", "", 0, 0, true});
}

}  // namespace

void bench_tls(const Options& options, Reporter& reporter) {
    reporter.heading("tls: endpoints as values");
    handshakes(options, reporter, false, false);
    handshakes(options, reporter, true, false);
    handshakes(options, reporter, false, true);
    rebuilding(options, reporter);
}

}  // namespace postroad::bench

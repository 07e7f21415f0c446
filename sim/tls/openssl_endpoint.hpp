// One SSL object over memory, and the SSL_CTX it is made from. Nobody but the engine includes this.
#pragma once

#include <map>
#include <memory>

#include <openssl/ssl.h>

#include "sim/tls/configuration.hpp"
#include "sim/tls/credentials.hpp"
#include "sim/tls/engine.hpp"
#include "sim/tls/random_stream.hpp"

namespace postroad::sim::tls {

class Context {
  public:
    Context(std::uint64_t seed, Configuration configuration);
    SSL_CTX* get() const { return context_.get(); }
    const Configuration& configuration() const { return configuration_; }

    // Sessions as OpenSSL has them, by their DER: a cache, since to read one costs nearly half
    // of the handshake that resumes it.
    void remember(const std::string& der, SSL_SESSION& session);
    std::shared_ptr<SSL_SESSION> recall(std::string_view der);

  private:
    void take_chain(std::uint64_t seed);
    void take_trust(std::uint64_t seed);
    void take_sessions();
    void take_status();
    Configuration configuration_;
    std::shared_ptr<SSL_CTX> context_;
    std::map<std::string, std::shared_ptr<SSL_SESSION>, std::less<>> sessions_;
};

class OpenSslEndpoint {
  public:
    OpenSslEndpoint(std::shared_ptr<Context> context, std::uint64_t seed, std::uint64_t subject,
                    std::int64_t now_unix_s, std::string_view server_name);
    ~OpenSslEndpoint();
    OpenSslEndpoint(const OpenSslEndpoint&) = delete;
    OpenSslEndpoint& operator=(const OpenSslEndpoint&) = delete;

    Outcome put(TlsInput input, std::string_view octets);

    std::vector<sasl::Binding> bindings();
    // Whom the peer's certificate is for, parted by ", ", if it was shown here and holds.
    std::string vouched_peer() const;

    // What OpenSSL calls back with.
    void keep_secret(const char* line) { secrets_.emplace_back(line); }
    bool judge(bool well, X509_STORE_CTX& judging);
    void keep_session(SSL_SESSION& session);
    void date_ticket() const;
    bool is_young(const SSL_SESSION& session) const;
    bool staple() const;
    bool judge_stapled();

  private:
    void take_up(std::string_view der);
    void shake_hands(Outcome& out);
    void hear(Outcome& out);
    void came_up(Outcome& out);
    void fail(Outcome& out);
    void collect(Outcome& out);
    std::shared_ptr<Context> context_;
    RandomStream stream_;
    std::shared_ptr<SSL> ssl_;
    BIO* in_ = nullptr;   // the SSL object owns both
    BIO* out_ = nullptr;
    std::uint64_t seed_;
    std::int64_t begun_unix_s_;
    std::string server_name_;
    std::vector<std::string> secrets_, sessions_;
    Judgement judgement_;
    bool judged_ = false, up_ = false, failed_ = false;
};

}  // namespace postroad::sim::tls

// OpenSSL's side of TLS endpoints: a cache beside the World. What is not there, or is of another
// history, is made again by doing to a new object what the endpoint's log says was done.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/heap.hpp"
#include "sim/tls/tls_state.hpp"

namespace postroad::sim::tls {

// What is wrong with a certificate, for the Trace.
enum class Fault : std::uint8_t {
    none, wrong_name, expired, not_yet_valid, unknown_issuer, self_signed, revoked, other,
};
std::string_view name_of(Fault fault);

// What a client has seen of its server's certificate.
struct Judgement {
    Fault fault = Fault::none;
    std::string names;    // that it is for, parted by ", "
    std::string issuer;   // common name
    std::int64_t from_unix_s = 0, until_unix_s = 0;
};

// What an input has led to.
struct Outcome {
    std::string ciphertext;            // to be sent
    std::string plaintext;             // heard
    std::vector<std::string> secrets;  // key log lines (draft-ietf-tls-keylogfile)
    bool up = false;                   // the handshake has ended well with this input
    std::string failure;               // not empty: no TLS from here on, and why
    // Once up:
    std::uint16_t version = 0;
    std::string version_name, suite, server_name;
    Judgement judgement;               // clients; also when it ended the handshake
    bool judged = false;
    std::vector<std::string> chain;    // clients: what the server has shown, DER, its own first
};

class Engine {
  public:
    Engine();
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // Does one more thing to an endpoint and logs it. `id` is its place in `tables`.
    Outcome put(TlsTables& tables, Heap& heap, std::uint64_t seed, std::uint32_t id,
                TlsInput input, std::string_view octets);
    // The endpoint is no more.
    void forget(std::uint32_t id);

    std::uint64_t replayed() const { return replayed_; }  // inputs done again, for measurements

  private:
    struct Contexts;
    class Endpoint;
    Endpoint& bring_up(const TlsTables& tables, const Heap& heap, std::uint64_t seed,
                       std::uint32_t id);
    std::unique_ptr<Contexts> contexts_;
    std::map<std::uint32_t, std::unique_ptr<Endpoint>> endpoints_;
    std::uint64_t replayed_ = 0;
};

}  // namespace postroad::sim::tls

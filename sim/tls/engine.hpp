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
#include "protocols/sasl/exchange.hpp"
#include "sim/tls/tls_state.hpp"

namespace postroad::sim::tls {

// What is wrong with a certificate, for the Trace.
enum class Fault : std::uint8_t {
    none, wrong_name, expired, not_yet_valid, unknown_issuer, self_signed, revoked, other,
    old_status,  // what the authority says about it is not of today
};
std::string_view name_of(Fault fault);

// What an authority says about a certificate, as the server brought it (RFC 6066 §8, RFC 6960).
enum class Status : std::uint8_t { unasked, missing, good, revoked };

// What an end has seen of the other's certificate.
struct Judgement {
    Fault fault = Fault::none;
    Status status = Status::unasked;
    std::string names;    // that it is for, parted by ", "
    std::string issuer;   // common name
    std::int64_t from_unix_s = 0, until_unix_s = 0;
};

// How long a session may be resumed (RFC 8446 §4.6.1: seven days at the most; Postfix: an hour).
inline constexpr std::int64_t session_life_s = 3600;

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
    bool resumed = false;              // keys come from a session of before: no certificate was shown
    Judgement judgement;               // also when it ended the handshake
    bool judged = false;
    bool asked_client = false;         // servers: whether they wanted to see a certificate
    std::uint32_t modelled_us = 0;     // modelled TLS: CPU time that the real one would have cost
    std::vector<std::string> sessions; // for clients to resume: each as DER
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
    // RFC 9266 and RFC 5929 §4: what binds a session above to this channel. The endpoint is up.
    std::vector<sasl::Binding> bindings(const TlsTables& tables, const Heap& heap,
                                        std::uint64_t seed, std::uint32_t id);
    std::string vouched_peer(const TlsTables& tables, const Heap& heap, std::uint64_t seed,
                             std::uint32_t id);
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

// TLS endpoints as the World keeps them: what they are set to and everything that was done to
// them, in order. OpenSSL's object is made of that, and is no part of the World (engine.hpp).
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/pages.hpp"
#include "sim/core/facts.hpp"

namespace postroad::sim {

enum class TlsPhase : std::uint8_t { handshake, open, failed };

// What can be done to an endpoint.
enum class TlsInput : std::uint32_t {
    resume,      // a client has a session of before (its DER), and is about to begin
    begin,       // a client says hello, a server waits for one
    ciphertext,  // octets came from the peer
    plaintext,   // the machine above says something
    shutdown,    // it says nothing more (RFC 8446 §6.1)
};

struct TlsCall {
    std::uint64_t hash = 0;  // of the log so far, this call included
    Text octets;             // owns one reference
    TlsInput input = TlsInput::begin;
    std::uint32_t unused = 0;
};
static_assert(Record<TlsCall>);

struct TlsEndpoint {
    std::uint32_t connection = 0;     // Tcb (first: the free list's link)
    std::uint32_t generation = 0;
    Id conversation = 0;
    std::int64_t begun_unix_s = 0;    // what certificates are judged against
    std::uint32_t configuration = 0;  // TlsTables::configurations
    std::uint8_t server = 0;
    std::uint8_t implicit = 0;        // TLS comes before the protocol's first word
    TlsPhase phase = TlsPhase::handshake;
    std::uint8_t closed = 0;          // has said its last
    Text server_name;                 // what a client wants, for SNI (RFC 6066 §3) and judging
    List<TlsCall> log;
    std::uint64_t log_octets = 0;
    // Of a modelled endpoint, which has no log (modelled.hpp):
    std::uint8_t modelled = 0;
    std::uint8_t step = 0;            // of the handshake
    std::uint16_t version = 0;
    std::uint32_t sent_records = 0, heard_records = 0;
    Text pending;                     // of a record that has not come whole
    std::uint32_t unused = 0;
};
static_assert(Record<TlsEndpoint>);

// What a client keeps of a session in order to resume it; used once (RFC 8446 §C.4).
struct TlsSession {
    std::uint32_t configuration = 0;
    std::uint32_t unused = 0;
    std::int64_t until_unix_s = 0;
    Text server_name;
    Text der;  // SSL_SESSION; names, keys and the ticket are in it
};
static_assert(Record<TlsSession>);
inline constexpr std::size_t tls_sessions_max = 32;  // of a host; the oldest goes

struct TlsTables {
    Table<TlsEndpoint> endpoints;
    Pages<std::uint32_t> of_connection;  // by Tcb: endpoint + 1; 0: none
    List<Text> configurations;           // each text once, for as long as the world lasts
    Pages<List<TlsSession>> sessions;    // by node
    bool operator==(const TlsTables& other) const {
        return endpoints == other.endpoints && of_connection == other.of_connection &&
               configurations.bytes == other.configurations.bytes && sessions == other.sessions;
    }
};

}  // namespace postroad::sim

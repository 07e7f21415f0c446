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
};
static_assert(Record<TlsEndpoint>);

struct TlsTables {
    Table<TlsEndpoint> endpoints;
    Pages<std::uint32_t> of_connection;  // by Tcb: endpoint + 1; 0: none
    List<Text> configurations;           // each text once, for as long as the world lasts
    bool operator==(const TlsTables& other) const {
        return endpoints == other.endpoints && of_connection == other.of_connection &&
               configurations.bytes == other.configurations.bytes;
    }
};

}  // namespace postroad::sim

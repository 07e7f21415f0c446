// A client of RPC over a connection (C706 §12, MS-RPCE §3.3.2) as a machine: it binds to all the
// interfaces it will need, logs in, and makes one call after another.
#pragma once

#include <span>

#include "protocols/rpc/security.hpp"

namespace postroad::rpc {

struct ClientHost {
    std::span<const Syntax> interfaces;
    AuthType auth = AuthType::none;
    AuthLevel level = AuthLevel::none;
    std::uint32_t group = 0;  // of an earlier connection to the same server; 0: none
    std::uint16_t fragment_octets_max = 5840;
    bool offers_ndr64 = true;  // as Windows does since 2008, beside NDR
    bool offers_features = true;
    std::uint64_t bind_timeout_ns = 30'000'000'000;
    std::uint64_t call_timeout_ns = 60'000'000'000;
};

struct Call {
    std::uint16_t interface = 0;  // index into the host's
    std::uint16_t operation = 0;
    std::string_view stub;
    Uuid object;           // nil: none
    bool patient = false;  // it may wait for as long as it takes
};

struct Client {
    Text pending;            // octets that are no whole packet yet
    Text stub;               // of the call to make, then of the answer
    Text memory;             // the security provider's
    Text verdicts;           // one octet an interface: 0 bound, else why not and 1
    Text secondary_address;  // what the server calls its endpoint
    Uuid object;
    std::uint32_t group = 0;
    std::uint32_t call = 0;
    std::uint16_t max_sent = 0;
    std::uint16_t interface = 0;
    std::uint16_t operation = 0;
    std::uint8_t asking = 0;  // see client.cpp
    std::uint8_t stage = 0;
    std::uint8_t stands = 0;
    std::uint8_t patient = 0;
    std::uint8_t ended = 0;
    std::uint8_t assembling = 0;  // the answer has begun
    std::uint8_t big_endian = 0;  // the server's integers, in the answer
    std::uint8_t header_signing = 0;  // both have it
    std::uint8_t unused[2] = {};
};
static_assert(Record<Client>);

// Asks: rpc_security (security.hpp), then next_job: who has a call gives it with `give` and answers
// ok; not ok: there is none any more, and the connection is closed. An answer may come late.
// Tells: rpc_answer (text: the stub), rpc_fault (index: the status; text: its name; code 1: no
// call was made, for the interface is not bound), session_failed (code: a Rejection, text),
// session_done.
void give(Client& client, const Call& call, Heap& heap);
void step(Client& client, const Input& input, const ClientHost& host, Effects& fx);
void release(Client& client, Heap& heap);

// What the server made of interface `index`: nothing before the bind is over.
std::optional<ContextResult> verdict_on(const Client& client, std::size_t index, const Heap& heap);

}  // namespace postroad::rpc

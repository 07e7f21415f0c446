// A server of RPC over a connection (C706 §12, MS-RPCE §3.3.3) as a machine: binds, fragments,
// faults and protection are its own; what a call comes to, who may bind and who logs in is asked.
#pragma once

#include <span>

#include "protocols/rpc/security.hpp"

namespace postroad::rpc {

struct ServerHost {
    std::span<const Syntax> interfaces;     // what can be bound to here
    std::string_view secondary_address;     // of bind_ack: the port, or the pipe, as text
    AuthLevel level_min = AuthLevel::none;  // calls below are refused: access denied
    std::uint16_t fragment_octets_max = 5840;
    bool features = true;  // bind time feature negotiation, MS-RPCE §3.3.1.5.3
    std::uint64_t idle_timeout_ns = 7'200'000'000'000;  // two hours
};

inline constexpr std::size_t stub_octets_max = 1U << 20;  // of a call, of an answer
inline constexpr std::size_t server_pending_octets_max = 1U << 20;
inline constexpr std::size_t contexts_max = 32;

struct Server {
    struct Accepted {
        std::uint16_t id = 0;
        std::uint16_t interface = 0;  // index into the host's
    };
    Text pending;  // octets not yet worked off
    Text stub;     // of the call that is being put together, or that is asked about
    Text memory;   // the security provider's
    List<Accepted> contexts;
    Uuid object;              // of the call
    std::uint32_t group = 0;  // association group
    std::uint32_t call = 0;   // its id
    std::uint32_t auth_context = 0;
    std::uint32_t calls = 0;     // answered
    std::uint16_t max_sent = 0;  // octets of a fragment, either way
    std::uint16_t max_received = 0;
    std::uint16_t context = 0;  // of the call
    std::uint16_t operation = 0;
    AuthType auth = AuthType::none;
    AuthLevel level = AuthLevel::none;
    std::uint8_t bound = 0;
    std::uint8_t asking = 0;      // see server.cpp
    std::uint8_t assembling = 0;  // a call has begun and its last fragment is to come
    std::uint8_t cancels = 0;
    std::uint8_t orphaned = 0;    // nobody waits for the answer any more
    std::uint8_t call_flags = 0;  // of its first fragment
    std::uint8_t stands = 0;      // the security context
    std::uint8_t failed = 0;      // logging in has: calls are refused
    std::uint8_t ended = 0;
    std::uint8_t header_signing = 0;  // the client's bind asked for it
    std::uint8_t unused[4] = {};
};
static_assert(Record<Server>);

// Asks: rpc_security (security.hpp) and rpc_call: a: the interface (a Syntax as NDR has it) and
// behind it the object, if the call names one; b: the stub; c: the user. The answer: text: the
// stub to answer with; not ok: number: the status of the fault.
struct CallAsk {
    std::uint32_t group = 0;
    std::uint16_t operation = 0;
    AuthLevel level = AuthLevel::none;
    bool big_endian = false;  // how to read the stub
    Syntax interface;
    std::optional<Uuid> object;
    std::string_view stub, user;
};
CallAsk read_call(const Ask& ask);

void step(Server& server, const Input& input, const ServerHost& host, Effects& fx);
void release(Server& server, Heap& heap);

}  // namespace postroad::rpc

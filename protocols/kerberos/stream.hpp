// Kerberos over TCP as a machine (RFC 4120 §7.2.2): each message follows its size in four octets.
// The server's end; what a request deserves is asked.
#pragma once

#include "protocols/base/machine.hpp"

namespace postroad::kerberos {

struct Stream {
    Text pending;                // octets not yet worked off
    std::uint32_t messages = 0;  // whole messages heard
    std::uint8_t asking = 0;     // an answer is awaited; later messages wait
    std::uint8_t ended = 0;
    std::uint8_t closing = 0;    // the peer has closed: what it asked before is still answered
    std::uint8_t unused = 0;
};
static_assert(Record<Stream>);

inline constexpr std::size_t message_octets_max = 65'536;
inline constexpr std::uint64_t stream_idle_timeout_ns = 10'000'000'000;

// Asks: kdc_request (a: a whole message; the answer's text is the reply; not ok: it deserves none,
// and the connection is closed).
void step(Stream& stream, const Input& input, Effects& fx);
void release(Stream& stream, Heap& heap);

}  // namespace postroad::kerberos

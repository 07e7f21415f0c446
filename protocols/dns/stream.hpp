// DNS over TCP as a machine over values (RFC 1035 §4.2.2, RFC 7766): each message follows its size
// in two octets. One machine serves both ends; what a message says is asked, not known here.
#pragma once

#include "protocols/base/machine.hpp"
#include "protocols/dns/message.hpp"

namespace postroad::dns {

struct StreamHost {
    bool client = false;
    std::uint64_t idle_timeout_ns = 30'000'000'000;  // RFC 7766 §6.2.3: of the order of seconds
};

struct Stream {
    Text pending;               // octets not yet worked off
    std::uint32_t messages = 0; // whole messages heard
    std::uint8_t asking = 0;    // an answer is awaited; later messages wait
    std::uint8_t ended = 0;
    std::uint8_t closing = 0;   // the peer has closed: what it asked before is still answered
    std::uint8_t unused = 0;
};
static_assert(postroad::Record<Stream>);

// How much may wait behind an open ask; a peer that sends more is cut off.
inline constexpr std::size_t stream_pending_octets_max = 4 * (2 + message_size_bytes_max);

// Server. Asks: dns_query (a: a whole message; the answer's text is the response; not ok: the
// message deserves none, and the connection is closed).
// Client. Asks: next_job (the answer's text is the query; not ok: there is none). Tells: fetched
// (text: the response), then closes.
void step(Stream& stream, const Input& input, const StreamHost& host, Effects& fx);

// Gives back what the machine holds in the heap; the machine is then as new.
void release(Stream& stream, Heap& heap);

}  // namespace postroad::dns

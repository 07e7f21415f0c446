// DNS over TCP in the World: what the session layer asks and tells for dns::Stream machines, and
// connections begun because an answer did not fit a datagram.
#pragma once

#include <span>

#include "protocols/dns/stream.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim::dns_layer {

// For the desk: roles dns_server, resolver and stub.
bool stream_ask(Run& run, std::uint32_t connection, const Ask& ask, Answer& out);
void stream_tell(Run& run, std::uint32_t connection, std::uint32_t owner, const Tell& tell,
                 std::string_view words);
void stream_over(Run& run, std::uint32_t connection, std::uint32_t owner, Ending how);
const dns::StreamHost& stream_host(const Tcb& tcb);

// Begins a connection to port 53 of `server` for an open question (`tag`: exchange.hpp).
std::uint32_t start_stream(Run& run, NodeId host, AddressId server, Role role, std::uint32_t tag);

// What has come by a stream, or that it broke, is worked off.
void on_stream_event(Run& run, std::uint32_t tag, std::uint32_t connection);

// Room for one message of any size, for whoever is composing one; not kept.
std::span<std::uint8_t> stream_buffer();

// The response to what the client of a connection has asked, if the connection still stands.
void answer_stream(Run& run, std::uint32_t connection, std::uint32_t generation,
                   dns::Bytes message);

}  // namespace postroad::sim::dns_layer

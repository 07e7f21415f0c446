// Protected connections: the record layer between a machine and TCP, and what is told about it.
#pragma once

#include <string>
#include <string_view>

#include "protocols/sasl/exchange.hpp"
#include "sim/tls/engine.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim::secured {

inline bool is_on(const World& world, std::uint32_t connection) {
    return world.tls.endpoints.live() != 0 && connection < world.tls.of_connection.size() &&
           world.tls.of_connection[connection] != 0;
}
// TLS came before the protocol's first word (RFC 8314 §3). The connection is protected.
bool is_implicit(const World& world, std::uint32_t connection);

// TLS was begun and is not up: its handshake has failed, or was broken off.
bool is_broken(const World& world, std::uint32_t connection);

// A client's connection is up: does TLS come first at the port it has called?
bool comes_first(const Run& run, std::uint32_t connection);

// From here on the connection is TLS's. The outcome's ciphertext is to be sent.
tls::Outcome begin(Run& run, std::uint32_t connection, bool implicit);
// What came; certificates and endings have been recorded.
tls::Outcome take(Run& run, std::uint32_t connection, std::string_view octets);
// Turns what a machine says into records, in place. Before the handshake's end there are none.
void seal(Run& run, std::uint32_t connection, std::string& words, bool last);

// Records what the machine's step has noted about TLS (Effects::behind_tls, tls_remark).
void remark(Run& run, std::uint32_t connection);

// What both ends of a session that is up have in common (RFC 5056), for SASL; else nothing.
std::vector<sasl::Binding> bindings(Run& run, std::uint32_t connection);
// Whom the peer's certificate is for, parted by ", ", where it holds; else nothing.
std::string vouched_peer(Run& run, std::uint32_t connection);

void release(Run& run, std::uint32_t connection);  // does nothing for one that is not protected

}  // namespace postroad::sim::secured

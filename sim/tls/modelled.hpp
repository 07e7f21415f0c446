// TLS without cryptography, for worlds too large for real handshakes: the same flights in the same
// order, records of about the same sizes, the same judgement of certificates, and octets on the wire
// that nobody can read. Nothing here is secret; every view says that it is modelled.
#pragma once

#include <cstdint>
#include <string_view>

#include "protocols/base/heap.hpp"
#include "sim/tls/configuration.hpp"
#include "sim/tls/engine.hpp"
#include "sim/tls/tls_state.hpp"

namespace postroad::sim::tls {

// Does one thing to the modelled endpoint `id`. Its state is in its record: there is no log.
Outcome put_modelled(TlsTables& tables, Heap& heap, std::uint64_t seed, std::uint32_t id,
                     TlsInput input, std::string_view octets);

// What a client thinks of a chain, without looking at a signature; as OpenSSL would, in its order.
Judgement judge_chain(const ChainSpec& chain, const Configuration& client, std::string_view name,
                      std::int64_t now_unix_s);

// CPU time of one end of a handshake as measured with OpenSSL 3.0 (`postroad bench tls`), in
// microseconds of one core.
std::uint32_t handshake_cost_us(KeyType key, bool server);

}  // namespace postroad::sim::tls

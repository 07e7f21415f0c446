// NTLM's session security (MS-NLMP §3.4) with extended session security: packets signed and sealed
// under the key that both ends have agreed on, in the order in which they are sent.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/ntlm/exchange.hpp"
#include "protocols/ntlm/hashes.hpp"

namespace postroad::ntlm {

// One direction of a session.
struct Direction {
    std::uint8_t signing_key[16] = {};
    Rc4 sealing;
    std::uint32_t next = 0;      // the sequence number of its next packet
    std::uint32_t conceals = 0;  // the checksum is sealed, too: keys were exchanged (§3.4.4.2)
};
struct Session {
    Direction to_server, to_client;
};
static_assert(Record<Session>);

// §3.4.5.2, §3.4.5.3. Only with flag::extended_security: older keys are given to nobody.
std::optional<Session> start_session(const Agreed& agreed);

inline constexpr std::size_t signature_octets = 16;  // §2.2.2.9.2

// §3.4.3: seals `packet` from `from` on for `count` octets (none: signs only); gives the signature
// over all of it as it was before.
std::string protect(Direction& direction, std::string& packet, std::size_t from, std::size_t count);
// The other way round. False: the signature is not that of this packet at this place of the stream,
// and the direction is of no more use.
bool unprotect(Direction& direction, std::string& packet, std::size_t from, std::size_t count,
               std::string_view signature);

}  // namespace postroad::ntlm

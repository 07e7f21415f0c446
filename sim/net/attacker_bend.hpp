// What can be written over a packet's octets without TCP noticing: RFC 9293 has no idea of what it
// carries, and a checksum is made anew in a moment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postroad::sim::attacker {

// Writes X over each offer of TLS; `over` is what stands there then. False: there was none.
bool strip_offer(std::string& text, std::string& over);

// A TLS client's hello at the beginning of a packet (RFC 8446 §4.1.2).
bool is_client_hello(std::string_view text);
// The server name it asks for in the clear (RFC 6066 §3); empty: none.
std::string_view server_name_in(std::string_view hello);
// Writes `version` over every newer one that it offers. False: there was none.
bool downgrade_hello(std::string& hello, std::uint16_t version);
// Writes the weakest suites of its time over all that it offers. False: they stood there already.
bool weaken_hello(std::string& hello);

}  // namespace postroad::sim::attacker

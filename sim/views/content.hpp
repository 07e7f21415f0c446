// What packets carried, put together again: message contents, DNS and Kerberos messages as words.
#pragma once

#include <string>
#include <string_view>

#include "sim/views/index.hpp"

namespace postroad::sim::views {

// The octets of the line (or content) recorded at `position`, put together from the packets of
// its conversation: as they crossed the network, dot-stuffing included. Empty when the packets
// are not in the Trace (depth below bytes) or did not leave.
std::string octets_of_line(const Trace& trace, const Conversation& conversation,
                           std::uint64_t position);

// What a line's octets say as text: themselves, or a packet of RPC in words. No line of a protocol
// of text begins as such a packet does.
std::string spoken(std::string_view octets);

// "example.net MX?" or "example.net MX: 10 mx.example.net., 20 …" of a DNS message.
std::string dns_words(std::string_view message);

// "AS-REQ: alice asks for krbtgt/EXAMPLE.ORG" of a Kerberos message.
std::string kerberos_words(std::string_view message);

// Relative sequence numbers: one direction's first octet has number 0.
struct StreamStart {
    std::uint32_t number = 0;
    bool known = false;
    void see(const PacketFact& packet);
    std::uint32_t offset(std::uint32_t sequence) const { return sequence - number; }
};

}  // namespace postroad::sim::views

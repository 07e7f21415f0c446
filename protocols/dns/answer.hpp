// An authoritative server as a function over values: zones and a query in, a response out
// (RFC 1034 §4.3.2, RFC 2308, RFC 6891). It holds no state and reads no clock.
#pragma once

#include "protocols/dns/message_writer.hpp"
#include "protocols/dns/zone.hpp"

namespace postroad::dns {

struct AnswerLimits {
    bool stream = false;                            // TCP: up to 65,535 octets
    std::size_t edns_udp_size_bytes_max = 1232;     // what we offer and keep to over UDP
};

// What was answered and why, for the Trace. Names and sets view the zone, not the packet.
struct Answer {
    std::size_t size = 0;  // octets of `out` used; 0: the packet deserves no response
    Rcode rcode = Rcode::no_error;
    Question question;     // default when the query held none
    const Zone* zone = nullptr;  // where the name was looked up last
    Outcome outcome = Outcome::not_here;
    Rrset set;             // the answer, the alias last followed, or the child's NS set
    bool by_wildcard = false;
    bool truncated = false;
    std::uint8_t aliases_followed = 0;
    std::string_view reason;  // a sentence, of static storage
};

// `out` should have 65,535 octets for TCP, and edns_udp_size_bytes_max (512 at least) for UDP.
Answer answer(const ZoneSet& zones, Bytes query, const AnswerLimits& limits,
              std::span<std::uint8_t> out);

}  // namespace postroad::dns

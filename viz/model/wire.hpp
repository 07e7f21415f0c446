// What crossed the network in a conversation: TLS records found in its packets, and octets as hex.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "viz/model/recording.hpp"

namespace postroad::viz {

// A record (RFC 8446 §5.1) in what one end has sent.
struct TlsRecord {
    std::uint64_t begins_in = 0,
                  ends_in = 0;  // positions of the packets with its first and last octet
    std::uint32_t octets = 0;   // its header included
    std::uint8_t type = 0;
    std::uint8_t message = 0;  // of a handshake that can be read; 0: it cannot
    bool from_initiator = false;
};
std::string words_of(const TlsRecord& record);

// Records by conversation; those looked at last are kept.
class TlsRecords {
public:
    // In the order they begin. Empty when there is no TLS, or no packets in the Trace.
    const std::vector<TlsRecord>& of(const Recording& run, sim::Id conversation);
    // Those with octets in the packet recorded at this position.
    std::vector<TlsRecord> in(const Recording& run, sim::Id conversation, std::uint64_t position);

private:
    std::map<sim::Id, std::vector<TlsRecord>> known_;
};

// The octets a row carried: as its speaker said them, or as they crossed the network from there on.
// Empty when it carried none.
std::string octets_at(const Recording& run, const Entry& entry, bool on_the_wire);

// "00000010  52 43 50 54 …  RCPT TO:" of 16 octets from `at` on.
std::string hex_line(std::string_view octets, std::size_t at);

}  // namespace postroad::viz

// Packets as bytes: real IPv4, IPv6, TCP, UDP, ICMP and ICMPv6 headers with right checksums.
// For captures and for programs outside; inside the world a PacketHeader is enough.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sim/net/packet.hpp"
#include "sim/net/ruleset.hpp"

namespace postroad::net {

// The bytes of the IP header (20 or 40) and of the transport header with its options: TCP 20 and
// more, UDP, ICMP 8, other protocols none.
std::size_t ip_header_bytes(const PacketHeader& header);
std::size_t transport_header_bytes(const PacketHeader& header);
// All of it: both headers and payload_bytes.
std::size_t packet_bytes(const PacketHeader& header);

// Writes the packet to `out`, which has at least packet_bytes(header) bytes, and returns how many
// were written. The pieces follow one another and make payload_bytes together. `ident` is the
// IPv4 Identification (DF is set and nothing is fragmented: RFC 6864 lets it be anything).
// TCP options are written in a SYN alone: MSS (RFC 9293 §3.7.1), window scale (RFC 7323 §2.2).
std::size_t write_packet(const PacketHeader& header, std::span<const std::string_view> payload,
                         std::uint16_t ident, std::span<std::uint8_t> out);

// How much of a packet an ICMP error quotes: IPv4 the IP header and 8 bytes more (RFC 792);
// IPv6 as much as fits into a message of 1280 bytes (RFC 4443 §3.1).
std::size_t quoted_bytes(std::span<const std::uint8_t> packet, bool v4);

// The header of the ICMP error by which `from` answers `original`; its payload is the quote.
// Not for reject.tcp_reset.
PacketHeader icmp_error(const PacketHeader& original, const Address& from, const Reject& reject,
                        std::size_t quote_bytes);

// The RST that refuses a segment (RFC 9293 §3.10.7.1), as if its receiver sent it; nothing when
// the segment is itself a RST.
std::optional<PacketHeader> tcp_refusal(const PacketHeader& segment);

// A packet read back. Unknown TCP options are skipped.
struct ParsedPacket {
    PacketHeader header;
    std::span<const std::uint8_t> payload;  // within the bytes given
    std::uint16_t ident = 0;
    bool checksums_right = false;           // the IP header's and the transport's
};
// Nothing when the bytes are no whole IPv4 or IPv6 packet, are a fragment, or carry IPv6
// extension headers. Bytes after the packet (Ethernet's padding) are left out.
std::optional<ParsedPacket> parse_packet(std::span<const std::uint8_t> bytes);

// The sum of 16-bit words of RFC 1071, not yet folded, in this machine's byte order; `sum` is
// what came before, of an even number of bytes.
std::uint64_t checksum_add(std::span<const std::uint8_t> bytes, std::uint64_t sum = 0);
// Folded and complemented: the two bytes to copy into a header as they are in memory.
std::uint16_t checksum_finish(std::uint64_t sum);

}  // namespace postroad::net

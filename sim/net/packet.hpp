// What the network knows of a packet: its IP and transport headers as one plain record.
// The bytes they become are wire.hpp's business; the payload travels beside, by reference.
#pragma once

#include <cstdint>
#include <type_traits>

#include "sim/net/address.hpp"

namespace postroad::net {

// IANA protocol numbers (the IPv4 Protocol field, the IPv6 Next Header field).
inline constexpr std::uint8_t protocol_icmp = 1;
inline constexpr std::uint8_t protocol_tcp = 6;
inline constexpr std::uint8_t protocol_udp = 17;
inline constexpr std::uint8_t protocol_gre = 47;
inline constexpr std::uint8_t protocol_esp = 50;
inline constexpr std::uint8_t protocol_ah = 51;
inline constexpr std::uint8_t protocol_icmpv6 = 58;

// Control bits (RFC 9293 §3.1).
inline constexpr std::uint8_t tcp_fin = 0x01;
inline constexpr std::uint8_t tcp_syn = 0x02;
inline constexpr std::uint8_t tcp_rst = 0x04;
inline constexpr std::uint8_t tcp_psh = 0x08;
inline constexpr std::uint8_t tcp_ack = 0x10;
inline constexpr std::uint8_t tcp_urg = 0x20;
inline constexpr std::uint8_t tcp_ece = 0x40;
inline constexpr std::uint8_t tcp_cwr = 0x80;

// Fields that a protocol does not have are zero, so that equal packets have equal bytes.
struct PacketHeader {
    Address src;
    Address dst;                      // the same family as src
    std::uint32_t seq = 0;            // TCP; ICMP: the four bytes after the checksum
    std::uint32_t ack = 0;            // TCP
    std::uint16_t src_port = 0;       // TCP, UDP
    std::uint16_t dst_port = 0;       // TCP, UDP
    std::uint16_t window = 0;         // TCP, as on the wire (unscaled)
    std::uint16_t mss = 0;            // TCP option in a SYN, bytes; 0: no option
    std::uint16_t payload_bytes = 0;  // what follows the transport header
    std::uint8_t protocol = 0;
    std::uint8_t tcp_flags = 0;
    std::uint8_t ttl = 64;            // IPv6: hop limit
    std::uint8_t icmp_type = 0;       // ICMP, ICMPv6
    std::uint8_t icmp_code = 0;
    std::uint8_t window_shift = 0;    // TCP option in a SYN (RFC 7323 §2); 0: no option

    friend bool operator==(const PacketHeader&, const PacketHeader&) = default;

    bool is_v4() const { return dst.is_v4(); }
    bool has_ports() const { return protocol == protocol_tcp || protocol == protocol_udp; }
};
static_assert(std::is_trivially_copyable_v<PacketHeader> && sizeof(PacketHeader) == 56 &&
              std::has_unique_object_representations_v<PacketHeader>);

}  // namespace postroad::net

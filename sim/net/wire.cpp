// Header bytes in and out. Layouts: RFC 791 §3.1, RFC 8200 §3, RFC 9293 §3.1, RFC 768, RFC 792,
// RFC 4443 §2.1; the checksum's pseudo-headers: RFC 9293 §3.1, RFC 8200 §8.1.
#include "sim/net/wire.hpp"

#include <algorithm>
#include <cstring>

#include "protocols/base/assertion.hpp"

namespace postroad::net {
namespace {

constexpr std::size_t v4_header_bytes = 20;
constexpr std::size_t v6_header_bytes = 40;
constexpr std::size_t tcp_header_bytes = 20;
constexpr std::size_t short_header_bytes = 8;  // UDP, ICMP, ICMPv6
constexpr std::size_t v6_mtu_min = 1280;

constexpr std::uint8_t option_end = 0;
constexpr std::uint8_t option_nop = 1;
constexpr std::uint8_t option_mss = 2;
constexpr std::uint8_t option_window_scale = 3;

void put16(std::uint8_t* at, std::uint32_t value) {
    at[0] = static_cast<std::uint8_t>(value >> 8);
    at[1] = static_cast<std::uint8_t>(value);
}
void put32(std::uint8_t* at, std::uint32_t value) {
    put16(at, value >> 16);
    put16(at + 2, value);
}
std::uint16_t get16(const std::uint8_t* at) {
    return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}
std::uint32_t get32(const std::uint8_t* at) {
    return static_cast<std::uint32_t>(get16(at)) << 16 | get16(at + 2);
}

void put_checksum(std::uint8_t* at, std::uint16_t sum) { std::memcpy(at, &sum, 2); }

bool is_icmp(std::uint8_t protocol) {
    return protocol == protocol_icmp || protocol == protocol_icmpv6;
}

// Where the checksum of a transport header stands.
std::size_t checksum_offset(std::uint8_t protocol) {
    if (protocol == protocol_tcp) return 16;
    return protocol == protocol_udp ? 6 : 2;
}

// ICMP for IPv4 is the only one without a pseudo-header.
std::uint64_t pseudo_header_sum(const PacketHeader& h, std::size_t segment_bytes) {
    if (h.protocol == protocol_icmp) return 0;
    std::uint8_t bytes[40] = {};
    if (h.is_v4()) {
        std::memcpy(bytes, h.src.bytes.data() + 12, 4);
        std::memcpy(bytes + 4, h.dst.bytes.data() + 12, 4);
        bytes[9] = h.protocol;
        put16(bytes + 10, static_cast<std::uint32_t>(segment_bytes));
        return checksum_add(std::span(bytes, 12));
    }
    std::memcpy(bytes, h.src.bytes.data(), 16);
    std::memcpy(bytes + 16, h.dst.bytes.data(), 16);
    put32(bytes + 32, static_cast<std::uint32_t>(segment_bytes));
    bytes[39] = h.protocol;
    return checksum_add(std::span(bytes, 40));
}

void write_ip(const PacketHeader& h, std::uint16_t ident, std::size_t total, std::uint8_t* out) {
    const std::size_t header = ip_header_bytes(h);
    std::memset(out, 0, header);
    if (!h.is_v4()) {
        out[0] = 0x60;
        put16(out + 4, static_cast<std::uint32_t>(total - header));
        out[6] = h.protocol;
        out[7] = h.ttl;
        std::memcpy(out + 8, h.src.bytes.data(), 16);
        std::memcpy(out + 24, h.dst.bytes.data(), 16);
        return;
    }
    out[0] = 0x45;
    put16(out + 2, static_cast<std::uint32_t>(total));
    put16(out + 4, ident);
    out[6] = 0x40;  // don't fragment
    out[8] = h.ttl;
    out[9] = h.protocol;
    std::memcpy(out + 12, h.src.bytes.data() + 12, 4);
    std::memcpy(out + 16, h.dst.bytes.data() + 12, 4);
    put_checksum(out + 10, checksum_finish(checksum_add(std::span(out, header))));
}

void write_tcp(const PacketHeader& h, std::size_t header_bytes, std::uint8_t* out) {
    put16(out, h.src_port);
    put16(out + 2, h.dst_port);
    put32(out + 4, h.seq);
    put32(out + 8, h.ack);
    out[12] = static_cast<std::uint8_t>(header_bytes / 4 << 4);
    out[13] = h.tcp_flags;
    put16(out + 14, h.window);
    put32(out + 16, 0);  // checksum for now; no urgent data
    std::uint8_t* option = out + tcp_header_bytes;
    if (header_bytes > tcp_header_bytes && h.mss != 0) {
        option[0] = option_mss;
        option[1] = 4;
        put16(option + 2, h.mss);
        option += 4;
    }
    if (option < out + header_bytes) {
        option[0] = option_nop;
        option[1] = option_window_scale;
        option[2] = 3;
        option[3] = h.window_shift;
    }
}

void write_transport(const PacketHeader& h, std::size_t header_bytes, std::uint8_t* out) {
    if (h.protocol == protocol_tcp) return write_tcp(h, header_bytes, out);
    if (h.protocol == protocol_udp) {
        put16(out, h.src_port);
        put16(out + 2, h.dst_port);
        put16(out + 4, static_cast<std::uint32_t>(header_bytes + h.payload_bytes));
        put16(out + 6, 0);
    } else if (is_icmp(h.protocol)) {
        out[0] = h.icmp_type;
        out[1] = h.icmp_code;
        put16(out + 2, 0);
        put32(out + 4, h.seq);
    }
}

// The options of a SYN; false when they are malformed.
bool read_options(std::span<const std::uint8_t> options, PacketHeader& h) {
    while (!options.empty() && options[0] != option_end) {
        if (options[0] == option_nop) {
            options = options.subspan(1);
            continue;
        }
        if (options.size() < 2 || options[1] < 2 || options[1] > options.size()) return false;
        if (options[0] == option_mss && options[1] == 4) h.mss = get16(options.data() + 2);
        if (options[0] == option_window_scale && options[1] == 3) h.window_shift = options[2];
        options = options.subspan(options[1]);
    }
    return true;
}

// Reads the transport header of `segment`; its length, or nothing.
std::optional<std::size_t> read_transport(std::span<const std::uint8_t> segment,
                                          PacketHeader& h) {
    const std::uint8_t* in = segment.data();
    if (h.protocol == protocol_tcp) {
        if (segment.size() < tcp_header_bytes) return {};
        const std::size_t length = static_cast<std::size_t>(in[12] >> 4) * 4;
        if (length < tcp_header_bytes || length > segment.size()) return {};
        h.src_port = get16(in);
        h.dst_port = get16(in + 2);
        h.seq = get32(in + 4);
        h.ack = get32(in + 8);
        h.tcp_flags = in[13];
        h.window = get16(in + 14);
        if (!read_options(segment.subspan(tcp_header_bytes, length - tcp_header_bytes), h))
            return {};
        return length;
    }
    if (h.protocol == protocol_udp) {
        if (segment.size() < short_header_bytes || get16(in + 4) != segment.size()) return {};
        h.src_port = get16(in);
        h.dst_port = get16(in + 2);
        return short_header_bytes;
    }
    if (!is_icmp(h.protocol)) return 0;
    if (segment.size() < short_header_bytes) return {};
    h.icmp_type = in[0];
    h.icmp_code = in[1];
    h.seq = get32(in + 4);
    return short_header_bytes;
}

Address v4_at(const std::uint8_t* at) { return make_v4(at[0], at[1], at[2], at[3]); }

Address v6_at(const std::uint8_t* at) {
    Address a;
    std::memcpy(a.bytes.data(), at, 16);
    return a;
}

}  // namespace

std::size_t ip_header_bytes(const PacketHeader& h) {
    return h.is_v4() ? v4_header_bytes : v6_header_bytes;
}

std::size_t transport_header_bytes(const PacketHeader& h) {
    if (h.protocol == protocol_udp || is_icmp(h.protocol)) return short_header_bytes;
    if (h.protocol != protocol_tcp) return 0;
    if ((h.tcp_flags & tcp_syn) == 0) return tcp_header_bytes;
    return tcp_header_bytes + (h.mss != 0 ? 4u : 0u) + (h.window_shift != 0 ? 4u : 0u);
}

std::size_t packet_bytes(const PacketHeader& h) {
    return ip_header_bytes(h) + transport_header_bytes(h) + h.payload_bytes;
}

std::size_t write_packet(const PacketHeader& h, std::span<const std::string_view> payload,
                         std::uint16_t ident, std::span<std::uint8_t> out) {
    const std::size_t total = packet_bytes(h);
    const std::size_t ip = ip_header_bytes(h);
    const std::size_t transport = transport_header_bytes(h);
    POSTROAD_ASSERT(h.src.is_v4() == h.dst.is_v4());
    POSTROAD_ASSERT(total <= out.size() && total - (h.is_v4() ? 0 : ip) <= 0xffff);
    write_ip(h, ident, total, out.data());
    std::uint8_t* segment = out.data() + ip;
    write_transport(h, transport, segment);
    std::size_t at = ip + transport;
    for (const std::string_view piece : payload) {
        POSTROAD_ASSERT(piece.size() <= total - at);
        if (!piece.empty()) std::memcpy(out.data() + at, piece.data(), piece.size());
        at += piece.size();
    }
    POSTROAD_ASSERT(at == total);
    if (transport == 0) return total;
    const std::size_t segment_bytes = total - ip;
    std::uint16_t sum = checksum_finish(checksum_add(std::span(segment, segment_bytes),
                                                     pseudo_header_sum(h, segment_bytes)));
    if (h.protocol == protocol_udp && sum == 0) sum = 0xffff;  // RFC 768: zero means "none"
    put_checksum(segment + checksum_offset(h.protocol), sum);
    return total;
}

std::size_t quoted_bytes(std::span<const std::uint8_t> packet, bool v4) {
    const std::size_t most = v4 ? v4_header_bytes + 8
                                : v6_mtu_min - v6_header_bytes - short_header_bytes;
    return std::min(packet.size(), most);
}

PacketHeader icmp_error(const PacketHeader& original, const Address& from, const Reject& reject,
                        std::size_t quote_bytes) {
    POSTROAD_ASSERT(!reject.tcp_reset && quote_bytes <= v6_mtu_min);
    PacketHeader h;
    h.src = from;
    h.dst = original.src;
    h.protocol = original.is_v4() ? protocol_icmp : protocol_icmpv6;
    h.icmp_type = reject.icmp_type;
    h.icmp_code = reject.icmp_code;
    h.payload_bytes = static_cast<std::uint16_t>(quote_bytes);
    return h;
}

std::optional<PacketHeader> tcp_refusal(const PacketHeader& segment) {
    if (segment.protocol != protocol_tcp || (segment.tcp_flags & tcp_rst) != 0) return {};
    PacketHeader h;
    h.src = segment.dst;
    h.dst = segment.src;
    h.src_port = segment.dst_port;
    h.dst_port = segment.src_port;
    h.protocol = protocol_tcp;
    if ((segment.tcp_flags & tcp_ack) != 0) {
        h.seq = segment.ack;
        h.tcp_flags = tcp_rst;
        return h;
    }
    const std::uint32_t controls = ((segment.tcp_flags & tcp_syn) != 0 ? 1u : 0u) +
                                   ((segment.tcp_flags & tcp_fin) != 0 ? 1u : 0u);
    h.ack = segment.seq + segment.payload_bytes + controls;
    h.tcp_flags = tcp_rst | tcp_ack;
    return h;
}

std::optional<ParsedPacket> parse_packet(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return {};
    ParsedPacket packet;
    PacketHeader& h = packet.header;
    const std::uint8_t* in = bytes.data();
    std::size_t ip = 0;
    std::size_t total = 0;
    bool ip_right = true;
    if (in[0] >> 4 == 4) {
        ip = static_cast<std::size_t>(in[0] & 15) * 4;
        if (ip < v4_header_bytes || bytes.size() < ip) return {};
        total = get16(in + 2);
        if ((get16(in + 6) & 0x3fff) != 0) return {};  // a fragment
        packet.ident = get16(in + 4);
        h.ttl = in[8];
        h.protocol = in[9];
        h.src = v4_at(in + 12);
        h.dst = v4_at(in + 16);
        ip_right = checksum_finish(checksum_add(bytes.first(ip))) == 0;
    } else if (in[0] >> 4 == 6) {
        ip = v6_header_bytes;
        if (bytes.size() < ip) return {};
        total = ip + get16(in + 4);
        h.protocol = in[6];
        h.ttl = in[7];
        h.src = v6_at(in + 8);
        h.dst = v6_at(in + 24);
        if (h.src.is_v4() || h.dst.is_v4()) return {};  // never on the wire (RFC 4291 §2.5.5.2)
    } else {
        return {};
    }
    if (total < ip || total > bytes.size()) return {};
    const auto segment = bytes.subspan(ip, total - ip);
    const auto transport = read_transport(segment, h);
    if (!transport) return {};
    packet.payload = segment.subspan(*transport);
    h.payload_bytes = static_cast<std::uint16_t>(packet.payload.size());
    const std::uint64_t sum = checksum_add(segment, pseudo_header_sum(h, segment.size()));
    packet.checksums_right = ip_right && (*transport == 0 || checksum_finish(sum) == 0);
    return packet;
}

std::uint64_t checksum_add(std::span<const std::uint8_t> bytes, std::uint64_t sum) {
    // Eight bytes a step in two independent sums: a 64-bit sum of 32-bit halves cannot overflow
    // before four gibibytes.
    std::uint64_t other = 0;
    const std::uint8_t* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; at += 8, left -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        sum += word & 0xffffffff;
        other += word >> 32;
    }
    std::uint8_t rest[8] = {};
    if (left > 0) std::memcpy(rest, at, left);
    std::uint64_t word = 0;
    std::memcpy(&word, rest, 8);
    return sum + other + (word & 0xffffffff) + (word >> 32);
}

std::uint16_t checksum_finish(std::uint64_t sum) {
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum & 0xffff);
}

}  // namespace postroad::net

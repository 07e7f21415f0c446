// Packets as bytes: golden headers (made by an independent program, checked with tshark), and back.
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "sim/net/wire.hpp"
#include "tests/catch.hpp"

using namespace postroad::net;

namespace {

std::string hex(std::span<const std::uint8_t> bytes) {
    std::string out;
    for (const std::uint8_t b : bytes) {
        out += "0123456789abcdef"[b >> 4];
        out += "0123456789abcdef"[b & 15];
    }
    return out;
}

std::vector<std::uint8_t> bytes_of(const PacketHeader& h, std::vector<std::string_view> payload,
                                   std::uint16_t ident) {
    std::vector<std::uint8_t> out(packet_bytes(h), 0xee);
    REQUIRE(write_packet(h, payload, ident, out) == out.size());
    return out;
}

PacketHeader packet(bool v4, std::uint8_t protocol) {
    PacketHeader h;
    h.src = *parse_address(v4 ? "192.0.2.1" : "2001:db8::1");
    h.dst = *parse_address(v4 ? "198.51.100.2" : "2001:db8::2");
    h.protocol = protocol;
    return h;
}

PacketHeader syn(bool v4) {
    PacketHeader h = packet(v4, protocol_tcp);
    h.src_port = 49152;
    h.tcp_flags = tcp_syn;
    h.dst_port = v4 ? 25 : 587;
    h.seq = v4 ? 0x01020304 : 1;
    h.window = v4 ? 64240 : 65535;
    h.mss = v4 ? 1460 : 1440;
    h.window_shift = v4 ? 0 : 7;
    return h;
}

PacketHeader datagram(bool v4) {
    PacketHeader h = packet(v4, protocol_udp);
    h.src_port = 5353;
    h.dst_port = 53;
    h.payload_bytes = 3;
    return h;
}

std::string_view text_of(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("a SYN over IPv4 carries its MSS and right checksums") {
    CHECK(hex(bytes_of(syn(true), {}, 7)) ==
        "4500002c0007400040064e8ec0000201c6336402c000001901020304000000006002faf0ecde0000"
        "020405b4");
}

TEST_CASE("a SYN over IPv6 carries MSS and window scale") {
    CHECK(hex(bytes_of(syn(false), {}, 7)) ==
        "60000000001c064020010db800000000000000000000000120010db8000000000000000000000002"
        "c000024b00000001000000007002ffff666b0000020405a001030307");
}

TEST_CASE("a segment's payload may come in pieces of odd lengths") {
    PacketHeader h = syn(true);
    h.tcp_flags = tcp_psh | tcp_ack;
    h.seq = 0x01020305;
    h.ack = 0x0a0b0c0d;
    h.window = 502;
    h.payload_bytes = 9;
    const std::string golden =
        "450000310008400040064e88c0000201c6336402c0000019010203050a0b0c0d501801f6fa5a0000"
        "45484c4f20610d0a2e";
    CHECK(hex(bytes_of(h, {"EHLO a\r\n."}, 8)) == golden);
    CHECK(hex(bytes_of(h, {"EHL", "", "O a\r\n", "."}, 8)) == golden);
}

TEST_CASE("a datagram has its length and checksum in both families") {
    CHECK(hex(bytes_of(datagram(true), {"abc"}, 9)) ==
        "4500001f0009400040114e8ec0000201c633640214e90035000b3a20616263");
    CHECK(hex(bytes_of(datagram(false), {"abc"}, 9)) ==
        "60000000000b114020010db800000000000000000000000120010db8000000000000000000000002"
        "14e90035000bcae2616263");
}

TEST_CASE("port unreachable quotes the packet that caused it") {
    for (const bool v4 : {true, false}) {
        const auto original = bytes_of(datagram(v4), {"abc"}, 9);
        const std::size_t quote = quoted_bytes(original, v4);
        CHECK(quote == (v4 ? 28 : original.size()));
        const Reject reject{false, std::uint8_t(v4 ? 3 : 1), std::uint8_t(v4 ? 3 : 4)};
        const PacketHeader h = icmp_error(datagram(v4), datagram(v4).dst, reject, quote);
        const auto error = bytes_of(h, {text_of(original).substr(0, quote)}, 10);
        CHECK(hex(error) == (v4 ?
        "45000038000a400040014e84c6336402c00002010303adb3000000004500001f0009400040114e8e"
        "c0000201c633640214e90035000b3a20" :
        "60000000003b3a4020010db800000000000000000000000220010db8000000000000000000000001"
        "010431e20000000060000000000b114020010db800000000000000000000000120010db800000000"
        "000000000000000214e90035000bcae2616263"));
    }
}

TEST_CASE("an ICMPv6 error never makes a message of more than 1280 bytes") {
    const std::vector<std::uint8_t> large(1500);
    CHECK(quoted_bytes(large, false) == 1232);
    CHECK(quoted_bytes(large, true) == 28);
}

TEST_CASE("a UDP checksum of zero is sent as all ones") {
    PacketHeader h = datagram(true);
    h.payload_bytes = 2;
    bool found = false;
    for (std::uint32_t i = 0; i < 0x10000 && !found; ++i) {
        const char piece[2] = {static_cast<char>(i >> 8), static_cast<char>(i)};
        std::array<std::uint8_t, 30> out{};
        const std::string_view payload(piece, 2);
        write_packet(h, std::span(&payload, 1), 1, out);
        REQUIRE((out[26] != 0 || out[27] != 0));
        found = out[26] == 0xff && out[27] == 0xff;
        if (found) CHECK(parse_packet(out)->checksums_right);
    }
    CHECK(found);
}

TEST_CASE("what was written reads back the same") {
    std::uint64_t random = 1;
    const auto draw = [&random](std::uint32_t below) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::uint32_t>((random >> 33) % below);
    };
    for (int i = 0; i < 2000; ++i) {
        const bool v4 = draw(2) == 0;
        const std::array protocols{protocol_tcp, protocol_udp,
                                   v4 ? protocol_icmp : protocol_icmpv6, protocol_esp};
        PacketHeader h = packet(v4, protocols[draw(4)]);
        h.src = v4 ? make_v4(draw(1u << 31)) : make_address(0x20010db800000000 | draw(99), draw(9));
        h.ttl = static_cast<std::uint8_t>(draw(256));
        if (h.has_ports()) {
            h.src_port = static_cast<std::uint16_t>(draw(65536));
            h.dst_port = static_cast<std::uint16_t>(draw(65536));
        } else if (h.protocol != protocol_esp) {
            h.icmp_type = static_cast<std::uint8_t>(draw(256));
            h.icmp_code = static_cast<std::uint8_t>(draw(256));
            h.seq = draw(1u << 31);
        }
        if (h.protocol == protocol_tcp) {
            h.seq = draw(1u << 31);
            h.ack = draw(1u << 31);
            h.window = static_cast<std::uint16_t>(draw(65536));
            h.tcp_flags = static_cast<std::uint8_t>(draw(256));
            if ((h.tcp_flags & tcp_syn) != 0) {
                h.mss = static_cast<std::uint16_t>(draw(2) * 536);
                h.window_shift = static_cast<std::uint8_t>(draw(15));
            }
        }
        std::string payload;
        for (std::uint32_t n = draw(100); n > 0; --n) payload += static_cast<char>(draw(256));
        h.payload_bytes = static_cast<std::uint16_t>(payload.size());
        const auto bytes = bytes_of(h, {payload}, static_cast<std::uint16_t>(i));
        const auto back = parse_packet(bytes);
        REQUIRE(back);
        CHECK(back->header == h);
        CHECK(back->checksums_right);
        CHECK(back->ident == (v4 ? i : 0));
        CHECK(text_of(back->payload) == payload);
        for (std::size_t cut = 0; cut < bytes.size(); cut += 7)
            CHECK(!parse_packet(std::span(bytes).first(cut)));
    }
}

TEST_CASE("a damaged byte breaks a checksum, and padding after the packet does not") {
    PacketHeader h = syn(true);
    auto bytes = bytes_of(h, {}, 7);
    bytes.resize(bytes.size() + 2);
    CHECK(parse_packet(bytes)->checksums_right);
    for (const std::size_t at : {8u, 12u, 21u, 27u, 43u}) {
        auto damaged = bytes;
        damaged[at] ^= 0x10;
        const auto back = parse_packet(damaged);
        CHECK((!back || !back->checksums_right));
    }
}

TEST_CASE("fragments, unknown versions and malformed options are refused") {
    const auto good = bytes_of(syn(true), {}, 7);
    auto bad = good;
    bad[6] = 0x20;
    CHECK(!parse_packet(bad));
    bad = good;
    bad[0] = 0x55;
    CHECK(!parse_packet(bad));
    for (const int length : {0, 1, 5, 255}) {
        bad = good;
        bad[41] = static_cast<std::uint8_t>(length);
        CHECK(!parse_packet(bad));
    }
    CHECK(!parse_packet({}));
}

TEST_CASE("the checksum of RFC 1071's example is right") {
    const std::array<std::uint8_t, 8> bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    const std::uint16_t sum = checksum_finish(checksum_add(bytes));
    std::array<std::uint8_t, 2> in_memory{};
    std::memcpy(in_memory.data(), &sum, 2);
    CHECK(in_memory[0] == 0x22);  // ~ddf2
    CHECK(in_memory[1] == 0x0d);
}

TEST_CASE("a refused SYN is answered by RST with ACK, a segment with ACK by a bare RST") {
    const auto rst = tcp_refusal(syn(true));
    REQUIRE(rst);
    CHECK(rst->tcp_flags == (tcp_rst | tcp_ack));
    CHECK(rst->ack == 0x01020305);
    CHECK(rst->seq == 0);
    CHECK(rst->src == syn(true).dst);
    CHECK(rst->dst_port == 49152);
    PacketHeader data = syn(true);
    data.tcp_flags = tcp_ack;
    data.ack = 77;
    CHECK(tcp_refusal(data)->tcp_flags == tcp_rst);
    CHECK(tcp_refusal(data)->seq == 77);
    data.tcp_flags = tcp_rst;
    CHECK(!tcp_refusal(data));
}

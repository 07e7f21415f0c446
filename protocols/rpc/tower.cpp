// A floor is two counted strings: which protocol, and its address. Counts and UUIDs are
// little-endian whatever the sender; ports and addresses are in network order (C706 appendix I).
#include "protocols/rpc/tower.hpp"

#include <array>

#include "protocols/rpc/ndr.hpp"

namespace postroad::rpc {
namespace {

enum Protocol : std::uint8_t {  // C706 appendix I, MS-RPCE §2.2.1.2.1
    tcp = 0x07,
    udp = 0x08,
    ip = 0x09,
    connectionless = 0x0a,
    connection = 0x0b,
    uuid = 0x0d,
    named_pipe = 0x0f,
    netbios = 0x11,
    http = 0x1f,
};

std::string little(std::size_t value) {
    return {static_cast<char>(value & 0xff), static_cast<char>(value >> 8 & 0xff)};
}
std::string big(std::uint32_t value, unsigned octets) {
    std::string out;
    while (octets-- > 0) out += static_cast<char>(value >> 8 * octets & 0xff);
    return out;
}
std::uint32_t read_big(std::string_view octets) {
    std::uint32_t out = 0;
    for (const char c : octets) out = out << 8 | static_cast<unsigned char>(c);
    return out;
}

std::string floor(std::string_view left, std::string_view right) {
    return little(left.size()).append(left) + little(right.size()).append(right);
}
std::string floor(Protocol protocol, std::string_view right) {
    return floor(std::string(1, static_cast<char>(protocol)), right);
}
std::string syntax_floor(const Syntax& syntax) {
    return floor(std::string(1, static_cast<char>(uuid)) + ndr::write(syntax.uuid) +
                     little(syntax.major),
                 little(syntax.minor));
}

std::optional<std::string_view> take_counted(std::string_view& rest) {
    if (rest.size() < 2) return std::nullopt;
    const std::size_t size =
        static_cast<unsigned char>(rest[0]) | std::size_t{static_cast<unsigned char>(rest[1])} << 8;
    if (size > rest.size() - 2) return std::nullopt;
    const std::string_view out = rest.substr(2, size);
    rest.remove_prefix(2 + size);
    return out;
}
struct Floor {
    std::uint8_t protocol = 0;
    std::string_view left, right;  // `left` without the protocol's octet
};
std::optional<Floor> take_floor(std::string_view& rest) {
    const auto left = take_counted(rest);
    if (!left || left->empty()) return std::nullopt;
    const auto right = take_counted(rest);
    if (!right) return std::nullopt;
    return Floor{static_cast<std::uint8_t>(left->front()), left->substr(1), *right};
}
bool read_syntax(const Floor& floor, Syntax& out) {
    if (floor.protocol != uuid || floor.left.size() != 18 || floor.right.size() != 2) return false;
    const std::string octets = std::string(floor.left).append(floor.right);
    ndr::Reader reader(octets);
    reader.value(out);
    return reader.done();
}
std::string_view text_in(std::string_view octets) { return octets.substr(0, octets.find('\0')); }

}  // namespace

std::string_view name_of(Sequence sequence) {
    constexpr std::array<std::string_view, 4> names{"ncacn_ip_tcp", "ncacn_np", "ncadg_ip_udp",
                                                    "ncacn_http"};
    return names[static_cast<std::size_t>(sequence)];
}

std::string write_tower(const Tower& tower) {
    const std::string minor = little(0);  // of the RPC protocol
    std::string out = little(5) + syntax_floor(tower.interface) + syntax_floor(tower.transfer);
    const bool datagrams = tower.sequence == Sequence::ncadg_ip_udp;
    out += floor(datagrams ? connectionless : connection, minor);
    switch (tower.sequence) {
    case Sequence::ncacn_ip_tcp: out += floor(tcp, big(tower.port, 2)); break;
    case Sequence::ncadg_ip_udp: out += floor(udp, big(tower.port, 2)); break;
    case Sequence::ncacn_http: out += floor(http, big(tower.port, 2)); break;
    case Sequence::ncacn_np:
        out += floor(named_pipe, tower.pipe + '\0');
        return out + floor(netbios, tower.computer + '\0');
    }
    return out + floor(ip, big(tower.ipv4, 4));
}

std::optional<Tower> read_tower(std::string_view octets) {
    if (octets.size() < 2) return std::nullopt;
    const auto count = read_big(octets.substr(1, 1)) << 8 | read_big(octets.substr(0, 1));
    octets.remove_prefix(2);
    if (count < 4 || count > 8) return std::nullopt;
    std::array<Floor, 5> floors;
    for (std::size_t i = 0; i < count; ++i) {
        const auto next = take_floor(octets);
        if (!next) return std::nullopt;
        if (i < floors.size()) floors[i] = *next;
    }
    Tower out;
    if (!read_syntax(floors[0], out.interface) || !read_syntax(floors[1], out.transfer))
        return std::nullopt;
    const bool datagrams = floors[2].protocol == connectionless;
    if (!datagrams && floors[2].protocol != connection) return std::nullopt;
    const std::uint8_t protocol = floors[3].protocol;
    if (protocol == named_pipe && !datagrams) {
        out.sequence = Sequence::ncacn_np;
        out.pipe = text_in(floors[3].right);
        if (floors[4].protocol == netbios) out.computer = text_in(floors[4].right);
        return out;
    }
    if (floors[3].right.size() != 2) return std::nullopt;
    if (protocol == tcp && !datagrams)
        out.sequence = Sequence::ncacn_ip_tcp;
    else if (protocol == http && !datagrams)
        out.sequence = Sequence::ncacn_http;
    else if (protocol == udp && datagrams)
        out.sequence = Sequence::ncadg_ip_udp;
    else
        return std::nullopt;
    out.port = static_cast<std::uint16_t>(read_big(floors[3].right));
    if (floors[4].protocol == ip && floors[4].right.size() == 4)
        out.ipv4 = read_big(floors[4].right);
    return out;
}

std::string binding_of(const Tower& tower) {
    std::string out = std::string(name_of(tower.sequence)) + ":";
    if (tower.sequence == Sequence::ncacn_np) return out + tower.computer + "[" + tower.pipe + "]";
    if (tower.ipv4 != 0)
        for (int shift = 24; shift >= 0; shift -= 8)
            out += std::to_string(tower.ipv4 >> shift & 0xff) + (shift > 0 ? "." : "");
    return out + "[" + std::to_string(tower.port) + "]";
}

}  // namespace postroad::rpc

// A conversation with an endpoint mapper, octet by octet, written apart from the codecs: of either
// byte order, in fragments of any size, plain, signed or sealed.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "protocols/rpc/epm.hpp"
#include "protocols/rpc/pdu.hpp"
#include "protocols/rpc/services.hpp"

namespace mapper_talk {

using namespace postroad;

inline rpc::Syntax interface_of(std::string_view word) {
    return rpc::find_service(word)->interface;
}

inline rpc::Tower tower(const rpc::Syntax& interface, std::uint16_t port, std::uint32_t ipv4) {
    rpc::Tower out;
    out.interface = interface;
    out.port = port;
    out.ipv4 = ipv4;
    return out;
}

class Octets {
  public:
    explicit Octets(bool big_endian) : big_endian_(big_endian) {}
    std::string out;

    Octets& number(std::uint64_t value, std::size_t octets) {
        for (std::size_t i = 0; i < octets; ++i) {
            const std::size_t shift = 8 * (big_endian_ ? octets - 1 - i : i);
            out += static_cast<char>(value >> shift & 0xff);
        }
        return *this;
    }
    Octets& uuid(const rpc::Uuid& value) {
        number(value.time_low, 4).number(value.time_mid, 2).number(value.time_high, 2);
        for (const std::uint8_t one : value.rest) out += static_cast<char>(one);
        return *this;
    }
    Octets& syntax(const rpc::Syntax& value) {
        return uuid(value.uuid).number(value.major, 2).number(value.minor, 2);
    }
    Octets& align(std::size_t to) {
        while (out.size() % to != 0) out += '\0';
        return *this;
    }
    Octets& tower(const std::string& octets) {  // twr_t
        align(4).number(octets.size(), 4).number(octets.size(), 4);
        out += octets;
        return *this;
    }

  private:
    bool big_endian_;
};

struct Talk {
    bool big_endian = false;
    std::size_t part = 0;  // octets of a stub in one fragment; 0: all of them
    rpc::AuthLevel level = rpc::AuthLevel::none;
    rpc::Syntax bound = rpc::epm::interface;
    rpc::Syntax transfer = rpc::ndr_syntax;
    std::uint16_t operation = rpc::epm::map;

    std::string bind(rpc::PacketType type = rpc::PacketType::bind) const {
        Octets body(big_endian);
        body.number(5840, 2).number(5840, 2).number(0, 4).number(1, 1).number(0, 3);
        body.number(0, 2).number(1, 1).number(0, 1).syntax(bound).syntax(transfer);
        return packet(type, 3, 1, body.out, 0);
    }
    std::string bind_ack() const {
        Octets body(big_endian);
        body.number(5840, 2).number(5840, 2).number(77, 4).number(4, 2);
        body.out += std::string("135\0", 4);
        body.align(4).number(1, 1).number(0, 3).number(0, 2).number(0, 2).syntax(transfer);
        return packet(rpc::PacketType::bind_ack, 3, 1, body.out, 0);
    }
    std::string question_stub(const rpc::Syntax& wanted) const {
        Octets stub(big_endian);
        stub.number(1, 4).uuid({});
        stub.number(2, 4).tower(rpc::write_tower(tower(wanted, 0, 0)));
        stub.align(4).number(0, 4).uuid({}).number(4, 4);
        return stub.out;
    }
    std::string answer_stub(const std::vector<rpc::Tower>& towers) const {
        Octets stub(big_endian);
        stub.number(0, 4).uuid({}).number(towers.size(), 4);
        stub.number(4, 4).number(0, 4).number(towers.size(), 4);
        for (std::size_t i = 0; i < towers.size(); ++i) stub.number(i + 1, 4);
        for (const rpc::Tower& one : towers) stub.tower(rpc::write_tower(one));
        stub.align(4).number(towers.empty() ? rpc::epm::not_registered : 0, 4);
        return stub.out;
    }
    std::string question(const rpc::Syntax& wanted, std::uint32_t call = 2) const {
        return parts(rpc::PacketType::request, call, question_stub(wanted));
    }
    std::string answer(const std::vector<rpc::Tower>& towers, std::uint32_t call = 2) const {
        return parts(rpc::PacketType::response, call, answer_stub(towers));
    }
    std::string fault(std::uint32_t call = 2) const {
        Octets body(big_endian);
        body.number(0, 4).number(0, 2).number(0, 2).number(5, 4).number(0, 4);
        return packet(rpc::PacketType::fault, 3, call, body.out, 0);
    }

    // Call or answer, as many fragments as it takes.
    std::string parts(rpc::PacketType type, std::uint32_t call, const std::string& stub) const {
        std::string out;
        const std::size_t size = part == 0 ? stub.size() : part;
        for (std::size_t at = 0; at < stub.size(); at += size) {
            const auto flags = static_cast<std::uint8_t>((at == 0 ? 1 : 0) |
                                                         (at + size >= stub.size() ? 2 : 0));
            Octets body(big_endian);
            body.number(stub.size(), 4).number(0, 2);
            if (type == rpc::PacketType::request) body.number(operation, 2);
            else body.number(0, 2);
            const std::size_t begins = body.out.size();
            std::string piece = stub.substr(at, size);
            if (level >= rpc::AuthLevel::privacy)
                for (char& one : piece) one = static_cast<char>(one ^ 0x5a);
            body.out += piece;
            out += packet(type, flags, call, body.out, begins);
        }
        return out;
    }

  private:
    // `stub`: where in the body that begins which a verifier fills up to 16 octets.
    std::string packet(rpc::PacketType type, std::uint8_t flags, std::uint32_t call,
                       std::string body, std::size_t stub) const {
        std::size_t value = 0;
        if (level > rpc::AuthLevel::connect && stub != 0) {
            value = 16;
            const std::size_t padding = (16 - (body.size() - stub) % 16) % 16;
            body.append(padding, '\0');
            body += static_cast<char>(rpc::AuthType::ntlm);
            body += static_cast<char>(level);
            body += static_cast<char>(padding);
            body.append(5, '\0');
            body.append(value, 'v');
        }
        Octets head(big_endian);
        head.number(5, 1).number(0, 1).number(static_cast<std::uint8_t>(type), 1).number(flags, 1);
        head.number(big_endian ? 0 : 0x10, 1).number(0, 3);
        head.number(16 + body.size(), 2).number(value, 2).number(call, 4);
        return head.out + body;
    }
};

}  // namespace mapper_talk

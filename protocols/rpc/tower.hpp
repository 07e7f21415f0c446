// Protocol towers (C706 appendix L, MS-RPCE §2.2.1.2): where an interface can be reached, floor by
// floor, as the endpoint mapper keeps it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/rpc/uuid.hpp"

namespace postroad::rpc {

enum class Sequence : std::uint8_t {  // protocol sequences, C706 appendix B
    ncacn_ip_tcp,
    ncacn_np,
    ncadg_ip_udp,
    ncacn_http,
};
std::string_view name_of(Sequence sequence);  // "ncacn_ip_tcp"

struct Tower {
    Syntax interface;
    Syntax transfer = ndr_syntax;
    Sequence sequence = Sequence::ncacn_ip_tcp;
    std::uint16_t port = 0;  // of TCP, UDP, HTTP
    std::uint32_t ipv4 = 0;  // the first octet highest; 0: not said
    std::string pipe;        // of named pipes: "\pipe\epmapper"
    std::string computer;    // of named pipes: its NetBIOS name, with "\\" before it
    bool operator==(const Tower&) const = default;
};

std::string write_tower(const Tower& tower);
// Nothing for a tower that is cut short, has floors of a protocol not known here, or none at all.
std::optional<Tower> read_tower(std::string_view octets);

// "ncacn_ip_tcp:192.0.2.1[49152]", C706 §3.1: string bindings.
std::string binding_of(const Tower& tower);

}  // namespace postroad::rpc

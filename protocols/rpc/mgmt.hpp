// The remote management interface that every RPC server has (C706 appendix Q): what it offers, how
// much it has done, whether it listens, who it is.
#pragma once

#include <span>

#include "protocols/rpc/epm.hpp"

namespace postroad::rpc::mgmt {

inline constexpr Syntax interface { "afa8bd80-7d8a-11c9-bef4-08002b102989", 1, 0 };
enum Operation : std::uint16_t {
    inquire_interface_ids = 0,
    inquire_statistics = 1,
    is_server_listening = 2,
    stop_server_listening = 3,
    inquire_principal_name = 4,
};

struct Nothing {  // what some operations take
    bool operator==(const Nothing&) const = default;
};
struct InterfaceIds {
    std::optional<std::vector<std::optional<epm::InterfaceId>>> ids;
    std::uint32_t status = 0;
    bool operator==(const InterfaceIds&) const = default;
};
struct StatisticsIn {
    std::uint32_t count = 0;
    bool operator==(const StatisticsIn&) const = default;
};
struct Statistics {  // calls in, calls out, packets in, packets out: as many as there is room for
    std::vector<std::uint32_t> values;
    std::uint32_t status = 0;
    bool operator==(const Statistics&) const = default;
};
struct Listening {
    std::uint32_t status = 0;
    std::uint32_t listens = 0;
    bool operator==(const Listening&) const = default;
};
struct Stopped {
    std::uint32_t status = 0;
    bool operator==(const Stopped&) const = default;
};
struct PrincipalNameIn {
    std::uint32_t auth_type = 0;  // an AuthType
    std::uint32_t octets_max = 0;
    bool operator==(const PrincipalNameIn&) const = default;
};
struct PrincipalName {
    std::uint32_t room = 0;
    std::string name;
    std::uint32_t status = 0;
    bool operator==(const PrincipalName&) const = default;
};

struct Host {
    std::span<const Syntax> interfaces;  // this one and NDR left out or not, as the server likes
    std::uint32_t calls_in = 0, packets_in = 0, packets_out = 0;
    std::string_view principal;  // "host/mail.example.org"
};
Outcome answer(const CallAsk& call, const Host& host);

}  // namespace postroad::rpc::mgmt

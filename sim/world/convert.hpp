// Values of a scenario as the network layer has them.
#pragma once

#include "sim/net/address.hpp"
#include "sim/scenario/values.hpp"

namespace postroad::sim {

inline net::Address to_net(const scenario::Ip& ip) {
    if (ip.v6) return net::Address{ip.bytes};
    return net::make_v4(ip.bytes[0], ip.bytes[1], ip.bytes[2], ip.bytes[3]);
}

inline net::Prefix to_net(const scenario::Prefix& prefix) {
    const unsigned bits = prefix.length + (prefix.ip.v6 ? 0U : 96U);
    return net::prefix_of(to_net(prefix.ip), static_cast<std::uint8_t>(bits));
}

}  // namespace postroad::sim

// What of a firewall's openings strangers can make use of: not from addresses that are inside
// themselves, and behind a NAT only where a rule maps something to a host.
#pragma once

#include <vector>

#include "sim/net/ruleset.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim::views {

// The openings without those whose sources all lie in one of `inside`.
std::vector<net::Opening> from_outside(std::vector<net::Opening> openings,
                                       const std::vector<net::Prefix>& inside);

// The openings as they lead to a host at `addresses`. `in` is the network that packets come from;
// at a host's own firewall, where neighbours inside the NAT come by as well, it is the host's own.
// Errs on the side of "open": which packets a mapping is for is not looked at beyond the port.
std::vector<net::Opening> leading_to(const Setup& setup, const std::vector<net::Opening>& openings,
                                     const std::vector<AddressId>& addresses, std::uint32_t in);

}  // namespace postroad::sim::views

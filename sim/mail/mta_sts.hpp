// MTA-STS (RFC 8461) as a sending MTA keeps to it: is there a policy, is it the one that is known,
// else it is fetched; then which hosts it allows.
#pragma once

#include <string_view>

#include "sim/dns/resolve.hpp"
#include "sim/web/web.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim::mail {

// Finds the policy of a delivery's domain. False: the delivery waits; find_exchangers() follows.
bool find_sts_policy(Run& run, std::uint32_t delivery);

// Whether a delivery has a policy that is alive, and what that is.
bool has_sts_policy(const Run& run, std::uint32_t delivery);
std::string_view sts_patterns(const Run& run, std::uint32_t delivery);
bool sts_allows(const Run& run, std::uint32_t delivery, std::string_view exchanger);
bool sts_enforces(const Run& run, std::uint32_t delivery);

// What dns_layer::answered passes on when `who` is_sts.
inline constexpr std::uint32_t sts_bit = 0x20000000;
constexpr bool is_sts(std::uint32_t who) { return (who & 0xE0000000) == sts_bit; }
void sts_resolved(Run& run, std::uint32_t who, std::uint32_t what,
                  const dns_layer::Resolved& answer);
void sts_fetched(Run& run, std::uint32_t policy, const web::Fetched& what);

// The host went down: what it waited for will not come. What it knows is on disk.
void sts_host_down(Run& run, NodeId host);

}  // namespace postroad::sim::mail

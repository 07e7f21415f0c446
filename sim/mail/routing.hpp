// Routing: which host a mail goes to next (RFC 5321 §5). Handing it over is another room's work;
// each decision made here is recorded before the connection it causes.
#pragma once

#include "sim/world/run.hpp"

namespace postroad::sim::mail {

// Begins to find hosts for a delivery's destination. Ends in connect_to() or give_up(), now or
// when DNS has answered.
void find_host(Run& run, std::uint32_t delivery);

// The same once the domain's MTA-STS policy is known (mta_sts.hpp).
void find_exchangers(Run& run, std::uint32_t delivery);

// The host that was tried did not do: its next address, or the next exchanger.
void next_host(Run& run, std::uint32_t delivery);

}  // namespace postroad::sim::mail

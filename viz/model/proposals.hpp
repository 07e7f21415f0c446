// Changes that a scenario invites: some of each kind that the timeline knows.
#pragma once

#include <string>
#include <vector>

#include "sim/world/setup.hpp"

namespace postroad::viz {

struct Proposal {
    std::string label;   // "mx1 goes down"
    std::string change;  // a [[timeline]] table's words without its `at`
};

// As the Setup is now: hosts that go down, links that lose or fail, a record, rules and policies of
// firewalls, what an MTA wants of TLS and for whom it relays, a service that stops. At most two of
// a kind; of a large Setup the first ones that are met.
std::vector<Proposal> proposals(const sim::Setup& setup);

// One firewall's policy becomes "accept", "drop" or "reject".
std::string policy_change(const sim::FirewallSetup& firewall, const std::string& policy);

}  // namespace postroad::viz

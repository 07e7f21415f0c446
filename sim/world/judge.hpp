// Judges the texts of a scenario that are in other languages, firewall rules and zones, and says
// what is wrong with them at their place in the scenario's file.
#pragma once

#include <memory>
#include <string>

#include "protocols/dns/zone.hpp"
#include "protocols/sieve/script.hpp"
#include "sim/net/ruleset.hpp"
#include "sim/scenario/load.hpp"

namespace postroad::sim {

// Hosts and networks by their names in the scenario; keeps what it needs of it.
net::NameBook name_book(const scenario::Scenario& complete);

// Null when something is wrong, which `problems` then says. `path` names texts that stand in no
// file: "firewalls.edge.rules".
std::shared_ptr<const net::Ruleset> read_rules(const scenario::Located& rules,
                                               scenario::Policy policy, const std::string& path,
                                               const net::NameBook& names,
                                               scenario::Problems& problems);
std::shared_ptr<const dns::Zone> read_zone(const scenario::Located& text,
                                           const std::string& origin,
                                           scenario::Problems& problems);
std::shared_ptr<const sieve::Script> read_script(const scenario::Located& text,
                                                 const std::string& path,
                                                 scenario::Problems& problems);

// What scenario::load needs to tell every mistake at once.
scenario::Surroundings surroundings(scenario::ReadFile read_file = {},
                                    scenario::ListFiles list_files = {});

}  // namespace postroad::sim

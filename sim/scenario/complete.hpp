// Works out what a scenario leaves open: networks, names, addresses, zones, resolvers, devices.
// Doing so twice changes nothing more; names that lead nowhere are left for the checks to tell.
#pragma once

#include "sim/scenario/scenario.hpp"

namespace postroad::scenario {

Scenario complete(Scenario scenario);

// The steps, in this order (each in its own file).
void complete_hosts(Scenario& scenario);     // services, networks, names, people, devices
void complete_dns_hosts(Scenario& scenario); // root and top-level servers, resolvers
void complete_links(Scenario& scenario);
void complete_addresses(Scenario& scenario);
void complete_zones(Scenario& scenario);     // zone texts; needs the addresses

// Entries by name; nullptr when there is none.
Network* find_network(Scenario& scenario, std::string_view name);
Host* find_host(Scenario& scenario, std::string_view name);
const Network* find_network(const Scenario& scenario, std::string_view name);
const Host* find_host(const Scenario& scenario, std::string_view name);
const Person* find_person(const Scenario& scenario, std::string_view name);
// The network of kind internet, if there is one.
const Network* find_internet(const Scenario& scenario);

// The mail domains: those of hosts and of [domains], each once, in order.
std::vector<DomainName> mail_domains(const Scenario& scenario);

} // namespace postroad::scenario

// Works out what a scenario leaves open: networks, names, addresses, zones, resolvers, devices.
// Doing so twice changes nothing more; names that lead nowhere are left for the checks to tell.
#pragma once

#include "sim/scenario/scenario.hpp"

namespace postroad::scenario {

Scenario complete(Scenario scenario);

// The steps, in this order (each in its own file).
void complete_hosts(Scenario& scenario);      // services, networks, names, people, devices
void complete_policies(Scenario& scenario);   // MTA-STS and TLS reporting
void complete_dns_hosts(Scenario& scenario);  // root and top-level servers, resolvers
void complete_links(Scenario& scenario);
void complete_addresses(Scenario& scenario);
void complete_zones(Scenario& scenario);  // zone texts; needs the addresses

// Entries by name; nullptr when there is none.
Network* find_network(Scenario& scenario, std::string_view name);
Host* find_host(Scenario& scenario, std::string_view name);
const Network* find_network(const Scenario& scenario, std::string_view name);
const Host* find_host(const Scenario& scenario, std::string_view name);
const Person* find_person(const Scenario& scenario, std::string_view name);
// The same for many look-ups in one scenario, whose entries keep their positions meanwhile.
class Index {
public:
    explicit Index(const Scenario& scenario);
    const Network* network(std::string_view name) const;
    const Host* host(std::string_view name) const;
    const Person* person(std::string_view name) const;
    void add_host(const Name& name, std::size_t position) { hosts_.emplace(name, position); }

private:
    using Positions = std::map<Name, std::size_t, std::less<>>;
    const Scenario& scenario_;
    Positions networks_, hosts_, people_;
};

// The network of kind internet, if there is one.
const Network* find_internet(const Scenario& scenario);

// The mail domains: those of hosts and of [domains], each once, in order.
std::vector<DomainName> mail_domains(const Scenario& scenario);

}  // namespace postroad::scenario

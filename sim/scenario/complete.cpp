// The order of completion, the look-ups it shares, and the network's lines.
#include "sim/scenario/complete.hpp"

#include "sim/scenario/names.hpp"

#include <algorithm>
#include <set>

namespace postroad::scenario {
namespace {

template <class List> auto find_in(List& list, std::string_view name) -> decltype(list.data()) {
    for (auto& one : list)
        if (one.name == name) return &one;
    return nullptr;
}

// Which group of joined networks each network belongs to, as the index of the group's first one.
std::vector<std::size_t> groups_of(const Scenario& s) {
    std::vector<std::size_t> group(s.networks.size());
    for (std::size_t i = 0; i < group.size(); ++i) group[i] = i;
    const auto index = [&](const Name& name) {
        std::size_t i = 0;
        while (i < s.networks.size() && s.networks[i].name != name) ++i;
        return i;
    };
    const auto join = [&](std::size_t a, std::size_t b) {
        if (a >= group.size() || b >= group.size()) return;
        const std::size_t from = std::max(group[a], group[b]);
        const std::size_t to = std::min(group[a], group[b]);
        std::replace(group.begin(), group.end(), from, to);
    };
    for (const Link& link : s.links)
        if (link.between.size() == 2) join(index(link.between[0]), index(link.between[1]));
    return group;
}

}  // namespace

Network* find_network(Scenario& s, std::string_view name) { return find_in(s.networks, name); }
Host* find_host(Scenario& s, std::string_view name) { return find_in(s.hosts, name); }
const Network* find_network(const Scenario& s, std::string_view name) {
    return find_in(s.networks, name);
}
const Host* find_host(const Scenario& s, std::string_view name) { return find_in(s.hosts, name); }
const Person* find_person(const Scenario& s, std::string_view name) {
    return find_in(s.people, name);
}
Index::Index(const Scenario& scenario) : scenario_(scenario) {
    for (std::size_t i = 0; i < scenario.networks.size(); ++i)
        networks_.emplace(scenario.networks[i].name, i);
    for (std::size_t i = 0; i < scenario.hosts.size(); ++i)
        hosts_.emplace(scenario.hosts[i].name, i);
    for (std::size_t i = 0; i < scenario.people.size(); ++i)
        people_.emplace(scenario.people[i].name, i);
}
const Network* Index::network(std::string_view name) const {
    const auto found = networks_.find(name);
    return found == networks_.end() ? nullptr : &scenario_.networks[found->second];
}
const Host* Index::host(std::string_view name) const {
    const auto found = hosts_.find(name);
    return found == hosts_.end() ? nullptr : &scenario_.hosts[found->second];
}
const Person* Index::person(std::string_view name) const {
    const auto found = people_.find(name);
    return found == people_.end() ? nullptr : &scenario_.people[found->second];
}

const Network* find_internet(const Scenario& s) {
    for (const Network& network : s.networks)
        if (network.kind == NetworkKind::internet) return &network;
    return nullptr;
}

std::vector<DomainName> mail_domains(const Scenario& s) {
    std::vector<DomainName> out;
    std::set<DomainName> seen;
    const auto add = [&](const DomainName& name) {
        if (seen.insert(name).second) out.push_back(name);
    };
    for (const Host& host : s.hosts)
        for (const DomainName& domain : host.domains) add(domain);
    for (const Domain& domain : s.domains) add(domain.name);
    return out;
}

// Each group of networks that cannot reach the internet is joined to it by one link, from its
// first ISP or else from its first network; isolated ones are left alone.
void complete_links(Scenario& s) {
    for (Link& link : s.links)
        if (link.name.empty() && link.between.size() == 2)
            link.name = link.between[0] + "--" + link.between[1];
    const Network* internet = find_internet(s);
    if (internet == nullptr) return;
    const Name internet_name = internet->name;
    const std::vector<std::size_t> group = groups_of(s);
    const std::size_t joined = group[static_cast<std::size_t>(internet - s.networks.data())];
    for (std::size_t first = 0; first < group.size(); ++first) {
        if (group[first] != first || first == joined) continue;
        const Network* from = nullptr;
        for (std::size_t i = first; i < group.size(); ++i) {
            const Network& network = s.networks[i];
            if (group[i] != first || network.isolated) continue;
            if (from == nullptr ||
                (network.kind == NetworkKind::isp && from->kind != NetworkKind::isp))
                from = &network;
        }
        if (from == nullptr) continue;
        Link link;
        link.between = {from->name, internet_name};
        link.name = from->name + "--" + internet_name;
        s.links.push_back(std::move(link));
    }
}

Scenario complete(Scenario s) {
    complete_hosts(s);
    complete_policies(s);
    complete_dns_hosts(s);
    complete_links(s);
    complete_addresses(s);
    complete_zones(s);
    return s;
}

}  // namespace postroad::scenario

// Compiles a scenario into a Setup, step by step, and finds things in one by name.
#include "sim/world/setup.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "sim/world/compile.hpp"

namespace postroad::sim {
namespace {

template <class NameOf>
std::vector<std::uint32_t> sorted_by(std::size_t count, NameOf&& name_of) {
    std::vector<std::uint32_t> out(count);
    for (std::uint32_t i = 0; i < count; ++i) out[i] = i;
    std::stable_sort(out.begin(), out.end(), [&](std::uint32_t a, std::uint32_t b) {
        return name_of(a) < name_of(b);
    });
    return out;
}

template <class NameOf>
std::uint32_t find_in(const std::vector<std::uint32_t>& sorted, std::string_view name,
                      NameOf&& name_of) {
    const auto at = std::lower_bound(
        sorted.begin(), sorted.end(), name,
        [&](std::uint32_t id, std::string_view wanted) { return name_of(id) < wanted; });
    return at != sorted.end() && name_of(*at) == name ? *at : nothing;
}

std::uint32_t find_pair(const std::vector<std::pair<std::string, std::uint32_t>>& sorted,
                        std::string_view name) {
    const auto at = std::lower_bound(
        sorted.begin(), sorted.end(), name,
        [](const auto& one, std::string_view wanted) { return one.first < wanted; });
    return at != sorted.end() && at->first == name ? at->second : nothing;
}

template <class List>
bool same_names(const List& a, const List& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& one, const auto& other) { return one.name == other.name; });
}

// What the World's records refer to by number must keep its number.
void check_numbers(Compiler& c) {
    const Setup& old = *c.before;
    if (!same_names(old.hosts, c.out.hosts) || !same_names(old.networks, c.out.networks) ||
        !same_names(old.links, c.out.links) || !same_names(old.firewalls, c.out.firewalls) ||
        !same_names(old.people, c.out.people))
        return c.error("scenario", "hosts, networks, links, firewalls and people cannot come or "
                                   "go while the world runs");
    if (old.addresses != c.out.addresses || old.address_host != c.out.address_host ||
        old.address_network != c.out.address_network)
        return c.error("scenario", "addresses cannot change while the world runs");
    for (std::size_t i = 0; i < old.hosts.size(); ++i) {
        const auto& was = old.hosts[i].services;
        const auto& is = c.out.hosts[i].services;
        const bool kept = was.size() <= is.size() &&
                          std::equal(was.begin(), was.end(), is.begin(),
                                     [](const ServiceSetup& a, const ServiceSetup& b) {
                                         return a.service == b.service;
                                     });
        if (!kept)
            c.error("hosts." + scenario::toml_key(old.hosts[i].name) + ".services",
                    "services can only be added at the end while the world runs",
                    {}, "stop a service with service = { host = ..., running = false }");
    }
}

bool same_topology(const Setup& a, const Setup& b) {
    return a.access_links == b.access_links && a.networks == b.networks &&
           std::equal(a.links.begin() + a.access_links, a.links.end(),
                      b.links.begin() + b.access_links, b.links.end());
}

}  // namespace

void compile_names(Compiler& c) {
    c.out.hosts.resize(c.s.hosts.size());
    for (std::uint32_t i = 0; i < c.out.hosts.size(); ++i) {
        const scenario::Host& from = c.s.hosts[i];
        c.out.hosts[i].scenario_index = i;
        c.out.hosts[i].name = from.name;
        c.out.hosts[i].domain_name = from.names.empty() ? from.name : from.names[0];
    }
    c.out.networks.resize(c.s.networks.size());
    for (std::uint32_t i = 0; i < c.out.networks.size(); ++i) {
        c.out.networks[i].name = c.s.networks[i].name;
        c.out.networks[i].node = c.out.network_node(i);
    }
    for (const scenario::Firewall& one : c.s.firewalls)
        c.out.firewalls.push_back({one.name, nullptr});
    for (const scenario::Zone& one : c.s.zones) c.out.zones.push_back({one.origin, nullptr, {}});
    const Setup& out = c.out;
    const auto host_name = [&](std::uint32_t i) -> const std::string& { return out.hosts[i].name; };
    c.out.hosts_by_name = sorted_by(out.hosts.size(), host_name);
    c.out.networks_by_name =
        sorted_by(out.networks.size(),
                  [&](std::uint32_t i) -> const std::string& { return out.networks[i].name; });
    c.out.zones_by_origin =
        sorted_by(out.zones.size(),
                  [&](std::uint32_t i) -> const std::string& { return out.zones[i].origin; });
    if (out.nodes() >= 1U << 24)
        c.error("scenario", "there are more than 16,777,215 hosts and networks");
}

std::shared_ptr<const Setup> compile(const scenario::Scenario& complete,
                                     scenario::Problems& problems, const Setup* before) {
    const auto out = std::make_shared<Setup>();
    out->scenario = complete;
    out->start_unix_s = complete.start.unix_s;
    out->version = before == nullptr ? 0 : before->version + 1;
    scenario::Problems found;
    Compiler c{out->scenario, found, before, *out};
    compile_names(c);
    compile_network(c);
    compile_firewalls(c);
    compile_zones(c);
    for (const scenario::Host& host : complete.hosts)
        c.tls_offered = c.tls_offered || host.tls.offer || host.tls.implicit;
    compile_hosts(c);
    compile_tls(c);
    compile_people(c);
    compile_rules(c);
    compile_retrievers(c);
    compile_kerberos(c);
    if (before != nullptr) check_numbers(c);
    for (const scenario::Problem& one : found.list()) problems.add(one);
    if (found.any_error()) return nullptr;
    if (before != nullptr && same_topology(*before, *out)) out->routes = before->routes;
    else build_routes(*out, {});
    fill_ways(*out);
    return out;
}

AddressId Setup::find_address(const net::Address& address) const {
    const auto at = std::lower_bound(
        addresses_sorted.begin(), addresses_sorted.end(), address,
        [&](AddressId id, const net::Address& wanted) { return addresses[id] < wanted; });
    return at != addresses_sorted.end() && addresses[*at] == address ? *at : nothing;
}

std::uint32_t Setup::find_host(std::string_view name) const {
    return find_in(hosts_by_name, name,
                   [&](std::uint32_t i) -> std::string_view { return hosts[i].name; });
}
std::uint32_t Setup::find_network(std::string_view name) const {
    return find_in(networks_by_name, name,
                   [&](std::uint32_t i) -> std::string_view { return networks[i].name; });
}
std::uint32_t Setup::find_zone(std::string_view origin) const {
    return find_in(zones_by_origin, origin,
                   [&](std::uint32_t i) -> std::string_view { return zones[i].origin; });
}
std::uint32_t Setup::find_link(std::string_view name) const {
    return find_pair(links_by_name, name);
}
std::uint32_t Setup::find_firewall(std::string_view name) const {
    for (std::uint32_t i = 0; i < firewalls.size(); ++i)
        if (firewalls[i].name == name) return i;
    return nothing;
}
std::uint32_t Setup::find_person(std::string_view name_or_address) const {
    return find_pair(people_by_address, lowered(name_or_address));
}

}  // namespace postroad::sim

// Networks, links and addresses: places become indices, an access link for every host's
// attachment comes first, then the links between networks.
#include <algorithm>
#include <map>

#include "sim/world/compile.hpp"
#include "sim/world/convert.hpp"

namespace postroad::sim {
namespace {

LinkSetup line_of(const scenario::Link& from) {
    LinkSetup out;
    out.latency_ns = from.latency.ns;
    out.jitter_ns = from.jitter.ns;
    out.bits_per_s = from.bandwidth.bits_per_s;
    out.queue_octets = from.queue.bytes;
    out.mtu_octets = static_cast<std::uint32_t>(std::min<std::uint64_t>(from.mtu.bytes, 65535));
    out.loss = from.loss.threshold();
    out.duplicate = from.duplicate.threshold();
    out.reorder = from.reorder.threshold();
    out.reorder_by_ns = from.reorder_by.ns;
    out.outages = from.down;
    return out;
}

// The [[links]] entries that are a host's own line, by (host, network).
using OwnLines = std::map<std::pair<std::uint32_t, std::uint32_t>, const scenario::Link*>;

struct Ends {
    std::uint32_t host = nothing, network = nothing, other_network = nothing;
};

// A name that both a network and a host have means the network.
Ends ends_of(Compiler& c, const scenario::Link& link, std::size_t index) {
    Ends out;
    const std::string path = "links[" + std::to_string(index) + "].between";
    if (link.between.size() != 2) {
        c.error(path, "a link has two ends");
        return {};
    }
    for (const scenario::Name& name : link.between) {
        const std::uint32_t network = c.out.find_network(name);
        const std::uint32_t host = network == nothing ? c.out.find_host(name) : nothing;
        if (network != nothing && out.network == nothing) out.network = network;
        else if (network != nothing) out.other_network = network;
        else if (host != nothing) out.host = host;
        else c.error(path, "there is no network or host " + quoted(name));
    }
    if (out.network != nothing && (out.host == nothing) != (out.other_network == nothing) &&
        out.network != out.other_network)
        return out;
    c.error(path, "a link joins two networks, or a host and a network it is on");
    return {};
}

void attach(Compiler& c, std::uint32_t index, const OwnLines& own_lines) {
    const scenario::Host& from = c.s.hosts[index];
    HostSetup& host = c.out.hosts[index];
    for (const scenario::Name& name : from.network) {
        const std::uint32_t network = c.out.find_network(name);
        if (network == nothing) {
            c.error("hosts." + scenario::toml_key(from.name) + ".network",
                    "there is no network " + quoted(name));
            continue;
        }
        const auto known = [&](const AttachmentSetup& one) { return one.network == network; };
        if (std::any_of(host.attachments.begin(), host.attachments.end(), known)) continue;
        const auto own = own_lines.find({index, network});
        LinkSetup link;
        const std::string usual_name = from.name + "--" + name;
        if (own != own_lines.end()) {
            link = line_of(*own->second);
            link.name = own->second->name;
        } else {
            link.latency_ns = c.s.networks[network].latency.ns;
            link.bits_per_s = c.s.networks[network].bandwidth.bits_per_s;
        }
        if (link.name.empty()) link.name = usual_name;
        link.end[0] = index;
        link.end[1] = c.out.network_node(network);
        const auto id = static_cast<std::uint32_t>(c.out.links.size());
        c.out.links_by_name.emplace_back(usual_name, id);
        if (link.name != usual_name) c.out.links_by_name.emplace_back(link.name, id);
        host.attachments.push_back({network, id, nothing, nothing});
        c.out.links.push_back(std::move(link));
    }
}

AddressId add_address(Setup& out, const net::Address& address, std::uint32_t host,
                      std::uint32_t network, std::uint32_t link) {
    out.addresses.push_back(address);
    out.address_host.push_back(host);
    out.address_network.push_back(network);
    out.address_link.push_back(link);
    return static_cast<AddressId>(out.addresses.size() - 1);
}

void number_addresses(Compiler& c, std::uint32_t index) {
    const scenario::Host& from = c.s.hosts[index];
    for (const scenario::Ip& ip : from.address) {
        const net::Address address = to_net(ip);
        bool found = false;
        for (AttachmentSetup& place : c.out.hosts[index].attachments) {
            const NetworkSetup& network = c.out.networks[place.network];
            found = std::any_of(network.prefixes.begin(), network.prefixes.end(),
                                [&](const net::Prefix& one) { return one.contains(address); });
            if (!found) continue;
            const AddressId id =
                add_address(c.out, address, index, place.network, place.link);
            AddressId& main = address.is_v4() ? place.v4 : place.v6;
            if (main == nothing) main = id;
            break;
        }
        if (!found)
            c.error("hosts." + scenario::toml_key(from.name) + ".address",
                    "the address " + to_text(ip) + " of " + quoted(from.name) +
                        " is not on its network");
    }
}

// Several networks may share one public address; the first one answers for it.
void number_public_addresses(Compiler& c) {
    std::map<net::Address, AddressId> known;
    for (std::uint32_t i = 0; i < c.out.networks.size(); ++i) {
        const scenario::Network& from = c.s.networks[i];
        if (!from.nat || !from.public_address) continue;
        const net::Address address = to_net(*from.public_address);
        const auto [at, fresh] = known.emplace(address, nothing);
        if (fresh) at->second = add_address(c.out, address, nothing, i, nothing);
        c.out.networks[i].public_address = at->second;
    }
}

}  // namespace

void compile_network(Compiler& c) {
    for (std::uint32_t i = 0; i < c.out.networks.size(); ++i) {
        const scenario::Network& from = c.s.networks[i];
        NetworkSetup& network = c.out.networks[i];
        for (const scenario::Prefix& prefix : from.subnet)
            network.prefixes.push_back(to_net(prefix));
        network.nat = from.nat;
        network.blocks = !from.blocks.empty();
    }
    OwnLines own_lines;
    std::vector<std::pair<Ends, const scenario::Link*>> between;
    for (std::size_t i = 0; i < c.s.links.size(); ++i) {
        const Ends ends = ends_of(c, c.s.links[i], i);
        if (ends.network == nothing) continue;
        if (ends.host == nothing) between.emplace_back(ends, &c.s.links[i]);
        else own_lines[{ends.host, ends.network}] = &c.s.links[i];
    }
    for (std::uint32_t i = 0; i < c.out.hosts.size(); ++i) attach(c, i, own_lines);
    c.out.access_links = static_cast<std::uint32_t>(c.out.links.size());
    for (const auto& [ends, from] : between) {
        LinkSetup link = line_of(*from);
        link.name = from->name.empty() ? from->between[0] + "--" + from->between[1] : from->name;
        link.end[0] = c.out.network_node(ends.network);
        link.end[1] = c.out.network_node(ends.other_network);
        c.out.links_by_name.emplace_back(link.name,
                                         static_cast<std::uint32_t>(c.out.links.size()));
        c.out.links.push_back(std::move(link));
    }
    for (std::uint32_t i = 0; i < c.out.hosts.size(); ++i) number_addresses(c, i);
    number_public_addresses(c);
    std::sort(c.out.links_by_name.begin(), c.out.links_by_name.end());
    for (std::uint32_t i = 0; i < c.s.attackers.size(); ++i) {
        const std::uint32_t link = c.out.find_link(c.s.attackers[i].link);
        if (link == nothing) continue;
        c.out.links[link].attacker = i;
        for (const scenario::Name& name : {c.s.attackers[i].swap, c.s.attackers[i].replay}) {
            const std::uint32_t host = c.out.find_host(name);
            if (host == nothing) continue;
            c.out.hosts[host].works_for = link;
            c.out.spies = true;
        }
    }
    c.out.addresses_sorted.resize(c.out.addresses.size());
    for (AddressId id = 0; id < c.out.addresses.size(); ++id) c.out.addresses_sorted[id] = id;
    const std::vector<net::Address>& all = c.out.addresses;
    std::stable_sort(c.out.addresses_sorted.begin(), c.out.addresses_sorted.end(),
                     [&](AddressId a, AddressId b) { return all[a] < all[b]; });
}

}  // namespace postroad::sim

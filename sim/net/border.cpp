// Where packets are stopped or changed: at a host's own firewall and at a network's border.
#include "sim/net/border.hpp"

#include <algorithm>

#include "sim/net/border_answer.hpp"
#include "sim/net/border_counts.hpp"
#include "sim/net/border_pass.hpp"

namespace postroad::sim::border {
namespace {

// The rules of a firewall, or null where it lets everything pass and changes nothing.
const net::Ruleset* rules_of(const Run& run, std::uint32_t firewall) {
    if (firewall == nothing) return nullptr;
    const net::Ruleset* rules = run.setup().firewalls[firewall].rules.get();
    const bool idle = rules == nullptr ||
                      (rules->policy == net::Action::accept && rules->rules.empty());
    return idle ? nullptr : rules;
}

std::string_view network_name(const Run& run, std::uint32_t network) {
    return network < run.setup().networks.size()
               ? std::string_view(run.setup().networks[network].name)
               : std::string_view{};
}

std::string_view name_of_network_of(const Run& run, AddressId address) {
    const auto& networks = run.setup().address_network;
    return address < networks.size() ? network_name(run, networks[address]) : std::string_view{};
}

// An access provider's block: for the hosts of this network, and for whatever comes through it
// on its way to the internet.
bool is_blocked(const Run& run, std::uint32_t network, std::uint32_t other_network,
                const Segment& segment) {
    const Setup& setup = run.setup();
    if (!setup.networks[network].blocks || segment.protocol != net::protocol_tcp) return false;
    const std::vector<std::uint16_t>& ports = setup.scenario.networks[network].blocks;
    if (std::find(ports.begin(), ports.end(), segment.target_port) == ports.end()) return false;
    const bool own = segment.source < setup.address_network.size() &&
                     setup.address_network[segment.source] == network;
    return own || (other_network < setup.scenario.networks.size() &&
                   setup.scenario.networks[other_network].kind ==
                       scenario::NetworkKind::internet);
}

Passage block(Run& run, std::uint32_t network, const Segment& segment) {
    const bool rejects = run.setup().scenario.networks[network].block_action ==
                         scenario::BlockAction::reject;
    const NodeId node = run.setup().network_node(network);
    record_verdict(run, node, nothing, -1, rejects ? net::Action::reject : net::Action::drop,
                   true, segment, ends_of(segment));
    if (!rejects) return Passage::drop;
    return send_back(run, node, segment, {true, 0, 0}) ? Passage::reject : Passage::drop;
}

// Networks that share a public address share their flows: replies come to the address's owner.
NodeId place_of(const Setup& setup, std::uint32_t network) {
    const NetworkSetup& its = setup.networks[network];
    if (!its.nat || its.public_address == nothing) return setup.network_node(network);
    return setup.network_node(setup.address_network[its.public_address]);
}

}  // namespace

bool host_has_firewall(const Run& run, NodeId host) {
    return rules_of(run, run.host(host).firewall) != nullptr;
}

Passage at_host(Run& run, NodeId host, std::uint32_t segment_id, bool outwards) {
    const net::Ruleset* rules = rules_of(run, run.host(host).firewall);
    if (rules == nullptr) return Passage::pass;
    const Segment& segment = run.world.tcp.segments[segment_id];
    // What a host sends itself, a reset for a packet rejected on its way out too, passes no
    // network: every ruleset begins with `iifname "lo" accept`.
    const bool loopback = outwards ? run.host_of(segment.target) == host
                                   : node_of(segment.packet) == host;
    if (loopback) return Passage::pass;
    Checkpoint here;
    here.place = host;
    here.node = host;
    here.firewall = run.host(host).firewall;
    here.outwards = outwards;
    here.rules = rules;
    if (outwards) here.out_name = name_of_network_of(run, segment.source);
    else here.in_name = name_of_network_of(run, segment.target);
    return pass(run, here, segment_id);
}

bool network_has_border(const Run& run, std::uint32_t network) {
    const NetworkSetup& its = run.setup().networks[network];
    return its.nat || its.blocks || rules_of(run, its.firewall) != nullptr;
}

Passage at_network(Run& run, std::uint32_t network, std::uint32_t other_network,
                   std::uint32_t segment_id, bool outwards) {
    const Setup& setup = run.setup();
    const NetworkSetup& its = setup.networks[network];
    {
        const Segment& segment = run.world.tcp.segments[segment_id];
        // The border's own resets and errors are not forwarded, they begin here.
        if (node_of(segment.packet) == setup.network_node(network)) return Passage::pass;
        if (outwards && is_blocked(run, network, other_network, segment))
            return block(run, network, Segment(segment));
    }
    const net::Ruleset* rules = rules_of(run, its.firewall);
    if (rules == nullptr && !its.nat) return Passage::pass;
    Checkpoint here;
    here.place = place_of(setup, network);
    here.node = setup.network_node(network);
    here.firewall = its.firewall;
    here.network = network;
    here.other = other_network;
    here.outwards = outwards;
    here.rules = rules;
    here.in_name = network_name(run, outwards ? network : other_network);
    here.out_name = network_name(run, outwards ? other_network : network);
    return pass(run, here, segment_id);
}

bool hides(const Setup& setup, AddressId address) {
    const std::uint32_t network =
        address < setup.address_network.size() ? setup.address_network[address] : nothing;
    if (network >= setup.networks.size() || !setup.networks[network].nat) return false;
    const AddressId own = setup.networks[network].public_address;
    return own != nothing && own != address &&
           setup.addresses[own].is_v4() == setup.addresses[address].is_v4();
}

void rules_changed(Run& run, std::uint32_t firewall) {
    if (firewall < run.setup().firewalls.size()) lay_out_counts(run, firewall);
}

}  // namespace postroad::sim::border

// Cuts openings down by address and port.
#include "sim/views/reachable.hpp"

#include <algorithm>

#include "sim/net/border.hpp"

namespace postroad::sim::views {
namespace {

using net::Opening;

struct Ports {
    std::uint16_t first = 0, last = 0;
};

// Ports of the host to which destination NAT of its network's border may send packets.
std::vector<Ports> mapped_ports(const Setup& setup, AddressId address, std::uint8_t protocol) {
    std::vector<Ports> out;
    const std::uint32_t firewall = setup.networks[setup.address_network[address]].firewall;
    if (firewall == nothing || setup.firewalls[firewall].rules == nullptr) return out;
    const net::Ruleset& rules = *setup.firewalls[firewall].rules;
    const unsigned its = protocol == net::protocol_tcp ? 1 : protocol == net::protocol_udp ? 2 : 28;
    for (const net::Rule& rule : rules.rules) {
        if (rule.action != net::Action::dnat || rule.nat_to != setup.addresses[address] ||
            (rule.protocols & its) == 0)
            continue;
        if (rule.port_first != 0) {
            out.push_back({rule.port_first, std::max(rule.port_first, rule.port_last)});
            continue;
        }
        bool any = true;  // the port stays as it was dialled
        for (std::uint32_t i = rule.match_first; i < rule.match_first + rule.match_count; ++i) {
            const net::Match& match = rules.matches[i];
            if (match.field != net::Field::destination_port || match.negated) continue;
            any = false;
            for (std::uint32_t n = match.first; n < match.first + match.count; ++n)
                out.push_back({static_cast<std::uint16_t>(rules.numbers[n].first),
                               static_cast<std::uint16_t>(rules.numbers[n].last)});
        }
        if (any) out.push_back({0, 65535});
    }
    return out;
}

bool within(const Opening& one, const net::Prefix& prefix) {
    return prefix.base <= one.source_first && one.source_last <= prefix.last();
}

}  // namespace

std::vector<Opening> from_outside(std::vector<Opening> openings,
                                  const std::vector<net::Prefix>& inside) {
    std::erase_if(openings, [&](const Opening& one) {
        return std::any_of(inside.begin(), inside.end(),
                           [&](const net::Prefix& prefix) { return within(one, prefix); });
    });
    return openings;
}

std::vector<Opening> leading_to(const Setup& setup, const std::vector<Opening>& openings,
                                const std::vector<AddressId>& addresses, std::uint32_t in) {
    std::vector<Opening> out;
    for (const AddressId id : addresses) {
        const net::Address& address = setup.addresses[id];
        const std::uint32_t network = setup.address_network[id];
        const bool hidden = border::hides(setup, id);
        for (const Opening& whole : openings) {
            if (whole.v4 != address.is_v4() || address < whole.destination_first ||
                whole.destination_last < address)
                continue;
            Opening one = whole;
            one.destination_first = one.destination_last = address;
            if (!hidden) {
                out.push_back(one);
                continue;
            }
            for (const Ports& ports : mapped_ports(setup, id, one.protocol)) {
                Opening part = one;
                part.port_first = std::max(one.port_first, ports.first);
                part.port_last = std::min(one.port_last, ports.last);
                if (part.port_first <= part.port_last) out.push_back(part);
            }
            if (in != network) continue;
            for (const net::Prefix& prefix : setup.networks[network].prefixes) {
                Opening near = one;
                near.source_first = std::max(one.source_first, prefix.base);
                near.source_last = std::min(one.source_last, prefix.last());
                if (near.source_first <= near.source_last) out.push_back(near);
            }
        }
    }
    return out;
}

}  // namespace postroad::sim::views

// Holds what the rules let in against what listens.
#include "sim/views/exposure.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "protocols/rpc/services.hpp"
#include "sim/rpc/rpc.hpp"
#include "sim/scenario/schema.hpp"
#include "sim/views/reachable.hpp"

namespace postroad::sim::views {
namespace {

using net::Opening;
using scenario::Service;

struct Known {
    bool mail;
    std::string_view can;
};

// What is behind the services that are no RPC.
Known known_of(Service service) {
    switch (service) {
        case Service::mta:
            return {true, "hand over mail for this host's domains, and learn who has a mailbox"};
        case Service::msa: return {true, "send mail as the user who logs in"};
        case Service::pop3:
            return {true, "read and remove the inbox of the user who logs in"};
        case Service::imap:
            return {true, "read, change and remove all mail of the user who logs in"};
        case Service::lmtp:
            return {false, "put mail into mailboxes past everything that the MTA looks at"};
        case Service::dns: return {false, "look up everything in its zones"};
        case Service::resolver:
            return {false, "have any name looked up, and the answer sent to an address that was "
                           "forged"};
        case Service::kdc: return {false, "try passwords, and ask for tickets to try them on"};
        case Service::http: return {false, "fetch what is published here, in the clear"};
        case Service::https: return {false, "fetch what is published here"};
        case Service::mapi:
        case Service::mua:
        case Service::mda: break;
    }
    return {false, {}};
}

bool is_tcp_or_udp(const Opening& one) {
    return one.protocol == net::protocol_tcp || one.protocol == net::protocol_udp;
}

// Openings as one stranger finds them: those who come from network `in`.
struct Side {
    std::uint32_t network = nothing;
    std::string in;
    std::vector<Opening> openings;
};

std::string range_words(const net::Address& first, const net::Address& last, bool v4, bool& any) {
    any = first == (v4 ? net::v4_first : net::Address{}) &&
          last == (v4 ? net::v4_last : net::v6_last);
    if (any) return "any";
    for (unsigned bits = 0; bits <= 128; ++bits) {
        const net::Prefix p = net::prefix_of(first, static_cast<std::uint8_t>(bits));
        if (p.base == first && p.last() == last)
            return first == last ? net::format(first) : net::format(p);
    }
    return net::format(first) + "-" + net::format(last);
}

class Gatherer {
  public:
    Gatherer(const World& world, std::uint32_t firewall)
        : world_(world), setup_(*world.setup), firewall_(firewall) {}

    std::vector<Exposure> gather() {
        std::vector<Exposure> out;
        const auto& rules = setup_.firewalls[firewall_].rules;
        // Who has a Trace and no World knows of nothing that listens.
        if (rules == nullptr || world_.tcp.hosts.size() < setup_.hosts.size()) return out;
        rules_ = rules.get();
        for (std::uint32_t i = 0; i < setup_.networks.size(); ++i)
            if (setup_.networks[i].firewall == firewall_) out.push_back(at_border(i));
        for (NodeId host = 0; host < setup_.hosts.size(); ++host)
            if (setup_.hosts[host].firewall == firewall_) out.push_back(at_host(host));
        return out;
    }

  private:
    Exposure at_border(std::uint32_t network) {
        Exposure out;
        out.place = "the border of " + setup_.networks[network].name;
        network_ = network;
        find_behind();
        std::vector<net::Prefix> inside;
        for (std::uint32_t i = 0; i < setup_.networks.size(); ++i)
            if (behind_[i])
                inside.insert(inside.end(), setup_.networks[i].prefixes.begin(),
                              setup_.networks[i].prefixes.end());
        std::vector<Side> sides;
        for (const std::uint32_t other : neighbours(network))
            if (!behind_[other]) {
                const std::string& name = setup_.networks[other].name;
                sides.push_back(
                    {other, name, from_outside(net::exposure(*rules_, name), inside)});
            }
        for (NodeId host = 0; host < setup_.hosts.size(); ++host) {
            std::vector<AddressId> addresses;
            for (const AttachmentSetup& one : setup_.hosts[host].attachments)
                if (behind_[one.network]) add_addresses(one, addresses);
            host_exposed(host, sides, addresses, out);
        }
        return out;
    }

    Exposure at_host(NodeId host) {
        Exposure out;
        out.place = "host " + setup_.hosts[host].name;
        network_ = nothing;
        std::vector<Side> sides;
        std::vector<AddressId> addresses;
        for (const AttachmentSetup& one : setup_.hosts[host].attachments)
            add_addresses(one, addresses);
        std::vector<net::Prefix> own;
        for (const AddressId id : addresses) own.push_back(net::prefix_of(setup_.addresses[id], 128));
        for (const AttachmentSetup& one : setup_.hosts[host].attachments) {
            const std::string& name = setup_.networks[one.network].name;
            sides.push_back({one.network, name, from_outside(net::exposure(*rules_, name), own)});
        }
        host_exposed(host, sides, addresses, out);
        return out;
    }

    static void add_addresses(const AttachmentSetup& one, std::vector<AddressId>& out) {
        for (const AddressId id : {one.v4, one.v6})
            if (id != nothing) out.push_back(id);
    }

    std::vector<std::uint32_t> neighbours(std::uint32_t network) const {
        std::vector<std::uint32_t> out;
        const auto hosts = static_cast<NodeId>(setup_.hosts.size());
        for (const LinkSetup& link : setup_.links)
            for (const unsigned side : {0U, 1U})
                if (link.end[side] == hosts + network && link.end[1 - side] >= hosts)
                    out.push_back(link.end[1 - side] - hosts);
        std::sort(out.begin(), out.end());
        out.erase(std::unique(out.begin(), out.end()), out.end());
        return out;
    }

    // Networks that nobody reaches from the internet but through this one; without an internet
    // the network alone.
    void find_behind() {
        const std::size_t count = setup_.networks.size();
        std::vector<std::uint32_t> found;
        std::vector<bool> outside(count, false);
        for (std::uint32_t i = 0; i < count; ++i)
            if (setup_.scenario.networks[i].kind == scenario::NetworkKind::internet &&
                i != network_) {
                outside[i] = true;
                found.push_back(i);
            }
        const bool internet = !found.empty();
        for (std::size_t at = 0; at < found.size(); ++at)
            for (const std::uint32_t next : neighbours(found[at]))
                if (next != network_ && !outside[next]) {
                    outside[next] = true;
                    found.push_back(next);
                }
        behind_.assign(count, false);
        behind_[network_] = true;
        found = {network_};
        for (std::size_t at = 0; internet && at < found.size(); ++at)
            for (const std::uint32_t next : neighbours(found[at]))
                if (!outside[next] && !behind_[next]) {
                    behind_[next] = true;
                    found.push_back(next);
                }
    }

    void host_exposed(NodeId host, const std::vector<Side>& sides,
                      const std::vector<AddressId>& ids, Exposure& out) {
        std::vector<net::Address> addresses;
        for (const AddressId id : ids) addresses.push_back(setup_.addresses[id]);
        sides_ = sides;
        for (Side& side : sides_)
            side.openings = leading_to(setup_, side.openings, ids, side.network);
        const std::vector<rpc_layer::Listener> rpc = rpc_layer::listeners(world_, host);
        std::vector<bool> open[2] = {std::vector<bool>(65536), std::vector<bool>(65536)};
        for (const Side& side : sides_)
            for (const Opening& one : side.openings)
                if (is_tcp_or_udp(one) && reaches(one, addresses))
                    for (std::uint32_t port = std::max<std::uint32_t>(one.port_first, 1);
                         port <= one.port_last; ++port)
                        open[one.protocol == net::protocol_udp][port] = true;
        for (const auto& ports : open)
            out.open += static_cast<std::uint64_t>(std::count(ports.begin(), ports.end(), true));
        const auto use = [&](std::uint8_t protocol, std::uint16_t port) {
            open[protocol == net::protocol_udp][port] = false;
        };

        std::vector<ExposedService> found;
        for (const ExposedService& one : services_of(host)) {
            add(one, addresses, found);
            use(one.protocol, one.port);
        }
        for (const rpc_layer::Listener& listener : rpc) {
            for (const rpc::Syntax& interface : listener.interfaces)
                add(service_of(host, listener, interface), addresses, found);
            use(net::protocol_tcp, listener.port);
        }
        for (const auto& ports : open)
            out.idle += static_cast<std::uint64_t>(std::count(ports.begin(), ports.end(), true));
        add_helped(host, rpc, addresses, found);
        for (ExposedService& one : found) one.stopped_by = refused_by(host, one, addresses);
        std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
            return std::tie(a.protocol, a.port) < std::tie(b.protocol, b.port);
        });
        out.services.insert(out.services.end(), found.begin(), found.end());
    }

    // What runs at ports that the scenario names.
    std::vector<ExposedService> services_of(NodeId host) const {
        std::vector<ExposedService> out;
        constexpr auto names = scenario::words(Service{});
        const HostState& state = world_.tcp.hosts[host];
        if (state.down != 0) return out;
        const auto& services = setup_.hosts[host].services;
        for (std::size_t i = 0; i < services.size(); ++i) {
            const ServiceSetup& one = services[i];
            const bool stopped = (state.stopped_services >> i & 1U) != 0;
            if (one.port == 0 || one.role == Role::none || one.role == Role::rpc_server || stopped)
                continue;
            const Known known = known_of(one.service);
            ExposedService exposed;
            exposed.host = host;
            exposed.port = one.port;
            exposed.protocol = one.protocol;
            exposed.service = names[static_cast<std::size_t>(one.service)];
            exposed.can = known.can;
            exposed.mail = known.mail;
            if (one.role == Role::outside) exposed.service += " (a real program)";
            out.push_back(std::move(exposed));
        }
        return out;
    }

    static ExposedService service_of(NodeId host, const rpc_layer::Listener& listener,
                                     const rpc::Syntax& interface) {
        ExposedService out;
        out.host = host;
        out.port = listener.port;
        out.service = rpc::word_of(interface);
        out.interface = rpc::to_string(interface);
        if (const rpc::KnownService* const known = rpc::find_service(interface)) {
            out.can = known->can;
            out.mail = known->mail;
        }
        return out;
    }

    // Adds the service with everything that lets strangers in to it; or not, where nothing does.
    void add(ExposedService one, const std::vector<net::Address>& addresses,
             std::vector<ExposedService>& out) const {
        bool found = false;
        for (const Side& side : sides_)
            for (const Opening& opening : side.openings)
                if (opening.protocol == one.protocol && opening.port_first <= one.port &&
                    one.port <= opening.port_last && reaches(opening, addresses)) {
                    let_in(one, opening, found);
                    found = true;
                }
        if (found) out.push_back(std::move(one));
    }

    static void let_in(ExposedService& one, const Opening& by, bool again) {
        bool any = false;
        std::string from = range_words(by.source_first, by.source_last, by.v4, any);
        if (std::find(one.from.begin(), one.from.end(), from) == one.from.end())
            one.from.push_back(std::move(from));
        one.anywhere = one.anywhere || any;
        one.conditional = by.conditional && (!again || one.conditional);
        if (!again) one.rule = by.rule;
    }

    // Whether the opening leads to this host.
    bool reaches(const Opening& one, const std::vector<net::Address>& addresses) const {
        return std::any_of(addresses.begin(), addresses.end(), [&](const net::Address& address) {
            return address.is_v4() == one.v4 && one.destination_first <= address &&
                   address <= one.destination_last && goes_on(one, address);
        });
    }

    // A host in a network further behind: the border is passed once more, on the way out of it.
    bool goes_on(const Opening& one, const net::Address& address) const {
        if (network_ == nothing) return true;
        const AddressId id = setup_.find_address(address);
        const std::uint32_t its = id == nothing ? network_ : setup_.address_network[id];
        if (its == network_ || its == nothing) return true;
        const Hop hop = setup_.routes->towards(network_, its);
        if (hop.link == nothing) return false;
        return net::filter(*rules_, header(one, address, one.port_first),
                           net::ConntrackState::fresh, setup_.networks[network_].name,
                           setup_.networks[hop.next].name)
                   .action == net::Action::accept;
    }

    static net::PacketHeader header(const Opening& from, const net::Address& to,
                                    std::uint16_t port) {
        net::PacketHeader out;
        out.src = from.source_first;
        out.dst = to;
        out.src_port = 49152;
        out.dst_port = port;
        out.protocol = from.protocol;
        out.tcp_flags = net::tcp_syn;
        return out;
    }

    // What a helper would let in for who asks the mapper: everything at the ports that it may tell
    // of, for a port is open for all that answers there.
    void add_helped(NodeId host, const std::vector<rpc_layer::Listener>& rpc,
                    const std::vector<net::Address>& addresses,
                    std::vector<ExposedService>& out) const {
        const auto mapper = std::find_if(rpc.begin(), rpc.end(), [](const auto& one) {
            return one.process == rpc_layer::mapper;
        });
        if (mapper == rpc.end()) return;
        for (const rpc_layer::Listener& listener : rpc) {
            const bool is_open = std::any_of(out.begin(), out.end(), [&](const auto& one) {
                return one.protocol == net::protocol_tcp && one.port == listener.port;
            });
            if (listener.process == rpc_layer::mapper || is_open) continue;
            for (const rpc::Syntax& interface : listener.interfaces) {
                ExposedService one = service_of(host, listener, interface);
                bool found = false;
                for (const Side& side : sides_)
                    for (const Opening& asked : side.openings)
                        if (asked.protocol == net::protocol_tcp &&
                            asked.helper != net::no_helper && asked.port_first <= mapper->port &&
                            mapper->port <= asked.port_last && reaches(asked, addresses) &&
                            tells(asked.helper, listener) &&
                            lets_in_related(side, asked, addresses, listener.port)) {
                            let_in(one, asked, found);
                            one.helper = rules_->texts[rules_->helpers[asked.helper].name];
                            found = true;
                        }
                if (found) out.push_back(std::move(one));
            }
        }
    }

    bool tells(std::uint8_t helper, const rpc_layer::Listener& listener) const {
        return std::any_of(
            listener.interfaces.begin(), listener.interfaces.end(), [&](const rpc::Syntax& one) {
                return net::admits(rules_->helpers[helper], one.uuid);
            });
    }

    bool lets_in_related(const Side& side, const Opening& asked,
                         const std::vector<net::Address>& addresses, std::uint16_t port) const {
        const std::string out_name =
            network_ == nothing ? std::string() : setup_.networks[network_].name;
        return std::any_of(addresses.begin(), addresses.end(), [&](const net::Address& address) {
            return address.is_v4() == asked.v4 &&
                   net::filter(*rules_, header(asked, address, port),
                               net::ConntrackState::related, side.in, out_name)
                           .action == net::Action::accept;
        });
    }

    // The host's own firewall, where it refuses every stranger that this one lets in.
    std::string refused_by(NodeId host, const ExposedService& one,
                           const std::vector<net::Address>& addresses) {
        const std::uint32_t own = setup_.hosts[host].firewall;
        if (own == nothing || own == firewall_ || !one.helper.empty()) return {};
        const auto& rules = setup_.firewalls[own].rules;
        if (rules == nullptr) return {};
        for (const AttachmentSetup& at : setup_.hosts[host].attachments)
            for (const Opening& inner : inner_openings(own, at.network)) {
                if (inner.protocol != one.protocol || one.port < inner.port_first ||
                    one.port > inner.port_last)
                    continue;
                for (const Side& side : sides_)
                    for (const Opening& outer : side.openings)
                        if (outer.protocol == one.protocol && outer.v4 == inner.v4 &&
                            outer.port_first <= one.port && one.port <= outer.port_last &&
                            outer.source_first <= inner.source_last &&
                            inner.source_first <= outer.source_last &&
                            reaches(outer, addresses) && leads_to(inner, addresses))
                            return {};
            }
        return setup_.firewalls[own].name;
    }

    static bool leads_to(const Opening& one, const std::vector<net::Address>& addresses) {
        return std::any_of(addresses.begin(), addresses.end(), [&](const net::Address& address) {
            return address.is_v4() == one.v4 && one.destination_first <= address &&
                   address <= one.destination_last;
        });
    }

    const std::vector<Opening>& inner_openings(std::uint32_t firewall, std::uint32_t network) {
        const auto key = std::pair(firewall, network);
        const auto known = inner_.find(key);
        if (known != inner_.end()) return known->second;
        return inner_[key] = net::exposure(*setup_.firewalls[firewall].rules,
                                           setup_.networks[network].name);
    }

    const World& world_;
    const Setup& setup_;
    const std::uint32_t firewall_;
    const net::Ruleset* rules_ = nullptr;
    std::uint32_t network_ = nothing;  // whose border; `nothing`: a host's own firewall
    std::vector<bool> behind_;         // by network
    std::vector<Side> sides_;          // as they lead to the host that is looked at
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Opening>> inner_;
};

}  // namespace

std::vector<Exposure> exposure_of(const World& world, std::uint32_t firewall) {
    return Gatherer(world, firewall).gather();
}

}  // namespace postroad::sim::views

// The frozen half of a world: a completed scenario compiled into tables found by ids.
// A change (timeline or fork) never edits a Setup: it makes the next one, sharing what is equal.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/dns/zone.hpp"
#include "protocols/smtp/host.hpp"
#include "sim/core/time.hpp"
#include "sim/net/address.hpp"
#include "sim/net/ruleset.hpp"
#include "sim/scenario/problems.hpp"
#include "sim/scenario/scenario.hpp"

namespace postroad::sim {

using AddressId = std::uint32_t;  // Setup::addresses, then World::more_addresses
inline constexpr std::uint32_t nothing = 0xffffffff;

// What answers at a port of a host, and what a connection's end belongs to.
enum class Role : std::uint8_t {
    none,
    smtp_server,   // MTA and MSA; `service` tells which
    smtp_client,
    pop3_server,
    pop3_client,
    dns_server,    // authoritative
    resolver,      // caching
    stub,          // a host's own questions
    outside,       // somebody typing, a real program, a test
};

struct ServiceSetup {
    std::uint16_t port = 0;
    std::uint8_t protocol = net::protocol_tcp;
    Role role = Role::none;
    scenario::Service service = scenario::Service::mta;
    std::uint32_t settings = nothing;  // smtp_server: Setup::smtp_servers
    bool running = true;               // at the start; World::hosts says what is now
};

struct AttachmentSetup {
    std::uint32_t network = 0;
    std::uint32_t link = 0;            // the access link
    AddressId v4 = nothing, v6 = nothing;
};

struct HostSetup {
    std::uint32_t scenario_index = 0;  // scenario.hosts
    std::string name;                  // in the scenario
    std::string domain_name;           // its own, as it says in EHLO
    std::vector<AttachmentSetup> attachments;
    std::vector<ServiceSetup> services;
    std::uint32_t firewall = nothing;  // Setup::firewalls
    std::int32_t utc_offset_min = 0;
    std::uint32_t resolver = nothing;  // host that it asks
    smtp::ClientHost smtp_client;      // as an MTA
    bool has_mailboxes = false;
    std::shared_ptr<const dns::ZoneSet> zones;  // what it is authoritative for; may be null
    const ServiceSetup* service_at(std::uint8_t protocol, std::uint16_t port) const {
        for (const ServiceSetup& one : services)
            if (one.port == port && one.protocol == protocol) return &one;
        return nullptr;
    }
};

struct NetworkSetup {
    std::string name;
    NodeId node = 0;                   // hosts come first, then networks
    std::uint32_t firewall = nothing;  // at its border
    bool nat = false;
    AddressId public_address = nothing;
    std::vector<net::Prefix> prefixes;
};

// A link between two places; `owner[0]` draws and queues for the direction a → b.
struct LinkSetup {
    std::string name;
    NodeId end[2] = {0, 0};            // nodes: a host and its network, or two networks
    Duration latency_ns = 0, jitter_ns = 0;
    std::uint64_t bits_per_s = 0;      // 0: no limit
    std::uint64_t queue_octets = 0;    // 0: no limit
    std::uint32_t mtu_octets = 1500;
    std::uint64_t loss = 0, duplicate = 0, reorder = 0;  // of 2^32
    Duration reorder_by_ns = 0;
    std::vector<scenario::Outage> outages;
    bool up = true;
    // Nothing can happen on it but latency (and, at its sender's end, serialisation).
    bool plain() const {
        return jitter_ns == 0 && queue_octets == 0 && loss == 0 && duplicate == 0 &&
               reorder == 0 && outages.empty() && up;
    }
};

struct FirewallSetup {
    std::string name;
    std::shared_ptr<const net::Ruleset> rules;
};

// A mailbox and who reads it.
struct PersonSetup {
    std::uint32_t scenario_index = 0;
    std::string name, display, address, password;
    std::vector<std::string> addresses;
    std::uint32_t device = nothing;    // host
    std::uint32_t mailbox_host = nothing;
    std::uint32_t submits_to_host = nothing;
    std::uint16_t submits_to_port = 587;
    std::uint32_t fetches_from_host = nothing;
    std::uint16_t fetches_from_port = 110;
    smtp::ClientHost submission;       // how their MUA talks to the MSA
};

// How packets get from network to network: built by Boost.Graph, once a topology.
struct Hop {
    std::uint32_t link = nothing;      // to the next network
    std::uint32_t next = nothing;      // network
};

class Routes {
  public:
    // The hop from network `from` towards network `to`; link `nothing` when there is no way.
    Hop towards(std::uint32_t from, std::uint32_t to) const { return hops_[from * count_ + to]; }
    // The whole way's latency when nothing but latency can happen on it, else `never`.
    Duration plain_latency(std::uint32_t from, std::uint32_t to) const {
        return plain_[from * count_ + to];
    }

  private:
    friend struct RouteBuilder;
    std::uint32_t count_ = 0;
    std::vector<Hop> hops_;
    std::vector<Duration> plain_;
};

struct Setup {
    scenario::Scenario scenario;       // complete
    std::int64_t start_unix_s = 0;
    std::vector<HostSetup> hosts;      // node id = index
    std::vector<NetworkSetup> networks;
    std::vector<LinkSetup> links;
    std::vector<FirewallSetup> firewalls;
    std::vector<PersonSetup> people;
    std::vector<smtp::ServerHost> smtp_servers;
    std::vector<net::Address> addresses;
    std::vector<std::uint32_t> address_host;       // host; `nothing`: a network's public address
    std::vector<std::uint32_t> address_network;
    std::vector<AddressId> addresses_sorted;       // for look-ups
    std::shared_ptr<const Routes> routes;
    std::uint32_t version = 0;         // counts changes; who keeps derived data compares it

    std::uint32_t nodes() const {
        return static_cast<std::uint32_t>(hosts.size() + networks.size());
    }
    NodeId network_node(std::uint32_t network) const {
        return static_cast<NodeId>(hosts.size() + network);
    }
    std::string_view node_name(NodeId node) const {
        return node < hosts.size() ? std::string_view(hosts[node].name)
                                   : std::string_view(networks[node - hosts.size()].name);
    }
    AddressId find_address(const net::Address& address) const;       // or `nothing`
    std::uint32_t find_host(std::string_view name) const;            // by scenario name
    std::uint32_t find_link(std::string_view name) const;
    std::uint32_t find_firewall(std::string_view name) const;
    std::uint32_t find_person(std::string_view name_or_address) const;
};

// Compiles a completed scenario. Mistakes that only show here (firewall words, zone data) are
// added to `problems`; null when one of them is an error. What equals `before` is shared with it.
std::shared_ptr<const Setup> compile(const scenario::Scenario& complete,
                                     scenario::Problems& problems,
                                     const Setup* before = nullptr);

// Fills in Setup::routes from networks and links that are up.
void build_routes(Setup& setup, const std::vector<bool>& link_up);

}  // namespace postroad::sim

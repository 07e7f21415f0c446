// The frozen half of a world: a completed scenario compiled into tables found by ids.
// A change (timeline or fork) never edits a Setup: it makes the next one, sharing what is equal.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/dns/zone.hpp"
#include "protocols/base/prefetch.hpp"
#include "protocols/smtp/host.hpp"
#include "sim/core/time.hpp"
#include "sim/net/address.hpp"
#include "sim/net/ruleset.hpp"
#include "sim/scenario/problems.hpp"
#include "sim/scenario/scenario.hpp"

namespace postroad::sieve {
struct Script;
}

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
    outside,       // somebody typing, a real program, a test; as a service: a real server
    kdc,           // a Kerberos key distribution centre
    http_server,
    http_client,
    imap_server,
    imap_client,
    rpc_server,    // DCE/RPC: the mapper, the store, the directory; `settings` tells which
    rpc_client,
};

// When a service's connections are protected.
enum class Protection : std::uint8_t { none, on_request, from_the_start };

// What a host does with TLS: texts of tls::Configuration.
struct TlsSetup {
    std::string server;            // empty: it offers none
    std::string client, verifying_client;
    std::string member_client;     // towards hosts of the same organisation; empty: it is in none
    std::vector<std::string> members;  // their names, in lower case
    TlsPolicy policy = TlsPolicy::none;  // of its MTA, as a client of others
    bool dane = false, mta_sts = false, reports = false;  // what its MTA looks after
    // By domain or host, in lower case; `opportunistic` as in `policy`.
    std::vector<std::pair<std::string, TlsPolicy>> destinations;
    bool operator==(const TlsSetup&) const = default;
};

struct ServiceSetup {
    std::uint16_t port = 0;
    std::uint8_t protocol = net::protocol_tcp;
    Role role = Role::none;
    scenario::Service service = scenario::Service::mta;
    std::uint32_t settings = nothing;  // smtp_server: Setup::smtp_servers; outside: real_servers;
                                       // rpc_server: rpc_layer::Process
    bool running = true;               // at the start; World::hosts says what is now
    Protection protection = Protection::none;
    bool dynamic = false;              // at a port that is drawn at each start (World::rpc)
};

// A KDC's own settings, and which realm it serves.
struct KdcSetup {
    std::uint32_t realm = nothing;     // Setup::realms
    std::int64_t lifetime_s = 0, renewable_s = 0, skew_s = 0;
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
    std::uint32_t works_for = nothing; // the link of an attacker who leads connections to it
    sasl::Mechanisms pop3_mechanisms;  // that its POP3 server offers
    sasl::Mechanisms imap_mechanisms;  // and its IMAP server
    std::uint64_t imap_off = 0;        // imap::Capability bits that its IMAP server does not have
    // The same with each TlsPolicy, where a destination may have another; else empty.
    std::vector<smtp::ClientHost> smtp_clients;
    bool has_mailboxes = false;
    TlsSetup tls;
    std::shared_ptr<const dns::ZoneSet> zones;  // what it is authoritative for; may be null
    std::uint32_t realm = nothing;     // Setup::realms: by its name
    KdcSetup kdc;                      // if it runs one
    const ServiceSetup* service_at(std::uint8_t protocol, std::uint16_t port) const {
        for (const ServiceSetup& one : services)
            if (one.port == port && one.protocol == protocol && !one.dynamic) return &one;
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
    bool blocks = false;               // some ports outside: scenario.networks[…].blocks
    // Its border does something to packets that cross it.
    bool has_border() const { return firewall != nothing || nat || blocks; }
    bool operator==(const NetworkSetup&) const = default;
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
    std::uint32_t attacker = nothing;  // scenario.attackers
    bool operator==(const LinkSetup&) const = default;
    // Nothing can happen on it but latency (and, at its sender's end, serialisation).
    bool plain() const {
        return jitter_ns == 0 && queue_octets == 0 && loss == 0 && duplicate == 0 &&
               reorder == 0 && outages.empty() && up && attacker == nothing;
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
    TlsPolicy tls = TlsPolicy::none;   // of their mail program
    std::uint32_t realm = nothing;     // Setup::realms: by their address's domain
    std::string principal;             // their name in it
    std::vector<sasl::Mechanism> mechanisms;  // that it knows, the preferred first; empty: all
    std::uint32_t same_as = nothing;   // the person whose other mail program this is
    std::string user;                  // as which it logs in
    std::shared_ptr<const sieve::Script> sieve;  // rules for what arrives; may be null
    bool sends_by_rpc = false;
};

// A mail retrieval agent.
struct RetrieverSetup {
    std::uint32_t scenario_index = 0;  // scenario.retrievers
    std::uint32_t host = nothing;
    std::uint32_t from_host = nothing, to_host = nothing;
    std::uint16_t from_port = 110, to_port = 24;
    std::uint32_t person = nothing;    // whose account it is there, if a person's here
    std::string password;
    TlsPolicy tls = TlsPolicy::none;
    std::vector<sasl::Mechanism> mechanisms;  // that it may use, the preferred first; empty: all
    smtp::ClientHost client;           // how it hands mail on
};

// Somebody or something that a KDC has a key of.
struct PrincipalSetup {
    std::string name;                  // "alice", "smtp/mail.example.org"
    std::string password;              // of a person; other keys are drawn
    bool person = false;
    bool operator==(const PrincipalSetup&) const = default;
};

// A Kerberos realm (RFC 4120 §1.4), and all its principals.
struct RealmSetup {
    std::string name;                  // "EXAMPLE.ORG"
    std::string domain;                // "example.org": whose hosts and people belong to it
    std::vector<std::uint32_t> kdcs;   // hosts, in the scenario's order
    std::vector<PrincipalSetup> principals;  // by name
    const PrincipalSetup* find(std::string_view name_of_one) const;
};

// A zone and the hosts that answer for it, in the scenario's order.
struct ZoneSetup {
    std::string origin;                // without the last dot; "." is the root
    std::shared_ptr<const dns::Zone> zone;
    std::vector<std::uint32_t> served_by;
    bool is_signed = false;            // declared: see dns_layer::Security
    bool operator==(const ZoneSetup&) const = default;
};

struct Setup;

// How packets get from network to network: built by Boost.Graph, once a topology.
struct Hop {
    std::uint32_t link = nothing;      // to the next network
    std::uint32_t next = nothing;      // network
};

// Most networks hang on one link alone; only the others, the core, are in the square tables.
class Routes {
  public:
    // The hop from network `from` towards network `to`; link `nothing` when there is no way,
    // and when they are the same.
    Hop towards(std::uint32_t from, std::uint32_t to) const {
        if (from == to) return {};
        const Place& a = places_[from];
        const Place& b = places_[to];
        const Hop inner = hops_[a.core * core_count_ + b.core];
        if (a.core != b.core && inner.link == nothing) return {};
        if (a.link != nothing) return {a.link, a.parent};
        return a.core == b.core ? Hop{b.link, to} : inner;
    }
    // The whole way's latency when nothing but latency can happen on it, else `never`:
    // every link plain and without a limit, no border on it filters. 0 within a network.
    Duration plain_latency(std::uint32_t from, std::uint32_t to) const {
        if (from == to) return 0;
        const Place& a = places_[from];
        const Place& b = places_[to];
        const Duration inner = plain_[a.core * core_count_ + b.core];
        if (a.plain == never || b.plain == never || inner == never) return never;
        return a.plain + inner + b.plain;
    }

  private:
    friend struct RouteBuilder;
    struct Place {
        std::uint32_t core = 0;        // place in the tables: its own, or its parent's
        std::uint32_t link = nothing;  // the one link of a network that is not in the core
        std::uint32_t parent = nothing;
        Duration plain = 0;            // of that link; 0 in the core
    };
    std::size_t core_count_ = 0;
    std::vector<Place> places_;
    std::vector<Hop> hops_;
    std::vector<Duration> plain_;
};

// What every packet asks of an address, in one place: 16 octets instead of a walk over records.
struct AddressWay {
    std::uint32_t host = nothing;
    std::uint32_t network = nothing;
    std::uint32_t link = nothing;      // the access link
    std::uint32_t latency_ns = slow;   // of the access link; `slow`: more than latency happens on it
    static constexpr std::uint32_t slow = 0xffffffff;
};

// The settings of every service of every host, side by side: what each octet that a server hears
// asks for, without a walk through its host's record.
class ServiceSettings {
  public:
    std::uint32_t of(NodeId host, std::uint8_t service) const {
        return settings_[first_[host] + service];
    }
    void prefetch(NodeId host) const {
        if (host < first_.size()) prefetch_line(&first_[host]);
    }

  private:
    friend void fill_ways(Setup& setup);
    std::vector<std::uint32_t> first_;     // by host
    std::vector<std::uint32_t> settings_;  // ServiceSetup::settings
};

struct Setup {
    scenario::Scenario scenario;       // complete
    std::int64_t start_unix_s = 0;
    std::vector<HostSetup> hosts;      // node id = index
    std::vector<NetworkSetup> networks;
    std::vector<LinkSetup> links;
    std::uint32_t access_links = 0;    // those of hosts come first in `links`, in their order
    std::vector<FirewallSetup> firewalls;
    std::vector<ZoneSetup> zones;      // in the scenario's order
    std::vector<PersonSetup> people;
    std::vector<RealmSetup> realms;
    std::vector<RetrieverSetup> retrievers;
    std::vector<smtp::ServerHost> smtp_servers;
    std::vector<std::string> real_servers;  // "127.0.0.1:10025"
    std::vector<net::Address> addresses;
    std::vector<std::uint32_t> address_host;       // host; `nothing`: a network's public address
    std::vector<std::uint32_t> address_network;
    std::vector<std::uint32_t> address_link;       // the access link; `nothing` for a network's
    std::vector<AddressId> addresses_sorted;       // for look-ups
    std::shared_ptr<const Routes> routes;
    std::vector<AddressWay> ways;                  // by AddressId; derived with the routes
    ServiceSettings service_settings;              // derived, too
    bool host_firewalls = false;                   // some host has one; derived, too
    bool spies = false;                // some hosts work for an attacker
    std::uint32_t version = 0;         // counts changes; who keeps derived data compares it
    // For look-ups by name, sorted; see the find_ functions.
    std::vector<std::uint32_t> hosts_by_name, networks_by_name, zones_by_origin;
    std::vector<std::pair<std::string, std::uint32_t>> links_by_name, people_by_address;

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
    // By the scenario's names; `nothing` when there is none of that name.
    std::uint32_t find_host(std::string_view name) const;
    std::uint32_t find_network(std::string_view name) const;
    std::uint32_t find_link(std::string_view name) const;  // a host's own line: "host--network"
    std::uint32_t find_firewall(std::string_view name) const;
    std::uint32_t find_zone(std::string_view origin) const;
    std::uint32_t find_person(std::string_view name_or_address) const;  // letters' case ignored
};

// Compiles a completed scenario. Mistakes that only show here (firewall words, zone data) are
// added to `problems`, errors alone, and then there is no Setup. What equals `before` is shared
// with it, and ids keep their meaning: a change that would renumber hosts, links or addresses is
// an error.
std::shared_ptr<const Setup> compile(const scenario::Scenario& complete,
                                     scenario::Problems& problems,
                                     const Setup* before = nullptr);

// Routes over the links between networks that are up, both in the Setup and by `link_up` (by
// link; empty: all). The same for the same topology, and the way back is the way there.
std::shared_ptr<const Routes> make_routes(const Setup& setup, const std::vector<bool>& link_up);

// Fills in Setup::routes so.
void build_routes(Setup& setup, const std::vector<bool>& link_up);
// What is derived from addresses, links and hosts: Setup::ways, service_settings, host_firewalls.
void fill_ways(Setup& setup);

}  // namespace postroad::sim

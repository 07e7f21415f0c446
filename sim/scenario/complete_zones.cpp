// Writes the zones nobody wrote: mail domains with their MX and hosts, the zones above them up to
// the root, and the reverse zones (RFC 1035 §3.5, RFC 3596 §2.5). Plain master files, to be read.
#include "sim/scenario/complete.hpp"
#include "sim/scenario/names.hpp"

#include "protocols/base/ascii.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace postroad::scenario {
namespace {

constexpr std::string_view root_host = "root-dns";
constexpr std::string_view top_host = "top-dns";
constexpr std::string_view public_resolver = "public-dns";

bool has_zone(const Scenario& s, std::string_view origin) {
    return std::any_of(s.zones.begin(), s.zones.end(),
                       [&](const Zone& zone) { return zone.origin == origin; });
}

void add_server(Scenario& s, std::string_view name, std::string fqdn, Service service) {
    if (find_host(s, name) != nullptr) return;
    const Network* internet = find_internet(s);
    if (internet == nullptr) return;
    Host host;
    host.name = name;
    host.network = {internet->name};
    host.names = {std::move(fqdn)};
    host.services = {service};
    s.hosts.push_back(std::move(host));
}

std::vector<Name> servers_for(const Scenario& s, std::string_view domain) {
    std::vector<Name> out;
    for (const Host& host : s.hosts)
        if (host.runs(Service::dns) &&
            std::find(host.domains.begin(), host.domains.end(), domain) != host.domains.end())
            out.push_back(host.name);
    for (const Host& host : s.hosts)  // else a name server that is named under the domain
        if (out.empty() && host.runs(Service::dns) && is_within(host.names[0], domain))
            out.push_back(host.name);
    if (out.empty() && find_host(s, top_host) != nullptr) out.emplace_back(top_host);
    return out;
}

std::string reverse_name(const Ip& ip) {
    std::string out;
    if (!ip.v6) {
        for (std::size_t i = 4; i-- > 0;) out += std::to_string(ip.bytes[i]) + ".";
        return out + "in-addr.arpa";
    }
    constexpr std::string_view hex = "0123456789abcdef";
    for (std::size_t i = 16; i-- > 0;) {
        ((out += hex[ip.bytes[i] & 15U]) += '.') += hex[ip.bytes[i] >> 4];
        out += '.';
    }
    return out + "ip6.arpa";
}

std::string absolute(std::string_view name) { return name == "." ? "." : std::string(name) + "."; }

class Writer {
public:
    explicit Writer(Scenario& scenario) : s(scenario) {
        for (const Zone& zone : s.zones) origins.insert(zone.origin);
    }
    void soa(std::string_view origin, const std::vector<Name>& servers, Duration ttl) {
        text = "$ORIGIN " + absolute(origin) + "\n$TTL " + std::to_string(ttl.ns / 1'000'000'000) +
               "\n";
        const Host* first = servers.empty() ? nullptr : find_host(std::as_const(s), servers[0]);
        record("@", "SOA",
               absolute(first == nullptr ? "." : std::string_view(first->names[0])) + " " +
                   absolute("hostmaster" + (origin == "." ? "" : "." + std::string(origin))) +
                   " 1 7200 900 1209600 300");
        ns("@", servers);
    }
    void ns(std::string_view owner, const std::vector<Name>& servers) {
        for (const Name& name : servers)
            if (const Host* host = find_host(std::as_const(s), name))
                record(owner, "NS", absolute(host->names[0]));
    }
    void addresses(std::string_view owner, const Host& host) {
        for (const Ip& ip : host.address) record(owner, ip.v6 ? "AAAA" : "A", to_text(ip));
    }
    // The names servers need beside a delegation to be found at all (RFC 1034 §4.2.1).
    void glue(std::string_view child, const std::vector<Name>& servers) {
        for (const Name& name : servers)
            if (const Host* host = find_host(std::as_const(s), name))
                if (is_within(host->names[0], child) && glued.insert(host->names[0]).second)
                    addresses(absolute(host->names[0]), *host);
    }
    void record(std::string_view owner, std::string_view type, std::string_view data) {
        text += std::string(owner) + " IN " + std::string(type) + " " + std::string(data) + "\n";
    }
    // RFC 4120 §7.2.3.2: where a realm's KDCs are, the first one first.
    void key_distribution_centres(std::string_view origin) {
        std::map<std::string, unsigned> priorities;  // by realm
        for (const Host& host : s.hosts) {
            if (!host.runs(Service::kdc)) continue;
            const std::string domain = lowered(host.kdc.realm);
            const unsigned priority = priorities[domain]++;
            for (const std::string_view protocol : {"_kerberos._udp.", "_kerberos._tcp."}) {
                const std::string owner = std::string(protocol) + domain;
                if (check_domain(owner).ok() && closest_zone(owner) == origin)
                    record(absolute(owner), "SRV",
                           std::to_string(priority) + " 0 88 " + absolute(host.names[0]));
            }
        }
    }
    void children(std::string_view origin) {
        for (const Zone& zone : s.zones)
            if (zone.origin != origin && closest_zone(parent_of(zone.origin)) == origin) {
                ns(absolute(zone.origin), zone.served_by);
                glue(zone.origin, zone.served_by);
            }
    }
    // The zone that a name's records belong in; "" when there is none.
    std::string_view closest_zone(std::string_view name) const {
        while (true) {
            const auto found = origins.find(name);
            if (found != origins.end()) return *found;
            if (name == ".") return {};
            name = parent_of(name);
        }
    }
    Scenario& s;
    std::set<DomainName, std::less<>> origins;
    std::set<DomainName> glued;
    std::string text;
};

void write_mail_domain(Writer& w, const Domain& domain) {
    for (const Mx& mx : domain.mx) {
        const Host* host = find_host(std::as_const(w.s), mx.host);
        w.record("@", "MX",
                 std::to_string(mx.preference) + " " +
                     absolute(host != nullptr ? std::string_view(host->names[0]) : mx.host));
    }
    if (domain.implicit_mx)
        for (const Host& host : w.s.hosts)
            if (std::find(host.domains.begin(), host.domains.end(), domain.name) !=
                host.domains.end())
                w.addresses("@", host);
    for (const std::string& line : domain.records) w.text += line + "\n";
}

// The top-level zones and, for names in no zone at all, the zone right above them.
void declare_upper_zones(Scenario& s) {
    const std::vector<Name> top{std::string(top_host)};
    const auto declare = [&](std::string_view origin, const std::vector<Name>& servers) {
        if (!has_zone(s, origin)) s.zones.push_back({std::string(origin), {}, {}, servers, false});
    };
    const auto top_label = [](std::string_view name) {
        const std::size_t dot = name.rfind('.');
        return dot == std::string_view::npos ? name : name.substr(dot + 1);
    };
    std::set<DomainName> tops;
    for (const Zone& zone : s.zones)
        if (zone.origin != ".") tops.emplace(top_label(zone.origin));
    for (const Host& host : s.hosts)
        for (const DomainName& name : host.names) tops.emplace(top_label(name));
    tops.erase("arpa");
    declare(".", {std::string(root_host)});
    for (const DomainName& name : tops) declare(name, top);
    declare("in-addr.arpa", top);
    declare("ip6.arpa", top);
}

}  // namespace

void complete_dns_hosts(Scenario& s) {
    if (s.root_dns && !s.hosts.empty()) {
        if (!has_zone(s, ".")) add_server(s, root_host, "a.root-servers.net", Service::dns);
        add_server(s, top_host, "a.top-servers.net", Service::dns);
    }
    const auto asks = [](const Host& host) {
        return host.runs(Service::mta) || host.runs(Service::msa) || host.runs(Service::mua);
    };
    std::map<Name, Name> resolver_on;
    for (const Host& host : s.hosts)
        if (host.runs(Service::resolver))
            for (const Name& network : host.network) resolver_on.emplace(network, host.name);
    bool need_public = false;
    std::set<Name> asking;
    for (const Host& host : s.hosts)
        if (asks(host) && host.resolver.empty() && !host.runs(Service::resolver))
            for (const Name& network : host.network) asking.insert(network);
    for (Network& network : s.networks) {
        if (!network.resolver.empty() || network.isolated) continue;
        const auto found = resolver_on.find(network.name);
        if (found != resolver_on.end())
            network.resolver = found->second;
        else if (asking.contains(network.name)) {
            network.resolver = public_resolver;
            need_public = true;
        }
    }
    if (need_public) add_server(s, public_resolver, "resolver.top-servers.net", Service::resolver);
    for (Host& host : s.hosts) {
        if (!host.resolver.empty()) continue;
        if (host.runs(Service::resolver))
            host.resolver = host.name;
        else if (asks(host) && !host.network.empty())
            if (const Network* network = find_network(std::as_const(s), host.network[0]))
                host.resolver = network->resolver;
    }
}

void complete_zones(Scenario& s) {
    for (const DomainName& name : mail_domains(s)) {
        if (has_zone(s, name)) continue;
        if (std::none_of(s.domains.begin(), s.domains.end(),
                         [&](const Domain& one) { return one.name == name; })) {
            s.domains.push_back({});
            s.domains.back().name = name;
        }
    }
    for (Domain& domain : s.domains) {
        if (domain.mx.empty() && !domain.implicit_mx)
            for (const Host& host : s.hosts)
                // A store behind an MTA takes mail by LMTP alone: it is nobody's exchanger.
                if (std::find(host.domains.begin(), host.domains.end(), domain.name) !=
                        host.domains.end() &&
                    (host.runs(Service::mta) || !host.runs(Service::lmtp)))
                    domain.mx.push_back({static_cast<std::uint16_t>(std::min<std::size_t>(
                                             10 * (domain.mx.size() + 1), 65'535)),
                                         host.name});
        if (domain.served_by.empty()) domain.served_by = servers_for(s, domain.name);
    }
    const std::size_t written_by_hand = s.zones.size();
    for (Zone& zone : s.zones)
        if (zone.served_by.empty()) zone.served_by = servers_for(s, zone.origin);
    for (const Domain& domain : s.domains)
        if (!has_zone(s, domain.name))
            s.zones.push_back({domain.name, {}, {}, domain.served_by, domain.is_signed});
    if (s.root_dns && find_host(s, top_host) != nullptr) declare_upper_zones(s);

    Writer w(s);
    std::map<std::string, std::vector<const Host*>, std::less<>> hosts_in;  // by zone
    for (const Host& host : s.hosts) {
        std::set<std::string> zones;
        for (const DomainName& name : host.names) zones.emplace(w.closest_zone(name));
        for (const std::string& zone : zones) hosts_in[zone].push_back(&host);
    }
    for (std::size_t i = written_by_hand; i < s.zones.size(); ++i) {
        Zone& zone = s.zones[i];
        if (!zone.file.empty() || !zone.text.empty()) continue;
        const auto domain =
            std::find_if(s.domains.begin(), s.domains.end(),
                         [&](const Domain& one) { return one.name == zone.origin; });
        w.glued.clear();
        w.soa(zone.origin, zone.served_by,
              domain != s.domains.end() ? domain->ttl : Duration{86'400'000'000'000});
        if (domain != s.domains.end()) write_mail_domain(w, *domain);
        w.key_distribution_centres(zone.origin);
        w.children(zone.origin);
        w.glue(zone.origin, zone.served_by);
        for (const Host* host : hosts_in[zone.origin])
            for (const DomainName& name : host->names)
                if (w.closest_zone(name) == zone.origin && w.glued.insert(name).second)
                    w.addresses(absolute(name), *host);
        const bool v4 = zone.origin == "in-addr.arpa";
        if (v4 || zone.origin == "ip6.arpa")
            for (const Host& host : s.hosts)
                for (const Ip& ip : host.address)
                    if (ip.v6 != v4 && w.closest_zone(reverse_name(ip)) == zone.origin)
                        w.record(absolute(reverse_name(ip)), "PTR", absolute(host.names[0]));
        zone.text = {std::move(w.text), {}};
    }
    s.domains.clear();  // each is a zone now
}

}  // namespace postroad::scenario

// Looks through the Setup for what there is to be changed.
#include "viz/model/proposals.hpp"

#include <algorithm>

#include "protocols/dns/types.hpp"
#include "protocols/dns/zone.hpp"
#include "sim/scenario/names.hpp"

namespace postroad::viz {
namespace {

using scenario::toml_key;
using scenario::toml_string;
using sim::nothing;

constexpr std::size_t looked_at_max = 2'000;  // hosts and zones of a large Setup
constexpr std::size_t of_a_kind = 2;

std::string set_words(const std::string& path, const std::string& value) {
    return "set = { path = " + toml_string(path) + ", value = " + value + " }";
}

class Proposer {
  public:
    explicit Proposer(const sim::Setup& setup) : setup_(setup) {}

    std::vector<Proposal> all() {
        gather();
        hosts();
        links();
        records();
        for (std::size_t i = 0; i < std::min(of_a_kind, setup_.firewalls.size()); ++i)
            firewall(setup_.firewalls[i]);
        policies();
        services();
        return std::move(out_);
    }

  private:
    void put(std::string label, std::string change) {
        out_.push_back({std::move(label), std::move(change)});
    }
    const scenario::Host& told(NodeId host) const {
        return setup_.scenario.hosts[setup_.hosts[host].scenario_index];
    }

    void gather() {
        const std::size_t count = std::min(setup_.hosts.size(), looked_at_max);
        for (NodeId host = 0; host < count; ++host)
            for (const sim::ServiceSetup& one : setup_.hosts[host].services)
                if (one.role == sim::Role::smtp_server && one.service == scenario::Service::mta) {
                    mtas_.push_back(host);
                    break;
                }
    }

    void hosts() {
        for (std::size_t i = 0; i < std::min(of_a_kind, mtas_.size()); ++i) {
            const std::string& name = setup_.hosts[mtas_[i]].name;
            put(name + " goes down", "host = { host = " + toml_string(name) + ", state = \"down\" }");
        }
    }

    std::string end_name(NodeId node) const {
        const std::size_t hosts = setup_.hosts.size();
        return node < hosts ? setup_.hosts[node].name : setup_.networks[node - hosts].name;
    }
    // Between networks rather than to a host: more goes over it.
    void links() {
        const std::size_t count = setup_.links.size();
        if (count == 0) return;
        std::size_t lossy = setup_.access_links, failing = lossy + 1;
        if (lossy >= count) {
            lossy = mtas_.empty() || setup_.hosts[mtas_[0]].attachments.empty()
                        ? 0
                        : setup_.hosts[mtas_[0]].attachments[0].link;
            failing = lossy;
        }
        if (failing >= count) failing = lossy;
        const auto words = [&](std::size_t link) {
            return "link = { link = " + toml_string(setup_.links[link].name) + ", ";
        };
        const sim::LinkSetup& first = setup_.links[lossy];
        put("30% loss between " + end_name(first.end[0]) + " and " + end_name(first.end[1]),
            words(lossy) + "loss = \"30%\" }");
        const sim::LinkSetup& second = setup_.links[failing];
        put("the link between " + end_name(second.end[0]) + " and " + end_name(second.end[1]) + " fails",
            words(failing) + "up = false }");
    }

    // A domain of somebody's mail: the preferred exchanger leaves where there are several, else
    // another host takes its place.
    void records() {
        const std::size_t count = std::min(setup_.zones.size(), looked_at_max);
        for (std::size_t i = 0; i < count; ++i) {
            const sim::ZoneSetup& zone = setup_.zones[i];
            if (zone.zone == nullptr) continue;
            const dns::Rrset mx = zone.zone->at(zone.zone->origin(), dns::Type::mx);
            if (!mx || mx.size() == 0) continue;
            const auto begins = [&](const char* edit) {
                return "record = { zone = " + toml_string(zone.origin) + ", edit = \"" + edit +
                       "\", record = ";
            };
            const std::string ttl = std::to_string(mx.ttl_s());
            if (mx.size() > 1) {
                std::size_t best = 0;
                for (std::size_t at = 1; at < mx.size(); ++at)
                    if (preference(mx, at) < preference(mx, best)) best = at;
                const std::string rdata = dns::rdata_to_text(mx.record(best));
                put(zone.origin + " loses its MX " + rdata,
                    begins("remove") + toml_string("@ " + ttl + " IN MX " + rdata) + " }");
                return;
            }
            const std::string now = dns::rdata_to_text(mx.record(0));
            // A host of the domain's own before others.
            for (const bool own : {true, false})
                for (const NodeId host : mtas_) {
                    const std::string& name = setup_.hosts[host].domain_name;
                    if (name.empty() || now.ends_with(" " + name + ".")) continue;
                    if (own && !scenario::is_within(name, zone.origin)) continue;
                    put(zone.origin + "'s MX names " + setup_.hosts[host].name,
                        begins("set") + toml_string("@ " + ttl + " IN MX 10 " + name + ".") + " }");
                    return;
                }
            put(zone.origin + " loses its MX",
                begins("remove") + toml_string("@ " + ttl + " IN MX " + now) + " }");
            return;
        }
    }
    static unsigned preference(const dns::Rrset& mx, std::size_t at) {
        const dns::Bytes rdata = mx.rdata(at);
        return rdata.size() < 2 ? 0 : static_cast<unsigned>(rdata[0]) << 8 | rdata[1];
    }

    void firewall(const sim::FirewallSetup& one) {
        if (one.rules == nullptr) return;
        const std::string begins = "firewall = { firewall = " + toml_string(one.name) + ", edit = \"";
        const std::vector<net::Rule>& rules = one.rules->rules;
        const auto stops = std::find_if(rules.begin(), rules.end(), [](const net::Rule& rule) {
            return rule.action == net::Action::drop || rule.action == net::Action::reject;
        });
        const auto at = static_cast<std::size_t>(stops - rules.begin());
        if (stops != rules.end() && one.rules->lines[at] != 0) {  // 0: made of a policy
            const std::string number = std::to_string(at + 1);
            put(one.name + " without its rule " + number, begins + "remove\", position = " + number + " }");
        } else {
            put(one.name + " rejects port 25", begins + "insert\", rule = \"tcp dport 25 reject\" }");
        }
        const std::string policy = one.rules->policy == net::Action::drop ? "accept" : "drop";
        put(one.name + "'s policy is " + policy, policy_change(one, policy));
    }

    void policies() {
        if (mtas_.empty()) return;
        const scenario::Host& host = told(mtas_[0]);
        const std::string path = "hosts." + toml_key(host.name);
        const bool strict = host.tls.policy == scenario::TlsPolicy::required ||
                            host.tls.policy == scenario::TlsPolicy::verified;
        if (strict) put(host.name + " sends without TLS, too", set_words(path + ".tls.policy", "\"opportunistic\""));
        else put(host.name + " sends nothing without TLS", set_words(path + ".tls.policy", "\"required\""));
        for (const NodeId mta : mtas_) {
            const scenario::Host& its = told(mta);
            if (!its.smtp.open_relay) continue;
            put(its.name + " is no open relay any more",
                set_words("hosts." + toml_key(its.name) + ".smtp.open_relay", "false"));
            return;
        }
        put(host.name + " relays for everybody", set_words(path + ".smtp.open_relay", "true"));
    }

    void services() {
        struct Row {
            scenario::Service service;
            const char* word;
            const char* label;
        };
        constexpr Row rows[] = {{scenario::Service::mapi, "mapi", "'s MAPI services stop"},
                                {scenario::Service::imap, "imap", "'s IMAP server stops"},
                                {scenario::Service::pop3, "pop3", "'s POP3 server stops"},
                                {scenario::Service::dns, "dns", "'s DNS server stops"},
                                {scenario::Service::mta, "mta", "'s MTA stops"}};
        std::size_t found = 0;
        for (const Row& row : rows) {
            if (found == of_a_kind) return;
            const std::size_t count = std::min(setup_.hosts.size(), looked_at_max);
            for (NodeId host = 0; host < count; ++host) {
                const auto& its = setup_.hosts[host].services;
                if (std::none_of(its.begin(), its.end(),
                                 [&](const auto& one) { return one.service == row.service; }))
                    continue;
                const std::string& name = setup_.hosts[host].name;
                put(name + row.label, "service = { host = " + toml_string(name) + ", service = \"" +
                                          row.word + "\", running = false }");
                ++found;
                break;
            }
        }
    }

    const sim::Setup& setup_;
    std::vector<NodeId> mtas_;
    std::vector<Proposal> out_;
};

}  // namespace

std::vector<Proposal> proposals(const sim::Setup& setup) { return Proposer(setup).all(); }

std::string policy_change(const sim::FirewallSetup& firewall, const std::string& policy) {
    return set_words("firewalls." + toml_key(firewall.name) + ".policy", toml_string(policy));
}

}  // namespace postroad::viz

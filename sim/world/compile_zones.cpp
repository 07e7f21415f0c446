// Firewalls and zones: texts become rulesets and zones, shared with the Setup before where the
// same comes out, so that changing one rule of a large world costs one rule.
#include <map>

#include "sim/world/compile.hpp"
#include "sim/world/judge.hpp"

namespace postroad::sim {
namespace {

using ZonesOfHosts = std::map<std::uint32_t, std::vector<std::shared_ptr<const dns::Zone>>>;

ZonesOfHosts by_server(const std::vector<ZoneSetup>& zones) {
    ZonesOfHosts out;
    for (const ZoneSetup& one : zones)
        for (const std::uint32_t host : one.served_by)
            if (one.zone != nullptr) out[host].push_back(one.zone);
    return out;
}

}  // namespace

// Nobody reads a file here any more, so a line that begins in mid-line is shown by its end.
void tell_errors(const scenario::Problems& found, const scenario::Located& text,
                 scenario::Problems& problems) {
    for (scenario::Problem one : found.list()) {
        if (one.severity != scenario::Severity::error) continue;
        if (one.source_line.empty() && text.place.column > 1)
            one.source_line = std::string(text.place.column - 1, ' ') +
                              std::string(scenario::line_of(text.text, 1));
        problems.add(std::move(one));
    }
}

void compile_firewalls(Compiler& c) {
    if (c.s.firewalls.empty()) return;
    const net::NameBook names = name_book(c.s);
    for (std::size_t i = 0; i < c.s.firewalls.size(); ++i) {
        const scenario::Firewall& from = c.s.firewalls[i];
        scenario::Problems found;
        std::shared_ptr<const net::Ruleset> rules =
            read_rules(from.rules, from.policy,
                       "firewalls." + scenario::toml_key(from.name) + ".rules", names, found);
        tell_errors(found, from.rules, c.problems);
        if (c.before != nullptr && rules != nullptr)
            if (const std::uint32_t old = c.before->find_firewall(from.name); old != nothing)
                if (c.before->firewalls[old].rules != nullptr &&
                    *c.before->firewalls[old].rules == *rules)
                    rules = c.before->firewalls[old].rules;
        c.out.firewalls[i].rules = std::move(rules);
    }
    for (std::size_t i = 0; i < c.s.networks.size(); ++i)
        c.out.networks[i].firewall = c.out.find_firewall(c.s.networks[i].firewall);
}

void compile_zones(Compiler& c) {
    for (std::size_t i = 0; i < c.s.zones.size(); ++i) {
        const scenario::Zone& from = c.s.zones[i];
        ZoneSetup& zone = c.out.zones[i];
        zone.is_signed = from.is_signed;
        for (const scenario::Name& name : from.served_by)
            if (const std::uint32_t host = c.out.find_host(name); host != nothing)
                zone.served_by.push_back(host);
        const std::uint32_t old =
            c.before == nullptr ? nothing : c.before->find_zone(from.origin);
        if (old != nothing && c.before->scenario.zones[old].text == from.text) {
            zone.zone = c.before->zones[old].zone;
            continue;
        }
        scenario::Problems found;
        zone.zone = read_zone(from.text, from.origin, found);
        tell_errors(found, from.text, c.problems);
    }
    const ZonesOfHosts now = by_server(c.out.zones);
    const ZonesOfHosts then = c.before == nullptr ? ZonesOfHosts{} : by_server(c.before->zones);
    for (const auto& [host, zones] : now) {
        const auto old = then.find(host);
        if (old != then.end() && old->second == zones) {
            c.out.hosts[host].zones = c.before->hosts[host].zones;
            continue;
        }
        const auto set = std::make_shared<dns::ZoneSet>();
        for (const std::shared_ptr<const dns::Zone>& one : zones) set->add(one);
        c.out.hosts[host].zones = set;
    }
}

}  // namespace postroad::sim

// Exposures as text and as JSON.
#include <fmt/format.h>

#include <algorithm>

#include "sim/net/ruleset.hpp"
#include "sim/views/exposure.hpp"
#include "sim/views/json.hpp"

namespace postroad::sim::views {
namespace {

std::string_view protocol_word(const ExposedService& one) {
    return one.protocol == net::protocol_udp ? "udp" : "tcp";
}

std::string listed(const std::vector<std::string>& words, std::string_view between) {
    std::string out;
    for (const std::string& one : words) (out += out.empty() ? "" : std::string(between)) += one;
    return out;
}

std::string rule_words(const Setup& setup, std::uint32_t firewall, std::int32_t rule) {
    const net::Ruleset& rules = *setup.firewalls[firewall].rules;
    if (rule < 0) return rules.policy == net::Action::drop ? "policy drop" : "policy accept";
    return net::print_rule(rules, static_cast<std::size_t>(rule));
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

void print_service(const World& world, std::uint32_t firewall, const ExposedService& one,
                   std::string& out) {
    const Setup& setup = *world.setup;
    out += fmt::format("  {:<12} {} {:<5} {:<4} {}", visible(setup.hosts[one.host].name),
                       protocol_word(one), one.port, one.mail ? "mail" : "", one.service);
    if (!one.interface.empty()) out += " (" + one.interface + ")";
    out += '\n';
    const auto more = [&](const std::string& words) { out += "                   " + words + "\n"; };
    if (!one.can.empty()) more("can: " + one.can);
    std::string who = "from " + listed(one.from, ", ");
    if (one.conditional) who += ", under conditions";
    who += one.rule < 0 ? ", by " : fmt::format(", by rule {}: ", one.rule + 1);
    more(who + visible(rule_words(setup, firewall, one.rule)));
    if (!one.helper.empty())
        more("opened by the helper \"" + one.helper + "\", for who has asked the endpoint mapper");
    if (!one.stopped_by.empty())
        more("and stopped by the host's own firewall \"" + one.stopped_by + "\"");
}

}  // namespace

std::string words_for(const World& world, const ExposedService& one) {
    return fmt::format("{} {} {} {}", world.setup->hosts[one.host].name, protocol_word(one),
                       one.port, one.service);
}

std::string summary_of(const World& world, const std::vector<Exposure>& exposures) {
    std::vector<std::string> others;
    bool any = false;
    for (const Exposure& place : exposures)
        for (const ExposedService& one : place.services) {
            if (!one.stopped_by.empty()) continue;
            any = true;
            if (one.mail) continue;
            std::string words = words_for(world, one);
            if (std::find(others.begin(), others.end(), words) == others.end())
                others.push_back(std::move(words));
        }
    if (!any) return "this opened nothing that listens";
    if (others.empty()) return "besides mail, this opened nothing that listens";
    return "besides mail, this opened: " + listed(others, ", ");
}

void print_exposure(const World& world, std::uint32_t firewall, const Sink& sink) {
    const Setup& setup = *world.setup;
    const std::vector<Exposure> all = exposure_of(world, firewall);
    std::string out;
    for (const Exposure& place : all) {
        out += fmt::format("{} at {}, {} {}\n", visible(setup.firewalls[firewall].name),
                           visible(place.place), clock_date(setup, world.now),
                           clock_time(setup, world.now));
        for (const ExposedService& one : place.services)
            print_service(world, firewall, one, out);
        out += place.open == 0
                   ? std::string("  no port is open\n")
                   : fmt::format("  {} open, and at {} nothing listens\n",
                                 counted(place.open, "port is", "ports are"),
                                 place.idle == place.open ? "all" : std::to_string(place.idle));
    }
    if (all.empty())
        out += visible(setup.firewalls[firewall].name) + " stands nowhere: it opens nothing\n";
    else
        out += visible(summary_of(world, all)) + "\n";
    sink(out);
}

void write_exposure_json(const World& world, std::uint32_t firewall, const Sink& sink) {
    const Setup& setup = *world.setup;
    const std::string name = json_string(setup.firewalls[firewall].name);
    for (const Exposure& place : exposure_of(world, firewall)) {
        const std::string begins =
            "{\"firewall\":" + name + ",\"place\":" + json_string(place.place);
        for (const ExposedService& one : place.services) {
            std::string from;
            for (const std::string& range : one.from)
                from += (from.empty() ? "" : ",") + json_string(range);
            std::string out = fmt::format(
                "{},\"host\":{},\"protocol\":\"{}\",\"port\":{},\"service\":{},\"mail\":{},"
                "\"can\":{},\"from\":[{}],\"anywhere\":{},\"conditional\":{},\"rule\":{}",
                begins, json_string(setup.hosts[one.host].name), protocol_word(one), one.port,
                json_string(one.service), one.mail, json_string(one.can), from, one.anywhere,
                one.conditional, json_string(rule_words(setup, firewall, one.rule)));
            const auto put = [&](const char* key, const std::string& value) {
                if (!value.empty()) out += fmt::format(",\"{}\":{}", key, json_string(value));
            };
            put("interface", one.interface);
            put("helper", one.helper);
            put("stopped_by", one.stopped_by);
            sink(out + "}\n");
        }
        sink(fmt::format("{},\"open_ports\":{},\"idle_ports\":{}}}\n", begins, place.open,
                         place.idle));
    }
}

}  // namespace postroad::sim::views

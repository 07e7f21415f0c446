// A firewall's counts are a run of records, the policy's first. Rules are recognised by their
// words, since a change may insert or remove any of them.
#include "sim/net/border_counts.hpp"

#include <algorithm>
#include <vector>

namespace postroad::sim::border {
namespace {

constexpr std::uint32_t room_min = 8;

std::uint64_t words_of(const net::Ruleset& rules, std::size_t rule) {
    return hash_octets(net::print_rule(rules, rule)) | 1U;  // never the policy's 0
}

void add(RuleCount& count, std::uint64_t octets) {
    ++count.packets;
    count.octets += octets;
}

}  // namespace

void lay_out_counts(Run& run, std::uint32_t firewall) {
    BorderTables& border = run.world.border;
    const Setup& setup = run.setup();
    if (border.firewalls.size() < setup.firewalls.size())
        border.firewalls.resize(setup.firewalls.size());
    FirewallCounts& place = border.firewalls.edit(firewall);
    if (place.version == setup.version + 1) return;
    place.version = setup.version + 1;
    const net::Ruleset& rules = *setup.firewalls[firewall].rules;

    std::vector<RuleCount> old(place.count);
    for (std::uint32_t i = 0; i < place.count; ++i) old[i] = border.counts[place.first + i];
    place.count = static_cast<std::uint32_t>(rules.rules.size() + 1);
    if (place.count > place.room) {
        place.room = std::max(room_min, 2 * place.count);
        place.first = static_cast<std::uint32_t>(border.counts.size());
        border.counts.resize(border.counts.size() + place.room);
    }
    border.counts.edit(place.first) = old.empty() ? RuleCount{} : old[0];
    std::size_t from = 1;  // equal rules find their counts in order
    for (std::size_t i = 0; i < rules.rules.size(); ++i) {
        RuleCount now{words_of(rules, i), 0, 0};
        for (std::size_t at = from; at < old.size(); ++at) {
            if (old[at].words != now.words) continue;
            now = old[at];
            from = at + 1;
            break;
        }
        border.counts.edit(place.first + 1 + i) = now;
    }
}

void count(Run& run, std::uint32_t firewall, std::int32_t rule, std::uint64_t noted,
           std::uint64_t octets) {
    lay_out_counts(run, firewall);
    BorderTables& border = run.world.border;
    const std::uint32_t first = border.firewalls[firewall].first;
    add(border.counts.edit(first + static_cast<std::uint32_t>(rule + 1)), octets);
    if (noted == 0) return;
    const std::vector<net::Rule>& rules = run.setup().firewalls[firewall].rules->rules;
    for (std::uint32_t i = 0; i < rules.size(); ++i) {
        const bool met = rules[i].note < 64 && (noted >> rules[i].note & 1U) != 0;
        if (met && static_cast<std::int32_t>(i) != rule)
            add(border.counts.edit(first + 1 + i), octets);
    }
}

RuleCount count_of(const World& world, std::uint32_t firewall, std::int32_t rule) {
    const BorderTables& border = world.border;
    if (firewall >= border.firewalls.size()) return {};
    const FirewallCounts& place = border.firewalls[firewall];
    if (place.count == 0) return {};
    if (rule < 0) return border.counts[place.first];
    const net::Ruleset& rules = *world.setup->firewalls[firewall].rules;
    const auto index = static_cast<std::uint32_t>(rule);
    if (index >= rules.rules.size()) return {};
    const std::uint64_t words = words_of(rules, index);
    if (index + 1 < place.count && border.counts[place.first + 1 + index].words == words)
        return border.counts[place.first + 1 + index];
    for (std::uint32_t i = 1; i < place.count; ++i)  // changed, and nothing has met it since
        if (border.counts[place.first + i].words == words) return border.counts[place.first + i];
    return {};
}

}  // namespace postroad::sim::border

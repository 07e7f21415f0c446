// The canonical text of rules: what the Trace, the viewer and a saved scenario show.
// Ports and protocols print as nftables prints them; parsing the text gives the same rules.
#include "protocols/rpc/services.hpp"
#include "sim/net/ruleset.hpp"
#include "sim/net/ruleset_words.hpp"

namespace postroad::net {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

void append_flags(std::string& out, std::uint32_t bits) {
    bool first = true;
    for (const NamedNumber& row : flag_names) {
        if ((bits & row.number) == 0) continue;
        if (!first) out += ',';
        out += row.name;
        first = false;
    }
}

void append_flag_match(std::string& out, const Match& m, const NumberRange& flags) {
    const bool exact = !m.any_bit && flags.first == 0xff;
    if (m.negated) out += " !=";
    else if (exact) out += " ==";
    out += ' ';
    append_flags(out, flags.last);
    if (m.any_bit || exact) return;
    out += " / ";
    append_flags(out, flags.first);
}

std::string_view number_name(Values values, std::uint32_t number) {
    switch (values) {
        case Values::protocols: return name_of(protocol_names, number);
        case Values::families: return name_of(family_names, number);
        case Values::icmp_types: return name_of(icmp_type_names, number);
        case Values::icmpv6_types: return name_of(icmpv6_type_names, number);
        case Values::states: return name_of(state_names, number);
        default: return {};
    }
}

std::string number_text(const Ruleset& r, Values values, const NumberRange& range) {
    if (values == Values::names) return quoted(r.texts[range.first]);
    if (range.first != range.last)
        return std::to_string(range.first) + "-" + std::to_string(range.last);
    const std::string_view name = number_name(values, range.first);
    return name.empty() ? std::to_string(range.first) : std::string(name);
}

// A host's or network's name: bare if it is one word, else in quotes.
std::string name_text(const std::string& name) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:";
    return name.find_first_not_of(plain) == std::string::npos ? name : quoted(name);
}

std::string address_text(const Ruleset& r, const AddressRange& range) {
    if (range.name != no_text) return name_text(r.texts[range.name]);
    if (range.first == range.last) return format(range.first);
    // The prefix, if the range is one.
    for (unsigned bits = 0; bits < 128; ++bits) {
        const Prefix p = prefix_of(range.first, static_cast<std::uint8_t>(bits));
        if (p.base == range.first && p.last() == range.last) return format(p);
    }
    return format(range.first) + "-" + format(range.last);
}

std::vector<std::string> value_texts(const Ruleset& r, const Match& m, Values values) {
    std::vector<std::string> out;
    for (std::uint32_t i = m.first; i < m.first + m.count; ++i) {
        if (values != Values::addresses) {
            out.push_back(number_text(r, values, r.numbers[i]));
            continue;
        }
        const bool same_name = i > m.first && r.addresses[i].name != no_text &&
                               r.addresses[i].name == r.addresses[i - 1].name;
        if (!same_name) out.push_back(address_text(r, r.addresses[i]));
    }
    return out;
}

void append_match(std::string& out, const Ruleset& r, const Match& m) {
    const MatchWords& words = match_words[m.words];
    out += words.first;
    if (!words.second.empty()) (out += ' ') += words.second;
    if (words.values == Values::flags) return append_flag_match(out, m, r.numbers[m.first]);
    if (m.negated) out += " !=";
    const std::vector<std::string> texts = value_texts(r, m, words.values);
    const bool plain_list = words.values == Values::states;
    const bool braces = texts.size() > 1 && !plain_list;
    out += braces ? " { " : " ";
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i > 0) out += plain_list ? "," : ", ";
        out += texts[i];
    }
    if (braces) out += " }";
}

void append_ports(std::string& out, const Rule& rule) {
    if (rule.port_first == 0) return;
    out += ':';
    out += std::to_string(rule.port_first);
    if (rule.port_last != rule.port_first) (out += '-') += std::to_string(rule.port_last);
}

void append_target(std::string& out, const Ruleset& r, const Rule& rule) {
    // A name may have addresses of both families, so the family that was meant is said.
    if (rule.nat_name != no_text) out += rule.nat_to.is_v4() ? " ip" : " ip6";
    out += " to ";
    std::string target;
    if (rule.nat_name != no_text) target = r.texts[rule.nat_name];
    else if (rule.nat_to.is_v4() || rule.port_first == 0) append(target, rule.nat_to);
    else target = "[" + format(rule.nat_to) + "]";
    append_ports(target, rule);
    out += rule.nat_name != no_text ? name_text(target) : target;
}

void append_verdict(std::string& out, const Ruleset& r, const Rule& rule) {
    switch (rule.action) {
        case Action::none: return;
        case Action::accept: out += "accept"; return;
        case Action::drop: out += "drop"; return;
        case Action::reject: {
            const RejectWords& words = reject_words[rule.reject_row];
            out += "reject";
            if (rule.reject_row == reject_default) return;
            (out += " with ") += words.with;
            out += rule.reject_row == reject_tcp_reset ? " " : " type ";
            out += words.name;
            return;
        }
        case Action::snat: out += "snat"; return append_target(out, r, rule);
        case Action::dnat: out += "dnat"; return append_target(out, r, rule);
        case Action::masquerade:
        case Action::redirect:
            out += rule.action == Action::redirect ? "redirect" : "masquerade";
            if (rule.port_first != 0) out += " to ";
            append_ports(out, rule);
            return;
    }
}

}  // namespace

std::string print_rule(const Ruleset& r, std::size_t at) {
    const Rule& rule = r.rules[at];
    std::string out;
    const auto space = [&out] {
        if (!out.empty()) out += ' ';
    };
    for (std::uint32_t i = rule.match_first; i < rule.match_first + rule.match_count; ++i) {
        space();
        append_match(out, r, r.matches[i]);
    }
    if (rule.counter) space(), out += "counter";
    if (rule.log) space(), out += "log";
    if (rule.log_prefix != no_text) (out += " prefix ") += quoted(r.texts[rule.log_prefix]);
    if (rule.helper < r.helpers.size())
        space(), out += "ct helper set " + quoted(r.texts[r.helpers[rule.helper].name]);
    if (rule.action != Action::none) space();
    append_verdict(out, r, rule);
    if (rule.comment != no_text) (out += " comment ") += quoted(r.texts[rule.comment]);
    return out;
}

std::string print_helper(const Ruleset& r, std::size_t at) {
    const Helper& helper = r.helpers[at];
    const std::string& name = r.texts[helper.name];
    std::string out = "ct helper " + name_text(name) + " { type \"rpc\" protocol tcp;";
    for (std::size_t i = 0; i < helper.interfaces.size(); ++i) {
        const Helper::Interface& one = helper.interfaces[i];
        out += i == 0 ? " interfaces { " : ", ";
        std::string word;
        if (one.by_word)
            for (const rpc::KnownService& known : rpc::known_services())
                if (known.interface.uuid == one.uuid) word = known.word;
        out += word.empty() ? quoted(rpc::to_string(one.uuid)) : word;
    }
    return out + (helper.interfaces.empty() ? " }" : " }; }");
}

std::string print(const Ruleset& r) {
    std::string out = r.policy == Action::drop ? "policy drop\n" : "policy accept\n";
    for (std::size_t i = 0; i < r.helpers.size(); ++i) (out += print_helper(r, i)) += '\n';
    for (std::size_t i = 0; i < r.rules.size(); ++i) (out += print_rule(r, i)) += '\n';
    return out;
}

}  // namespace postroad::net

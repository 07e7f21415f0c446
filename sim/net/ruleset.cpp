// Evaluation: a packet's header against the compiled rules, first match decides.
// Nothing here allocates; a rule that cannot match by family or protocol costs two tests.
#include "sim/net/ruleset.hpp"

#include "sim/net/ruleset_words.hpp"

namespace postroad::net {
namespace {

// Which rules a step looks at.
enum class Step : std::uint8_t { destination_nat, filter, source_nat };

bool belongs_to(Action action, Step step) {
    switch (step) {
        case Step::destination_nat: return is_destination_nat(action);
        case Step::source_nat: return is_source_nat(action);
        case Step::filter: return !is_destination_nat(action) && !is_source_nat(action);
    }
    return false;
}

struct Facts {
    const PacketHeader& packet;
    std::string_view in_name;
    std::string_view out_name;
    std::uint32_t state_bit;
    std::uint8_t family;
    std::uint8_t protocol;

    Facts(const PacketHeader& p, ConntrackState state, std::string_view in, std::string_view out)
        : packet(p),
          in_name(in),
          out_name(out),
          state_bit(1u << static_cast<unsigned>(state)),
          family(p.is_v4() ? family_v4 : family_v6),
          protocol(protocol_bit(p.protocol)) {}
};

bool address_in(const Ruleset& r, const Match& m, const Address& a) {
    for (std::uint32_t i = m.first; i < m.first + m.count; ++i) {
        const AddressRange& range = r.addresses[i];
        if (range.first <= a && a <= range.last) return true;
    }
    return false;
}

bool number_in(const Ruleset& r, const Match& m, std::uint32_t value) {
    for (std::uint32_t i = m.first; i < m.first + m.count; ++i)
        if (r.numbers[i].first <= value && value <= r.numbers[i].last) return true;
    return false;
}

bool bits_in(const Ruleset& r, const Match& m, std::uint32_t bits) {
    for (std::uint32_t i = m.first; i < m.first + m.count; ++i)
        if ((r.numbers[i].first & bits) != 0) return true;
    return false;
}

bool flags_in(const Ruleset& r, const Match& m, std::uint32_t flags) {
    if (m.any_bit) return bits_in(r, m, flags);
    for (std::uint32_t i = m.first; i < m.first + m.count; ++i)
        if ((r.numbers[i].first & flags) == r.numbers[i].last) return true;
    return false;
}

bool name_in(const Ruleset& r, const Match& m, std::string_view name) {
    for (std::uint32_t i = m.first; i < m.first + m.count; ++i)
        if (r.texts[r.numbers[i].first] == name) return true;
    return false;
}

bool holds(const Ruleset& r, const Match& m, const Facts& f) {
    switch (m.field) {
        case Field::source_address: return address_in(r, m, f.packet.src) != m.negated;
        case Field::destination_address: return address_in(r, m, f.packet.dst) != m.negated;
        case Field::source_port: return number_in(r, m, f.packet.src_port) != m.negated;
        case Field::destination_port: return number_in(r, m, f.packet.dst_port) != m.negated;
        case Field::tcp_flags: return flags_in(r, m, f.packet.tcp_flags) != m.negated;
        case Field::protocol: return number_in(r, m, f.packet.protocol) != m.negated;
        case Field::family: return number_in(r, m, f.family) != m.negated;
        case Field::icmp_type: return number_in(r, m, f.packet.icmp_type) != m.negated;
        case Field::ct_state: return bits_in(r, m, f.state_bit) != m.negated;
        case Field::in_name: return name_in(r, m, f.in_name) != m.negated;
        case Field::out_name: return name_in(r, m, f.out_name) != m.negated;
    }
    return false;
}

bool matches(const Ruleset& r, const Rule& rule, const Facts& f) {
    if ((rule.families & f.family) == 0 || (rule.protocols & f.protocol) == 0) return false;
    for (std::uint32_t i = rule.match_first; i < rule.match_first + rule.match_count; ++i)
        if (!holds(r, r.matches[i], f)) return false;
    return true;
}

// The first deciding rule of a step, or -1; marks the counting and logging rules on the way.
std::int32_t first_match(const Ruleset& r, const Facts& f, Step step, std::uint64_t* noted,
                         std::uint8_t* helper = nullptr) {
    for (std::size_t i = 0; i < r.rules.size(); ++i) {
        const Rule& rule = r.rules[i];
        if (!belongs_to(rule.action, step) || !matches(r, rule, f)) continue;
        if (rule.note < 64 && noted != nullptr) *noted |= 1ULL << rule.note;
        if (helper != nullptr && *helper == no_helper) *helper = rule.helper;
        if (rule.action != Action::none) return static_cast<std::int32_t>(i);
    }
    return -1;
}

Translation translate(const Ruleset& r, const Facts& f, Step step, std::uint64_t* noted) {
    const std::int32_t at = first_match(r, f, step, noted);
    if (at < 0) return {};
    const Rule& rule = r.rules[static_cast<std::size_t>(at)];
    return Translation{rule.action, at, rule.nat_to, rule.port_first, rule.port_last};
}

Reject reject_of(const Rule& rule, bool v4) {
    if (rule.reject_row == reject_tcp_reset) return Reject{true, 0, 0};
    const RejectWords& words = reject_words[rule.reject_row];
    return v4 ? Reject{false, 3, words.v4_code} : Reject{false, 1, words.v6_code};
}

}  // namespace

bool admits(const Helper& helper, const rpc::Uuid& interface) {
    if (helper.interfaces.empty()) return true;
    for (const Helper::Interface& one : helper.interfaces)
        if (one.uuid == interface) return true;
    return false;
}

Translation translate_destination(const Ruleset& r, const PacketHeader& packet,
                                  std::string_view in_name, std::uint64_t* noted) {
    const Facts f(packet, ConntrackState::fresh, in_name, {});
    return translate(r, f, Step::destination_nat, noted);
}

Translation translate_source(const Ruleset& r, const PacketHeader& packet,
                             std::string_view in_name, std::string_view out_name,
                             std::uint64_t* noted) {
    const Facts f(packet, ConntrackState::fresh, in_name, out_name);
    return translate(r, f, Step::source_nat, noted);
}

Verdict filter(const Ruleset& r, const PacketHeader& packet, ConntrackState state,
               std::string_view in_name, std::string_view out_name) {
    Verdict verdict;
    const Facts f(packet, state, in_name, out_name);
    verdict.rule = first_match(r, f, Step::filter, &verdict.noted, &verdict.helper);
    if (verdict.rule < 0) {
        verdict.action = r.policy;
        return verdict;
    }
    const Rule& rule = r.rules[static_cast<std::size_t>(verdict.rule)];
    verdict.action = rule.action;
    if (rule.action == Action::reject) verdict.reject = reject_of(rule, packet.is_v4());
    return verdict;
}

Verdict evaluate(const Ruleset& r, const PacketHeader& packet, ConntrackState state,
                 std::string_view in_name, std::string_view out_name) {
    if (state != ConntrackState::fresh) return filter(r, packet, state, in_name, out_name);
    PacketHeader translated = packet;
    std::uint64_t noted = 0;
    const Translation destination = translate_destination(r, packet, in_name, &noted);
    if (destination.kind == Action::dnat) translated.dst = destination.to;
    if (destination.port_first != 0) translated.dst_port = destination.port_first;
    Verdict verdict = filter(r, translated, state, in_name, out_name);
    verdict.destination = destination;
    if (verdict.action == Action::accept)
        verdict.source = translate_source(r, translated, in_name, out_name, &noted);
    verdict.noted |= noted;
    return verdict;
}

}  // namespace postroad::net

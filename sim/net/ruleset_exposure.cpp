// Exposure: which new connections of a stranger a ruleset lets in, computed by taking boxes
// (sources × destinations × ports) away from what is still undecided, rule after rule.
#include <algorithm>
#include <optional>
#include <tuple>

#include "sim/net/ruleset.hpp"
#include "sim/net/ruleset_words.hpp"

namespace postroad::net {
namespace {

// Beyond this many undecided boxes nothing is taken away any more: the answer errs on "open".
constexpr std::size_t boxes_max = 1024;
constexpr std::size_t openings_max = 16384;

struct Span {
    Address first;
    Address last;
};

struct Box {
    Span source;
    Span destination;
    std::uint32_t port_first = 0;
    std::uint32_t port_last = 65535;
};

std::optional<Span> common(const Span& a, const Span& b) {
    const Span both{std::max(a.first, b.first), std::min(a.last, b.last)};
    if (both.last < both.first) return {};
    return both;
}

std::optional<Box> common(const Box& a, const Box& b) {
    const auto source = common(a.source, b.source);
    const auto destination = common(a.destination, b.destination);
    const std::uint32_t low = std::max(a.port_first, b.port_first);
    const std::uint32_t high = std::min(a.port_last, b.port_last);
    if (!source || !destination || low > high) return {};
    return Box{*source, *destination, low, high};
}

// What of `whole` is outside of `part`, where `part` lies within it: at most six boxes.
void subtract(const Box& whole, const Box& part, std::vector<Box>& out) {
    Box rest = whole;
    const auto cut = [&](Span Box::*side) {
        Span& s = rest.*side;
        const Span& p = part.*side;
        if (s.first < p.first) {
            Box before = rest;
            (before.*side).last = predecessor(p.first);
            out.push_back(before);
            s.first = p.first;
        }
        if (p.last < s.last) {
            Box after = rest;
            (after.*side).first = successor(p.last);
            out.push_back(after);
            s.last = p.last;
        }
    };
    cut(&Box::source);
    cut(&Box::destination);
    if (rest.port_first < part.port_first) {
        Box before = rest;
        before.port_last = part.port_first - 1;
        out.push_back(before);
        rest.port_first = part.port_first;
    }
    if (part.port_last < rest.port_last) {
        Box after = rest;
        after.port_first = part.port_last + 1;
        out.push_back(after);
    }
}

// The part of every box that is in none of `holes`.
std::vector<Box> without(std::vector<Box> boxes, const std::vector<Box>& holes) {
    for (const Box& hole : holes) {
        if (boxes.size() > boxes_max) break;
        std::vector<Box> left;
        for (const Box& box : boxes) {
            if (const auto part = common(box, hole)) subtract(box, *part, left);
            else left.push_back(box);
        }
        boxes = std::move(left);
    }
    return boxes;
}

std::vector<Box> within(const std::vector<Box>& boxes, const std::vector<Box>& others) {
    std::vector<Box> out;
    for (const Box& box : boxes)
        for (const Box& other : others)
            if (const auto part = common(box, other); part && out.size() < openings_max)
                out.push_back(*part);
    return out;
}

struct Stranger {
    std::uint8_t protocol;
    bool v4;
    std::string_view in_name;

    Box everything() const {
        const Span all = v4 ? Span{v4_first, v4_last} : Span{Address{}, v6_last};
        const bool ports = protocol == protocol_tcp || protocol == protocol_udp;
        const bool icmp = protocol == protocol_icmp || protocol == protocol_icmpv6;
        return Box{all, all, 0, ports ? 65535u : icmp ? 255u : 0u};
    }
};

enum class Fit : std::uint8_t { never, perhaps, always };

// A match on something that is no side of a box.
Fit fit(const Ruleset& r, const Match& m, const Stranger& who) {
    const auto any_number = [&](auto&& test) {
        bool found = false;
        for (std::uint32_t i = m.first; i < m.first + m.count; ++i)
            found = found || test(r.numbers[i]);
        return found != m.negated ? Fit::always : Fit::never;
    };
    const auto in_range = [&](std::uint32_t value) {
        return any_number([value](const NumberRange& n) {
            return n.first <= value && value <= n.last;
        });
    };
    switch (m.field) {
        case Field::protocol: return in_range(who.protocol);
        case Field::family: return in_range(who.v4 ? family_v4 : family_v6);
        case Field::ct_state:
            return any_number([](const NumberRange& n) { return (n.first & 1u) != 0; });
        case Field::tcp_flags:  // a new connection begins with a bare SYN
            return any_number([&m](const NumberRange& n) {
                return m.any_bit ? (n.first & tcp_syn) != 0 : (n.first & tcp_syn) == n.last;
            });
        case Field::in_name:
            if (who.in_name.empty()) return Fit::perhaps;
            return any_number([&](const NumberRange& n) {
                return r.texts[n.first] == who.in_name;
            });
        default: return Fit::perhaps;  // a source port is the stranger's choice; the way out
    }
}

// The values of a match as boxes that leave the other sides whole.
std::vector<Box> boxes_of(const Ruleset& r, const Match& m, const Box& all) {
    std::vector<Box> out;
    for (std::uint32_t i = m.first; i < m.first + m.count; ++i) {
        Box box = all;
        if (m.field == Field::source_address)
            box.source = {r.addresses[i].first, r.addresses[i].last};
        else if (m.field == Field::destination_address)
            box.destination = {r.addresses[i].first, r.addresses[i].last};
        else
            std::tie(box.port_first, box.port_last) =
                std::pair(r.numbers[i].first, r.numbers[i].last);
        out.push_back(box);
    }
    return m.negated ? without({all}, out) : out;
}

bool is_side_of_box(Field field) {
    return field == Field::source_address || field == Field::destination_address ||
           field == Field::destination_port || field == Field::icmp_type;
}

// What of `undecided` the rule takes, and whether it surely takes it.
std::vector<Box> taken_by(const Ruleset& r, const Rule& rule, const Stranger& who,
                          const std::vector<Box>& undecided, bool& surely) {
    surely = true;
    const std::uint8_t family = who.v4 ? family_v4 : family_v6;
    if ((rule.families & family) == 0 || (rule.protocols & protocol_bit(who.protocol)) == 0)
        return {};
    std::vector<Box> boxes = undecided;
    for (std::uint32_t i = rule.match_first; i < rule.match_first + rule.match_count; ++i) {
        const Match& m = r.matches[i];
        if (is_side_of_box(m.field)) {
            boxes = within(boxes, boxes_of(r, m, who.everything()));
            continue;
        }
        const Fit f = fit(r, m, who);
        if (f == Fit::never) return {};
        if (f == Fit::perhaps) surely = false;
    }
    return boxes;
}

void open_up(std::vector<Opening>& out, const std::vector<Box>& boxes, std::int32_t rule,
             const Stranger& who, bool conditional, std::uint8_t helper = no_helper) {
    for (const Box& b : boxes) {
        if (out.size() >= openings_max) return;
        out.push_back({b.source.first, b.source.last, b.destination.first, b.destination.last,
                       static_cast<std::uint16_t>(b.port_first),
                       static_cast<std::uint16_t>(b.port_last), rule, who.protocol, who.v4,
                       conditional, helper});
    }
}

// What rules on the way have set a helper for; the first one counts.
struct Helped {
    std::vector<Box> boxes[helpers_max];
    std::vector<Box> all;

    void add(std::uint8_t helper, std::vector<Box> taken) {
        taken = without(std::move(taken), all);
        boxes[helper].insert(boxes[helper].end(), taken.begin(), taken.end());
        all.insert(all.end(), taken.begin(), taken.end());
    }
};

void expose(const Ruleset& r, const Stranger& who, std::vector<Opening>& out) {
    std::vector<Box> undecided{who.everything()};
    Helped helped;
    const auto accept = [&](const std::vector<Box>& taken, std::int32_t rule, bool conditional) {
        for (std::size_t i = 0; i < r.helpers.size(); ++i)
            open_up(out, within(taken, helped.boxes[i]), rule, who, conditional,
                    static_cast<std::uint8_t>(i));
        open_up(out, without(taken, helped.all), rule, who, conditional);
    };
    for (std::size_t i = 0; i < r.rules.size() && !undecided.empty(); ++i) {
        const Rule& rule = r.rules[i];
        const bool decides = rule.action == Action::accept || rule.action == Action::drop ||
                             rule.action == Action::reject;
        const bool helps = rule.helper != no_helper && !is_destination_nat(rule.action) &&
                           !is_source_nat(rule.action);
        if (!decides && !helps) continue;
        bool surely = true;
        const std::vector<Box> taken = taken_by(r, rule, who, undecided, surely);
        if (helps) helped.add(rule.helper, taken);
        if (!decides) continue;
        if (rule.action == Action::accept) accept(taken, static_cast<std::int32_t>(i), !surely);
        if (surely) undecided = without(std::move(undecided), taken);
    }
    if (r.policy == Action::accept) accept(undecided, -1, false);
}

auto order(const Opening& o) {
    // The policy comes last.
    return std::tuple(static_cast<std::uint32_t>(o.rule), !o.v4, o.protocol, o.source_first,
                      o.source_last, o.destination_first, o.destination_last, o.helper,
                      o.port_first, o.port_last);
}

// Neighbouring or overlapping port ranges of the same rule and addresses become one.
std::vector<Opening> joined(std::vector<Opening> openings) {
    std::sort(openings.begin(), openings.end(),
              [](const Opening& a, const Opening& b) { return order(a) < order(b); });
    std::vector<Opening> out;
    for (const Opening& o : openings) {
        if (!out.empty()) {
            Opening& last = out.back();
            Opening same = o;
            same.port_first = last.port_first;
            same.port_last = last.port_last;
            if (same == last && o.port_first <= last.port_last + 1) {
                last.port_last = std::max(last.port_last, o.port_last);
                continue;
            }
        }
        out.push_back(o);
    }
    return out;
}

std::string span_text(const Address& first, const Address& last, bool v4) {
    if (first == (v4 ? v4_first : Address{}) && last == (v4 ? v4_last : v6_last)) return "any";
    if (first == last) return format(first);
    for (unsigned bits = 0; bits < 128; ++bits) {
        const Prefix p = prefix_of(first, static_cast<std::uint8_t>(bits));
        if (p.base == first && p.last() == last) return format(p);
    }
    return format(first) + "-" + format(last);
}

}  // namespace

std::vector<Opening> exposure(const Ruleset& ruleset, std::string_view in_name) {
    std::vector<Opening> out;
    for (const bool v4 : {true, false}) {
        const std::uint8_t icmp = v4 ? protocol_icmp : protocol_icmpv6;
        for (const std::uint8_t protocol :
             {protocol_tcp, protocol_udp, icmp, protocol_gre, protocol_esp, protocol_ah})
            expose(ruleset, Stranger{protocol, v4, in_name}, out);
    }
    return joined(std::move(out));
}

std::string describe(const Opening& o) {
    std::string out(name_of(protocol_names, o.protocol));
    const bool icmp = o.protocol == protocol_icmp || o.protocol == protocol_icmpv6;
    const bool ports = o.protocol == protocol_tcp || o.protocol == protocol_udp;
    const std::uint16_t highest = icmp ? 255 : 65535;
    if (ports || icmp) {
        out += icmp ? " type " : " ";
        if (o.port_first == 0 && o.port_last == highest) {
            out += icmp ? "any" : "any port";
        } else {
            out += std::to_string(o.port_first);
            if (o.port_last != o.port_first) (out += '-') += std::to_string(o.port_last);
        }
    }
    out += o.v4 ? " over IPv4 from " : " over IPv6 from ";
    out += span_text(o.source_first, o.source_last, o.v4);
    out += " to " + span_text(o.destination_first, o.destination_last, o.v4);
    if (o.helper != no_helper) out += " with a helper";
    if (o.conditional) out += " (under conditions)";
    return out;
}

}  // namespace postroad::net

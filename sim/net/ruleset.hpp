// Firewall and NAT rules in nftables' words: text in, compiled rules, verdicts out.
// One list a firewall, first match decides; what is not simulated is refused by name.
//
// The grammar. One rule a line (or between `;`), `#` starts a comment, a set may span lines:
//
//   ruleset   = { [ rule | "policy" ("accept" | "drop") | helper ] ( newline | ";" ) }
//   rule      = { match } { statement } [ verdict ] [ "comment" string ]   and at least one of
//               statement and verdict
//   statement = "counter" | "log" [ "prefix" string ] | "ct" "helper" "set" name
//   helper    = "ct" "helper" name "{" "type" "\"rpc\"" "protocol" "tcp"
//               [ "interfaces" "{" interface { "," interface } "}" ] "}"     between the parts
//               newlines and ";"; interface: a word of rpc::known_services() or a UUID
//   match     = ("tcp" | "udp" | "th") ("sport" | "dport") values     25, 6001-6010, smtp
//             | ("ip" | "ip6") ("saddr" | "daddr") values             address, prefix,
//                                                                     range a-b, or a name
//             | "ip" "protocol" values | "ip6" "nexthdr" values       tcp, udp, icmp, 47
//             | "meta" "l4proto" values | "meta" "nfproto" values     ipv4, ipv6
//             | "icmp" "type" values | "icmpv6" "type" values         echo-request, 3
//             | "ct" "state" values                                   new, established,
//                                                                     related, invalid
//             | ("iifname" | "oifname") values                        a network's name, quoted
//             | "tcp" "flags" [ "==" | "!=" ] flags      no operator: any of these is set
//             | "tcp" "flags" flags "/" flags            of the second, exactly the first
//             | "tcp" "flags" "&" "(" flags ")" ("==" | "!=") flags   the same, older words
//   values    = [ "==" | "!=" ] ( value | "{" value { "," value } "}" )
//             | ( "<" | ">" | "<=" | ">=" ) value        numbers only
//               `ct state` also takes `a,b` without braces
//   flags     = flag { ("," | "|") flag }                fin syn rst psh ack urg ecn cwr
//   verdict   = "accept" | "drop" | "reject" [ "with" why ]
//             | "snat" ["ip"|"ip6"] "to" target | "dnat" ["ip"|"ip6"] "to" target
//             | "masquerade" [ "to" ports ] | "redirect" [ "to" ports ]
//   why       = "tcp" "reset" | ("icmp" | "icmpv6" | "icmpx") [ "type" ] code
//   target    = address [ ports ] | "[" ipv6 "]" [ ports ] | name [ ports ]
//   ports     = ":" port [ "-" port ]
//
// As in nftables: `tcp dport` implies TCP, `ip saddr` IPv4, `reject with tcp reset` TCP,
// `reject with icmp type` IPv4. Destination NAT is looked at before the filter rules (which so
// see the new destination) and source NAT after, wherever in the list those rules stand; only a
// new connection is looked up, its later packets follow the connection.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/rpc/uuid.hpp"
#include "sim/net/address.hpp"
#include "sim/net/packet.hpp"

namespace postroad::net {

// A scenario author's mistake. Lines and columns count from 1, columns and length in bytes.
struct Problem {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint32_t length = 0;  // of what the caret should underline; at least 1
    std::string what;          // `"dprot" is not known after "tcp"`
    std::string why;           // the rule that it breaks
    std::string hint;          // what to write instead; may be empty

    friend bool operator==(const Problem&, const Problem&) = default;
};

enum class ConntrackState : std::uint8_t { fresh, established, related, invalid };  // fresh: `new`

// What a packet's header offers to a match.
enum class Field : std::uint8_t {
    source_address, destination_address, source_port, destination_port, tcp_flags,
    protocol, family, icmp_type, ct_state, in_name, out_name,
};

// One condition. Its values are `count` entries of the ruleset's addresses (address fields) or
// numbers (the others), from `first` on; it holds if any of them fits, or none when negated.
struct Match {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    std::uint8_t words = 0;  // row of the table of match words: how it was spelled
    Field field{};
    bool negated = false;
    bool any_bit = false;    // tcp flags: one common bit is enough

    friend bool operator==(const Match&, const Match&) = default;
};

// Ports, protocols, types: first..last. tcp flags: mask and value. ct state: a bit each state,
// twice. Names: an index into `texts`, twice.
struct NumberRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    friend bool operator==(const NumberRange&, const NumberRange&) = default;
};

inline constexpr std::uint32_t no_text = 0xffffffff;

struct AddressRange {
    Address first;
    Address last;
    std::uint32_t name = no_text;  // written as this name; a name may give several ranges
    friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

// `ct helper NAME { ... }`: what reads along with the connections for which a rule sets it.
struct Helper {
    struct Interface {
        rpc::Uuid uuid;
        bool by_word = false;  // written as its word
        friend bool operator==(const Interface&, const Interface&) = default;
    };
    std::uint32_t name = no_text;
    std::vector<Interface> interfaces;  // about which an answer may open a port; none: about any

    friend bool operator==(const Helper&, const Helper&) = default;
};
inline constexpr std::uint8_t no_helper = 0xff;
inline constexpr std::size_t helpers_max = 64;
bool admits(const Helper& helper, const rpc::Uuid& interface);

enum class Action : std::uint8_t {
    none, accept, drop, reject, snat, dnat, masquerade, redirect,
};

struct Rule {
    Address nat_to;                          // snat, dnat
    std::uint32_t nat_name = no_text;
    std::uint32_t match_first = 0;
    std::uint32_t match_count = 0;
    std::uint32_t log_prefix = no_text;
    std::uint32_t comment = no_text;
    std::uint16_t port_first = 0;            // NAT; 0: the port stays
    std::uint16_t port_last = 0;
    Action action = Action::none;
    std::uint8_t reject_row = 0;             // of the table of reject reasons
    std::uint8_t families = 3;               // what can match at all: 1 IPv4, 2 IPv6
    std::uint8_t protocols = 0x1f;           // 1 TCP, 2 UDP, 4 ICMP, 8 ICMPv6, 16 others
    std::uint8_t note = 0xff;                // bit of Verdict::noted, 0xff: none
    std::uint8_t helper = no_helper;         // that it sets: index into Ruleset::helpers
    bool counter = false;
    bool log = false;

    friend bool operator==(const Rule&, const Rule&) = default;
};

// A parsed firewall: immutable once parsed, so copies of a world share it.
struct Ruleset {
    Action policy = Action::accept;  // accept or drop
    std::vector<Rule> rules;
    std::vector<Match> matches;
    std::vector<NumberRange> numbers;
    std::vector<AddressRange> addresses;
    std::vector<std::string> texts;   // names, comments, log prefixes
    std::vector<Helper> helpers;
    std::vector<std::uint32_t> lines; // where each rule began; no part of equality

    friend bool operator==(const Ruleset& a, const Ruleset& b) {
        return a.policy == b.policy && a.rules == b.rules && a.matches == b.matches &&
               a.numbers == b.numbers && a.addresses == b.addresses && a.texts == b.texts &&
               a.helpers == b.helpers;
    }
};

// Names in place of addresses: a host gives its addresses as prefixes of one, a network its
// prefixes; an empty answer means unknown. `known` is for "did you mean".
struct NameBook {
    std::function<std::vector<Prefix>(std::string_view name)> resolve;  // may be empty
    std::vector<std::string> known;
    bool part = false;  // of a firewall: helpers may be declared where this text does not show it
};

inline constexpr std::size_t ruleset_bytes_max = 1 << 20;
inline constexpr std::size_t ruleset_problems_max = 100;  // later ones are not reported

// Reads rules; every mistake, one a rule, is appended to `problems`, and then the ruleset must
// not be used. A scenario's array of rules is joined with newlines: line = index + 1.
Ruleset parse_ruleset(std::string_view text, const NameBook& names,
                      std::vector<Problem>& problems, Action default_policy = Action::accept);

// The canonical text, one rule a line, the policy and the helpers first. Parsing it gives an equal
// ruleset.
std::string print(const Ruleset& ruleset);
std::string print_rule(const Ruleset& ruleset, std::size_t rule);
std::string print_helper(const Ruleset& ruleset, std::size_t helper);

// The lines that each rule of a text stands in, from 1; neither the policy nor helpers are rules.
struct RuleLines {
    std::uint32_t first = 0, last = 0;
};
std::vector<RuleLines> rule_lines(std::string_view text);

// How a packet is sent back: a TCP RST, or an ICMP/ICMPv6 message of this type and code.
struct Reject {
    bool tcp_reset = false;
    std::uint8_t icmp_type = 0;
    std::uint8_t icmp_code = 0;
    friend bool operator==(const Reject&, const Reject&) = default;
};

// What NAT does to a new connection's addresses; `kind` none: nothing.
// masquerade: the source becomes the outgoing interface's address; redirect: the destination
// becomes the firewall itself; the caller knows both. Ports 0: kept.
struct Translation {
    Action kind = Action::none;
    std::int32_t rule = -1;
    Address to;
    std::uint16_t port_first = 0;
    std::uint16_t port_last = 0;
    friend bool operator==(const Translation&, const Translation&) = default;
};

struct Verdict {
    Action action = Action::accept;  // accept, drop, reject
    std::int32_t rule = -1;          // the rule that decided; -1: the policy
    Reject reject;
    Translation destination;         // evaluate() only
    Translation source;              // evaluate() only
    std::uint64_t noted = 0;         // bit Rule::note of each matching rule that counts or logs
    std::uint8_t helper = no_helper; // that the rules set; of use when the packet is accepted

    friend bool operator==(const Verdict&, const Verdict&) = default;
};

// The three steps as a router takes them; none allocates. `in_name` and `out_name` name the
// networks that the packet comes from and leaves to (empty at a host's own end).
Translation translate_destination(const Ruleset&, const PacketHeader&, std::string_view in_name,
                                  std::uint64_t* noted = nullptr);
Verdict filter(const Ruleset&, const PacketHeader&, ConntrackState, std::string_view in_name,
               std::string_view out_name);
Translation translate_source(const Ruleset&, const PacketHeader&, std::string_view in_name,
                             std::string_view out_name, std::uint64_t* noted = nullptr);

// All three, for a border whose outgoing network does not depend on the translation.
Verdict evaluate(const Ruleset&, const PacketHeader&, ConntrackState, std::string_view in_name,
                 std::string_view out_name);

// One way in: a stranger's new connection of this protocol, from and to these addresses.
struct Opening {
    Address source_first, source_last;
    Address destination_first, destination_last;  // after destination NAT
    std::uint16_t port_first = 0;   // TCP, UDP: destination ports; ICMP: types
    std::uint16_t port_last = 0;
    std::int32_t rule = -1;         // the rule that lets it in; -1: the policy
    std::uint8_t protocol = 0;
    bool v4 = true;
    bool conditional = false;       // only for some source ports or interfaces
    std::uint8_t helper = no_helper;  // reads along with what comes in here

    friend bool operator==(const Opening&, const Opening&) = default;
};

// What the ruleset lets in: "what else did this rule open?". `in_name` limits it to packets
// from that network; without it, and for the outgoing side, an interface match may or may not
// hold. Errs on the side of "open". Ordered by rule, family, protocol, addresses, ports.
std::vector<Opening> exposure(const Ruleset& ruleset, std::string_view in_name = {});

// `tcp 6001-6010 over IPv4 from any to 192.0.2.5`
std::string describe(const Opening& opening);

}  // namespace postroad::net

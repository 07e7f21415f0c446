// The vocabulary of firewall rules as tables: read by the parser, the printer and the errors.
// A new match is one row here and, if it looks at something new, one case in ruleset.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sim/net/ruleset.hpp"

namespace postroad::net {

// What the values of a match look like.
enum class Values : std::uint8_t {
    ports, addresses, flags, protocols, families, icmp_types, icmpv6_types, states, names,
};

inline constexpr std::uint8_t family_v4 = 1;
inline constexpr std::uint8_t family_v6 = 2;
inline constexpr std::uint8_t family_any = 3;

inline constexpr std::uint8_t bit_tcp = 1;
inline constexpr std::uint8_t bit_udp = 2;
inline constexpr std::uint8_t bit_icmp = 4;
inline constexpr std::uint8_t bit_icmpv6 = 8;
inline constexpr std::uint8_t bit_other = 16;
inline constexpr std::uint8_t bit_any = 31;

constexpr std::uint8_t protocol_bit(std::uint32_t protocol) {
    switch (protocol) {
        case protocol_tcp: return bit_tcp;
        case protocol_udp: return bit_udp;
        case protocol_icmp: return bit_icmp;
        case protocol_icmpv6: return bit_icmpv6;
        default: return bit_other;
    }
}

struct MatchWords {
    std::string_view first;
    std::string_view second;  // empty: one word
    Field field;
    Values values;
    std::uint8_t families;    // implied
    std::uint8_t protocols;   // implied
};

inline constexpr std::array match_words{
    MatchWords{"tcp", "dport", Field::destination_port, Values::ports, family_any, bit_tcp},
    MatchWords{"tcp", "sport", Field::source_port, Values::ports, family_any, bit_tcp},
    MatchWords{"tcp", "flags", Field::tcp_flags, Values::flags, family_any, bit_tcp},
    MatchWords{"udp", "dport", Field::destination_port, Values::ports, family_any, bit_udp},
    MatchWords{"udp", "sport", Field::source_port, Values::ports, family_any, bit_udp},
    MatchWords{"th", "dport", Field::destination_port, Values::ports, family_any,
               bit_tcp | bit_udp},
    MatchWords{"th", "sport", Field::source_port, Values::ports, family_any, bit_tcp | bit_udp},
    MatchWords{"ip", "saddr", Field::source_address, Values::addresses, family_v4, bit_any},
    MatchWords{"ip", "daddr", Field::destination_address, Values::addresses, family_v4, bit_any},
    MatchWords{"ip", "protocol", Field::protocol, Values::protocols, family_v4, bit_any},
    MatchWords{"ip6", "saddr", Field::source_address, Values::addresses, family_v6, bit_any},
    MatchWords{"ip6", "daddr", Field::destination_address, Values::addresses, family_v6, bit_any},
    MatchWords{"ip6", "nexthdr", Field::protocol, Values::protocols, family_v6, bit_any},
    MatchWords{"icmp", "type", Field::icmp_type, Values::icmp_types, family_v4, bit_icmp},
    MatchWords{"icmpv6", "type", Field::icmp_type, Values::icmpv6_types, family_v6, bit_icmpv6},
    MatchWords{"meta", "l4proto", Field::protocol, Values::protocols, family_any, bit_any},
    MatchWords{"meta", "nfproto", Field::family, Values::families, family_any, bit_any},
    MatchWords{"ct", "state", Field::ct_state, Values::states, family_any, bit_any},
    MatchWords{"iifname", "", Field::in_name, Values::names, family_any, bit_any},
    MatchWords{"oifname", "", Field::out_name, Values::names, family_any, bit_any},
};

struct NamedNumber {
    std::string_view name;
    std::uint32_t number;
};

// Read, never printed: a port prints as its number.
inline constexpr std::array service_names{
    NamedNumber{"ftp", 21},        NamedNumber{"ssh", 22},          NamedNumber{"telnet", 23},
    NamedNumber{"smtp", 25},       NamedNumber{"domain", 53},       NamedNumber{"http", 80},
    NamedNumber{"kerberos", 88},   NamedNumber{"iso-tsap", 102},    NamedNumber{"pop3", 110},
    NamedNumber{"epmap", 135},     NamedNumber{"imap2", 143},       NamedNumber{"imap", 143},
    NamedNumber{"ldap", 389},      NamedNumber{"https", 443},       NamedNumber{"submissions", 465},
    NamedNumber{"smtps", 465},     NamedNumber{"isakmp", 500},      NamedNumber{"submission", 587},
    NamedNumber{"ldaps", 636},     NamedNumber{"imaps", 993},       NamedNumber{"pop3s", 995},
    NamedNumber{"openvpn", 1194},  NamedNumber{"ipsec-nat-t", 4500},
};

// RFC numbers by IANA's names, as nftables prints them.
inline constexpr std::array protocol_names{
    NamedNumber{"icmp", protocol_icmp}, NamedNumber{"tcp", protocol_tcp},
    NamedNumber{"udp", protocol_udp},   NamedNumber{"gre", protocol_gre},
    NamedNumber{"esp", protocol_esp},   NamedNumber{"ah", protocol_ah},
    NamedNumber{"icmpv6", protocol_icmpv6}, NamedNumber{"ipv6-icmp", protocol_icmpv6},
};

inline constexpr std::array family_names{
    NamedNumber{"ipv4", family_v4},
    NamedNumber{"ipv6", family_v6},
};

inline constexpr std::array icmp_type_names{
    NamedNumber{"echo-reply", 0},         NamedNumber{"destination-unreachable", 3},
    NamedNumber{"source-quench", 4},      NamedNumber{"redirect", 5},
    NamedNumber{"echo-request", 8},       NamedNumber{"router-advertisement", 9},
    NamedNumber{"router-solicitation", 10}, NamedNumber{"time-exceeded", 11},
    NamedNumber{"parameter-problem", 12}, NamedNumber{"timestamp-request", 13},
    NamedNumber{"timestamp-reply", 14},
};

inline constexpr std::array icmpv6_type_names{
    NamedNumber{"destination-unreachable", 1}, NamedNumber{"packet-too-big", 2},
    NamedNumber{"time-exceeded", 3},           NamedNumber{"parameter-problem", 4},
    NamedNumber{"echo-request", 128},          NamedNumber{"echo-reply", 129},
    NamedNumber{"nd-router-solicit", 133},     NamedNumber{"nd-router-advert", 134},
    NamedNumber{"nd-neighbor-solicit", 135},   NamedNumber{"nd-neighbor-advert", 136},
    NamedNumber{"nd-redirect", 137},
};

inline constexpr std::array state_names{  // the number is the bit
    NamedNumber{"established", 1u << static_cast<unsigned>(ConntrackState::established)},
    NamedNumber{"related", 1u << static_cast<unsigned>(ConntrackState::related)},
    NamedNumber{"new", 1u << static_cast<unsigned>(ConntrackState::fresh)},
    NamedNumber{"invalid", 1u << static_cast<unsigned>(ConntrackState::invalid)},
};

inline constexpr std::array flag_names{
    NamedNumber{"fin", tcp_fin}, NamedNumber{"syn", tcp_syn}, NamedNumber{"rst", tcp_rst},
    NamedNumber{"psh", tcp_psh}, NamedNumber{"ack", tcp_ack}, NamedNumber{"urg", tcp_urg},
    NamedNumber{"ecn", tcp_ece}, NamedNumber{"cwr", tcp_cwr},
};

// How `reject` answers. IPv4: ICMP type 3 (RFC 792; codes 9, 10, 13: RFC 1122 §3.2.2.1,
// RFC 1812 §5.2.7.1); IPv6: ICMPv6 type 1 (RFC 4443 §3.1).
struct RejectWords {
    std::string_view with;  // tcp, icmp, icmpv6, icmpx
    std::string_view name;
    std::uint8_t families;
    std::uint8_t v4_code;
    std::uint8_t v6_code;
};

inline constexpr std::uint8_t reject_default = 0;    // printed as a bare `reject`
inline constexpr std::uint8_t reject_tcp_reset = 1;
inline constexpr std::array reject_words{
    RejectWords{"icmpx", "port-unreachable", family_any, 3, 4},
    RejectWords{"tcp", "reset", family_any, 0, 0},
    RejectWords{"icmpx", "admin-prohibited", family_any, 13, 1},
    RejectWords{"icmpx", "no-route", family_any, 0, 0},
    RejectWords{"icmpx", "host-unreachable", family_any, 1, 3},
    RejectWords{"icmp", "net-unreachable", family_v4, 0, 0},
    RejectWords{"icmp", "host-unreachable", family_v4, 1, 0},
    RejectWords{"icmp", "prot-unreachable", family_v4, 2, 0},
    RejectWords{"icmp", "port-unreachable", family_v4, 3, 0},
    RejectWords{"icmp", "net-prohibited", family_v4, 9, 0},
    RejectWords{"icmp", "host-prohibited", family_v4, 10, 0},
    RejectWords{"icmp", "admin-prohibited", family_v4, 13, 0},
    RejectWords{"icmpv6", "no-route", family_v6, 0, 0},
    RejectWords{"icmpv6", "admin-prohibited", family_v6, 0, 1},
    RejectWords{"icmpv6", "addr-unreachable", family_v6, 0, 3},
    RejectWords{"icmpv6", "port-unreachable", family_v6, 0, 4},
    RejectWords{"icmpv6", "policy-fail", family_v6, 0, 5},
    RejectWords{"icmpv6", "reject-route", family_v6, 0, 6},
};

inline constexpr std::array<std::string_view, 11> statement_words{
    "accept", "drop", "reject", "counter", "log", "comment",
    "snat", "dnat", "masquerade", "redirect", "policy",
};

// What a helper can read.
inline constexpr std::array<std::string_view, 1> helper_types{"rpc"};

// Real nftables words that a learner may well write here, and what to do instead.
struct RefusedWord {
    std::string_view word;
    std::string_view hint;
};
inline constexpr std::array refused_words{
    RefusedWord{"table", "write only the rules: a firewall here is one list, without tables"},
    RefusedWord{"chain", "write only the rules: a firewall here is one list, without chains"},
    RefusedWord{"type", "leave the hook line out; `policy drop` alone sets the policy"},
    RefusedWord{"add", "write only the rule itself, without `add rule ...`"},
    RefusedWord{"nft", "write only the rule itself, without the command"},
    RefusedWord{"limit", "rate limits are not simulated; use a link's bandwidth"},
    RefusedWord{"jump", "write the rules out in one list; chains are not simulated"},
    RefusedWord{"goto", "write the rules out in one list; chains are not simulated"},
    RefusedWord{"return", "write the rules out in one list; chains are not simulated"},
    RefusedWord{"queue", "use `accept`, `drop` or `reject`"},
    RefusedWord{"iif", "use `iifname` with a network's name"},
    RefusedWord{"oif", "use `oifname` with a network's name"},
    RefusedWord{"ether", "rules see IP packets; use `ip saddr` or `iifname`"},
    RefusedWord{"-A", "this is iptables' way to write; in nftables' words: `tcp dport 25 accept`"},
    RefusedWord{"iptables",
                "this is iptables' way to write; in nftables' words: `tcp dport 25 accept`"},
};

// The number of `name` in a table, or -1.
template <std::size_t N>
constexpr std::int64_t number_of(const std::array<NamedNumber, N>& table, std::string_view name) {
    for (const NamedNumber& row : table)
        if (row.name == name) return row.number;
    return -1;
}

// The first name of `number`, or empty.
template <std::size_t N>
constexpr std::string_view name_of(const std::array<NamedNumber, N>& table,
                                   std::uint32_t number) {
    for (const NamedNumber& row : table)
        if (row.number == number) return row.name;
    return {};
}

// The two-in-one look at a rule's place in the packet's path.
constexpr bool is_destination_nat(Action a) {
    return a == Action::dnat || a == Action::redirect;
}
constexpr bool is_source_nat(Action a) { return a == Action::snat || a == Action::masquerade; }

}  // namespace postroad::net

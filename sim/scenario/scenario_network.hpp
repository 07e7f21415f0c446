// The declared network as plain values: places, lines, who sits on them, packet rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/values.hpp"

namespace postroad::scenario {

inline constexpr std::int64_t format_version = 1;

// Names in these structs (network, host, person, firewall, zone) are keys of the file's tables.
// Domain names are lower-case A-labels without the last dot; the root is ".".
using Name = std::string;
using DomainName = std::string;
// "alice@example.org". Where the file may name a person instead, `complete` puts the address.
using MailAddress = std::string;

enum class Depth : std::uint8_t { summary, lines, bytes };

enum class NetworkKind : std::uint8_t { lan, internet, isp, hotel, dmz, vpn };
enum class BlockAction : std::uint8_t { drop, reject };

struct Network {
    Name name;
    NetworkKind kind = NetworkKind::lan;
    std::vector<Prefix> subnet;         // empty: assigned by `complete`
    bool ipv6 = false;                  // assign an IPv6 subnet and addresses too
    Duration latency{100'000};          // of each host's access link, one way
    BitRate bandwidth;                  // of each host's access link
    std::vector<std::uint16_t> blocks;  // TCP ports that hosts here cannot reach outside
    BlockAction block_action = BlockAction::drop;
    Name firewall;     // at the network's border; empty: none
    bool nat = false;  // hosts here are seen outside as `public_address`
    std::optional<Ip> public_address;
    Name resolver;          // the host that hosts here ask; empty: chosen by `complete`
    bool isolated = false;  // do not join it to the internet by default
    bool operator==(const Network&) const = default;
};

struct Outage {
    Duration from;  // since the start
    Duration to;    // first moment it is up again
    bool operator==(const Outage&) const = default;
};

struct Link {
    std::vector<Name> between;     // two: networks, or a host and a network it is on
    Name name;                     // empty: "a--b"
    Duration latency{10'000'000};  // one way
    Duration jitter;               // added to a packet's latency: 0 ... jitter, evenly
    BitRate bandwidth;             // each way
    Size queue;                    // waiting bytes each way; 0: no limit
    Size mtu{1500};
    Chance loss;
    Chance duplicate;
    Chance reorder;  // a packet that is held back by `reorder_by`
    Duration reorder_by{5'000'000};
    std::vector<Outage> down;
    bool operator==(const Link&) const = default;
};

enum class TlsKind : std::uint8_t { real, modelled };
enum class TlsVersion : std::uint8_t { tls1_0, tls1_1, tls1_2, tls1_3 };

struct Attacker {  // [[attackers]]: somebody who sits on a link
    Name link;
    bool strip_starttls = false;  // with none of these it only reads along
    bool drop_tls = false;        // no handshake comes through
    std::optional<TlsVersion> downgrade;  // written over newer versions in clients' hellos
    bool weaken = false;          // weak suites, too
    std::string inject;           // octets put behind the command for TLS
    Name swap;                    // a host that connections are led to; it has a certificate of its own
    Name replay;                  // a host that says again what clients have said
    bool operator==(const Attacker&) const = default;
};

enum class Policy : std::uint8_t { accept, drop, reject };

struct Firewall {
    Name name;
    Policy policy = Policy::accept;  // for what no rule decides
    Located rules;                   // one nftables rule a line
    bool operator==(const Firewall&) const = default;
};

}  // namespace postroad::scenario

// Schema rows of networks, links and firewalls (see schema.hpp).
#pragma once

#include "sim/scenario/key.hpp"
#include "sim/scenario/scenario.hpp"

namespace postroad::scenario {

constexpr std::string_view title(const Network*) { return "[networks.NAME]"; }
constexpr std::string_view intro(const Network*) {
    return "A place where hosts are. Networks that no `[[links]]` entry joins to anything are "
           "joined "
           "to the network of kind `internet`, which is made when there is none.";
}
constexpr auto keys(const Network*) {
    return std::tuple{
        key("kind", &Network::kind,
            {"What sort of network it is; a network named `internet` is one unless another is.",
             "\"hotel\""}),
        key("subnet", &Network::subnet,
            {"Its prefixes, IPv4 or IPv6.", "[\"192.0.2.0/24\", \"2001:db8:1::/64\"]", Use::line,
             "the next free prefix meant for documentation and tests"}),
        key("ipv6", &Network::ipv6,
            {"Give the network an IPv6 prefix and its hosts IPv6 addresses too.", "true"}),
        key("latency", &Network::latency,
            {"How long a packet takes between a host here and the network, one way.", "\"2ms\""}),
        key("bandwidth", &Network::bandwidth,
            {"How fast each host's access link is, each way.", "\"100 Mbit/s\""}),
        key("blocks", &Network::blocks,
            {"TCP ports outside that hosts here cannot reach, as providers block 25.",
             "[25]",
             Use::line,
             {},
             "TCP port",
             1}),
        key("block_action", &Network::block_action,
            {"What happens to such an attempt: no answer at all, or a refusal.", "\"reject\""}),
        key("firewall", &Network::firewall,
            {"The firewall at this network's border.", "\"border\"", Use::firewall, "none"}),
        key("nat", &Network::nat,
            {"Hosts here have private addresses and are seen outside as one public address.",
             "true"}),
        key("public_address", &Network::public_address,
            {"That public address.", "\"198.51.100.7\"", Use::line,
             "a free address of the internet network, when `nat` is on"}),
        key("resolver", &Network::resolver,
            {"The host that hosts here ask for names.", "\"mail\"", Use::host,
             "the first resolver on this network, else a public one is made"}),
        key("isolated", &Network::isolated,
            {"Leave the network alone: do not join it to the internet.", "true"}),
    };
}

constexpr std::string_view title(const Outage*) { return "down = [{ ... }] in [[links]]"; }
constexpr std::string_view intro(const Outage*) { return "A stretch of time when a link is cut."; }
constexpr auto keys(const Outage*) {
    return std::tuple{
        key("from", &Outage::from, {"When it is cut.", "\"+10m\"", Use::moment, {}, {}, 0, true}),
        key("to", &Outage::to, {"When it works again.", "\"+2h\"", Use::moment, {}, {}, 0, true}),
    };
}

constexpr std::string_view title(const Link*) { return "[[links]]"; }
constexpr std::string_view intro(const Link*) {
    return "A line between two networks; or, between a host and a network it is on, the host's own "
           "access link in place of the network's usual one.";
}
constexpr auto keys(const Link*) {
    return std::tuple{
        key("between", &Link::between,
            {"Its two ends.", "[\"campus\", \"internet\"]", Use::link_end, {}, {}, 0, true}),
        key("name", &Link::name,
            {"What the timeline calls it.", "\"uplink\"", Use::id,
             "both ends with `--` between, as in `campus--internet`"}),
        key("latency", &Link::latency, {"How long a packet takes, one way.", "\"40ms\""}),
        key("jitter", &Link::jitter,
            {"Up to so much is added to a packet's latency, evenly drawn.", "\"5ms\""}),
        key("bandwidth", &Link::bandwidth, {"How fast it is, each way.", "\"8 Mbit/s\""}),
        key("queue", &Link::queue,
            {"Bytes that may wait each way before packets are dropped; 0: no limit.",
             "\"64 KiB\""}),
        key("mtu", &Link::mtu,
            {"The longest IP packet it carries.", "1280", Use::line, {}, "bytes", 1}),
        key("loss", &Link::loss, {"How likely a packet is lost.", "\"1%\""}),
        key("duplicate", &Link::duplicate, {"How likely a packet arrives twice.", "\"0.1%\""}),
        key("reorder", &Link::reorder,
            {"How likely a packet is held back, so that later ones overtake it.", "0.01"}),
        key("reorder_by", &Link::reorder_by, {"How long it is held back.", "\"20ms\""}),
        key("down", &Link::down, {"When it is cut.", "[{ from = \"+10m\", to = \"+2h\" }]"}),
    };
}

constexpr std::string_view title(const Attacker*) { return "[[attackers]]"; }
constexpr std::string_view intro(const Attacker*) {
    return "Somebody on a link: reads what crosses it, and may change it. The trace lists what was "
           "learnt.";
}
constexpr auto keys(const Attacker*) {
    using S = Attacker;
    return std::tuple{
        key("link", &S::link,
            {"Where: the name of a link, or a host's own line.", "\"mail--example.org\"",
             Use::link, {}, {}, 0, true}),
        key("strip_starttls", &S::strip_starttls,
            {"Write X over STARTTLS and STLS where servers offer them, as some firewalls did.",
             "true"}),
        key("drop_tls", &S::drop_tls, {"Let no TLS handshake through.", "true"}),
        key("downgrade", &S::downgrade,
            {"Write this version of TLS over newer ones that clients offer.", "\"1.0\""}),
        key("weaken", &S::weaken, {"Write weak suites over those that clients offer.", "true"}),
        key("inject", &S::inject,
            {"Put this behind the command for TLS, in the clear (RFC 3207 §6).",
             "\"MAIL FROM:<mallory@example.com>\\r\\n\"", Use::text}),
        key("swap", &S::swap,
            {"Lead mail's connections to this host, which shows a certificate of its own. It must be "
             "beyond the link as clients see it, so that its answers come by there.",
             "\"mallory\"", Use::host}),
        key("replay", &S::replay,
            {"When a connection of mail's is over, say again from this host what the client said.",
             "\"mallory\"", Use::host}),
    };
}

constexpr std::string_view title(const Firewall*) { return "[firewalls.NAME]"; }
constexpr std::string_view intro(const Firewall*) {
    return R"(Packet rules, in nftables' words, for a network's border or for a host: whoever names the firewall uses it.

A helper reads along with the connections for which a rule sets it. `ct helper rpc { type "rpc" protocol tcp; }` declares one for the endpoint mapper, `tcp dport 135 ct helper set "rpc" accept` sets it, and `ct state related accept` lets in what it expects: connections from the client that has asked, to the host it has asked, at the port in the answer. It expects them for five minutes, as many as are made; another answer begins the time anew. (Linux has no helper for RPC; its others take one connection for each thing they read. Cisco's inspection of DCE RPC takes several, as here.) At most 64 are expected at one place.

`interfaces { store, directory }` in the declaration, with words or UUIDs, is this simulator's own: an answer about any other interface opens nothing. Nor does a question that is sealed, an answer that names another host, or anything behind octets that have not come by. Behind destination NAT the client is expected where it has asked; that address is written over the server's own in the answer, unless the answer is signed or some of the address has gone by. All of this is in the Trace: `helper_expects`, `helper_admits`, `helper_refuses`, `helper_sealed`, `helper_rewrites` and others. `postroad show FILE --exposure FIREWALL` tells what a firewall has opened.)";
}
constexpr auto keys(const Firewall*) {
    return std::tuple{
        key("policy", &Firewall::policy,
            {"What happens to a packet that no rule decides about.", "\"drop\""}),
        key("rules", &Firewall::rules,
            {"One rule a line, tried in order.",
             "'''\nct state established accept\ntcp dport { 25, 587 } accept\n'''", Use::rules}),
    };
}

}  // namespace postroad::scenario

// What a firewall has opened: for each host behind it, what really listens where strangers may
// connect, what it is good for, and what is open although nothing listens.
#pragma once

#include <string>
#include <vector>

#include "sim/views/text.hpp"
#include "sim/world/world.hpp"

namespace postroad::sim::views {

struct ExposedService {
    NodeId host = 0;
    std::uint16_t port = 0;
    std::uint8_t protocol = net::protocol_tcp;
    std::string service;       // "mta"; an RPC interface by its word: "store"
    std::string interface;     // of RPC: its UUID and version
    std::string can;           // what a caller could do; empty: not known here
    bool mail = false;         // part of what mail needs from outside
    std::vector<std::string> from;  // ranges of addresses, "any"
    bool anywhere = false;     // anybody may connect, of IPv4 or of IPv6
    bool conditional = false;  // only from some source ports, or on some ways
    std::int32_t rule = -1;    // that lets it in; -1: the policy
    std::string helper;        // not empty: open for who has asked the endpoint mapper
    std::string stopped_by;    // the host's own firewall, which refuses all of it; then nobody may
};

struct Exposure {
    std::string place;         // "the border of lan", "host mail"
    std::vector<ExposedService> services;  // by host, protocol and port
    std::uint64_t open = 0;    // TCP and UDP ports of the hosts behind, each once a host
    std::uint64_t idle = 0;    // of these, those where nothing listens
};

// As the world is now; one for each place where the firewall stands. Hosts behind a border are those
// of its network, and of networks that the internet reaches through it alone; they are no strangers,
// and behind a NAT only what a rule maps is open. Errs on the side of "open", as net::exposure does.
std::vector<Exposure> exposure_of(const World& world, std::uint32_t firewall);

// "tcp 6001 store", and what is said of one by name: "mail tcp 6001 store".
std::string words_for(const World& world, const ExposedService& one);
// The names of what is open besides mail: "besides mail, this opened: ..."; each once.
std::string summary_of(const World& world, const std::vector<Exposure>& exposures);

void print_exposure(const World& world, std::uint32_t firewall, const Sink& sink);
// One object a line: each service ("firewall" "place" "host" "protocol" "port" "service" "mail"
// "can" "from" "anywhere" "conditional" "rule", and where there is one "interface" "helper"
// "stopped_by"), then for each place "firewall" "place" "open_ports" "idle_ports".
void write_exposure_json(const World& world, std::uint32_t firewall, const Sink& sink);

}  // namespace postroad::sim::views

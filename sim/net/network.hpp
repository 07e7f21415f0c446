// How packets cross the network: links, routes, borders, and datagrams.
#pragma once

#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::net_layer {

// Puts a packet on its way from `host`: host firewall, NIC, links, borders … The segment's
// `source`, `target`, ports, protocol and payload are set; it is given its packet id and recorded.
void send(Run& run, NodeId host, std::uint32_t segment, Why why);

// The same for a packet that a network's border makes itself (a reset, an ICMP error).
void send_from_border(Run& run, std::uint32_t network, std::uint32_t segment);

// An EventKind::packet has come: the packet goes on from where it is.
void go_on(Run& run, std::uint32_t segment, NodeId where);

// UDP (RFC 768). The reply comes back to datagram_arrived with the ports swapped.
// `conversation` joins question and answer for the views; see new_conversation.
void send_datagram(Run& run, NodeId host, AddressId source, std::uint16_t source_port,
                   AddressId target, std::uint16_t target_port, std::string_view payload,
                   Id conversation);
// Makes and records the conversation of a UDP exchange.
Id new_conversation(Run& run, NodeId host, AddressId source, std::uint16_t source_port,
                    AddressId target, std::uint16_t target_port, std::uint8_t protocol);

// An ICMP error about `about` goes back to its source (RFC 792, RFC 4443).
void send_unreachable(Run& run, NodeId from, const Segment& about, std::uint8_t type,
                      std::uint8_t code);

// The address a host would use towards `target` (same family, first attachment that has one),
// or `nothing`.
AddressId source_address(const Run& run, NodeId host, AddressId target);

// The host's next ephemeral port (RFC 6335 §6), round and round: whether it is free is for whoever
// knows what the port is to be used with.
std::uint16_t new_port(Run& run, NodeId host);
inline constexpr unsigned ephemeral_ports = 16384;

// Takes a packet out of the world: its record and its reference to the payload.
void discard(Run& run, std::uint32_t segment);

// A link or the scenario has changed: routes are computed again.
void topology_changed(Run& run);

}  // namespace postroad::sim::net_layer

// People and programs outside the world: they open connections to simulated hosts, talk, hang up;
// and real servers, which simulated hosts connect to. What they do is journalled; what they hear is
// handed to a listener (Run::on_outside) that is no part of the world.
#pragma once

#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::outside {

// EventKind::journal: entry `a` of the run's journal happens, or (detail `generates`) generator `a`
// is asked for the (b + 1)th time what it sends.
inline constexpr std::uint16_t generates = 1;
void on_journal(Run& run, const Event& event);

// From the session layer: a connection of an outsider's has something for him.
void heard(Run& run, std::uint32_t connection, OutsideNews news, std::string_view octets);

// From TCP: somebody connects to a host that a real program outside stands for. False: nobody
// outside is asked in this run, and ICMP has said that the host is unreachable.
bool may_call(Run& run, NodeId host, const Segment& syn);
// The program outside is asked whether it takes the connection; accept or refuse will come.
void call(Run& run, std::uint32_t connection);
// False while what is sent to him waits unread outside: his window is closed.
bool reads(const World& world, std::uint32_t subject);

// A UDP datagram came to a port of `host` where an outsider waits. False: nobody does.
bool datagram_arrived(Run& run, NodeId host, std::uint32_t segment);

// "mx.example.org:25" or "mail:25" as host and port. False: no such host, or no port.
bool find_port(const Setup& setup, std::string_view text, NodeId& host, std::uint16_t& port);

// The outsider's connection, or `nothing` when it is over (or was a datagram).
std::uint32_t connection_of(const World& world, std::uint32_t subject);
inline bool connected(const World& world, std::uint32_t subject) {
    return connection_of(world, subject) != nothing;
}

// What the next answer of a real server answers: a hash of all that it has been told.
std::uint64_t question(const World& world, std::uint32_t subject);

}  // namespace postroad::sim::outside

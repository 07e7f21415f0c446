// People and programs outside the world: they open connections to simulated hosts, talk, hang up.
// What they do is journalled; what they hear is handed to a listener that is no part of the world.
#pragma once

#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::outside {

// EventKind::journal: entry `index` of the run's journal happens.
void on_journal(Run& run, std::uint32_t index);

// A connection of an outsider's has something for him.
void heard(Run& run, std::uint32_t connection, Wake what, std::string_view octets);

// "mx.example.org:25" or "mail:25" as host and port. False: no such host, or no port.
bool find_port(const Setup& setup, std::string_view text, NodeId& host, std::uint16_t& port);

// Whether the outsider's connection is still there.
bool connected(const World& world, std::uint32_t subject);

}  // namespace postroad::sim::outside

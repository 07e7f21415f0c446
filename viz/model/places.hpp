// Where a hand has put hosts and networks on the map, kept in layout.toml beside the scenario.
#pragma once

#include <string>
#include <string_view>

#include "viz/model/layout.hpp"

namespace postroad::viz {

// Puts a host there and lets its network's box hold all its hosts again.
void move_host(Layout& layout, const sim::Setup& setup, std::uint32_t host, Point to);
// Moves a network with its hosts.
void move_network(Layout& layout, const sim::Setup& setup, std::uint32_t network, Point by);
// Moves everything so that it begins at the corner, and measures it anew.
void settle(Layout& layout);

// Every host's place in both layouts: the one for a room that is wide, the one for one that is
// high.
std::string print_places(const Layout& wide, const Layout& upright, const sim::Setup& setup);
// Takes up what print_places has written; hosts that are gone are no mistake, new ones stay where
// they stand by themselves. False, with "file:line: sentence", when it is no such text.
bool read_places(std::string_view text, const std::string& file, Layout& wide, Layout& upright,
                 const sim::Setup& setup, std::string& error);

// Where a scenario's places are kept: "layout.toml" in its folder, or, where that cannot be
// written, a file in the user's state folder, named by the scenario's path.
std::string places_file(const std::string& scenario);

}  // namespace postroad::viz

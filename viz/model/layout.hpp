// Where hosts and networks stand on the map: made from the Setup alone, so that it is the same in
// every run. A network is a box, its hosts stand in rows within; Boost.Graph places the boxes.
#pragma once

#include <vector>

#include "sim/world/setup.hpp"

namespace postroad::viz {

struct Point {
    float x = 0, y = 0;
};
struct Box {
    Point min, max;
    Point centre() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }
};

// What a host is for, and so in which rows of its network it stands.
enum class Rank : std::uint8_t { names, mail, people };
Rank rank_of(const sim::HostSetup& host);

// Lengths are in units: a pixel at scale 1 and zoom 1.
struct Layout {
    static constexpr float host_width = 148, host_height = 66;
    // Between a network's edge and its hosts: beside, above (where its name is) and below them.
    static constexpr float side = 21, head = 46, foot = 26;
    std::vector<Point> hosts;     // centres
    std::vector<Box> networks;
    Point size;
    // The point of a network's edge where the way to another network leaves it.
    Point gate(std::uint32_t network, std::uint32_t towards) const;
};

// `upright`: for a window that is higher than wide.
Layout make_layout(const sim::Setup& setup, bool upright = false);

}  // namespace postroad::viz

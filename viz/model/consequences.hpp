// Who suffers from a change, and whom it helps: two runs compared by their messages and
// connections.
#pragma once

#include <string>
#include <vector>

#include "viz/model/recording.hpp"

namespace postroad::viz {

struct Consequence {
    bool worse = true;         // else better
    bool person = false;       // a message of somebody's; else connections between hosts
    std::string who;           // "bob", "mail → post"
    std::string what;          // a message's subject; a service and how many connections
    std::string was, is;       // how it ended
    std::uint64_t was_at = 0;  // position of a row in the run as it was; 0: none
};

// What is worse first. Messages are the same when the same host begins them at the same moment with
// the same subject, connections when they are the so-many-th between the same hosts to the same
// port.
std::vector<Consequence> consequences(const Recording& was, const Recording& is);

}  // namespace postroad::viz

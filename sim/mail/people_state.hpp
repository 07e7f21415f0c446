// What the people's mail programs keep in the World.
#pragma once

namespace postroad::sim {

struct PeopleTables {
    bool operator==(const PeopleTables&) const = default;
};

}  // namespace postroad::sim

// What stateful firewalls and NATs remember: one entry a flow.
#pragma once

namespace postroad::sim {

struct BorderTables {
    bool operator==(const BorderTables&) const = default;
};

}  // namespace postroad::sim

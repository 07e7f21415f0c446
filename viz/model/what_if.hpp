// What would have come of it: a copy of the world goes its own way from this moment with one change,
// and is laid beside the run as it was.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "viz/model/player.hpp"

namespace postroad::viz {

struct WhatIf {
    std::string change;                    // a [[timeline]] table's words without its `at`
    Time at = 0;                           // the moment of the fork
    std::unique_ptr<Recording> other;
    // Indices of entries behind the fork that say something (no bare segments), in either run.
    std::vector<std::size_t> was, is;
    std::size_t same = 0;                  // so many of both are alike; then they part
    struct Counts {
        unsigned delivered = 0, bounced = 0, failures = 0, lines = 0;
    };
    Counts was_counts, is_counts;
    bool parts() const { return same < was.size() || same < is.size(); }
};

// Null with what is wrong with the change in `error`.
std::unique_ptr<WhatIf> what_if(const Player& player, const std::string& change, std::string& error);

// Changes that this scenario invites: hosts go down, links lose, in the scenario's own words.
std::vector<std::string> proposals(const sim::Setup& setup);

}  // namespace postroad::viz

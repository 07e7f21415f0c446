// A walkthrough: stops through a run, in a walkthrough.toml beside a lab. A stop names its moment
// by what happens in it, so that it stays right when a delay changes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "viz/model/recording.hpp"

namespace postroad::viz {

struct Stop {
    std::string title, text;
    std::string panel, beside;        // "beside" empty: the panel alone
    std::string on;                   // words of the row it is at, the first behind the last stop's
    std::string who;                  // the host that says or does it; empty: any
    std::optional<Time> at;           // instead: a moment
    std::string lit;                  // a host, network or firewall to point at
    std::string change;               // for the panel What if: tried at this stop
    std::uint32_t journey = sim::nothing;  // a message to choose, by number
    bool back = false;                // look from the start again
    std::size_t entry = 0;            // found: entries that have happened
    std::size_t line = 0;             // in the file
};

struct Walkthrough {
    std::string title;
    std::vector<Stop> stops;
};

// Reads it and finds every stop in the run. Nothing, with "file:line: sentence" in `error`, when
// something is wrong in it or a stop's words never occur.
std::optional<Walkthrough> read_walkthrough(std::string_view text, const std::string& file,
                                            const Recording& run, std::string& error);

}  // namespace postroad::viz

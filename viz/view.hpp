// What all panels share: where we are, what is chosen, how it looks.
#pragma once

#include <string>

#include "viz/draw/theme.hpp"
#include "viz/model/layout.hpp"
#include "viz/model/player.hpp"

namespace postroad::viz {

struct View {
    Recording& run;
    Player player;
    Theme theme;
    Layout layout, upright;             // the map takes the one that fits its room better

    NodeId host = 0;                    // chosen; a host's index
    std::uint32_t firewall = 0;         // Setup::firewalls
    std::uint32_t journey = 0;          // TraceIndex::journeys
    bool only_host = false;             // the ladder shows the chosen host alone
    bool only_talk = false;             // the ladder shows the connection of this moment alone
    bool only_journey = false;          // the ladder shows the chosen message alone
    std::string lit;                    // a host, network or firewall the walkthrough points at
    bool moved = true;                  // the moment has changed since the last frame
    std::string proposed;               // a change for What if to try at once
    bool by_packet = false;             // steps go to packets
    bool focus_search = false;

    explicit View(Recording& recording) : run(recording), player(recording),
                                          layout(make_layout(recording.setup())),
                                          upright(make_layout(recording.setup(), true)) {}

    // The entry to explain: the last that happened, and words rather than a segment if they are
    // what is looked for. Null at the start.
    const Entry* spoken() const {
        const std::size_t happened = player.happened();
        for (std::size_t i = happened; i-- > 0 && i + 12 > happened;)
            if (by_packet || run.entries[i].kind() != Kind::segment) return &run.entries[i];
        return player.current();
    }
};

}  // namespace postroad::viz

// What all panels share: where we are, what is chosen, how it looks.
#pragma once

#include <set>
#include <string>

#include "viz/draw/theme.hpp"
#include "viz/model/find.hpp"
#include "viz/model/layout.hpp"
#include "viz/model/player.hpp"

namespace postroad::viz {

struct View {
    Recording& run;
    Player player;
    Finder finder;
    Theme theme;
    Layout layout, upright;             // the map takes the one that fits its room better

    NodeId host = 0;                    // chosen; a host's index
    std::uint32_t firewall = 0;         // Setup::firewalls
    std::uint32_t journey = 0;          // TraceIndex::journeys
    std::set<NodeId> only_hosts;        // the ladder shows these alone; empty: all
    bool only_talk = false;             // the ladder shows the connection of this moment alone
    bool only_journey = false;          // the ladder shows the chosen message alone
    bool on_the_wire = false;           // the ladder shows encrypted lines as their octets
    bool folded = true;                 // the ladder folds segments and records below their lines
    bool hex = false;                   // the ladder shows the octets of the row that is now
    bool future = true;                 // rows that are still to come are seen, faintly
    float map_zoom = 1;                 // what keys ask of the map's camera, until it has moved
    ImVec2 map_pan{0, 0};
    bool map_whole = false;
    bool mx_arrows = true;              // the map shows who knows which mail exchangers
    std::string lit;                    // a host, network or firewall the walkthrough points at
    bool moved = true;                  // the moment has changed since the last frame
    std::string proposed;               // a change for What if to try at once
    bool by_packet = false;             // steps go to packets
    bool focus_search = false;
    bool patient = true;                // panels wait for searches: pictures and tests do, windows not
    std::string places_file;            // where dragged hosts are kept; empty: nowhere
    std::string notice;                 // something to tell, beside the timeline
    double notice_s = 0;                // how much longer
    void tell(std::string words) {
        notice = std::move(words);
        notice_s = 6;
    }

    explicit View(Recording& recording) : run(recording), player(recording),
                                          finder(recording),
                                          layout(make_layout(recording.setup())),
                                          upright(make_layout(recording.setup(), true)) {}

    // The entry to explain: the last that happened, and words rather than a segment if they are
    // what is looked for. None at the start.
    std::optional<std::size_t> spoken_at() const {
        const std::size_t happened = player.happened();
        for (std::size_t i = happened; i-- > 0 && i + 12 > happened;)
            if (by_packet || run.entries.kind(i) != Kind::segment) return i;
        return happened == 0 ? std::nullopt : std::optional(happened - 1);
    }
    std::optional<Entry> spoken() const {
        const auto at = spoken_at();
        return at ? std::optional(run.entries[*at]) : std::nullopt;
    }
};

}  // namespace postroad::viz

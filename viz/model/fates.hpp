// What became of every copy of a message, and where its time went: read from its hosts' queues.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "viz/model/recording.hpp"

namespace postroad::viz {

struct Fates {
    struct Event {
        Time time = 0;
        std::uint64_t position = 0;
        std::string words;  // "delivered at post", "deferred at mail: 450 4.2.0 …"
        sim::views::Ink ink = sim::views::Ink::plain;
        NodeId at = 0;      // who has it then
    };
    struct Copy {
        std::string who;            // the address it is for
        std::vector<Event> events;  // in time order
        bool over = false;          // read by its reader, or given up
        // The last that has happened, or null.
        const Event* at(std::uint64_t position) const;
    };
    struct Delay {
        std::string_view cause;
        Duration how_long = 0;
    };
    struct Span {
        Time from = 0, until = never;
        std::string_view cause;
    };
    std::vector<Copy> copies;  // in the envelope's order, then as they are met
    std::vector<Span> spans;   // what it was busy with, without gaps until every copy is over
    // Between two moments, by cause, the longest first.
    std::vector<Delay> spent(Time from, Time until) const;
};
Fates fates_of(const Recording& run, const sim::views::Journey& journey);

}  // namespace postroad::viz

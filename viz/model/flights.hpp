// Packets on their way at a moment, read from the Trace around it each time the moment changes: a
// list of all packets of a run would be as large as the Trace.
#pragma once

#include <vector>

#include "viz/model/recording.hpp"

namespace postroad::viz {

// A packet between two nodes, from its departure to its arrival or its end.
struct Flight {
    Time left = 0, over = 0;
    std::uint64_t left_at = 0, over_at = 0;  // positions of the two rows; alike: no end is recorded
    sim::Id packet = 0, conversation = 0;
    NodeId from = 0, to = 0;
    NodeId stopped_by = sim::nothing;  // where it ended, when it never arrived
    Protocol protocol = Protocol::other;
    bool arrived = false;
    bool empty = false;      // no payload: a handshake or an acknowledgment
    bool encrypted = false;  // its payload is TLS's, behind the handshake
};

// Whether a packet's row is of one that comes to its receiver. It looks ahead in the Trace: for rows
// that are shown, not for all. Of other rows it is true.
bool arrives(const Recording& run, const Entry& entry);

class Flights {
public:
    // Those that left before `position` and are under way at `now`, or whose unhappy end is not
    // longer ago than `fresh`. By departure.
    const std::vector<Flight>& at(const Recording& run, Time now, std::uint64_t position,
                                  Time fresh);

private:
    void read(const Recording& run, Time now, std::uint64_t position, Time fresh);
    std::vector<Flight> found_;
    Time now_ = never, fresh_ = never;
    std::uint64_t position_ = ~std::uint64_t{0};
};

}  // namespace postroad::viz

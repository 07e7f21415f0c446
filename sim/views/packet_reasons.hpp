// Why each packet was sent, in words: for comments in captures and whoever else shows packets.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "sim/core/trace.hpp"
#include "sim/views/content.hpp"

namespace postroad::sim::views {

// Sees the rows of a Trace in order; keeps something only of conversations that are under way.
class PacketReasons {
  public:
    void row(const RowView& row, std::uint64_t position);
    // For a packet's row, right after row() has seen it: "data; RFC 5321 §4.1.1.3; why: …".
    std::string comment(const Trace& trace, const RowView& packet_row);

  private:
    struct Piece {
        std::uint32_t end = 0;  // in its direction's stream
        Section section;
    };
    struct Side {
        StreamStart start;
        std::uint32_t said = 0;
        std::deque<Piece> pieces;
        std::vector<std::uint64_t> decisions;  // since the side's last packet
    };
    struct Talk {
        Side sides[2];  // [1]: the initiator
        unsigned ends_over = 0;
    };
    std::map<Id, Talk> talks_;
    std::deque<std::pair<Time, Id>> leaving_;
};

}  // namespace postroad::sim::views

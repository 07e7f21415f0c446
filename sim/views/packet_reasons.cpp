// Lines are found in segments by their place in the stream; decisions go with the next packet.
#include "sim/views/packet_reasons.hpp"

#include <algorithm>

#include "sim/core/reasons.hpp"
#include "sim/net/packet.hpp"
#include "sim/views/text.hpp"

namespace postroad::sim::views {
namespace {

constexpr Duration linger = 2 * minute;  // for the last segments of a connection that is over
constexpr std::size_t pieces_max = 65'536;
constexpr std::size_t decisions_max = 16;

bool not_behind(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(b - a) >= 0; }

}  // namespace

void PacketReasons::row(const RowView& row, std::uint64_t position) {
    const RowHead& head = row.head();
    while (!leaving_.empty() && leaving_.front().first <= head.time) {
        talks_.erase(leaving_.front().second);
        leaving_.pop_front();
    }
    const auto known = [&](Id id) {
        const auto at = talks_.find(id);
        return at == talks_.end() ? nullptr : &at->second;
    };
    switch (head.fact) {
        case Fact::conversation:
            if (row.as<ConversationFact>().protocol == net::protocol_tcp)
                talks_.try_emplace(row.as<ConversationFact>().conversation);
            break;
        case Fact::ended: {
            const Id id = row.as<EndedFact>().conversation;
            Talk* const talk = known(id);
            if (talk != nullptr && ++talk->ends_over == 1) leaving_.emplace_back(head.time + linger, id);
            break;
        }
        case Fact::line: {
            const auto& fact = row.as<LineFact>();
            Talk* const talk = known(fact.conversation);
            if (talk == nullptr) break;
            Side& side = talk->sides[fact.from_initiator];
            side.said += fact.octets;
            if (side.pieces.size() == pieces_max) side.pieces.pop_front();
            side.pieces.push_back({side.said, fact.section});
            break;
        }
        case Fact::decision: {
            const Id subject = row.as<DecisionFact>().subject;
            Talk* const talk = known(subject);
            if (talk == nullptr) break;
            std::vector<std::uint64_t>& list = talk->sides[head.node == node_of(subject)].decisions;
            if (list.size() < decisions_max) list.push_back(position);
            break;
        }
        case Fact::packet: {
            const auto& fact = row.as<PacketFact>();
            Talk* const talk = known(fact.conversation);
            if (talk == nullptr || fact.protocol != net::protocol_tcp) break;
            const bool initiator = head.node == node_of(fact.conversation);
            talk->sides[initiator].start.see(fact);
            Side& other = talk->sides[!initiator];
            if ((fact.tcp_flags & net::tcp_ack) == 0 || !other.start.known) break;
            const std::uint32_t acknowledged = other.start.offset(fact.acknowledgment);
            while (!other.pieces.empty() && not_behind(other.pieces.front().end, acknowledged))
                other.pieces.pop_front();
            break;
        }
        default: break;
    }
}

std::string PacketReasons::comment(const Trace& trace, const RowView& packet_row) {
    const auto& fact = packet_row.as<PacketFact>();
    std::string out(words_for(Why{fact.why}));
    const auto at = talks_.find(fact.conversation);
    if (at == talks_.end()) return out;
    Side& side = at->second.sides[packet_row.head().node == node_of(fact.conversation)];
    if (fact.payload_octets != 0 && side.start.known) {
        const std::uint32_t from = side.start.offset(fact.sequence);
        Section last;
        for (const Piece& piece : side.pieces) {
            if (not_behind(piece.end, from)) continue;
            if (piece.section.known() && piece.section != last)
                out += (out.empty() ? "" : "; ") + to_string(last = piece.section);
            if (not_behind(from + fact.payload_octets, piece.end) || out.size() > 500) break;
        }
    }
    for (const std::uint64_t position : side.decisions) {
        const RowView row = trace.at(position);
        const auto& decision = row.as<DecisionFact>();
        out += (out.empty() ? "why: " : "; why: ") +
               visible(sentence(static_cast<Reason>(decision.reason), row.tail<DecisionFact>()));
    }
    side.decisions.clear();
    return out;
}

}  // namespace postroad::sim::views

// A window of rows: back to when the earliest that can still be under way left, and on to their
// ends.
#include "viz/model/flights.hpp"

#include <algorithm>
#include <unordered_map>

#include "sim/net/packet.hpp"
#include "sim/net/ruleset.hpp"

namespace postroad::viz {
namespace {

// However crowded a moment is, a frame reads no more entries and rows than these.
constexpr std::size_t entries_back_max = 12'000;
constexpr std::size_t rows_ahead_max = 12'000;

Flight flight_of(const Recording& run, const sim::RowView& row, std::uint64_t position) {
    const auto& fact = row.as<sim::PacketFact>();
    Flight out;
    out.left = out.over = row.head().time;
    out.left_at = out.over_at = position;
    out.packet = fact.packet;
    out.conversation = fact.conversation;
    out.from = row.head().node;
    out.to = run.index().node_of_address(run.index().address(fact.target));
    out.protocol = protocol_of(fact.protocol, fact.source_port, fact.target_port);
    out.empty = fact.payload_octets == 0;
    out.encrypted = !out.empty && run.encrypted(fact.conversation, position);
    return out;
}

}  // namespace

const std::vector<Flight>& Flights::at(const Recording& run, Time now, std::uint64_t position,
                                       Time fresh) {
    if (now != now_ || position != position_ || fresh != fresh_) read(run, now, position, fresh);
    now_ = now;
    position_ = position;
    fresh_ = fresh;
    return found_;
}

void Flights::read(const Recording& run, Time now, std::uint64_t position, Time fresh) {
    found_.clear();
    const Time earliest = std::min(fresh, now > run.longest_flight ? now - run.longest_flight : 0);
    const std::size_t happened = run.entry_at(position);
    std::size_t first = run.entry_at_time(earliest);
    if (happened > entries_back_max) first = std::max(first, happened - entries_back_max);
    if (first >= run.entries.size()) return;
    std::unordered_map<sim::Id, std::size_t> open;
    const auto over = [&](sim::Id packet, const sim::RowView& row, std::uint64_t at, bool arrived) {
        const auto found = open.find(packet);
        if (found == open.end()) return;
        Flight& flight = found_[found->second];
        flight.over = row.head().time;
        flight.over_at = at;
        flight.arrived = arrived;
        if (arrived)
            flight.to = row.head().node;
        else
            flight.stopped_by = row.head().node;
        open.erase(found);
    };
    std::size_t ahead = 0;
    const Time latest = now + run.longest_flight;
    for (auto at = run.trace().read(run.entries.position(first)); !at.done(); at.next()) {
        const sim::RowView row = at.row();
        const bool future = at.position() >= position;
        if (future && (open.empty() || ++ahead > rows_ahead_max || row.head().time > latest)) break;
        switch (row.head().fact) {
        case sim::Fact::packet:
            if (future) break;
            open.emplace(row.as<sim::PacketFact>().packet, found_.size());
            found_.push_back(flight_of(run, row, at.position()));
            break;
        case sim::Fact::arrival:
            over(row.as<sim::ArrivalFact>().packet, row, at.position(), true);
            break;
        case sim::Fact::lost:
            over(row.as<sim::LostFact>().packet, row, at.position(), false);
            break;
        case sim::Fact::verdict: {
            const auto& fact = row.as<sim::VerdictFact>();
            if (static_cast<net::Action>(fact.verdict) != net::Action::accept)
                over(fact.packet, row, at.position(), false);
            break;
        }
        default: break;
        }
    }
    std::erase_if(found_, [&](const Flight& one) {
        const bool ended = one.over_at != one.left_at && one.over_at < position;
        if (ended) return one.arrived || one.over < fresh;
        return one.over_at == one.left_at && one.left < fresh;
    });
}

bool arrives(const Recording& run, const Entry& entry) {
    const sim::RowView left = run.trace().at(entry.position());
    if (left.head().fact != sim::Fact::packet) return true;
    const sim::Id packet = left.as<sim::PacketFact>().packet;
    // No packet is under way for longer than the longest that arrived.
    const Time latest = left.head().time + run.longest_flight;
    constexpr std::size_t rows_max = 5'000;  // this is asked for each row that is shown
    std::size_t ahead = 0;
    auto at = run.trace().read(entry.position());
    for (at.next(); !at.done(); at.next()) {
        const sim::RowView row = at.row();
        if (row.head().time > latest || ++ahead > rows_max) return true;
        switch (row.head().fact) {
        case sim::Fact::arrival:
            if (row.as<sim::ArrivalFact>().packet == packet) return true;
            break;
        case sim::Fact::lost:
            if (row.as<sim::LostFact>().packet == packet) return false;
            break;
        case sim::Fact::verdict:
            if (row.as<sim::VerdictFact>().packet == packet &&
                static_cast<net::Action>(row.as<sim::VerdictFact>().verdict) != net::Action::accept)
                return false;
            break;
        default: break;
        }
    }
    return true;
}

}  // namespace postroad::viz

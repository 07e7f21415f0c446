// Runs a world to its end and sorts the rows of its Trace.
#include "viz/model/recording.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "sim/net/packet.hpp"
#include "sim/net/ruleset.hpp"

namespace postroad::viz {
namespace {

// Keyframes are close together: going back by a line must feel instant.
constexpr std::uint64_t keyframe_spacing = 4'000;
constexpr std::size_t keyframes_max = 512;

// How long a gap takes in the story: 1 ms takes 0.1 s, 5 s one second, a day 2.5 s.
constexpr double story_s = 0.125;
constexpr double story_unit_ns = 1e6;

}  // namespace

void StoryClock::add(Time moment) {
    if (knots_.empty()) {
        knots_.push_back({moment, 0});
        return;
    }
    const Knot last = knots_.back();
    if (moment <= last.moment) return;
    const double gap = static_cast<double>(moment - last.moment) / story_unit_ns;
    knots_.push_back({moment, last.seconds + story_s * std::log1p(gap)});
}

double StoryClock::seconds_at(Time moment) const {
    if (knots_.empty() || moment <= knots_.front().moment) return 0;
    const auto above = std::upper_bound(knots_.begin(), knots_.end(), moment,
                                        [](Time a, const Knot& b) { return a < b.moment; });
    if (above == knots_.end()) return knots_.back().seconds;
    const Knot& a = *(above - 1);
    const double part =
        static_cast<double>(moment - a.moment) / static_cast<double>(above->moment - a.moment);
    return a.seconds + part * (above->seconds - a.seconds);
}

Time StoryClock::moment_at(double seconds) const {
    if (knots_.empty() || seconds <= 0) return knots_.empty() ? 0 : knots_.front().moment;
    const auto above = std::upper_bound(knots_.begin(), knots_.end(), seconds,
                                        [](double a, const Knot& b) { return a < b.seconds; });
    if (above == knots_.end()) return knots_.back().moment;
    const Knot& a = *(above - 1);
    const double part = (seconds - a.seconds) / (above->seconds - a.seconds);
    return a.moment + static_cast<Time>(part * static_cast<double>(above->moment - a.moment));
}

Protocol protocol_of(std::uint8_t protocol, std::uint16_t port_a, std::uint16_t port_b) {
    const auto is = [&](std::uint16_t port) { return port_a == port || port_b == port; };
    if (is(53)) return Protocol::dns;
    if (protocol != net::protocol_tcp) return Protocol::other;
    if (is(25) || is(587) || is(465)) return Protocol::smtp;
    if (is(110) || is(995) || is(143) || is(993)) return Protocol::pop3;
    return Protocol::other;
}

Recording::Recording(std::unique_ptr<sim::Simulation> start, const sim::Extent& extent)
    : setup_(start->world().setup) {
    history_ = std::make_unique<sim::History>(std::move(start), keyframe_spacing, keyframes_max);
    sim::run_whole(history_->now(), extent);
    const sim::World& world = history_->now().world();
    end_ = world.now;
    // The whole run is in the Trace now; the worlds between are made again when they are visited.
    history_->seek_event(0);
    index_ = std::make_unique<sim::views::TraceIndex>(trace(), *setup_);
    gather();
}

void Recording::gather() {
    std::unordered_map<sim::Id, std::uint32_t> under_way;
    const auto put = [&](std::uint64_t position, Kind kind, bool failure = false) {
        entries.push_back({position | std::uint64_t(kind) << 56 | std::uint64_t{failure} << 63});
    };
    const auto over = [&](sim::Id packet, const sim::RowView& row, std::uint64_t position,
                          bool arrived) {
        const auto found = under_way.find(packet);
        if (found == under_way.end()) return;
        Flight& flight = flights[found->second];
        flight.over = row.head().time;
        flight.over_at = position;
        flight.arrived = arrived;
        if (arrived) flight.to = row.head().node;
        else flight.stopped_by = row.head().node;
        longest_flight = std::max(longest_flight, flight.over - flight.left);
        under_way.erase(found);
    };
    story.add(0);
    for (auto at = trace().read(); !at.done(); at.next()) {
        const sim::RowView row = at.row();
        const std::uint64_t here = at.position();
        story.add(row.head().time);
        switch (row.head().fact) {
            case sim::Fact::conversation:
            case sim::Fact::established: put(here, Kind::connection); break;
            case sim::Fact::ended: {
                const auto& fact = row.as<sim::EndedFact>();
                put(here, Kind::connection,
                    fact.how != sim::Ending::closed && fact.how != sim::Ending::aborted);
                break;
            }
            case sim::Fact::line: put(here, Kind::line, row.as<sim::LineFact>().code >= 400); break;
            case sim::Fact::packet: {
                const auto& fact = row.as<sim::PacketFact>();
                const Protocol protocol =
                    protocol_of(fact.protocol, fact.source_port, fact.target_port);
                const bool icmp = fact.protocol != net::protocol_tcp &&
                                  fact.protocol != net::protocol_udp;
                put(here, fact.protocol == net::protocol_tcp ? Kind::segment : Kind::datagram,
                    icmp);
                Flight flight;
                flight.left = flight.over = row.head().time;
                flight.left_at = flight.over_at = here;
                flight.conversation = fact.conversation;
                flight.from = row.head().node;
                flight.to = index_->node_of_address(index_->address(fact.target));
                flight.protocol = protocol;
                flight.empty = fact.payload_octets == 0;
                under_way.emplace(fact.packet, static_cast<std::uint32_t>(flights.size()));
                flights.push_back(flight);
                break;
            }
            case sim::Fact::arrival:
                over(row.as<sim::ArrivalFact>().packet, row, here, true);
                break;
            case sim::Fact::lost:
                put(here, Kind::lost, true);
                over(row.as<sim::LostFact>().packet, row, here, false);
                break;
            case sim::Fact::verdict: {
                const auto& fact = row.as<sim::VerdictFact>();
                const bool passed =
                    static_cast<net::Action>(fact.verdict) == net::Action::accept;
                put(here, Kind::verdict, !passed);
                if (!passed) over(fact.packet, row, here, false);
                break;
            }
            case sim::Fact::decision: put(here, Kind::decision); break;
            case sim::Fact::lookup: {
                const auto& fact = row.as<sim::LookupFact>();
                put(here, Kind::lookup, fact.timed_out != 0 || fact.rcode != 0);
                break;
            }
            case sim::Fact::queue: {
                const auto move = row.as<sim::QueueFact>().move;
                put(here, Kind::queue,
                    move == sim::QueueMove::failed || move == sim::QueueMove::expired ||
                        move == sim::QueueMove::deferred);
                break;
            }
            case sim::Fact::custody: {
                const auto move = row.as<sim::CustodyFact>().move;
                put(here, Kind::custody, move == sim::CustodyMove::bounced ||
                                             move == sim::CustodyMove::discarded);
                break;
            }
            case sim::Fact::mailbox: put(here, Kind::mailbox); break;
            case sim::Fact::change: put(here, Kind::change); break;
            default: break;  // of no interest by themselves
        }
    }
    story.add(end_);
}

std::size_t Recording::entry_at(std::uint64_t position) const {
    const auto found =
        std::lower_bound(entries.begin(), entries.end(), position,
                         [](const Entry& a, std::uint64_t b) { return a.position() < b; });
    return static_cast<std::size_t>(found - entries.begin());
}

}  // namespace postroad::viz

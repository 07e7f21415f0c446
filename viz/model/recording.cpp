// Runs a world to its end and sorts the rows of its Trace.
#include "viz/model/recording.hpp"

#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <unordered_map>

#include "sim/net/packet.hpp"
#include "sim/net/ruleset.hpp"

namespace postroad::viz {
namespace {

// Keyframes are close together: going back by a line must feel instant.
constexpr std::uint64_t keyframe_spacing = 4'000;
// But each may be as large as its world.
std::size_t keyframes_max(const sim::Setup& setup) {
    return std::clamp<std::size_t>(60'000 / (setup.hosts.size() + 1), 8, 512);
}

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
    if (knots_.size() > knots_max) thin();
}

// Knots go that lie so near the line between their neighbours that nobody sees the difference; when
// that is not enough, the next round is less particular. Long silences stay where they are.
void StoryClock::thin() {
    while (knots_.size() > knots_max / 2) {
        std::size_t kept = 1;
        for (std::size_t i = 1; i + 1 < knots_.size(); ++i) {
            const Knot& a = knots_[kept - 1];
            const Knot& b = knots_[i];
            const Knot& c = knots_[i + 1];
            const double part =
                static_cast<double>(b.moment - a.moment) / static_cast<double>(c.moment - a.moment);
            const double off = a.seconds + part * (c.seconds - a.seconds) - b.seconds;
            if (std::abs(off) >= tolerance_s_) knots_[kept++] = b;
        }
        knots_[kept++] = knots_.back();
        knots_.resize(kept);
        tolerance_s_ *= 2;
    }
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
    if (is(24) || is(25) || is(587) || is(465)) return Protocol::smtp;
    if (is(110) || is(995) || is(143) || is(993) || is(135)) return Protocol::pop3;
    // Only services of RPC listen at ports that are drawn.
    constexpr std::uint16_t drawn = 49152;  // RFC 6335 §6
    if (port_a >= drawn && port_b >= drawn) return Protocol::pop3;
    return Protocol::other;
}

namespace {

// The whole run, with its keyframes.
std::unique_ptr<sim::History> run(std::unique_ptr<sim::Simulation> start,
                                  const sim::Extent& extent,
                                  const std::function<bool(const sim::World&)>& progress) {
    const std::size_t keyframes = keyframes_max(*start->world().setup);
    auto out = std::make_unique<sim::History>(std::move(start), keyframe_spacing, keyframes);
    sim::run_whole(*out, extent, progress);
    return out;
}

std::unique_ptr<sim::Trace> copy_of(const sim::Trace& trace) {
    return std::make_unique<sim::Trace>(trace.fork(trace.end()));
}

}  // namespace

Recording::Recording(std::unique_ptr<sim::Simulation> start, const sim::Extent& extent,
                     const std::function<bool(const sim::World&)>& progress)
    : setup_(start->world().setup), first_event_(start->world().events_done),
      history_(run(std::move(start), extent, progress)), trace_(copy_of(replayed_trace())), entries(trace()) {
    end_ = history_->now().world().now;
    // The whole run is in the Trace now; the worlds between are made again when they are visited.
    history_->seek_event(first_event_);  // a fork's first event is not the world's
    malloc_trim(0);
    octets_before = resident_octets();
    index_ = std::make_unique<sim::views::TraceIndex>(trace(), *setup_,
                                                     sim::views::TraceIndex::Counting::none);
    gather();
    lay_out_strip();
    malloc_trim(0);  // what gathering needed in passing
}

void Recording::gather() {
    std::unordered_map<sim::Id, Time> under_way;  // when each packet left
    const auto over = [&](sim::Id packet, Time time, bool arrived) {
        const auto found = under_way.find(packet);
        if (found == under_way.end()) return;
        if (arrived) longest_flight = std::max(longest_flight, time - found->second);
        under_way.erase(found);
    };
    story.add(0);
    for (auto at = trace().read(); !at.done(); at.next()) {
        const sim::RowView row = at.row();
        const Time time = row.head().time;
        story.add(time);
        entries.take(row, at.position());
        switch (row.head().fact) {
            case sim::Fact::packet: under_way.emplace(row.as<sim::PacketFact>().packet, time); break;
            case sim::Fact::arrival: over(row.as<sim::ArrivalFact>().packet, time, true); break;
            case sim::Fact::lost: over(row.as<sim::LostFact>().packet, time, false); break;
            case sim::Fact::verdict: {
                const auto& fact = row.as<sim::VerdictFact>();
                if (static_cast<net::Action>(fact.verdict) != net::Action::accept)
                    over(fact.packet, time, false);
                break;
            }
            case sim::Fact::tls: {
                const auto& fact = row.as<sim::TlsFact>();
                if (fact.version != 0) secured_.push_back({fact.conversation, at.position()});
                break;
            }
            default: break;
        }
    }
    story.add(end_);
    entries.close();
    // Both ends say it; the later row is the one behind which everything is encrypted.
    std::sort(secured_.begin(), secured_.end(), [](const Secured& a, const Secured& b) {
        return a.conversation != b.conversation ? a.conversation < b.conversation
                                                : a.position < b.position;
    });
}

void Recording::lay_out_strip() {
    const double length = std::max(story.length(), 1e-6);
    Time before = never;
    std::size_t part = 0;
    for (Entries::Reader at(entries, 0); !at.done(); at.next()) {
        const sim::RowView row = at.row();
        if (row.head().time != before) {
            before = row.head().time;
            const double share = story.seconds_at(before) / length;
            part = std::min(Strip::parts - 1,
                            static_cast<std::size_t>(share * static_cast<double>(Strip::parts)));
        }
        if (at.entry().failure()) strip.failure[part] = true;
        if (row.head().fact != sim::Fact::packet) continue;
        const auto& fact = row.as<sim::PacketFact>();
        const Protocol protocol = protocol_of(fact.protocol, fact.source_port, fact.target_port);
        ++strip.packets[part][static_cast<std::size_t>(protocol)];
    }
}

// Without the pages of programs and fonts that the system has read from files and may drop.
double resident_octets() {
    std::ifstream file("/proc/self/status");
    for (std::string word; file >> word;)
        if (word == "RssAnon:") {
            double kibibytes = 0;
            file >> kibibytes;
            return kibibytes * 1024;
        }
    return 0;
}

bool Recording::encrypted(sim::Id conversation, std::uint64_t position) const {
    const auto found =
        std::lower_bound(secured_.begin(), secured_.end(), conversation,
                         [](const Secured& a, sim::Id b) { return a.conversation < b; });
    return found != secured_.end() && found->conversation == conversation &&
           found->position < position;
}

}  // namespace postroad::viz

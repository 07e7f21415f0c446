// A whole run, recorded once, and what the panels look up in it: rows by kind, packets on their
// way, and a clock that lets quiet hours pass in a blink. Nothing here is an account of its own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/views/index.hpp"
#include "sim/views/text.hpp"
#include "sim/world/history.hpp"
#include "sim/world/open.hpp"

namespace postroad::viz {

enum class Kind : std::uint8_t {
    connection, line, datagram, segment, decision, lookup, verdict, lost, queue, custody, mailbox,
    change,
};
constexpr std::uint32_t bit(Kind kind) { return 1U << static_cast<unsigned>(kind); }
inline constexpr std::uint32_t all_kinds = 0xffff;

// A row of the Trace that a person may want to see: where it is, what it is, and whether
// something failed in it.
struct Entry {
    std::uint64_t packed = 0;  // 63: failure; 56..62: kind; 0..55: position
    std::uint64_t position() const { return packed & ((std::uint64_t{1} << 56) - 1); }
    Kind kind() const { return static_cast<Kind>(packed >> 56 & 0x7f); }
    bool failure() const { return packed >> 63 != 0; }
};

enum class Protocol : std::uint8_t { smtp, pop3, dns, other };

// A packet between two nodes, from its departure to its arrival or its end.
struct Flight {
    Time left = 0, over = 0;
    std::uint64_t left_at = 0, over_at = 0;  // positions of the two rows
    sim::Id conversation = 0;
    NodeId from = 0, to = 0;
    NodeId stopped_by = sim::nothing;        // where it ended, when it never arrived
    Protocol protocol = Protocol::other;
    bool arrived = false;
    bool empty = false;                      // no payload: a handshake or an acknowledgment
    std::uint8_t unused = 0;
};

// Seconds of a story told by somebody who hurries through silence: a gap of simulated time takes
// a time that grows with its logarithm.
class StoryClock {
  public:
    void add(Time moment);
    double seconds_at(Time moment) const;
    Time moment_at(double seconds) const;
    double length() const { return knots_.empty() ? 0 : knots_.back().seconds; }

  private:
    struct Knot {
        Time moment;
        double seconds;
    };
    std::vector<Knot> knots_;
};

class Recording {
  public:
    Recording(std::unique_ptr<sim::Simulation> start, const sim::Extent& extent);

    sim::History& history() { return *history_; }
    const sim::Simulation& now_simulation() const { return history_->now(); }
    const sim::Trace& trace() const { return history_->now().trace(); }
    const sim::Setup& setup() const { return *setup_; }          // as it was at the start
    const sim::views::TraceIndex& index() const { return *index_; }
    Time end() const { return end_; }

    std::vector<Entry> entries;                                  // in the order of the Trace
    std::vector<Flight> flights;                                 // by departure
    Time longest_flight = 0;
    StoryClock story;

    // Index of the first entry at or behind a position of the Trace.
    std::size_t entry_at(std::uint64_t position) const;
    Time time_of(std::size_t entry) const {
        return trace().at(entries[entry].position()).head().time;
    }

  private:
    void gather();

    std::unique_ptr<sim::History> history_;
    std::shared_ptr<const sim::Setup> setup_;
    std::unique_ptr<sim::views::TraceIndex> index_;
    Time end_ = 0;
};

// What a row says, who says it to whom, and by which section.
struct RowWords {
    std::string text;
    sim::views::Ink ink = sim::views::Ink::plain;
    Section section;
    NodeId from = sim::nothing, to = sim::nothing;  // to: nothing for what a host does alone
    sim::Id subject = 0;                            // a conversation or message
    Protocol protocol = Protocol::other;
    bool arrives = true;
};
RowWords words_at(const Recording& run, const Entry& entry);

Protocol protocol_of(std::uint8_t protocol, std::uint16_t port_a, std::uint16_t port_b);

}  // namespace postroad::viz

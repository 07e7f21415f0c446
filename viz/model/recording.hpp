// A whole run, recorded once, and what the panels look up in it: rows by kind, how much happens
// when, and a clock that lets quiet hours pass in a blink. Nothing here is an account of its own.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/views/index.hpp"
#include "sim/views/text.hpp"
#include "sim/world/history.hpp"
#include "sim/world/open.hpp"
#include "viz/model/entries.hpp"

namespace postroad::viz {

// smtp: LMTP, too; pop3: all by which mail is read.
enum class Protocol : std::uint8_t { smtp, pop3, dns, other };

// Seconds of a story told by somebody who hurries through silence: a gap of simulated time takes
// a time that grows with its logarithm. Of a long run it keeps the knots that matter.
class StoryClock {
  public:
    static constexpr std::size_t knots_max = 1U << 17;
    void add(Time moment);
    double seconds_at(Time moment) const;
    Time moment_at(double seconds) const;
    double length() const { return knots_.empty() ? 0 : knots_.back().seconds; }
    std::size_t knots() const { return knots_.size(); }

  private:
    void thin();
    struct Knot {
        Time moment;
        double seconds;
    };
    std::vector<Knot> knots_;
    double tolerance_s_ = 0.02;
};

// How much happens in each part of the story, for the timeline's strip.
struct Strip {
    static constexpr std::size_t parts = 2048;
    std::array<std::array<std::uint32_t, 4>, parts> packets{};  // by Protocol
    std::array<bool, parts> failure{};
};

class Recording {
  public:
    // `progress` is called now and then; false stops the run where it is.
    Recording(std::unique_ptr<sim::Simulation> start, const sim::Extent& extent,
              const std::function<bool(const sim::World&)>& progress = {});

    sim::History& history() { return *history_; }
    const sim::Simulation& now_simulation() const { return history_->now(); }
    // For reading, from any thread: going elsewhere in time does not touch it.
    const sim::Trace& trace() const { return *trace_; }
    // The one that a replay is checked against.
    const sim::Trace& replayed_trace() const { return history_->now().trace(); }
    const sim::Setup& setup() const { return *setup_; }          // as it was at the start
    const sim::views::TraceIndex& index() const { return *index_; }
    Time end() const { return end_; }

    Time longest_flight = 0;                                     // of the packets that arrived
    StoryClock story;
    Strip strip;
    double octets_before = 0;  // of memory, with the run made and nothing gathered from it: for `bench`

    // Number of the first entry at or behind a position of the Trace; at or after a moment.
    std::size_t entry_at(std::uint64_t position) const { return entries.at_position(position); }
    std::size_t entry_at_time(Time moment) const { return entries.at_time(moment); }
    Time time_of(std::size_t entry) const { return entries.time(entry); }
    // Whether the conversation's words go encrypted from before this position on.
    bool encrypted(sim::Id conversation, std::uint64_t position) const;

  private:
    void gather();
    void lay_out_strip();

    std::shared_ptr<const sim::Setup> setup_;
    std::uint64_t first_event_ = 0;
    std::unique_ptr<sim::History> history_;
    std::unique_ptr<sim::Trace> trace_;

  public:
    Entries entries;

  private:
    std::unique_ptr<sim::views::TraceIndex> index_;
    Time end_ = 0;
    struct Secured {
        sim::Id conversation = 0;
        std::uint64_t position = 0;  // of the row that says that TLS is up
    };
    std::vector<Secured> secured_;   // by conversation
};

// Who says or does what a row tells, to whom. Cheap: it makes no words.
struct Who {
    NodeId from = sim::nothing, to = sim::nothing;  // to: nothing for what a host does alone
    sim::Id subject = 0;                            // a conversation or message
    Protocol protocol = Protocol::other;
};
Who who_at(const Recording& run, const Entry& entry);

// Octets of memory that this process has for itself.
double resident_octets();

// What a row says, who says it to whom, and by which section.
struct RowWords : Who {
    std::string text;
    sim::views::Ink ink = sim::views::Ink::plain;
    Section section;
    bool arrives = true;
};
RowWords words_at(const Recording& run, const Entry& entry);

Protocol protocol_of(std::uint8_t protocol, std::uint16_t port_a, std::uint16_t port_b);

}  // namespace postroad::viz

// The rows of the Trace that a person may want to see. Each is one octet here, what it is and whether
// it failed; where it is, the Trace tells itself, from the place of every sixteenth on.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/trace.hpp"

namespace postroad::viz {

enum class Kind : std::uint8_t {
    connection, line, datagram, segment, decision, lookup, verdict, lost, queue, custody, mailbox,
    change, tls, altered,
};
constexpr std::uint32_t bit(Kind kind) { return 1U << static_cast<unsigned>(kind); }
inline constexpr std::uint32_t all_kinds = 0xffff;

// Such a row: where it is, what it is, and whether something failed in it.
class Entry {
public:
    Entry(std::uint64_t position, std::uint8_t octet) : position_(position), octet_(octet) {}
    std::uint64_t position() const { return position_; }
    Kind kind() const { return static_cast<Kind>(octet_ & 0x7f); }
    bool failure() const { return octet_ >= 0x80; }

private:
    std::uint64_t position_;
    std::uint8_t octet_;  // the kind, and 0x80 for a failure
};

// In the order of the Trace.
class Entries {
public:
    // The Trace must outlive this. Rows are given to take() from its beginning on, each once.
    explicit Entries(const sim::Trace& trace) : trace_(&trace) {}
    void take(const sim::RowView& row, std::uint64_t position);
    void close();  // no row comes any more

    std::size_t size() const { return octets_.size(); }
    Kind kind(std::size_t entry) const { return static_cast<Kind>(octets_[entry] & 0x7f); }
    bool failure(std::size_t entry) const { return octets_[entry] >= 0x80; }
    std::uint8_t octet(std::size_t entry) const { return octets_[entry]; }
    // These read a few rows of the Trace: for one row after the other there is Reader.
    std::uint64_t position(std::size_t entry) const;
    Entry operator[](std::size_t entry) const { return {position(entry), octets_[entry]}; }
    Time time(std::size_t entry) const { return trace_->at(position(entry)).head().time; }
    // The first entry at or behind a position of the Trace; at or after a moment.
    std::size_t at_position(std::uint64_t position) const;
    std::size_t at_time(Time moment) const;
    std::size_t bytes() const;

    // One entry after the other. `at` may be size().
    class Reader {
    public:
        Reader(const Entries& entries, std::size_t at);
        bool done() const { return at_ >= entries_->size(); }
        std::size_t at() const { return at_; }
        Entry entry() const { return {cursor_.position(), entries_->octets_[at_]}; }
        sim::RowView row() const { return cursor_.row(); }
        void next();
        // Goes forward.
        void go_to(std::size_t at);

    private:
        const Entries* entries_;
        std::size_t at_;
        sim::Trace::Cursor cursor_;
    };

private:
    static constexpr std::size_t stride = 16;
    const sim::Trace* trace_;
    std::vector<std::uint8_t> octets_;
    std::vector<std::uint64_t> places_;  // positions of entries 0, stride, 2 stride, …
};

}  // namespace postroad::viz

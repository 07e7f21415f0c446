// The agenda: every event that has not happened yet, popped in the order (time, origin, counter).
// The order is total and says nothing of the machine or of how many threads share the world.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "protocols/base/pages.hpp"
#include "sim/core/time.hpp"

namespace postroad::sim {

// An event is data: who made it, whom it concerns, what it is and two words of input.
struct Event {
    Time time = 0;
    std::uint64_t key = 0;  // origin node (24 bits) and the origin's own counter (40 bits)
    NodeId node = 0;
    std::uint16_t kind = 0;
    std::uint16_t detail = 0;
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    bool operator==(const Event&) const = default;
};
static_assert(Record<Event> && sizeof(Event) == 32);

constexpr std::uint64_t event_key(NodeId origin, std::uint64_t counter) {
    return std::uint64_t{origin} << 40 | counter;
}

inline bool earlier(const Event& a, const Event& b) {
    const auto whole = [](const Event& e) {
        return static_cast<__uint128_t>(e.time) << 64 | e.key;
    };
    return whole(a) < whole(b);
}

// A four-ary heap of events in copy-on-write pages: for what lies beyond the wheel.
class FarHeap {
  public:
    std::size_t size() const { return size_; }
    const Event& top() const { return events_[0]; }
    void push(const Event& event);
    Event pop();
    bool operator==(const FarHeap&) const = default;
    const Event& at(std::size_t index) const { return events_[index]; }  // in no order
    std::size_t bytes() const { return events_.bytes(); }

  private:
    Pages<Event> events_;
    std::uint64_t size_ = 0;
};

// A wheel of unsorted buckets, found by bitmap; a bucket is sorted when its turn comes, and what is
// still pushed into it then goes into a small heap beside it. What lies beyond the wheel is in a
// far heap. The bucket width follows the load: it changes the speed, never the order.
class Agenda {
  public:
    Agenda();

    void push(const Event& event) {
        ++size_;
        place(event);
    }
    bool empty() const { return size_ == 0; }
    std::uint64_t size() const { return size_; }
    // The next event stays; `empty()` must be false.
    const Event& next() {
        while (ready_.empty() && late_.empty()) advance();
        return late_first() ? late_.front() : ready_.back();
    }
    Event pop();
    // What was in the current bucket when its turn came and has not been popped, the next one last,
    // and the bucket's number: for prefetching.
    std::span<const Event> ready() const { return ready_; }
    std::uint64_t bucket() const { return current_; }

    bool operator==(const Agenda&) const = default;
    std::uint64_t hash(std::uint64_t seed) const;  // of which events there are, wherever they wait
    std::size_t bytes() const {
        return chunks_.bytes() + buckets_.bytes() + far_.bytes() +
               (ready_.capacity() + late_.capacity()) * sizeof(Event);
    }

  private:
    static constexpr std::size_t bucket_count = 1U << 14;
    static constexpr std::uint32_t events_per_chunk = 7;
    struct Chunk {
        std::uint32_t next = 0;  // 0: none
        std::uint32_t count = 0;
        std::uint64_t unused[3] = {};
        Event events[events_per_chunk];
    };
    static_assert(Record<Chunk> && sizeof(Chunk) == 256);

    void place(const Event& event);
    bool late_first() const {
        return !late_.empty() && (ready_.empty() || earlier(late_.front(), ready_.back()));
    }
    void push_late(const Event& event);
    void advance();
    void adapt();
    void rebuild(unsigned shift);
    std::uint32_t new_chunk();
    std::vector<std::uint32_t> heads() const;  // of the buckets that hold events
    void free_chunk(std::uint32_t id);
    void shrink();

    Pages<Chunk> chunks_;
    std::uint32_t free_chunk_ = 0;
    std::uint32_t used_chunks_ = 0;
    std::uint32_t shift_ = 16;  // a bucket is 2^shift ns wide
    Pages<std::uint32_t> buckets_;
    std::array<std::uint64_t, bucket_count / 64> occupied_{};
    std::array<std::uint64_t, bucket_count / 4096> summary_{};
    std::uint64_t current_ = 0;  // absolute number of the bucket whose turn it is
    std::uint64_t size_ = 0;
    std::vector<Event> ready_;    // of that bucket, the earliest last
    std::vector<Event> late_;     // pushed since its turn came: a four-ary heap
    FarHeap far_;
    // What the width is adapted by, counted since the last look.
    std::uint64_t advances_ = 0, moved_ = 0, pushed_far_ = 0;
};

}  // namespace postroad::sim

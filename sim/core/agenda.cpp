// The wheel, its near heap and its far heap.
#include "sim/core/agenda.hpp"

#include <algorithm>
#include <bit>

#include "protocols/base/hash.hpp"

namespace postroad::sim {
namespace {

// Four-ary heap steps over anything that can be indexed and written.
template <class Read, class Write>
void sift_up(std::size_t at, const Event& event, Read&& read, Write&& write) {
    while (at > 0) {
        const std::size_t parent = (at - 1) >> 2;
        if (!earlier(event, read(parent))) break;
        write(at, read(parent));
        at = parent;
    }
    write(at, event);
}

template <class Read, class Write>
void sift_down(std::size_t size, const Event& event, Read&& read, Write&& write) {
    std::size_t at = 0;
    for (;;) {
        const std::size_t first = 4 * at + 1;
        if (first >= size) break;
        const std::size_t end = first + 4 < size ? first + 4 : size;
        std::size_t least = first;
        for (std::size_t child = first + 1; child < end; ++child)
            if (earlier(read(child), read(least))) least = child;
        if (!earlier(read(least), event)) break;
        write(at, read(least));
        at = least;
    }
    write(at, event);
}

}  // namespace

void FarHeap::push(const Event& event) {
    if (size_ == events_.size()) events_.append(event);
    ++size_;
    sift_up(
        size_ - 1, event, [&](std::size_t i) -> const Event& { return events_[i]; },
        [&](std::size_t i, const Event& e) { events_.edit(i) = e; });
}

Event FarHeap::pop() {
    const Event first = events_[0];
    const Event last = events_[--size_];
    events_.edit(size_) = Event{};  // a freed place has no history: equal states, equal bytes
    if (events_.size() - size_ > 2 * Pages<Event>::per_page) events_.shrink(size_);
    if (size_ != 0)
        sift_down(
            size_, last, [&](std::size_t i) -> const Event& { return events_[i]; },
            [&](std::size_t i, const Event& e) { events_.edit(i) = e; });
    return first;
}

Agenda::Agenda() {
    buckets_.resize(bucket_count);
    chunks_.append(Chunk{});  // chunk 0 is "none"
}

std::uint32_t Agenda::new_chunk() {
    ++used_chunks_;
    if (free_chunk_ == 0) return chunks_.append(Chunk{});
    const std::uint32_t id = free_chunk_;
    Chunk& chunk = chunks_.edit(id);
    free_chunk_ = chunk.next;
    chunk.next = 0;
    chunk.count = 0;
    return id;
}

void Agenda::free_chunk(std::uint32_t id) {
    --used_chunks_;
    chunks_.edit(id).next = free_chunk_;
    free_chunk_ = id;
}

// After a rush most chunks are free: those in use move together and the other pages are given back.
// As many must come again before the next time, so that an event costs no more for it.
void Agenda::shrink() {
    if (chunks_.size() <= 4096 || std::uint64_t{used_chunks_} * 8 > chunks_.size()) return;
    Pages<Chunk> fresh;
    fresh.append(Chunk{});
    for (std::size_t slot = 0; slot < bucket_count; ++slot) {
        std::uint32_t before = 0;
        for (std::uint32_t id = buckets_[slot]; id != 0; id = chunks_[id].next) {
            const std::uint32_t moved = fresh.append(chunks_[id]);
            if (before == 0) buckets_.edit(slot) = moved;
            else fresh.edit(before).next = moved;
            before = moved;
        }
    }
    chunks_ = std::move(fresh);
    free_chunk_ = 0;
}

void Agenda::push_late(const Event& event) {
    late_.push_back(event);
    sift_up(
        late_.size() - 1, event, [&](std::size_t i) -> const Event& { return late_[i]; },
        [&](std::size_t i, const Event& e) { late_[i] = e; });
}

Event Agenda::pop() {
    while (ready_.empty() && late_.empty()) advance();
    --size_;
    if (!late_first()) {
        const Event first = ready_.back();
        ready_.pop_back();
        return first;
    }
    const Event first = late_.front();
    const Event last = late_.back();
    late_.pop_back();
    if (!late_.empty())
        sift_down(
            late_.size(), last, [&](std::size_t i) -> const Event& { return late_[i]; },
            [&](std::size_t i, const Event& e) { late_[i] = e; });
    return first;
}

void Agenda::place(const Event& event) {
    const std::uint64_t bucket = event.time >> shift_;
    if (bucket <= current_) {
        push_late(event);
        return;
    }
    if (bucket - current_ >= bucket_count) {
        ++pushed_far_;
        far_.push(event);
        return;
    }
    const std::size_t slot = bucket & (bucket_count - 1);
    const std::uint32_t head = buckets_[slot];
    if (head != 0) {
        Chunk& chunk = chunks_.edit(head);
        if (chunk.count < events_per_chunk) {
            chunk.events[chunk.count++] = event;
            return;
        }
    } else {
        occupied_[slot >> 6] |= std::uint64_t{1} << (slot & 63);
        summary_[slot >> 12] |= std::uint64_t{1} << ((slot >> 6) & 63);
    }
    const std::uint32_t fresh = new_chunk();
    Chunk& chunk = chunks_.edit(fresh);
    chunk.next = head;
    chunk.count = 1;
    chunk.events[0] = event;
    buckets_.edit(slot) = fresh;
}

// Moves to the next bucket that has events, by bitmap: first within the word, then by the summary.
void Agenda::advance() {
    const std::size_t start = (current_ + 1) & (bucket_count - 1);
    std::size_t word = start >> 6;
    std::uint64_t bits = occupied_[word] & (~std::uint64_t{0} << (start & 63));
    bool found = bits != 0;
    if (!found) {
        const std::size_t words = occupied_.size();
        std::size_t left = words;
        std::size_t at = (word + 1) & (words - 1);
        while (left > 0) {
            const std::uint64_t above = summary_[at >> 6] & (~std::uint64_t{0} << (at & 63));
            if (above != 0) {
                word = ((at >> 6) << 6) + static_cast<std::size_t>(std::countr_zero(above));
                bits = occupied_[word];
                found = true;
                break;
            }
            const std::size_t step = 64 - (at & 63);
            left = left > step ? left - step : 0;
            at = (at + step) & (words - 1);
        }
        // The word we began in, up to where we began.
        if (!found && occupied_[start >> 6] != 0) {
            word = start >> 6;
            bits = occupied_[word];
            found = true;
        }
    }
    if (found) {
        const std::size_t slot = (word << 6) + static_cast<std::size_t>(std::countr_zero(bits));
        current_ += 1 + ((slot - start) & (bucket_count - 1));
        occupied_[word] &= ~(std::uint64_t{1} << (slot & 63));
        if (occupied_[word] == 0) summary_[word >> 6] &= ~(std::uint64_t{1} << (word & 63));
        std::uint32_t id = buckets_[slot];
        buckets_.edit(slot) = 0;
        while (id != 0) {
            const Chunk& chunk = chunks_[id];
            ready_.insert(ready_.end(), chunk.events, chunk.events + chunk.count);
            moved_ += chunk.count;
            const std::uint32_t next = chunk.next;
            free_chunk(id);
            id = next;
        }
        shrink();
    } else {
        POSTROAD_ASSERT(far_.size() > 0);
        current_ = far_.top().time >> shift_;
    }
    while (far_.size() > 0 && (far_.top().time >> shift_) < current_ + bucket_count) {
        if (far_.top().time >> shift_ <= current_) ready_.push_back(far_.pop());
        else place(far_.pop());
    }
    std::sort(ready_.begin(), ready_.end(),
              [](const Event& a, const Event& b) { return earlier(b, a); });
    if (++advances_ >= 4096) adapt();
}

// Narrower where buckets are crowded, wider where most of what comes lies beyond the wheel.
void Agenda::adapt() {
    const std::uint64_t crowd = moved_ / advances_;
    if (crowd > 96 && shift_ > 8) {
        rebuild(shift_ - 2);
    } else if (pushed_far_ * 16 > moved_ && crowd < 24 && shift_ < 40) {
        rebuild(shift_ + 1);
    }
    advances_ = moved_ = pushed_far_ = 0;
}

void Agenda::rebuild(unsigned shift) {
    std::vector<Event> all = std::move(ready_);
    all.insert(all.end(), late_.begin(), late_.end());
    ready_.clear();
    late_.clear();
    for (std::size_t slot = 0; slot < bucket_count; ++slot) {
        std::uint32_t id = buckets_[slot];
        if (id == 0) continue;
        buckets_.edit(slot) = 0;
        while (id != 0) {
            const Chunk& chunk = chunks_[id];
            all.insert(all.end(), chunk.events, chunk.events + chunk.count);
            const std::uint32_t next = chunk.next;
            free_chunk(id);
            id = next;
        }
    }
    occupied_.fill(0);
    summary_.fill(0);
    current_ = (current_ << shift_) >> shift;
    shift_ = shift;
    for (const Event& event : all) place(event);
    while (far_.size() > 0 && (far_.top().time >> shift_) < current_ + bucket_count)
        place(far_.pop());
}

// Where an event waits (bucket, heap, or sorted already) depends on who has looked ahead, so what is
// hashed is which events there are: a sum, which has no order.
std::uint64_t Agenda::hash(std::uint64_t seed) const {
    std::uint64_t all = mix64(seed, size_);
    const auto add = [&](const Event& event) {
        all += hash_octets({reinterpret_cast<const char*>(&event), sizeof event}, seed);
    };
    for (const std::uint32_t head : heads())
        for (std::uint32_t id = head; id != 0; id = chunks_[id].next)
            for (std::uint32_t i = 0; i < chunks_[id].count; ++i) add(chunks_[id].events[i]);
    for (const Event& event : late_) add(event);
    for (const Event& event : ready_) add(event);
    for (std::size_t i = 0; i < far_.size(); ++i) add(far_.at(i));
    return all;
}

std::vector<std::uint32_t> Agenda::heads() const {
    std::vector<std::uint32_t> out;
    for (std::size_t slot = 0; slot < buckets_.size(); ++slot)
        if (buckets_[slot] != 0) out.push_back(buckets_[slot]);
    return out;
}

}  // namespace postroad::sim

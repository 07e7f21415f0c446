// Copy-on-write pages of plain records: what makes a World cheap to copy, compare and keep.
// A copy shares every page; the first write to a shared page clones those 64 KiB alone.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "protocols/base/assertion.hpp"

namespace postroad {

// What may live in a page: bytes that mean the same in every copy of the World, on every run.
// No pointers (a human must see to that), no padding (so that equal records have equal bytes).
template <class T>
concept Record = std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>;

inline constexpr std::size_t page_bytes = 65536;

// A page as the pool hands it out. `refs` counts the tables that show it.
struct alignas(64) PageBlock {
    std::byte bytes[page_bytes];
};

// Process-wide pool of pages on two-mebibyte system pages; safe to call from any thread.
PageBlock* allocate_page();              // zeroed, one reference
void retain_page(PageBlock* page);       // one more table shows it
bool release_page(PageBlock* page);      // true when that was the last reference
bool page_is_shared(const PageBlock* page);
std::size_t pages_in_use();              // for the memory benchmark

// The page list under every table: pointers with a "may be shared" mark in the lowest bit.
class PageList {
  public:
    PageList() = default;
    PageList(const PageList& other) {
        other.share();  // both sides see from now on that the pages are not theirs alone
        slots_ = other.slots_;
    }
    PageList(PageList&& other) noexcept : slots_(std::move(other.slots_)) { other.slots_.clear(); }
    PageList& operator=(const PageList& other) {
        if (this != &other) {
            PageList copy(other);
            slots_.swap(copy.slots_);
        }
        return *this;
    }
    PageList& operator=(PageList&& other) noexcept {
        slots_.swap(other.slots_);
        return *this;
    }
    ~PageList() {
        for (const std::uintptr_t slot : slots_) release_page(block(slot));
    }

    std::size_t size() const { return slots_.size(); }
    const std::byte* read(std::size_t page) const { return block(slots_[page])->bytes; }
    std::byte* write(std::size_t page) {
        if (slots_[page] & 1U) [[unlikely]] unshare(page);
        return reinterpret_cast<PageBlock*>(slots_[page])->bytes;
    }
    void grow() { slots_.push_back(reinterpret_cast<std::uintptr_t>(allocate_page())); }
    void clear() {
        for (const std::uintptr_t slot : slots_) release_page(block(slot));
        slots_.clear();
    }
    void cut(std::size_t pages) {
        for (; slots_.size() > pages; slots_.pop_back()) release_page(block(slots_.back()));
    }
    // Pages that both lists show are equal without a look.
    bool operator==(const PageList& other) const;
    std::uint64_t hash(std::uint64_t seed) const;  // of what == compares
    std::size_t bytes() const { return slots_.size() * page_bytes; }

  private:
    static PageBlock* block(std::uintptr_t slot) {
        return reinterpret_cast<PageBlock*>(slot & ~std::uintptr_t{1});
    }
    void share() const;
    void unshare(std::size_t page);

    // mutable: copying a World marks the pages of the original as shared too; what it holds is
    // unchanged. One World is copied by one thread at a time.
    mutable std::vector<std::uintptr_t> slots_;
};

// An array of records that grows at its end. Indices are stable; references are not kept across
// a write to the same table (the page under them may have been cloned).
template <Record T>
class Pages {
  public:
    static constexpr std::size_t per_page = std::bit_floor(page_bytes / sizeof(T));
    static constexpr unsigned shift = std::countr_zero(per_page);

    std::size_t size() const { return size_; }
    const T& operator[](std::size_t index) const {
        return reinterpret_cast<const T*>(list_.read(index >> shift))[index & (per_page - 1)];
    }
    T& edit(std::size_t index) {
        return reinterpret_cast<T*>(list_.write(index >> shift))[index & (per_page - 1)];
    }
    std::uint32_t append(const T& value) {
        if (size_ == list_.size() * per_page) list_.grow();
        edit(size_) = value;
        return static_cast<std::uint32_t>(size_++);
    }
    void resize(std::size_t size) {  // new records are all zero bytes
        while (list_.size() * per_page < size) list_.grow();
        size_ = size;
    }
    void pop() { --size_; }
    // What is behind the first `size` records goes, and its pages are given back.
    void shrink(std::size_t size) {
        list_.cut((size + per_page - 1) / per_page);
        size_ = size;
    }
    bool operator==(const Pages&) const = default;
    std::uint64_t hash(std::uint64_t seed) const { return list_.hash(seed + size_); }
    std::size_t bytes() const { return list_.bytes(); }

  private:
    PageList list_;
    std::uint64_t size_ = 0;
};

// Records that come and go. A member `generation`, not the first, survives a record's end: who keeps
// (id, generation) can tell later whether the record is still the one he knew.
template <Record T>
class Table {
  public:
    static constexpr std::uint32_t none = 0xffffffff;

    const T& operator[](std::uint32_t id) const { return records_[id]; }
    T& edit(std::uint32_t id) { return records_.edit(id); }
    // Ids of ended records are used again, the newest first: their lines are still in the cache.
    std::uint32_t add() {
        ++live_;
        if (free_ == none) return records_.append(T{});
        const std::uint32_t id = free_;
        T& record = records_.edit(id);
        std::memcpy(&free_, &record, sizeof free_);
        const std::uint32_t zero = 0;
        std::memcpy(static_cast<void*>(&record), &zero, sizeof zero);
        return id;
    }
    void remove(std::uint32_t id) {
        POSTROAD_ASSERT(live_ > 0);
        --live_;
        T& record = records_.edit(id);
        if constexpr (requires { record.generation; }) {
            const auto next = record.generation + 1;
            record = T{};
            record.generation = static_cast<decltype(record.generation)>(next);
        } else {
            record = T{};
        }
        std::memcpy(static_cast<void*>(&record), &free_, sizeof free_);
        free_ = id;
    }
    std::uint32_t live() const { return live_; }
    std::size_t size() const { return records_.size(); }
    bool operator==(const Table&) const = default;
    std::uint64_t hash(std::uint64_t seed) const {
        return records_.hash(seed + (std::uint64_t{free_} << 32 | live_));
    }
    std::size_t bytes() const { return records_.bytes(); }

  private:
    Pages<T> records_;
    std::uint32_t free_ = none;
    std::uint32_t live_ = 0;
};

}  // namespace postroad

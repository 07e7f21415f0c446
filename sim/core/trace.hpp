// The Trace: everything that happened, appended once as rows in one-mebibyte chunks. Sealed chunks
// never change and are shared by forks; a replay checks what it would append against what is there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/facts.hpp"

namespace postroad::sim {

inline constexpr std::size_t chunk_bytes = 1U << 20;
// Room for a filler head is left at the end, so a position never falls on a chunk's end.
inline constexpr std::size_t chunk_room = chunk_bytes - sizeof(RowHead);
inline constexpr std::size_t row_octets_max = 65528;

// One chunk: memory of ours, or a mapped piece of a file.
class TraceChunk {
  public:
    static std::shared_ptr<TraceChunk> in_memory();
    static std::shared_ptr<TraceChunk> mapped(int file, std::uint64_t offset);
    ~TraceChunk();
    TraceChunk(const TraceChunk&) = delete;
    TraceChunk& operator=(const TraceChunk&) = delete;
    std::byte* data() { return data_; }
    const std::byte* data() const { return data_; }

  private:
    explicit TraceChunk(std::byte* data) : data_(data) {}
    std::byte* data_;
};

// A row as a reader sees it; valid while its chunk lives.
class RowView {
  public:
    explicit RowView(const std::byte* at) : at_(at) {}
    const RowHead& head() const { return *reinterpret_cast<const RowHead*>(at_); }
    template <class F>
    const F& as() const {
        POSTROAD_ASSERT(head().fact == F::fact);
        return *reinterpret_cast<const F*>(at_ + sizeof(RowHead));
    }
    template <class F>
    std::string_view tail() const {
        return {reinterpret_cast<const char*>(at_) + sizeof(RowHead) + sizeof(F),
                head().octets - head().tail_pad - sizeof(RowHead) - sizeof(F)};
    }

  private:
    const std::byte* at_;
};

class Trace {
  public:
    // What becomes of a sealed chunk.
    enum class Keep : std::uint8_t {
        memory,   // stays
        file,     // written, unmapped, mapped again when somebody reads it
        recycled, // its memory is used again: for runs whose outcome is in the World alone
    };

    explicit Trace(Depth depth = Depth::bytes, Keep keep = Keep::memory);
    ~Trace();
    Trace(Trace&&) noexcept;
    Trace& operator=(Trace&&) noexcept;
    Trace(const Trace&) = delete;
    Trace& operator=(const Trace&) = delete;

    // Keep::file: false when the file cannot be made, with errno as the system left it.
    bool open_file(const std::string& path);
    // Writes what is left. False when anything could not be written (disk full), errno as left.
    bool finish();

    // A trace that begins with this one's rows up to `position`, sealed chunks shared.
    Trace fork(std::uint64_t position) const;

    Depth depth() const { return depth_; }
    bool wants(Depth depth) const { return depth <= depth_; }

    // Position behind the last row appended or checked.
    std::uint64_t position() const { return cursor_; }
    std::uint64_t end() const { return end_; }
    std::uint64_t rows() const { return rows_; }
    // Goes back so that a replay checks its rows against those recorded; `position` is one that
    // position() once gave.
    void rewind(std::uint64_t position) { cursor_ = position; }
    // A replay that differs has met a fault of ours: where it did first, none otherwise (~0).
    std::uint64_t divergence() const { return divergence_; }

    // Appends one row and returns its octets (head, record, tail), for the fingerprint.
    template <class F>
    std::string_view append(Time time, NodeId node, const F& record, std::string_view tail = {},
                            std::string_view tail2 = {}) {
        static_assert(Record<F> && sizeof(F) % 8 == 0);
        const std::size_t bare = sizeof(RowHead) + sizeof(F) + tail.size() + tail2.size();
        const std::size_t whole = (bare + 7) & ~std::size_t{7};
        POSTROAD_ASSERT(whole <= row_octets_max);
        std::byte* const at = room(whole);
        const RowHead head{time, node, static_cast<std::uint16_t>(whole), F::fact,
                           static_cast<std::uint8_t>(whole - bare)};
        std::memset(at + whole - 8, 0, 8);  // the padding; the rest overwrites it
        std::memcpy(at, &head, sizeof head);
        std::memcpy(at + sizeof head, &record, sizeof record);
        char* const text = reinterpret_cast<char*>(at + sizeof head + sizeof record);
        if (!tail.empty()) std::memcpy(text, tail.data(), tail.size());
        if (!tail2.empty()) std::memcpy(text + tail.size(), tail2.data(), tail2.size());
        took(at, whole);
        return {reinterpret_cast<const char*>(at), whole};
    }

    // Reading: `position` 0 is the first row; next() steps. Not for Keep::recycled.
    class Cursor {
      public:
        Cursor(const Trace& trace, std::uint64_t position, std::uint64_t end);
        bool done() const { return position_ >= end_; }
        std::uint64_t position() const { return position_; }
        RowView row() const;
        void next();

      private:
        void skip_filler();
        const Trace* trace_;
        std::uint64_t position_, end_;
    };
    Cursor read(std::uint64_t from = 0) const { return {*this, from, end_}; }
    Cursor read(std::uint64_t from, std::uint64_t to) const { return {*this, from, to}; }
    RowView at(std::uint64_t position) const { return RowView(address(position)); }

    // A whole trace file, for reading. Null with a sentence in `error` when it is not one.
    static std::unique_ptr<Trace> load(const std::string& path, std::string& error);

    std::size_t anonymous_bytes() const;  // memory of ours that is not backed by a file

  private:
    std::byte* room(std::size_t octets) {
        if (cursor_ != end_ || chunk_left() < octets) [[unlikely]] return slow_room(octets);
        return open_ + (end_ & (chunk_bytes - 1));
    }
    std::size_t chunk_left() const {
        return open_ == nullptr ? 0 : chunk_room - (end_ & (chunk_bytes - 1));
    }
    void took(const std::byte* at, std::size_t octets) {
        if (cursor_ != end_) [[unlikely]] {
            check(at, octets);
            return;
        }
        end_ += octets;
        cursor_ = end_;
        ++rows_;
    }
    std::byte* slow_room(std::size_t octets);
    void check(const std::byte* at, std::size_t octets);
    void seal();
    const std::byte* address(std::uint64_t position) const;

    Depth depth_;
    Keep keep_;
    // Readers map file chunks when they first look: the list fills, what it means is unchanged.
    mutable std::vector<std::shared_ptr<TraceChunk>> chunks_;
    std::byte* open_ = nullptr;  // the last chunk
    std::uint64_t cursor_ = 0, end_ = 0, rows_ = 0;
    std::uint64_t divergence_ = ~std::uint64_t{0};
    std::vector<std::byte> scratch_;
    int file_ = -1;
    std::uint64_t written_ = 0;  // chunks
    bool write_failed_ = false;
};

}  // namespace postroad::sim

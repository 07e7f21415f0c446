// Text and lists for records that must stay plain bytes: a handle in the record, the octets in
// the Heap's copy-on-write pages. A handle owns one reference; `drop` gives it back.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/pages.hpp"
#include "protocols/base/prefetch.hpp"

namespace postroad {

// A piece of text in a Heap; {0, 0} is the empty text. Octets, not characters.
struct Text {
    std::uint32_t block = 0;
    std::uint32_t size = 0;
    bool empty() const { return size == 0; }
    bool operator==(const Text&) const = default;  // the same handle, not the same words
};

// A growing array of records of type T in a Heap block.
template <Record T>
struct List {
    Text bytes;
    std::uint32_t size() const { return bytes.size / static_cast<std::uint32_t>(sizeof(T)); }
    bool empty() const { return bytes.empty(); }
};

class Heap {
  public:
    Heap();

    Text make(std::string_view octets);  // one reference, the caller's
    // An unshared block of room for at least `capacity` octets, size 0.
    Text reserve(std::size_t capacity);
    // Grows in place where the block is unshared and has room, else moves to a larger block.
    void append(Text& text, std::string_view octets);
    // Room for `count` more octets at the end of `text`; commit says how many were written.
    char* extend(Text& text, std::size_t count);
    static void commit(Text& text, std::size_t count) {
        text.size += static_cast<std::uint32_t>(count);
    }
    Text share(Text text);  // one more reference to the same octets
    void drop(Text& text);  // gives the reference back and empties the handle
    void assign(Text& text, std::string_view octets) {
        const Text fresh = make(octets);
        drop(text);
        text = fresh;
    }
    // Valid until this text is appended to or dropped for the last time.
    std::string_view view(Text text) const {
        return text.size == 0 ? std::string_view{} : std::string_view{data(text), text.size};
    }
    void remove_prefix(Text& text, std::size_t count);
    // Asks the processor for a text's first cache lines, which somebody will look at soon.
    void prefetch(Text text) const {
        if (text.block == 0 || (text.block & large_bit)) return;
        const std::byte* head = pages_.read(page_of(text.block)) + offset_of(text.block);
        prefetch_line(head);
        prefetch_line(head + 64);
    }

    template <Record T>
    void push(List<T>& list, const T& value) {
        append(list.bytes, {reinterpret_cast<const char*>(&value), sizeof value});
    }
    template <Record T>
    T get(const List<T>& list, std::size_t index) const {
        POSTROAD_ASSERT(index < list.size());
        T value;
        std::memcpy(&value, data(list.bytes) + index * sizeof(T), sizeof value);
        return value;
    }
    template <Record T>
    void set(List<T>& list, std::size_t index, const T& value) {
        POSTROAD_ASSERT(index < list.size());
        unshare(list.bytes);
        std::memcpy(edit(list.bytes) + index * sizeof(T), &value, sizeof value);
    }
    template <Record T>
    void drop(List<T>& list) {
        drop(list.bytes);
    }

    std::uint64_t live_blocks() const { return live_; }
    std::uint64_t live_octets() const { return live_octets_; }  // capacity handed out
    std::size_t bytes() const;
    bool operator==(const Heap& other) const;
    std::uint64_t hash(std::uint64_t seed) const;  // of what == compares

  private:
    static constexpr unsigned granule = 16;
    static constexpr std::uint32_t large_bit = 0x80000000;
    static constexpr std::size_t classes = 20;
    struct Header {
        std::uint32_t refs;
        std::uint32_t size_class;
    };
    struct Large {
        std::shared_ptr<std::string> octets;
        std::uint32_t refs = 0;
        // The string itself may have more, by how often it was copied: that must decide nothing.
        std::size_t room = 0;
    };

    static std::size_t page_of(std::uint32_t block) { return block >> 12; }
    static std::size_t offset_of(std::uint32_t block) { return (block & 0xfffU) * granule; }
    static unsigned class_for(std::size_t octets);
    const char* data(Text text) const {
        if (text.block & large_bit) return large_[text.block & ~large_bit].octets->data();
        return reinterpret_cast<const char*>(pages_.read(page_of(text.block))) +
               offset_of(text.block) + sizeof(Header);
    }
    char* edit(Text text);
    const Header& header(std::uint32_t block) const {
        return *reinterpret_cast<const Header*>(pages_.read(page_of(block)) + offset_of(block));
    }
    Header& edit_header(std::uint32_t block) {
        return *reinterpret_cast<Header*>(pages_.write(page_of(block)) + offset_of(block));
    }
    std::uint32_t references(Text text) const;
    void unshare(Text& text);
    std::size_t capacity(Text text) const;

    PageList pages_;
    std::array<std::uint32_t, classes> free_{};
    std::uint32_t next_offset_ = 0;  // in the last page, octets
    std::vector<Large> large_;
    std::vector<std::uint32_t> large_free_;
    std::uint64_t live_ = 0;
    std::uint64_t live_octets_ = 0;
};

// Frees the text at the end of a scope; for drivers and tests, not for records.
class ScopedText {
  public:
    ScopedText(Heap& heap, Text text) : heap_(heap), text_(text) {}
    ScopedText(const ScopedText&) = delete;
    ScopedText& operator=(const ScopedText&) = delete;
    ~ScopedText() { heap_.drop(text_); }
    std::string_view view() const { return heap_.view(text_); }

  private:
    Heap& heap_;
    Text text_;
};

}  // namespace postroad

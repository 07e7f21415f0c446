// Size-classed blocks in copy-on-write pages; what is too large for a page is a shared string.
#include "protocols/base/heap.hpp"

#include <algorithm>

#include "protocols/base/hash.hpp"

namespace postroad {
namespace {

// Whole block sizes, header included. Steps of a third or less keep the waste of a random size
// under a sixth on average.
constexpr std::array<std::uint32_t, 20> class_bytes = {
    32,   48,   64,   80,   112,  144,  192,  256,  352,  480,
    640,  832,  1104, 1280, 1536, 2064, 4112, 8208, 16400, 32784};

// The class for each whole size up to 2,064 octets, by 16-octet step.
constexpr auto small_class = [] {
    std::array<std::uint8_t, 2064 / 16 + 1> table{};
    for (std::size_t step = 0; step < table.size(); ++step) {
        std::uint8_t index = 0;
        while (class_bytes[index] < step * 16) ++index;
        table[step] = index;
    }
    return table;
}();

}  // namespace

Heap::Heap() {
    pages_.grow();
    next_offset_ = 16;  // block 0 is the empty text
}

unsigned Heap::class_for(std::size_t octets) {
    const std::size_t whole = octets + sizeof(Header);
    if (whole <= 2064) return small_class[(whole + 15) / 16];
    unsigned index = 16;
    while (index < classes && class_bytes[index] < whole) ++index;
    return index;
}

Text Heap::reserve(std::size_t octets) {
    const unsigned size_class = class_for(octets);
    ++live_;
    if (size_class >= classes) {
        std::uint32_t index = 0;
        if (large_free_.empty()) {
            index = static_cast<std::uint32_t>(large_.size());
            large_.emplace_back();
        } else {
            index = large_free_.back();
            large_free_.pop_back();
        }
        large_[index].octets = std::make_shared<std::string>();
        large_[index].octets->reserve(octets);
        large_[index].refs = 1;
        large_[index].room = octets;
        return {index | large_bit, 0};
    }
    live_octets_ += class_bytes[size_class];
    std::uint32_t block = free_[size_class];
    if (block != 0) {
        Header& head = edit_header(block);
        free_[size_class] = head.refs;  // a free block's link
        head = {1, size_class};
        return {block, 0};
    }
    const std::uint32_t bytes = class_bytes[size_class];
    if (next_offset_ + bytes > page_bytes) {
        pages_.grow();
        next_offset_ = 0;
    }
    block = static_cast<std::uint32_t>(((pages_.size() - 1) << 12) | (next_offset_ / granule));
    next_offset_ += bytes;
    edit_header(block) = {1, size_class};
    return {block, 0};
}

char* Heap::edit(Text text) {
    if (text.block & large_bit) {
        Large& large = large_[text.block & ~large_bit];
        if (large.octets.use_count() > 1) {  // another World shows it
            auto own = std::make_shared<std::string>();
            own->reserve(large.room);
            own->assign(*large.octets);
            large.octets = std::move(own);
        }
        return large.octets->data();
    }
    return reinterpret_cast<char*>(pages_.write(page_of(text.block))) + offset_of(text.block) +
           sizeof(Header);
}

std::uint32_t Heap::references(Text text) const {
    return text.block & large_bit ? large_[text.block & ~large_bit].refs : header(text.block).refs;
}

std::size_t Heap::capacity(Text text) const {
    if (text.block == 0) return 0;
    if (text.block & large_bit) return large_[text.block & ~large_bit].room;
    return class_bytes[header(text.block).size_class] - sizeof(Header);
}

void Heap::unshare(Text& text) {
    if (text.block == 0 || references(text) == 1) return;
    const Text fresh = make(view(text));
    drop(text);
    text = fresh;
}

Text Heap::make(std::string_view octets) {
    if (octets.empty()) return {};
    Text text = reserve(octets.size());
    if (text.block & large_bit) {
        large_[text.block & ~large_bit].octets->assign(octets);
    } else {
        std::memcpy(edit(text), octets.data(), octets.size());
    }
    text.size = static_cast<std::uint32_t>(octets.size());
    return text;
}

char* Heap::extend(Text& text, std::size_t count) {
    const std::size_t wanted = text.size + count;
    if (text.block == 0 || capacity(text) < wanted || references(text) > 1) {
        // Doubling keeps a body that arrives in many pieces linear.
        Text larger = reserve(std::max(wanted, text.size == 0 ? wanted : std::size_t{text.size} * 2));
        if (larger.block & large_bit) {
            large_[larger.block & ~large_bit].octets->assign(view(text));
        } else if (text.size != 0) {
            std::memcpy(edit(larger), data(text), text.size);
        }
        larger.size = text.size;
        drop(text);
        text = larger;
    }
    if (text.block & large_bit) {
        edit(text);  // own it before it changes its size
        large_[text.block & ~large_bit].octets->resize(wanted);
        return large_[text.block & ~large_bit].octets->data() + text.size;
    }
    return edit(text) + text.size;
}

void Heap::append(Text& text, std::string_view octets) {
    if (octets.empty()) return;
    std::memcpy(extend(text, octets.size()), octets.data(), octets.size());
    commit(text, octets.size());
}

Text Heap::share(Text text) {
    if (text.block == 0) return text;
    if (text.block & large_bit) {
        ++large_[text.block & ~large_bit].refs;
    } else {
        ++edit_header(text.block).refs;
    }
    return text;
}

void Heap::drop(Text& text) {
    const std::uint32_t block = text.block;
    text = {};
    if (block == 0) return;
    if (block & large_bit) {
        Large& large = large_[block & ~large_bit];
        POSTROAD_ASSERT(large.refs > 0);
        if (--large.refs == 0) {
            large.octets.reset();
            large.room = 0;
            large_free_.push_back(block & ~large_bit);
            --live_;
        }
        return;
    }
    Header& head = edit_header(block);
    POSTROAD_ASSERT(head.refs > 0);
    if (--head.refs == 0) {
        head.refs = free_[head.size_class];
        free_[head.size_class] = block;
        live_octets_ -= class_bytes[head.size_class];
        --live_;
    }
}

void Heap::remove_prefix(Text& text, std::size_t count) {
    POSTROAD_ASSERT(count <= text.size);
    if (count == text.size) {
        drop(text);
        return;
    }
    if (count == 0) return;
    unshare(text);
    char* octets = edit(text);
    std::memmove(octets, octets + count, text.size - count);
    text.size -= static_cast<std::uint32_t>(count);
    if (text.block & large_bit) large_[text.block & ~large_bit].octets->resize(text.size);
}

std::size_t Heap::bytes() const {
    std::size_t total = pages_.bytes();
    for (const Large& large : large_)
        if (large.octets) total += large.octets->capacity();
    return total;
}

bool Heap::operator==(const Heap& other) const {
    if (!(pages_ == other.pages_ && free_ == other.free_ && next_offset_ == other.next_offset_ &&
          large_free_ == other.large_free_ && large_.size() == other.large_.size()))
        return false;
    for (std::size_t i = 0; i < large_.size(); ++i) {
        const auto& mine = large_[i].octets;
        const auto& theirs = other.large_[i].octets;
        if (large_[i].refs != other.large_[i].refs || large_[i].room != other.large_[i].room ||
            !mine != !theirs)
            return false;
        if (mine != theirs && *mine != *theirs) return false;
    }
    return true;
}

std::uint64_t Heap::hash(std::uint64_t seed) const {
    std::uint64_t all = pages_.hash(seed + next_offset_);
    for (const std::uint32_t free : free_) all = mix64(all, free);
    for (const std::uint32_t free : large_free_) all = mix64(all, free);
    for (const Large& large : large_)
        all = large.octets ? hash_octets(*large.octets, mix64(mix64(all, large.refs), large.room))
                           : mix64(all, 0);
    return all;
}

}  // namespace postroad

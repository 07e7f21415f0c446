// A set of entries, a bit each: a megabyte for eight million, however many are in it.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace postroad::viz {

class EntrySet {
public:
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    void clear();
    // What follows: 64 entries a word, the first in the lowest bit.
    void append(std::span<const std::uint64_t> words);
    // The entry of which so many are before it. `index` is below size().
    std::size_t operator[](std::size_t index) const;
    // How many lie before an entry.
    std::size_t below(std::size_t entry) const;

    class Iterator {
    public:
        Iterator(const EntrySet& set, std::size_t word) : set_(&set), word_(word) { settle(); }
        std::size_t operator*() const {
            return word_ * 64 + static_cast<std::size_t>(std::countr_zero(left_));
        }
        Iterator& operator++() {
            left_ &= left_ - 1;
            if (left_ == 0) ++word_, settle();
            return *this;
        }
        bool operator==(const Iterator& other) const {
            return word_ == other.word_ && left_ == other.left_;
        }

    private:
        void settle() {
            while (word_ < set_->words_.size() && set_->words_[word_] == 0) ++word_;
            left_ = word_ < set_->words_.size() ? set_->words_[word_] : 0;
        }
        const EntrySet* set_;
        std::size_t word_;
        std::uint64_t left_ = 0;
    };
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, words_.size()}; }

private:
    static constexpr std::size_t words_a_block = 8;
    std::vector<std::uint64_t> words_;
    std::vector<std::uint32_t> before_;  // of each block: how many lie before it
    std::size_t size_ = 0;
};

}  // namespace postroad::viz

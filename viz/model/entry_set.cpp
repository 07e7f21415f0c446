// Counted by blocks, so that the so-many-th is found in a few steps.
#include "viz/model/entry_set.hpp"

#include <algorithm>

namespace postroad::viz {
namespace {

std::size_t count_of(std::uint64_t word) { return static_cast<std::size_t>(std::popcount(word)); }

}  // namespace

void EntrySet::clear() {
    words_.clear();
    before_.clear();
    size_ = 0;
}

void EntrySet::append(std::span<const std::uint64_t> words) {
    for (const std::uint64_t word : words) {
        if (words_.size() % words_a_block == 0) before_.push_back(static_cast<std::uint32_t>(size_));
        words_.push_back(word);
        size_ += count_of(word);
    }
}

std::size_t EntrySet::operator[](std::size_t index) const {
    const auto above = std::upper_bound(before_.begin(), before_.end(), index);
    std::size_t left = index - *(above - 1);
    std::size_t word = static_cast<std::size_t>(above - before_.begin() - 1) * words_a_block;
    for (; count_of(words_[word]) <= left; ++word) left -= count_of(words_[word]);
    std::uint64_t bits = words_[word];
    for (; left > 0; --left) bits &= bits - 1;
    return word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
}

std::size_t EntrySet::below(std::size_t entry) const {
    const std::size_t word = entry / 64;
    if (word >= words_.size()) return size_;
    std::size_t out = before_[word / words_a_block];
    for (std::size_t i = word / words_a_block * words_a_block; i < word; ++i)
        out += count_of(words_[i]);
    return out + count_of(words_[word] & ((std::uint64_t{1} << (entry % 64)) - 1));
}

}  // namespace postroad::viz

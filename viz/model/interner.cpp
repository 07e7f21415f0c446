// A dictionary by open addressing, and a scan of 16 octets at a time.
#include "viz/model/interner.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstring>

#include "protocols/base/ascii.hpp"
#include "protocols/base/assertion.hpp"
#include "protocols/base/hash.hpp"

namespace postroad::viz {

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& one : out) one = to_lower(one);
    return out;
}

std::size_t find_words(std::string_view text, std::string_view words, std::size_t from) {
    if (words.empty() || text.size() < words.size()) return std::string_view::npos;
    std::size_t at = from;
#ifdef __SSE2__
    // Where both the first and the last octet fit, the others are compared.
    const __m128i first = _mm_set1_epi8(words.front()), last = _mm_set1_epi8(words.back());
    const std::size_t more = words.size() - 1;
    while (at + more + 16 <= text.size()) {
        const auto load = [&](std::size_t place) {
            return _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + place));
        };
        const __m128i both =
            _mm_and_si128(_mm_cmpeq_epi8(load(at), first), _mm_cmpeq_epi8(load(at + more), last));
        auto bits = static_cast<unsigned>(_mm_movemask_epi8(both));
        for (; bits != 0; bits &= bits - 1) {
            const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(bits));
            if (std::memcmp(text.data() + place, words.data(), words.size()) == 0) return place;
        }
        at += 16;
    }
#endif
    return text.find(words, at);
}

std::string_view Interner::text(std::uint32_t number) const {
    const std::size_t begin = begins_[number];
    const std::size_t end = number + 1 < begins_.size() ? begins_[number + 1] : all_.size();
    return std::string_view(all_).substr(begin, end - begin - 1);
}

std::uint32_t Interner::at(std::size_t place, std::uint32_t from) const {
    // In steps that double: the next one is mostly near.
    std::size_t step = 1, low = from;
    while (low + step < begins_.size() && begins_[low + step] <= place) {
        low += step;
        step *= 2;
    }
    const std::size_t high = std::min(begins_.size(), low + step);
    const auto behind =
        std::upper_bound(begins_.begin() + static_cast<std::ptrdiff_t>(low),
                         begins_.begin() + static_cast<std::ptrdiff_t>(high), place);
    return static_cast<std::uint32_t>(behind - begins_.begin()) - 1;
}

void Interner::grow() {
    slots_.assign(std::max<std::size_t>(1024, slots_.size() * 2), 0);
    for (std::uint32_t i = 0; i < begins_.size(); ++i) {
        std::size_t slot = hash_octets(text(i)) & (slots_.size() - 1);
        while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = i + 1;
    }
}

std::uint32_t Interner::number_of(std::string_view wanted) {
    if (begins_.size() * 2 >= slots_.size()) grow();
    std::size_t slot = hash_octets(wanted) & (slots_.size() - 1);
    for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1))
        if (text(slots_[slot] - 1) == wanted) return slots_[slot] - 1;
    const auto number = static_cast<std::uint32_t>(begins_.size());
    slots_[slot] = number + 1;
    POSTROAD_ASSERT(all_.size() + wanted.size() < 0xffffffff);
    begins_.push_back(static_cast<std::uint32_t>(all_.size()));
    all_.append(wanted);
    all_ += '\n';
    return number;
}

void Interner::close() {
    std::vector<std::uint32_t>().swap(slots_);
    all_.shrink_to_fit();
    begins_.shrink_to_fit();
}

std::size_t Interner::bytes() const {
    return all_.capacity() + begins_.capacity() * sizeof begins_[0] +
           slots_.capacity() * sizeof slots_[0];
}

}  // namespace postroad::viz

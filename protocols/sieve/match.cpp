// A pattern of ? and * needs no recursion: when what follows the last * does not fit, only that
// one has to take more, since every earlier one stands where it could first.
#include "protocols/sieve/match.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/sieve/expand.hpp"

namespace postroad::sieve {
namespace {

std::strong_ordering order(std::string_view a, std::string_view b) {
    const int result = a.compare(b);
    return result < 0   ? std::strong_ordering::less
           : result > 0 ? std::strong_ordering::greater
                        : std::strong_ordering::equal;
}

// RFC 4790 §9.1: the digits at the beginning; what has none is more than every number.
std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
    const auto digits = [](std::string_view text) {
        std::size_t end = 0;
        while (end < text.size() && is_digit(text[end])) ++end;
        return text.substr(0, end);
    };
    a = digits(a);
    b = digits(b);
    if (a.empty() || b.empty()) return a.empty() <=> b.empty();
    while (a.size() > 1 && a.front() == '0') a.remove_prefix(1);
    while (b.size() > 1 && b.front() == '0') b.remove_prefix(1);
    if (a.size() != b.size()) return a.size() <=> b.size();
    return order(a, b);
}

bool holds(Relation relation, std::strong_ordering order) {
    switch (relation) {
    case Relation::gt: return order > 0;
    case Relation::ge: return order >= 0;
    case Relation::lt: return order < 0;
    case Relation::le: return order <= 0;
    case Relation::eq: return order == 0;
    case Relation::ne: break;
    }
    return order != 0;
}

bool same(Comparator comparator, char a, char b) {
    return comparator == Comparator::octet ? a == b : to_lower(a) == to_lower(b);
}

struct Wild {
    std::size_t begin = 0;
    std::size_t end = 0;
};

class Pattern {
public:
    Pattern(Comparator comparator, std::string_view value, std::string_view key)
        : comparator_(comparator), value_(value), key_(key) {}

    bool run() {
        std::size_t v = 0;
        std::size_t k = 0;
        while (true) {
            if (k < key_.size() && step(v, k)) continue;
            if (k == key_.size() && v == value_.size()) return true;
            // RFC 5228 §2.7.1: back to the last *, which takes one character more.
            if (!starred_ || star_.end >= value_.size()) return false;
            star_.end = next(star_.end);
            v = star_.end;
            k = behind_star_;
            wilds_.resize(wilds_before_);
            wilds_.push_back(star_);
        }
    }

    const std::vector<Wild>& wilds() const { return wilds_; }

private:
    std::size_t next(std::size_t at) const {
        return comparator_ == Comparator::octet ? at + 1 : next_character(value_, at);
    }

    // Fits the next piece of the key at `v`; false when it does not.
    bool step(std::size_t& v, std::size_t& k) {
        char c = key_[k];
        if (c == '*') {
            starred_ = true;
            star_ = {v, v};
            behind_star_ = ++k;
            wilds_before_ = wilds_.size();
            wilds_.push_back(star_);
            return true;
        }
        if (v >= value_.size()) return false;
        if (c == '?') {
            wilds_.push_back({v, next(v)});
            v = wilds_.back().end;
            ++k;
            return true;
        }
        const bool escaped = c == '\\' && k + 1 < key_.size();
        if (escaped) c = key_[k + 1];
        if (!same(comparator_, value_[v], c)) return false;
        ++v;
        k += escaped ? 2 : 1;
        return true;
    }

    Comparator comparator_;
    std::string_view value_;
    std::string_view key_;
    std::vector<Wild> wilds_;
    bool starred_ = false;
    Wild star_;
    std::size_t behind_star_ = 0;
    std::size_t wilds_before_ = 0;
};

}  // namespace

std::strong_ordering compare(Comparator comparator, std::string_view a, std::string_view b) {
    switch (comparator) {
    case Comparator::numeric: return compare_numbers(a, b);
    case Comparator::octet: return order(a, b);
    case Comparator::casemap: break;
    }
    // RFC 4790 §9.2: as if all letters were capitals.
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        const auto x = static_cast<unsigned char>(to_upper(a[i]));
        const auto y = static_cast<unsigned char>(to_upper(b[i]));
        if (x != y) return x <=> y;
    }
    return a.size() <=> b.size();
}

// Knuth, Morris and Pratt: no octet of the value is looked at twice.
std::size_t find_in(Comparator comparator, std::string_view value, std::string_view key) {
    if (key.empty()) return 0;
    if (key.size() > value.size()) return std::string_view::npos;
    std::vector<std::size_t> border(key.size(), 0);
    const auto longer = [&](std::size_t fits, char c) {
        while (fits > 0 && !same(comparator, key[fits], c)) fits = border[fits - 1];
        return same(comparator, key[fits], c) ? fits + 1 : fits;
    };
    for (std::size_t i = 1; i < key.size(); ++i) border[i] = longer(border[i - 1], key[i]);
    std::size_t fits = 0;
    for (std::size_t i = 0; i < value.size(); ++i)
        if ((fits = longer(fits, value[i])) == key.size()) return i + 1 - fits;
    return std::string_view::npos;
}

bool matches(const Matching& matching, std::string_view value, std::string_view key,
             std::vector<std::string>* captured) {
    switch (matching.type) {
    case Tag::contains: return find_in(matching.comparator, value, key) != std::string_view::npos;
    case Tag::count:
    case Tag::value: return holds(matching.relation, compare(matching.comparator, value, key));
    case Tag::matches: break;
    default: return compare(matching.comparator, value, key) == 0;
    }
    Pattern pattern(matching.comparator, value, key);
    if (!pattern.run()) return false;
    if (captured != nullptr) {
        captured->assign(1, std::string(value));
        for (const Wild& wild : pattern.wilds())
            captured->emplace_back(value.substr(wild.begin, wild.end - wild.begin));
    }
    return true;
}

}  // namespace postroad::sieve

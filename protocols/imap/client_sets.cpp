// Sets of UIDs: reading, writing, and keeping the ranges in order.
#include "protocols/imap/client_sets.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"

namespace postroad::imap {

void UidSet::add(std::uint32_t first, std::uint32_t last) {
    if (first > last) std::swap(first, last);
    // The ranges that the new one overlaps or touches are swallowed by it.
    auto from = ranges_.end();
    while (from != ranges_.begin() && std::uint64_t{std::prev(from)->last} + 1 >= first) --from;
    if (ranges_.size() > 8 && from == ranges_.begin())  // not at the end: find it by halves
        from = std::lower_bound(ranges_.begin(), ranges_.end(), first,
                                [](const UidRange& one, std::uint32_t value) {
                                    return std::uint64_t{one.last} + 1 < value;
                                });
    auto to = from;
    while (to != ranges_.end() && to->first <= std::uint64_t{last} + 1) {
        first = std::min(first, to->first);
        last = std::max(last, to->last);
        ++to;
    }
    if (from == to) {
        ranges_.insert(from, {first, last});
        return;
    }
    *from = {first, last};
    ranges_.erase(std::next(from), to);
}

void UidSet::remove(std::uint32_t uid) {
    const auto at =
        std::lower_bound(ranges_.begin(), ranges_.end(), uid,
                         [](const UidRange& one, std::uint32_t value) { return one.last < value; });
    if (at == ranges_.end() || at->first > uid) return;
    if (at->first == at->last) {
        ranges_.erase(at);
    } else if (at->first == uid) {
        ++at->first;
    } else if (at->last == uid) {
        --at->last;
    } else {
        const UidRange upper{uid + 1, at->last};
        at->last = uid - 1;
        ranges_.insert(std::next(at), upper);
    }
}

bool UidSet::has(std::uint32_t uid) const {
    const auto at =
        std::lower_bound(ranges_.begin(), ranges_.end(), uid,
                         [](const UidRange& one, std::uint32_t value) { return one.last < value; });
    return at != ranges_.end() && at->first <= uid;
}

std::uint64_t UidSet::count() const {
    std::uint64_t sum = 0;
    for (const UidRange& one : ranges_) sum += std::uint64_t{one.last} - one.first + 1;
    return sum;
}

std::string UidSet::text() const {
    std::string out;
    for (const UidRange& one : ranges_) {
        if (!out.empty()) out.push_back(',');
        append_number(out, one.first);
        if (one.last == one.first) continue;
        out.push_back(':');
        append_number(out, one.last);
    }
    return out;
}

namespace {

bool read_number(std::string_view text, std::uint32_t star, std::uint32_t& out) {
    if (text == "*") {
        out = star;
        return star != 0;
    }
    const auto number = parse_number(text);
    if (!number || *number == 0 || *number > 0xffffffff) return false;
    out = static_cast<std::uint32_t>(*number);
    return true;
}

}  // namespace

bool read_set(std::string_view text, UidSet& out, std::uint32_t star) {
    std::vector<UidRange> read;
    for (bool more = true; more;) {
        const std::size_t comma = text.find(',');
        more = comma != std::string_view::npos;
        const std::string_view part = text.substr(0, comma);
        text.remove_prefix(more ? comma + 1 : text.size());
        const std::size_t colon = part.find(':');
        UidRange one;
        if (!read_number(part.substr(0, colon), star, one.first)) return false;
        one.last = one.first;
        if (colon != std::string_view::npos && !read_number(part.substr(colon + 1), star, one.last))
            return false;
        if (one.first > one.last) std::swap(one.first, one.last);
        read.push_back(one);
    }
    // Sorted first: a server may tell them in any order, and each is then added at the end.
    std::sort(read.begin(), read.end(),
              [](const UidRange& a, const UidRange& b) { return a.first < b.first; });
    for (const UidRange& one : read) out.add(one.first, one.last);
    return true;
}

}  // namespace postroad::imap

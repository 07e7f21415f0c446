// Sequence sets: "*" resolved, ranges merged, membership, and how they are written.
#include "protocols/imap/sequence_set.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"

namespace postroad::imap {

std::vector<Range> resolved(const SequenceSet& set, std::uint32_t largest) {
    std::vector<Range> out;
    out.reserve(set.ranges.size());
    for (const Range& one : set.ranges) {
        const std::uint32_t a = one.from == star ? largest : one.from;
        const std::uint32_t b = one.to == star ? largest : one.to;
        if (const Range range{std::min(a, b), std::max(a, b)}; range.to != 0)
            out.push_back({std::max(range.from, 1U), range.to});
    }
    std::sort(out.begin(), out.end(),
              [](const Range& a, const Range& b) { return a.from < b.from; });
    std::size_t kept = 0;
    for (const Range& one : out) {
        if (kept != 0 && one.from - 1 <= out[kept - 1].to)
            out[kept - 1].to = std::max(out[kept - 1].to, one.to);
        else
            out[kept++] = one;
    }
    out.resize(kept);
    return out;
}

bool contains(const std::vector<Range>& ranges, std::uint32_t number) {
    const auto after =
        std::upper_bound(ranges.begin(), ranges.end(), number,
                         [](std::uint32_t wanted, const Range& one) { return wanted < one.from; });
    return after != ranges.begin() && number <= std::prev(after)->to;
}

std::vector<Range> common(const std::vector<Range>& a, const std::vector<Range>& b) {
    std::vector<Range> out;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        const Range both{std::max(a[i].from, b[j].from), std::min(a[i].to, b[j].to)};
        if (both.from <= both.to) out.push_back(both);
        if (a[i].to < b[j].to)
            ++i;
        else
            ++j;
    }
    return out;
}

std::uint64_t count_of(const std::vector<Range>& ranges) {
    std::uint64_t count = 0;
    for (const Range& one : ranges) count += std::uint64_t{one.to} - one.from + 1;
    return count;
}

void push_number(std::vector<Range>& ranges, std::uint32_t number) {
    if (!ranges.empty() && ranges.back().to + 1 == number)
        ranges.back().to = number;
    else
        ranges.push_back({number, number});
}

void put_ranges(std::string& out, const std::vector<Range>& ranges) {
    const auto put = [&](std::uint32_t number) {
        if (number == star)
            out += '*';
        else
            append_number(out, number);
    };
    bool first = true;
    for (const Range& one : ranges) {
        if (!first) out += ',';
        first = false;
        put(one.from);
        if (one.from == one.to) continue;
        out += ':';
        put(one.to);
    }
}

}  // namespace postroad::imap

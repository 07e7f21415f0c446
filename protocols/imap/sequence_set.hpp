// Sets of message numbers or UIDs as IMAP writes them: "2,4:7,9,12:*" and "$" (RFC 9051 §9).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::imap {

// Both ends belong to it. In a set as read, `star` stands for "*", the largest number in use.
struct Range {
    std::uint32_t from = 0, to = 0;
    bool operator==(const Range&) const = default;
};
inline constexpr std::uint32_t star = 0;  // no message has the number 0

struct SequenceSet {
    std::vector<Range> ranges;
    bool saved = false;  // "$": what the last SEARCH saved (RFC 5182)
    bool operator==(const SequenceSet&) const = default;
};

// The same set without `star`, each range upwards, sorted, merged. "*" is `largest`, also where
// that makes a range run backwards (RFC 9051 §9: "*:4" and "4:*" are one).
std::vector<Range> resolved(const SequenceSet& set, std::uint32_t largest);

// Of ranges that are resolved.
bool contains(const std::vector<Range>& ranges, std::uint32_t number);
// What both have.
std::vector<Range> common(const std::vector<Range>& a, const std::vector<Range>& b);
std::uint64_t count_of(const std::vector<Range>& ranges);

// Adds a number that is larger than all before it.
void push_number(std::vector<Range>& ranges, std::uint32_t number);

// "1,3:5"; `star` is written "*". Nothing for no ranges.
void put_ranges(std::string& out, const std::vector<Range>& ranges);

}  // namespace postroad::imap

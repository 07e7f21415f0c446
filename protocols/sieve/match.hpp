// Comparators (RFC 4790) and match types (RFC 5228 §2.7, RFC 5231) on one value and one key.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sieve/words.hpp"

namespace postroad::sieve {

struct Matching {
    Tag type = Tag::is;
    Comparator comparator = Comparator::casemap;
    Relation relation = Relation::eq;  // of :value and :count
};

std::strong_ordering compare(Comparator comparator, std::string_view a, std::string_view b);

// Where `key` first stands in `value`; npos when it does not. Takes time of the sum of both
// lengths.
std::size_t find_in(Comparator comparator, std::string_view value, std::string_view key);

// Whether `value` stands in the relation of the match type to `key`. With :matches and `captured`,
// that becomes what RFC 5229 §3.2 calls ${0}, ${1}, ...: each wildcard takes as little as it can.
// Takes time of at most the product of the two lengths.
bool matches(const Matching& matching, std::string_view value, std::string_view key,
             std::vector<std::string>* captured = nullptr);

}  // namespace postroad::sieve

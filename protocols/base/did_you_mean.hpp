// "Did you mean ...?": finds the known word nearest to a mistyped one.
// Used wherever a person writes words: scenario keys, firewall rules, command arguments.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace postroad {

// How many insertions, deletions, replacements or swaps of two neighbours turn `a` into `b`,
// ASCII case ignored. Gives up and returns `limit` + 1 when more than `limit` are needed.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

// The nearest of `known`, or an empty view when none is near enough to be worth proposing
// (one edit for short words, a third of the length for longer ones). Equals: the first listed.
std::string_view closest(std::string_view word, std::span<const std::string_view> known);

}  // namespace postroad

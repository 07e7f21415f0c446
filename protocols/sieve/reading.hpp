// What the parser and the checks share while a script is read: the script so far, where each of its
// pieces stands, and the problems. For the files of this folder alone.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sieve/problem.hpp"
#include "protocols/sieve/script.hpp"

namespace postroad::sieve {

struct Reading {
    std::string_view source;
    std::size_t problems_max = 20;
    Script script;
    std::vector<Place> argument_places;  // parallel to the script's arguments: of tag or value
    std::vector<Place> text_places;      // parallel to its texts
    std::vector<Problem> problems;
    std::uint32_t told = 0;  // capabilities whose absence was told

    void problem(const Place& place, std::string what, std::string why = {},
                 std::string suggestion = {});
    // True when `require` names it; else a problem at `place`, which used `what` ("fileinto").
    bool require(Capability capability, const Place& place, std::string_view what);
    // Whether the text may become another one when the script runs.
    bool is_constant(std::uint32_t text) const;
};

// did you mean "fileinto"? -- or nothing, when nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

// `"word"`, shortened and quoted for a message.
std::string quoted(std::string_view word);

// Everything about a node that its grammar does not say. Its arguments have their slots already.
void check_node(Reading& reading, std::uint32_t node);

}  // namespace postroad::sieve

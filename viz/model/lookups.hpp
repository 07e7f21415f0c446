// What was looked up in DNS by a moment, as trees: a look-up, whom its host asked, in order, and what
// those had to look up themselves before they answered.
#pragma once

#include <string>
#include <vector>

#include "viz/model/recording.hpp"

namespace postroad::viz {

struct Lookup {
    static constexpr std::size_t none = ~std::size_t{0};
    struct Step {
        std::size_t question = none, answer = none;  // entries; no answer: none has come
        NodeId asked = 0;
        std::string words;                           // of the answer; else of what became of the question
        sim::views::Ink ink = sim::views::Ink::plain;
        std::vector<std::size_t> below;              // Lookups of whom was asked
    };
    NodeId host = 0;
    std::string what;              // "example.net. MX"
    std::size_t begun = none;      // entry
    std::size_t result = none;     // entry; none: it goes on
    std::string words;             // of the result
    sim::views::Ink ink = sim::views::Ink::plain;
    std::vector<Step> steps;
    std::vector<std::size_t> below;  // of the same host: addresses of servers it needs
    bool nested = false;             // stands below another one
};

// Of the last rows before entry `happened`; in the order in which they began.
std::vector<Lookup> lookups_before(const Recording& run, std::size_t happened);

}  // namespace postroad::viz

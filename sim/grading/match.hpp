// Holds what a check asks for against what a run shows, and says why: which fact satisfied it, or
// what came nearest.
#pragma once

#include <string>

#include "sim/grading/evidence.hpp"
#include "sim/grading/lab.hpp"

namespace postroad::sim::grading {

struct Found {
    bool holds = false;
    bool final = false;          // nothing that may still happen changes it
    Time time = 0;               // of the fact that decided it; 0: none did
    std::uint32_t conversation = 0;
    std::string why;             // one or more sentences
    std::uint64_t there = 0, wanted = 0;  // order, count: so much of what is asked for
};

Found find(const Condition& condition, const Evidence& evidence);
std::uint64_t count(const Pattern& pattern, const Evidence& evidence);

// connection (to "mx1.example.org:25", outcome "refused")
std::string words_for(const Pattern& pattern);

}  // namespace postroad::sim::grading

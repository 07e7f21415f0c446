// A lab as its lab.toml says it: what it teaches, what it asks before the run, what it checks
// after it. labs/CHECKS.md has the format; every mistake in a file is told with its place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/core/time.hpp"
#include "sim/grading/kinds.hpp"
#include "sim/scenario/problems.hpp"

namespace postroad::sim::grading {

struct Wanted {
    std::uint32_t field = 0;          // index into fields_of(kind)
    std::vector<std::string> values;  // one, or all of several
};

// A fact to be found: of this kind, with these values, between these moments.
struct Pattern {
    const KindRow* row = nullptr;
    std::vector<Wanted> wanted;
    std::optional<Time> after, before, by;  // `by`: at that moment or before it
};

enum class Shape : std::uint8_t { once, never, count, order };

// What must hold in a run.
struct Condition {
    Shape shape = Shape::once;
    std::vector<Pattern> facts;       // one; order: two or more
    std::uint64_t at_least = 0;       // count
    std::uint64_t at_most = ~std::uint64_t{0};
};

struct Check {
    std::string says;
    std::uint32_t points = 1;
    Condition asks;
    std::optional<Condition> given;   // nothing is earned unless this holds too
    bool partial = false;             // order, count: a share of the points for what is there
    scenario::Place place;
};

struct Choice {
    std::string says;
    std::optional<Condition> when;    // right when it holds and no choice before it does;
                                      // none: right when no other is
    std::string misconception;        // whose name it has, when it is wrong
};

struct Prediction {
    std::string id, asks;
    bool mine = false;                // about the student's run, not the lab's own scenario
    std::vector<Choice> choices;      // none: a number is asked for
    std::optional<Pattern> number_of; // how many of these facts there are
    scenario::Place place;
};

// A wrong belief, and the change to the lab's scenario whose run refutes it.
struct Misconception {
    std::string name, says;
    std::string change;               // a [[timeline]] table's words without `at`
    Time at = 0;
    Condition shows;                  // holds in the changed run
    scenario::Place place;
};

// The lab's scenario with some keys set, so that not every student has the same numbers.
struct Variant {
    std::string name;
    std::vector<std::pair<std::string, std::string>> set;  // path, and its value as TOML
    scenario::Place place;
};

struct Lab {
    std::string folder_name;          // "05-the-mx-ladder", where it is known
    std::uint32_t number = 0;
    std::string title, goal;
    std::uint32_t minutes = 15;       // 15, 45 or 90
    bool walkthrough = false;         // watched, not graded
    bool by_hand = false;             // graded from a journal of what the student typed
    std::vector<std::string> tags, needs, concepts;
    std::vector<Prediction> predictions;
    std::vector<Misconception> misconceptions;
    std::vector<Check> checks;
    std::vector<Variant> variants;

    std::uint32_t points() const {
        std::uint32_t sum = 0;
        for (const Check& one : checks) sum += one.points;
        return sum;
    }
};

struct LoadedLab {
    Lab lab;                          // empty when anything in `problems` is an error
    scenario::Problems problems;
    bool ok() const { return !problems.any_error(); }
};

// `file` is the name shown in messages.
LoadedLab load_lab(std::string_view text, const std::string& file);

}  // namespace postroad::sim::grading

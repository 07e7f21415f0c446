// What is wrong with a scenario: collected while it is read, shown with file, line, column and a
// caret. One mistake never hides another, and a scenario with errors is never run.
#pragma once

#include "sim/scenario/values.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postroad::scenario {

enum class Severity : std::uint8_t { error, warning };

struct Problem {
    Severity severity = Severity::error;
    Place place;
    std::uint32_t length = 1;  // characters to underline, from the place
    std::string what;          // one clause, no full stop
    std::string why;           // what the rule is, when that is not plain from `what`
    std::string suggestion;    // "did you mean ...?", or what to write
    std::string source_line;   // the line the place is in
    bool operator==(const Problem&) const = default;
};

class Problems {
public:
    void add(Problem problem) { list_.push_back(std::move(problem)); }
    const std::vector<Problem>& list() const { return list_; }
    bool any_error() const;
    bool empty() const { return list_.empty(); }
    // Puts them in the order of their places, files as they first came, and drops repetitions.
    void sort();

private:
    std::vector<Problem> list_;
};

// scenario.toml:12:1: error: unknown key "latancy" in [networks.campus]
//   12 | latancy = "20ms"
//      | ^~~~~~~
//   did you mean "latency"?
std::string to_text(const Problem& problem, bool colour = false);
std::string to_text(const Problems& problems, bool colour = false);

// Line `number` (from 1) of a text, without its end.
std::string_view line_of(std::string_view text, std::uint32_t number);

// Where the first byte sequence that is not UTF-8 is (RFC 3629), as an offset; npos: nowhere.
std::size_t find_bad_utf8(std::string_view text);

}  // namespace postroad::scenario

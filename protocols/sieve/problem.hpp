// What is wrong with a script: collected while it is read, shown with line, column and a caret as
// the scenario's problems are. One mistake does not hide the next.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::sieve {

struct Problem {
    std::uint32_t line = 1;    // from 1
    std::uint32_t column = 1;  // from 1, in characters
    std::uint32_t length = 1;  // characters to underline
    std::string what;          // one clause, no full stop
    std::string why;           // the rule, when that is not plain from `what`
    std::string suggestion;    // "did you mean ...?", or what to write
    std::string source_line;
    bool operator==(const Problem&) const = default;
};

// bob.sieve:3:5: error: unknown command "filinto"
//   3 |     filinto "Lists";
//     |     ^~~~~~~
//   did you mean "fileinto"?
std::string to_text(const Problem& problem, std::string_view name);
std::string to_text(const std::vector<Problem>& problems, std::string_view name);

}  // namespace postroad::sieve

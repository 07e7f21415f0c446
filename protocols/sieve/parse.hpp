// From text to a script: lexical structure and grammar (RFC 5228 §2, §8), then what each command
// and test takes, and whether `require` names what is used (§2.10.5).
#pragma once

#include <string_view>
#include <vector>

#include "protocols/sieve/problem.hpp"
#include "protocols/sieve/script.hpp"

namespace postroad::sieve {

// RFC 5228 §2.10.5 wants 15 nested blocks and 15 nested test lists at least.
struct ParseLimits {
    std::uint32_t source_octets_max = 1U << 20;
    std::uint32_t nesting_max = 32;  // blocks within blocks, tests within tests
    std::uint32_t problems_max = 20;
};

// A script with problems must not run (§2.10.6); `script` then has what could be read.
struct Parsed {
    Script script;
    std::vector<Problem> problems;  // in the order of their places
    bool ok() const { return problems.empty(); }
};

// Any octets are accepted; lines end by LF or CRLF. Takes time linear in the text.
Parsed parse(std::string_view source, const ParseLimits& limits = {});

}  // namespace postroad::sieve

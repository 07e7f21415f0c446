// What can be wrong with a zone file: collected, with its place, instead of thrown.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace postroad::dns {

enum class Severity : std::uint8_t { error, warning };

struct Problem {
    Severity severity = Severity::error;
    std::string file;
    unsigned line = 0;    // from 1
    unsigned column = 0;  // from 1, in octets
    std::string what;     // "MX record with no preference"
    std::string why;      // the rule: "RFC 1035 §3.3.9: ..."; may be empty
    std::string hint;     // what to write instead; may be empty
};
using Problems = std::vector<Problem>;

inline bool has_errors(const Problems& problems) {
    for (const Problem& p : problems)
        if (p.severity == Severity::error) return true;
    return false;
}

}  // namespace postroad::dns

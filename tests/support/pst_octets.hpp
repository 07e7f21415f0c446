// Octets of the samples in tests/data/pst: hexadecimal digits, "00*36" for what repeats, # for
// comments.
#pragma once

#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/catch.hpp"

namespace pst_octets {

inline void put(std::string& out, const std::string& word) {
    const auto octet = [&](std::size_t at) {
        return static_cast<char>(std::strtoul(word.substr(at, 2).c_str(), nullptr, 16));
    };
    if (word.size() > 2 && word[2] == '*')
        out.append(std::strtoul(word.c_str() + 3, nullptr, 10), octet(0));
    else
        for (std::size_t at = 0; at + 1 < word.size(); at += 2) out += octet(at);
}

// What follows the line "= part", or everything.
inline std::string sample(const std::string& name, const std::string& part = {}) {
    std::ifstream in("tests/data/pst/" + name + ".txt");
    std::string out, word, line;
    bool is_here = part.empty();
    while (std::getline(in, line)) {
        if (line.starts_with("#")) continue;
        if (line.starts_with("= ")) {
            is_here = line.substr(2) == part;
            continue;
        }
        if (!is_here) continue;
        for (const char c : line + " ") {
            if (c != ' ') {
                word += c;
                continue;
            }
            put(out, word);
            word.clear();
        }
    }
    REQUIRE_FALSE(out.empty());
    return out;
}

}  // namespace pst_octets

// Zones and queries for the DNS tests, and problems written one a line to compare whole.
#pragma once

#include "protocols/dns/zone.hpp"

#include <fstream>
#include <sstream>

namespace dns_test {

using namespace postroad::dns;

inline Name name(std::string_view text) { return parse_name(text).name; }

// The test runs from the repository or a build folder within it.
inline std::string read_data(const std::string& file) {
    for (const char* up : {"", "../", "../../", "../../../"}) {
        std::ifstream in(std::string(up) + "tests/data/zones/" + file);
        if (!in) continue;
        std::ostringstream text;
        text << in.rdbuf();
        return text.str();
    }
    return {};
}

inline LoadedZone load(const std::string& text, const Include& include = {},
                       std::string_view origin = "example.org") {
    return load_zone({"test.zone", text, name(origin), 1}, include);
}

inline std::string example_zone() { return read_data("example.org.zone"); }

inline std::string problems(const LoadedZone& zone) {
    std::string out;
    for (const Problem& p : zone.problems)
        out += std::to_string(p.line) + ":" + std::to_string(p.column) +
               (p.severity == Severity::error ? " error: " : " warning: ") + p.what + "\n";
    return out;
}

}  // namespace dns_test

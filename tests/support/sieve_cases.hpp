// Tables of scripts, messages and what is to come of them: tests/golden/sieve/*.sieve.
#pragma once

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sieve/execute.hpp"
#include "protocols/sieve/parse.hpp"
#include "tests/catch.hpp"

namespace sieve_cases {

using namespace postroad;

// "--- plain.eml from alice@example.org to bob@example.net": the script on a message, and behind
// it the lines that are expected. "--- mistakes" is what the parser says instead.
struct Run {
    std::string heading;
    std::string expected;
};

struct Case {
    std::string title;  // "=== title"
    std::string script;
    std::vector<Run> runs;
};

inline std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    INFO(path);
    REQUIRE(in.good());
    return {std::istreambuf_iterator<char>(in), {}};
}

inline std::vector<Case> read_cases(const std::string& path) {
    std::istringstream in(read_file(path));
    std::vector<Case> out;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("=== ")) {
            out.push_back({line.substr(4), {}, {}});
        } else if (line.starts_with("--- ")) {
            out.back().runs.push_back({line.substr(4), {}});
        } else if (!out.empty()) {
            Case& one = out.back();
            (one.runs.empty() ? one.script : one.runs.back().expected) += line + "\n";
        }
    }
    return out;
}

// Bob's world on Monday, 23 November 2026, at ten in the morning of Central Europe.
inline sieve::Environment bobs_world() {
    sieve::Environment world;
    world.owner_addresses = {"bob@example.net", "bob.miller@example.net"};
    world.now_unix_s = 1'795'424'400;
    world.offset_min = 60;
    world.mailboxes = {"Lists", "Work"};
    world.domain = "example.net";
    world.host = "mx.example.net";
    world.location = "MDA";
    world.phase = "during";
    world.name = "Postroad";
    world.remote_ip = "192.0.2.1";
    return world;
}

// The messages are kept with LF, and travel with CRLF.
inline std::string message_named(const std::string& name) {
    std::string out;
    for (const char c : read_file("tests/golden/sieve/" + name)) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

inline std::string described(const sieve::Script& script, const sieve::Result& result,
                             const std::string& message) {
    std::string out;
    for (const sieve::Action& action : result.actions) out += to_text(action) + "\n";
    for (const sieve::Step& step : result.steps) out += "  " + to_text(script, result, step) + "\n";
    for (std::size_t i = 1; i < result.headers.size(); ++i) {
        out += "  header " + std::to_string(i) + ":\n";
        std::istringstream lines(result.headers[i]);
        for (std::string line; std::getline(lines, line);) {
            if (line.ends_with('\r')) line.pop_back();
            if (message.find(line) == std::string::npos) out += "    + " + line + "\n";
        }
        std::istringstream before(message.substr(0, message.find("\r\n\r\n")));
        for (std::string line; std::getline(before, line);) {
            if (line.ends_with('\r')) line.pop_back();
            if (result.headers[i].find(line) == std::string::npos) out += "    - " + line + "\n";
        }
    }
    return out;
}

// What really comes of it, as the file would have it.
inline std::string run(const Case& one, const Run& heading) {
    const sieve::Parsed parsed = sieve::parse(one.script);
    if (!parsed.ok() || heading.heading == "mistakes") return to_text(parsed.problems, "bob.sieve");
    std::istringstream words(heading.heading);
    std::string file, from, to, key;
    words >> file >> key >> from >> key >> to;
    const std::string message = message_named(file);
    sieve::Environment world = bobs_world();
    const sieve::Input input{message, from == "<>" ? "" : std::string_view(from), to};
    std::string again;
    if (words >> key && key == "again") {  // the second time, with what the first one remembered
        sieve::Result first = sieve::execute(parsed.script, input, world);
        world.remembered = first.remember;
        int days = 0;
        if (words >> key >> days) world.now_unix_s += days * 86'400;
    }
    const sieve::Result result = sieve::execute(parsed.script, input, world);
    return described(parsed.script, result, message);
}

}  // namespace sieve_cases

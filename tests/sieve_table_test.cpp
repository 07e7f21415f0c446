// Scripts, messages and what comes of them, from files that people can read; another program
// judges the same files in sieve_interop_test.py.
#include <algorithm>
#include <filesystem>

#include "tests/support/golden.hpp"
#include "tests/support/sieve_cases.hpp"

using namespace postroad;

namespace {

std::vector<std::string> tables() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator("tests/golden/sieve"))
        if (entry.path().extension() == ".sieve") out.push_back(entry.path().string());
    std::sort(out.begin(), out.end());
    return out;
}

std::string trimmed_end(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

}  // namespace

TEST_CASE("every script of the tables does to every message what the tables say", "[sieve]") {
    REQUIRE(tables().size() >= 8);
    for (const std::string& path : tables()) {
        std::string text;
        for (const sieve_cases::Case& one : sieve_cases::read_cases(path)) {
            if (!text.empty()) text += "\n";
            text += "=== " + one.title + "\n" + trimmed_end(one.script) + "\n";
            for (const sieve_cases::Run& run : one.runs)
                text += "--- " + run.heading + "\n" + sieve_cases::run(one, run);
        }
        hold_against(path, text);
    }
}

TEST_CASE("a script of the tables that is written back says the same", "[sieve]") {
    std::size_t checked = 0;
    for (const std::string& path : tables()) {
        for (const sieve_cases::Case& one : sieve_cases::read_cases(path)) {
            const sieve::Parsed parsed = sieve::parse(one.script);
            if (!parsed.ok()) continue;
            INFO(path << ": " << one.title);
            const std::string printed = print(parsed.script);
            const sieve::Parsed again = sieve::parse(printed);
            INFO(printed << to_text(again.problems, "printed"));
            CHECK(again.ok());
            CHECK(again.script == parsed.script);
            CHECK(print(again.script) == printed);
            ++checked;
        }
    }
    CHECK(checked > 50);
}

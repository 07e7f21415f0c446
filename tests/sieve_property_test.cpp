// What must hold for every script, tried on random ones: writing back changes nothing, mistakes are
// told where they are, and a run ends within its limits and never loses the message.
#include <cstdlib>
#include <set>

#include "tests/support/sieve_cases.hpp"
#include "tests/support/sieve_generate.hpp"

using namespace postroad;

namespace {

std::uint64_t seeds() { return std::getenv("POSTROAD_LONG") != nullptr ? 50'000 : 1'500; }

const std::vector<std::string>& messages() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> out;
        for (const char* name : {"plain.eml", "list.eml", "mime.eml", "robot.eml", "rich.eml"})
            out.push_back(sieve_cases::message_named(name));
        out.emplace_back();
        out.emplace_back("no header at all");
        return out;
    }();
    return all;
}

void check_run(const sieve::Script& script, const sieve::Input& input,
               const sieve::Environment& world) {
    const sieve::Result result = sieve::execute(script, input, world);
    const sieve::Limits& limits = world.limits;
    std::size_t redirects = 0;
    for (const sieve::Action& action : result.actions) {
        if (action.kind == sieve::ActionKind::redirect) ++redirects;
        REQUIRE(action.header < result.headers.size());
        REQUIRE(action.flags.size() <= limits.flags_max);
        const std::string stored = message_of(result, action, input.message);
        REQUIRE((action.header != 0 || stored == input.message));
    }
    REQUIRE_FALSE(result.actions.empty());  // something always becomes of a message
    REQUIRE(redirects <= limits.redirects_max);
    REQUIRE(result.actions.size() <= limits.actions_max + std::size_t{1});
    if (!result.error.empty()) {
        REQUIRE(result.actions.size() == 1);
        REQUIRE(result.actions[0].kind == sieve::ActionKind::keep);
        REQUIRE(result.actions[0].implicit);
        REQUIRE(result.remember.empty());
    } else {
        REQUIRE(result.work <= limits.steps_max);
    }
    for (const sieve::Step& step : result.steps) {
        REQUIRE(step.node < script.nodes.size());
        REQUIRE_FALSE(to_text(script, result, step).empty());
    }
    const sieve::Result again = sieve::execute(script, input, world);
    REQUIRE(again.actions == result.actions);
    REQUIRE(again.steps == result.steps);
    REQUIRE(again.texts == result.texts);
}

// A right script with a few octets wrong.
std::string spoilt(std::uint64_t seed, bool judged = false) {
    std::string source = sieve_generate::Generator(seed, judged).script();
    Random random{seed};
    for (std::uint64_t i = 1 + random.below(3); i > 0; --i) {
        static constexpr std::string_view noise = "\"{}()[];:,#\\.*/a1 \n\r\xc3";
        const std::size_t at = random.below(source.size());
        if (random.below(2) == 0)
            source.erase(at, 1 + random.below(4));
        else
            source.insert(at, 1, noise[random.below(judged ? noise.size() - 2 : noise.size())]);
    }
    return source;
}

}  // namespace

TEST_CASE("every script is read back as it was, whatever its layout", "[sieve]") {
    std::set<sieve::Word> words;
    std::set<sieve::Tag> tags;
    for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
        const std::string source = sieve_generate::Generator(seed).script();
        const sieve::Parsed parsed = sieve::parse(source);
        INFO("seed " << seed << "\n" << source << to_text(parsed.problems, "generated"));
        REQUIRE(parsed.ok());
        const std::string printed = print(parsed.script);
        const sieve::Parsed again = sieve::parse(printed);
        INFO(printed << to_text(again.problems, "printed"));
        REQUIRE(again.ok());
        REQUIRE(again.script == parsed.script);
        REQUIRE(print(again.script) == printed);
        for (const sieve::Node& node : parsed.script.nodes) words.insert(node.word);
        for (const sieve::Argument& one : parsed.script.arguments) tags.insert(one.tag);
    }
    CHECK(words.size() == sieve::word_count);
    CHECK(tags.size() == sieve::tag_count);
}

TEST_CASE("a script with a random mistake is refused in its place, or is another script",
          "[sieve]") {
    for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
        const std::string source = spoilt(seed);
        const sieve::Parsed parsed = sieve::parse(source);
        INFO("seed " << seed << "\n" << source);
        std::pair<std::uint32_t, std::uint32_t> last{0, 0};
        for (const sieve::Problem& one : parsed.problems) {
            const std::pair place{one.line, one.column};
            REQUIRE(place >= last);
            last = place;
            REQUIRE(one.column <= one.source_line.size() + 1);
            REQUIRE(to_text(one, "bob.sieve").find('^') != std::string::npos);
        }
        if (!parsed.ok()) continue;
        REQUIRE(sieve::parse(print(parsed.script)).script == parsed.script);
    }
}

TEST_CASE("every run ends within its limits, says the same twice, and loses no message",
          "[sieve]") {
    for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
        const sieve::Parsed parsed = sieve::parse(sieve_generate::Generator(seed).script());
        INFO("seed " << seed << "\n" << print(parsed.script));
        Random random{seed};
        sieve::Environment world = sieve_cases::bobs_world();
        if (random.below(2) == 0) {  // limits that are reached
            world.limits.steps_max = static_cast<std::uint32_t>(random.below(60));
            world.limits.redirects_max = static_cast<std::uint32_t>(random.below(2));
            world.limits.actions_max = static_cast<std::uint32_t>(1 + random.below(4));
            world.limits.variables_max = static_cast<std::uint32_t>(random.below(3));
            world.limits.variable_octets_max = static_cast<std::uint32_t>(random.below(8));
            world.limits.string_octets_max = static_cast<std::uint32_t>(random.below(30));
            world.limits.flags_max = static_cast<std::uint32_t>(random.below(3));
            world.limits.edits_max = static_cast<std::uint32_t>(random.below(2));
            world.limits.mime_depth_max = static_cast<std::uint32_t>(random.below(2));
        }
        const std::string& message = messages()[random.below(messages().size())];
        const char* const from = random.below(4) == 0 ? "" : "alice@example.org";
        check_run(parsed.script, {message, from, "bob+box@example.net"}, world);
    }
}

// Not one of the tests: what sieve_interop_test.py lets another program judge.
TEST_CASE("writes a table of random scripts", "[.sieve-table]") {
    const char* const path = std::getenv("POSTROAD_SIEVE_TABLE");
    const char* const count = std::getenv("POSTROAD_SIEVE_COUNT");
    if (path == nullptr) return;  // it is run for that other program alone
    REQUIRE(count != nullptr);
    std::ofstream out(path, std::ios::binary);
    static constexpr const char* files[] = {"plain.eml", "coyote.eml", "mime.eml", "robot.eml"};
    for (std::uint64_t seed = 1; seed <= std::strtoull(count, nullptr, 10); ++seed) {
        sieve_cases::Case one;
        one.title = "seed " + std::to_string(seed);
        one.script = sieve_generate::Generator(seed, true).script() + "\n";
        sieve_cases::Run run;
        run.heading =
            std::string(files[seed % 4]) + " from alice@example.org to bob+box@example.net";
        if (seed % 5 == 0) {  // the verdict on a script with a mistake, or with none for all that
            one.script = spoilt(seed, true) + "\n";
            run.heading = "mistakes";
        }
        out << "=== " << one.title << "\n"
            << one.script << "--- " << run.heading << "\n"
            << sieve_cases::run(one, run) << "\n";
    }
    REQUIRE(out.good());
}

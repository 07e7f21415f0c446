// libFuzzer target: a script and a message, a NUL between them, through the parser and the
// executor, with the properties that must hold whatever they are.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/base/assertion.hpp"
#include "protocols/sieve/execute.hpp"
#include "protocols/sieve/parse.hpp"
#include "protocols/sieve/replies.hpp"

using namespace postroad;
using namespace postroad::sieve;

namespace {

void problems_have_places(const Parsed& parsed, std::string_view source) {
    const auto lines =
        static_cast<std::uint32_t>(std::count(source.begin(), source.end(), '\n')) + 1;
    for (const Problem& one : parsed.problems) {
        POSTROAD_ASSERT(one.line >= 1 && one.line <= lines && one.column >= 1);
        POSTROAD_ASSERT(one.column <= one.source_line.size() + 2);
    }
    if (!parsed.ok()) POSTROAD_ASSERT(!to_text(parsed.problems[0], "fuzz.sieve").empty());
}

void run(const Script& script, std::string_view message, std::string_view from) {
    Environment world;
    world.owner_addresses = {"bob@example.net"};
    world.now_unix_s = 1'795'424'400;
    world.mailboxes = {"Lists"};
    world.limits.steps_max = 20'000;
    const Result result = execute(script, {message, from, "bob+x@example.net"}, world);
    POSTROAD_ASSERT(!result.actions.empty());
    POSTROAD_ASSERT(!result.error.empty() || result.work <= world.limits.steps_max);
    for (const Step& step : result.steps) POSTROAD_ASSERT(!to_text(script, result, step).empty());
    for (const Action& action : result.actions) {
        POSTROAD_ASSERT(!to_text(action).empty());
        POSTROAD_ASSERT(action.header != 0 || message_of(result, action, message) == message);
        const Sending sending{world.now_unix_s, 60, "1@example.net", "boundary"};
        if (action.kind == ActionKind::vacation)
            POSTROAD_ASSERT(compose_vacation(action.reply, sending).ends_with("\r\n"));
        if (action.kind != ActionKind::reject) continue;
        POSTROAD_ASSERT(!refusal_text(action.target).empty());
        POSTROAD_ASSERT(compose_rejection({"bob@example.net", std::string(from), "bob@example.net",
                                           "", "x; y", action.target, message},
                                          sending)
                            .ends_with("--\r\n"));
    }
    const Result again = execute(script, {message, from, "bob+x@example.net"}, world);
    POSTROAD_ASSERT(again.actions == result.actions && again.texts == result.texts);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    const std::size_t split = std::min(octets.find('\0'), octets.size());
    const std::string_view source = octets.substr(0, split);
    const std::string_view message = split < size ? octets.substr(split + 1) : std::string_view();
    const Parsed parsed = parse(source);
    problems_have_places(parsed, source);
    if (!parsed.ok()) return 0;
    const std::string printed = print(parsed.script);
    const Parsed again = parse(printed);
    POSTROAD_ASSERT(again.ok() && again.script == parsed.script);
    POSTROAD_ASSERT(print(again.script) == printed);
    run(parsed.script, message, size % 3 == 0 ? "" : "alice@example.org");
    return 0;
}

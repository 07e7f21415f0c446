// imap4flags (RFC 5232): lists of flags in a string, the internal variable, and what actions use.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/sieve/execution.hpp"
#include "protocols/sieve/expand.hpp"

namespace postroad::sieve {
namespace {

// §2: a keyword is an atom of IMAP; of the others only the settable ones are flags here.
bool is_flag(std::string_view flag) {
    static constexpr std::string_view known[] = {"\\answered", "\\flagged", "\\deleted", "\\seen",
                                                 "\\draft"};
    if (flag.starts_with('\\'))
        return std::any_of(std::begin(known), std::end(known),
                           [&](std::string_view one) { return equals_ignoring_case(one, flag); });
    return std::none_of(flag.begin(), flag.end(), [](char c) {
        return c <= ' ' || c >= 127 ||
               std::string_view("(){%*\"\\]").find(c) != std::string_view::npos;
    });
}

auto find_flag(std::vector<std::string>& flags, std::string_view flag) {
    return std::find_if(flags.begin(), flags.end(),
                        [&](const std::string& one) { return equals_ignoring_case(one, flag); });
}

}  // namespace

// §2: flags are separated by spaces, each counts once, and what is no flag is left out.
std::vector<std::string> flags_in(const std::vector<std::string>& lists, std::size_t flags_max) {
    std::vector<std::string> out;
    for (const std::string& list : lists) {
        std::string_view rest = list;
        while (!rest.empty() && out.size() < flags_max) {
            const std::string_view flag = take_word(rest);
            if (!flag.empty() && is_flag(flag) && find_flag(out, flag) == out.end())
                out.emplace_back(flag);
        }
    }
    return out;
}

std::string joined(const std::vector<std::string>& flags) {
    std::string out;
    for (const std::string& flag : flags) {
        if (!out.empty()) out += ' ';
        out += flag;
    }
    return out;
}

void run_flag_command(Execution& e, std::uint32_t node) {
    const std::size_t limit = e.environment.limits.flags_max;
    const std::vector<std::string> given = flags_in(e.strings(node, Slot::flag_list), limit);
    const bool named = e.has(node, Slot::variables);
    const std::string name = lowered(e.string(node, Slot::variables));
    if (named && !is_variable_name(name)) return e.fail(node, "this is no name of a variable");
    std::vector<std::string> now;
    if (!named) {
        now = e.flags;
    } else if (const auto found = e.variables.find(name); found != e.variables.end()) {
        now = flags_in({found->second}, limit);
    }
    switch (e.script.nodes[node].word) {
    case Word::setflag: now = given; break;
    case Word::addflag: now = flags_in({joined(now), joined(given)}, limit); break;
    default:
        for (const std::string& flag : given)
            if (const auto at = find_flag(now, flag); at != now.end()) now.erase(at);
        break;
    }
    Step& step = e.step(node, true, Because::done);
    step.value = e.quote(joined(now));
    step.key = e.quote(name);
    if (!named) {
        e.flags = std::move(now);
    } else if (e.variables.size() < e.environment.limits.variables_max ||
               e.variables.contains(name)) {
        e.variables[name] = joined(now);
    } else {
        e.fail(node, "the script has too many variables");
    }
}

std::vector<std::string> flags_of(Execution& e, std::uint32_t node) {
    if (!e.has(node, Slot::flags)) return e.flags;
    return flags_in(e.strings(node, Slot::flags), e.environment.limits.flags_max);
}

}  // namespace postroad::sieve

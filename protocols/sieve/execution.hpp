// One execution under way: what the commands and tests share. For the files of this folder alone.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/message/header.hpp"
#include "protocols/sieve/body.hpp"
#include "protocols/sieve/execute.hpp"
#include "protocols/sieve/header_edit.hpp"
#include "protocols/sieve/match.hpp"

namespace postroad::sieve {

struct Execution {
    Execution(const Script& script, const Input& input, const Environment& environment);

    const Script& script;
    const Input& input;
    const Environment& environment;
    Result result;
    message::Parts parts;
    Header header;
    std::map<std::string, std::string, std::less<>> variables;  // names in lower case
    std::vector<std::string> captured;                          // ${0}, ${1}, ...
    std::vector<std::string> flags;  // RFC 5232 §2: the internal variable
    bool implicit_keep = true;
    bool stopped = false;
    bool vacation_seen = false;
    bool edited = false;  // the header differs from the last version in `result`
    std::uint32_t redirects = 0;
    std::uint32_t edits = 0;

    bool failed() const { return result.error_node != no_node || !result.error.empty(); }
    bool ended() const { return stopped || failed(); }
    // RFC 5228 §2.10.6: only the first failure counts.
    void fail(std::uint32_t node, std::string why);
    // False, and a failure, when the limit on work is passed.
    bool spend(std::uint32_t node, std::uint64_t steps);

    bool has(std::uint32_t node, Slot slot) const { return script.find(node, slot) != nullptr; }
    // An argument's strings, expanded; nothing when the node has none for that slot.
    std::vector<std::string> strings(std::uint32_t node, Slot slot);
    std::string string(std::uint32_t node, Slot slot);  // the first of them
    std::string expand(std::uint32_t node, std::string_view text);

    Excerpt quote(std::string_view text);
    Step& step(std::uint32_t node, bool outcome, Because because);
    // The parts of the message as it came (body.hpp), read when first asked for.
    const std::vector<BodyPart>& body();
    // Which version of the header an action now would use.
    std::uint32_t header_version();

    void run(std::uint32_t first);  // a block
    bool test(std::uint32_t node);  // records its step

private:
    std::optional<std::vector<BodyPart>> body_;
};

// commands.cpp
void run_command(Execution& e, std::uint32_t node);
// Puts the action into the list; a failure when it cannot stand beside what is there.
bool add_action(Execution& e, Action action);
// Stores in a mailbox; one that has the message already gets it once (RFC 5228 §2.10.3).
Because store(Execution& e, Action action);

// flags.cpp (RFC 5232)
std::vector<std::string> flags_in(const std::vector<std::string>& lists, std::size_t flags_max);
std::string joined(const std::vector<std::string>& flags);
void run_flag_command(Execution& e, std::uint32_t node);
// The flags that an action with or without :flags gives (§5).
std::vector<std::string> flags_of(Execution& e, std::uint32_t node);

// vacation.cpp (RFC 5230)
void run_vacation(Execution& e, std::uint32_t node);

// values_of.cpp: what a test compares.
struct Values {
    std::vector<std::string> list;
    bool captures = true;  // whether :matches sets ${1}... (RFC 5173 §6: not for bodies)
};
Values values_of(Execution& e, std::uint32_t node);

// matching.cpp
Matching matching_of(Execution& e, std::uint32_t node);
// Compares every value to every key until one matches, and records what was found in `step`.
bool match_any(Execution& e, std::uint32_t node, const Values& values,
               const std::vector<std::string>& keys, Step& step);
// The fields that :index and :last leave (RFC 5260 §6, RFC 5293 §5).
std::vector<message::Field> indexed(Execution& e, std::uint32_t node,
                                    std::vector<message::Field> fields);

std::uint64_t memory_key(std::string_view handle, std::string_view what);
bool is_remembered(const Execution& e, std::uint64_t key);

}  // namespace postroad::sieve

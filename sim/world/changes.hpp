// What changes a world from its timeline or a fork: links, rules, records, hosts, settings, mail.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::changes {

// EventKind::timeline: entry `index` of the scenario's timeline happens.
void on_timeline(Run& run, std::uint32_t index);
// EventKind::outage: a link's outage window begins (down 1) or ends (0).
void on_outage(Run& run, std::uint32_t link, std::uint32_t down);

// Applies one action now and records it. `words` is the action as the scenario would write it.
// False, and nothing has changed, when it cannot be: `error` says why.
bool apply(Run& run, const scenario::Action& action, std::uint64_t number, std::string_view words,
           std::string& error);
// Reads one [[timeline]] table without its `at`; the places of problems are in the words. None when
// something is wrong.
std::optional<scenario::Action> read_action(const Setup& setup, std::string_view words,
                                            scenario::Problems& problems);
// The same from text: one [[timeline]] table without its `at`, as in a fork or a journal.
bool apply_text(Run& run, std::string_view words, std::string& error);

}  // namespace postroad::sim::changes

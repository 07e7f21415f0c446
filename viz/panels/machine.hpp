// A server's machine, drawn from its own tables: its states, and what leads where.
#pragma once

#include <algorithm>
#include <bit>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "protocols/base/passages.hpp"
#include "viz/draw/theme.hpp"

namespace postroad::viz {

struct Machine {
    using Verbs = std::vector<std::string>;
    struct Way {                          // an arrow
        std::size_t from, to;
        Verbs verbs;
    };
    enum class NoteKind : std::uint8_t { leads, ends, stays };
    struct Note {                         // a line of text below
        NoteKind kind;
        std::uint32_t from = 0;           // states, as bits
        std::size_t to = 0;               // `leads` alone
        Verbs verbs;
    };
    std::vector<std::string> states;
    std::uint32_t reached = 0;            // states that a session can come to, as bits
    std::vector<unsigned> sessions;       // in each state now
    std::vector<Way> ways;
    std::vector<Note> notes;
};

// A sentence for each kind of note that the machine has: "the state stays in transaction: STAT, LIST; …".
std::vector<std::string> sentences_of(const Machine& machine);

// What leads from one state to others: to its own too, to no one where the session ends.
struct Move {
    std::string what;
    std::size_t from;
    std::uint32_t to;
};
// States are in the order of their numbers, sessions begin in the first. What leads to one state from
// many is a note, not many arrows, but from the one just before.
Machine machine_of(std::vector<std::string> states, const std::vector<Move>& moves);

// From a protocol's tables; of its rows those alone that `has` says a server has.
template <class State, class Rows, class Has>
Machine machine_of(const Rows& rows, std::span<const Passage<State>> passages, const Has& has) {
    std::vector<Move> moves;
    std::uint32_t used = 0;
    for (const auto& row : rows) {
        used |= std::uint32_t{row.legal.bits} | row.leads_to.bits;
        if (!has(row)) continue;
        for (std::size_t from = 0; from < 16; ++from)
            if (const auto state = static_cast<State>(from); row.legal.has(state))
                moves.push_back({std::string(row.verb), from, after(row, state, passages).bits});
    }
    for (const Passage<State>& one : passages) {
        used |= std::uint32_t{one.from.bits} | one.to.bits;
        const bool is_verb = std::any_of(rows.begin(), rows.end(),
                                         [&](const auto& row) { return row.verb == one.what; });
        for (std::size_t from = 0; from < 16 && !is_verb; ++from)
            if (one.from.has(static_cast<State>(from)))
                moves.push_back({std::string(one.what), from, one.to.bits});
    }
    std::vector<std::string> states;
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::bit_width(used)); ++i)
        states.emplace_back(name_of(static_cast<State>(i)));
    return machine_of(std::move(states), moves);
}

// Of a machine whose passages are its whole table.
template <class State>
Machine machine_of(std::span<const Passage<State>> passages) {
    struct NoRow {
        std::string_view verb;
        StateSet<State> legal, leads_to;
    };
    return machine_of<State>(std::span<const NoRow>(), passages, [](const NoRow&) { return true; });
}

// Draws it, states with sessions lit, as wide as there is room.
void draw_machine(const Theme& theme, const Machine& machine, const char* title);

}  // namespace postroad::viz

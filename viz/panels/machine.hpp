// A server's machine, drawn from its own table: its states, and which verbs lead where.
#pragma once

#include <bit>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "viz/draw/theme.hpp"

namespace postroad::viz {

struct Machine {
    struct Way {
        std::size_t from, to;
        std::string verbs;
    };
    std::vector<std::string> states;
    std::vector<unsigned> sessions;       // in each state now
    std::vector<Way> ways;
    std::string anywhere;                 // verbs that lead from everywhere to one state
    std::string staying;                  // verbs after which the state is the same
};

template <class State, class Rows>
Machine machine_of(const Rows& rows) {
    Machine out;
    unsigned used = 0;  // states that any row knows, as bits
    for (const auto& row : rows) used |= unsigned{row.legal.bits} | unsigned{row.leads_to.bits};
    const auto count = static_cast<std::size_t>(std::bit_width(used));
    out.sessions.assign(count, 0);
    for (std::size_t i = 0; i < count; ++i)
        out.states.emplace_back(name_of(static_cast<State>(i)));
    std::map<std::pair<std::size_t, std::size_t>, std::string> ways;
    for (const auto& row : rows) {
        std::size_t legal = 0, goals = 0, goal = 0;
        for (std::size_t i = 0; i < count; ++i) {
            legal += row.legal.has(static_cast<State>(i)) ? 1 : 0;
            if (!row.leads_to.has(static_cast<State>(i))) continue;
            ++goals;
            goal = i;
        }
        const std::string verb(row.verb);
        if (goals == 0) {
            out.staying += (out.staying.empty() ? "" : ", ") + verb;
        } else if (legal >= 3 && goals == 1) {
            out.anywhere += (out.anywhere.empty() ? "" : ", ") + verb + " → " + out.states[goal];
        } else {
            for (std::size_t from = 0; from < count; ++from)
                for (std::size_t to = 0; to < count; ++to)
                    if (from != to && row.legal.has(static_cast<State>(from)) &&
                        row.leads_to.has(static_cast<State>(to))) {
                        std::string& verbs = ways[{from, to}];
                        verbs += (verbs.empty() ? "" : ", ") + verb;
                    }
        }
    }
    for (const auto& [ends, verbs] : ways) out.ways.push_back({ends.first, ends.second, verbs});
    return out;
}

// Draws it, states with sessions lit, as wide as there is room.
void draw_machine(const Theme& theme, const Machine& machine, const char* title);

}  // namespace postroad::viz

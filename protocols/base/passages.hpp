// What a server's rows cannot say of its states: that a verb leads elsewhere from some of them, and
// what moves a session without being a verb. Tests hold the machine against it; diagrams are made
// from it.
#pragma once

#include <span>

#include "protocols/base/line_server.hpp"

namespace postroad {

template <class State>
struct Passage {
    std::string_view what;      // a row's verb, whose leads_to then does not hold in `from`; else in
                                // words what the session hears or says
    StateSet<State> from, to;   // to none: the session is over
    Section section;
};

// Where a verb's good reply leaves a session that was in `from`. None: the session is over.
template <class State, class Row>
StateSet<State> after(const Row& row, State from, std::span<const Passage<State>> passages) {
    for (const Passage<State>& one : passages)
        if (one.what == row.verb && one.from.has(from)) return one.to;
    return row.leads_to.bits != 0 ? row.leads_to : StateSet<State>{from};
}

}  // namespace postroad

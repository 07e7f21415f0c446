// What a client says of a connection that has ended, to whoever wanted something over it.
#pragma once

#include <string_view>

#include "sim/core/facts.hpp"

namespace postroad::sim {

inline std::string_view words_of(Ending how) {
    switch (how) {
        case Ending::closed: return "the server closed the connection";
        case Ending::reset: return "the connection was reset";
        case Ending::refused: return "the connection was refused";
        case Ending::timed_out: return "no answer";
        case Ending::unreachable: return "the host is unreachable";
        case Ending::aborted: return "the connection was given up";
        case Ending::crashed: return "the host went down";
    }
    return "";
}

}  // namespace postroad::sim

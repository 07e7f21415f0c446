// What somebody on a line has learnt in a run, by line: who has read it is who sits there.
#pragma once

#include <string>
#include <vector>

#include "sim/core/trace.hpp"
#include "sim/views/text.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim::views {

struct Learnt {
    std::string link;
    std::vector<std::string> passwords;  // whose
    std::vector<std::string> proofs;     // "alice (CRAM-MD5)": a pair to try passwords on
    std::vector<std::string> tokens;     // whose
    std::vector<std::string> envelopes;  // MAIL and RCPT commands
    std::vector<std::string> names;      // that clients asked for in their hellos
    std::vector<std::string> talks;      // "192.0.2.3 talks to 192.0.2.2 at port 587"
    std::uint64_t messages = 0, message_octets = 0;
    std::vector<std::string> deeds;      // what he has done himself, as sentences
};

// Each thing once, in the order in which it was learnt.
std::vector<Learnt> what_was_learnt(const Trace& trace);
void print_learnt(const Trace& trace, const Setup& setup, const Sink& sink);

}  // namespace postroad::sim::views

// The MDA (RFC 5598 §4.3.3): the one place where a mail comes into a mailbox, whoever brings it:
// the queue itself, an LMTP session or a program that is run.
#pragma once

#include <string>
#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::mail {

// A message that stands before a mailbox. Texts are shared, never taken over.
struct Arrival {
    NodeId host = 0;
    std::uint32_t person = nothing;  // Setup::people
    Id message = 0;                  // as this host calls it
    Id conversation = 0;             // in which it came; 0: made here
    std::uint32_t transaction = 0;
    std::string_view reverse_path;   // empty: the null one
    std::string_view forward_path;   // as the envelope has it
    Text content;                    // without Return-Path
    std::uint32_t trace_octets = 0;  // of `content`: what this host put on top
    bool in_conversation = false;    // who brings it waits for a reply, which can be a refusal
};

enum class Taken : std::uint8_t { delivered, later, refused };

struct Verdict {
    Taken taken = Taken::delivered;
    bool full = false;         // later: the quota is why
    std::uint16_t code = 250;  // as LMTP says it
    std::string words;         // "4.2.2 the mailbox is full"
};

// What would become of it, without its being done; what is found out is recorded.
Verdict judge_arrival(Run& run, const Arrival& arrival);

// Does it, where the verdict on it was `delivered`; gives what has come of it. Rules for what
// arrives (Sieve) run between the two: in judge_arrival what they decide, here what they do.
Verdict carry_out(Run& run, const Arrival& arrival, const Verdict& verdict);

// Both, one after the other.
Verdict deliver_to_mailbox(Run& run, const Arrival& arrival);

}  // namespace postroad::sim::mail

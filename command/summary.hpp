// What a run came to, in a few lines, or in one line of JSON.
#pragma once

#include <string>

#include "command/simulate.hpp"

namespace postroad::command {

struct Summary {
    std::uint64_t sent = 0;           // messages that people composed
    std::uint64_t delivered = 0;      // copies put into mailboxes
    std::uint64_t fetched = 0;        // copies collected by their readers
    std::uint64_t bounced = 0;        // messages a report went out for
    std::uint64_t discarded = 0;      // given up without a report
    std::uint64_t queued = 0;         // still waiting in a queue
    std::uint64_t conversations = 0;
    std::uint64_t failed_conversations = 0;  // refused, reset, timed out, unreachable
    std::uint64_t packets = 0, lost = 0;     // known at depth `bytes` alone
    bool packets_known = false;
    std::uint64_t events = 0;
    Time last = 0;                    // when the last fact was recorded
    std::uint64_t events_per_s = 0;   // of real time
    std::string fingerprint;
};

Summary summarise(const Ran& ran);
std::string to_text(const Summary& summary);
std::string to_json(const Summary& summary, const std::string& scenario, std::uint64_t seed);

}  // namespace postroad::command

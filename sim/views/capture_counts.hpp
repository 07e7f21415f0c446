// What an independent reader of a capture must count: taken from the Trace, written as JSON for
// tests/capture_gate.py. Counted as a capture at the initiators shows it.
#pragma once

#include <map>
#include <string>

#include "sim/views/index.hpp"

namespace postroad::sim::views {

struct CaptureCounts {
    std::map<std::string, std::uint64_t> smtp_commands;  // by verb, in capitals
    std::map<std::string, std::uint64_t> smtp_replies;   // lines, by code
    std::map<std::string, std::uint64_t> pop_commands;
    std::map<std::string, std::uint64_t> imap_commands;  // UID left out
    std::uint64_t dns_queries = 0, dns_answers = 0;      // over UDP
    std::uint64_t lost = 0, sent_again = 0;
};

CaptureCounts capture_counts(const Trace& trace, const TraceIndex& index);
std::string to_json(const CaptureCounts& counts);

}  // namespace postroad::sim::views

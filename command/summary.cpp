// Counts a Trace's facts once.
#include "command/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/core/reasons.hpp"
#include "sim/views/json.hpp"

namespace postroad::command {
namespace {

using sim::Fact;
using sim::views::json_string;

struct Count {
    Summary& out;
    std::set<sim::Id> waiting;

    void custody(const sim::CustodyFact& fact) {
        switch (fact.move) {
            case sim::CustodyMove::composed: ++out.sent; break;
            case sim::CustodyMove::delivered: ++out.delivered; break;
            case sim::CustodyMove::fetched:
                out.fetched += fact.recipients != 0 ? 1 : 0;  // else by an agent
                break;
            case sim::CustodyMove::bounced: ++out.bounced; break;
            case sim::CustodyMove::discarded: ++out.discarded; break;
            case sim::CustodyMove::accepted:
            case sim::CustodyMove::handed_over: break;
        }
    }
    void row(const sim::RowView& row) {
        out.last = row.head().time;
        switch (row.head().fact) {
            case Fact::conversation:
                if (row.as<sim::ConversationFact>().protocol == net::protocol_tcp)
                    ++out.conversations;
                break;
            case Fact::ended: {
                const auto& fact = row.as<sim::EndedFact>();
                if (fact.initiator != 0 && fact.how != sim::Ending::closed)
                    ++out.failed_conversations;
                break;
            }
            case Fact::packet: ++out.packets; break;
            case Fact::lost: ++out.lost; break;
            case Fact::custody: custody(row.as<sim::CustodyFact>()); break;
            case Fact::queue: {
                const auto& fact = row.as<sim::QueueFact>();
                if (fact.move == sim::QueueMove::entered) waiting.insert(fact.message);
                if (fact.move == sim::QueueMove::left) waiting.erase(fact.message);
                break;
            }
            default: break;
        }
    }
};

std::string many(std::uint64_t count, std::string_view one, std::string_view more) {
    return fmt::format("{} {}", count, count == 1 ? one : more);
}

}  // namespace

Summary summarise(const Ran& ran) {
    Summary out;
    Count count{out, {}};
    const sim::Trace& trace = ran.simulation->trace();
    for (auto row = trace.read(); !row.done(); row.next()) count.row(row.row());
    out.queued = count.waiting.size();
    out.packets_known = trace.depth() == sim::Depth::bytes;
    out.events = ran.simulation->world().events_done;
    // Nanoseconds times events may not fit: microseconds are exact enough.
    out.events_per_s = out.events * 1'000'000 / std::max<std::uint64_t>(1, ran.took_ns / 1000);
    out.fingerprint = sim::fingerprint(ran.simulation->world());
    return out;
}

std::string to_text(const Summary& s) {
    std::string out;
    out += fmt::format("messages       {} sent, {} delivered, {} bounced, {} still queued\n", s.sent,
                       s.delivered, s.bounced, s.queued);
    if (s.discarded != 0)
        out += fmt::format("               {} given up without a report\n", s.discarded);
    if (s.fetched != 0)
        out += fmt::format("               {} fetched by their readers\n", s.fetched);
    out += fmt::format("conversations  {}", s.conversations);
    if (s.failed_conversations != 0)
        out += fmt::format(", {} of them failed", s.failed_conversations);
    out += '\n';
    if (s.packets_known)
        out += fmt::format("packets        {}{}\n", s.packets,
                           s.lost == 0 ? "" : fmt::format(", {} of them lost", s.lost));
    else
        out += "packets        not recorded (--depth bytes records them)\n";
    out += fmt::format("simulated      {}, {}, {} a second\n", sim::duration_words(s.last),
                       many(s.events, "event", "events"), s.events_per_s);
    out += fmt::format("fingerprint    {}\n", s.fingerprint);
    return out;
}

std::string to_json(const Summary& s, const std::string& scenario, std::uint64_t seed) {
    std::string packets = "null";
    if (s.packets_known) packets = std::to_string(s.packets);
    return fmt::format(
        "{{\"scenario\":{},\"seed\":{},\"sent\":{},\"delivered\":{},\"fetched\":{},"
        "\"bounced\":{},\"discarded\":{},\"queued\":{},\"conversations\":{},"
        "\"failed_conversations\":{},\"packets\":{},\"lost\":{},\"events\":{},"
        "\"simulated_ns\":{},\"events_per_s\":{},\"fingerprint\":{}}}\n",
        json_string(scenario), seed, s.sent, s.delivered, s.fetched, s.bounced, s.discarded, s.queued,
        s.conversations, s.failed_conversations, packets, s.lost, s.events, s.last,
        s.events_per_s, json_string(s.fingerprint));
}

}  // namespace postroad::command

// Gathers the decisions about providers; who has made a call is the computer that its program runs on.
#include "sim/views/calls.hpp"

#include <fmt/format.h>

#include <map>

#include "sim/core/reasons.hpp"
#include "sim/views/json.hpp"

namespace postroad::sim::views {
namespace {

template <class Use>
void each_call(const Trace& trace, NodeId node, bool everybody, Use&& use) {
    for (auto at = trace.read(); !at.done(); at.next()) {
        const RowView row = at.row();
        if (row.head().fact != Fact::decision || (!everybody && row.head().node != node) ||
            static_cast<Reason>(row.as<DecisionFact>().reason) != Reason::provider_called)
            continue;
        const std::vector<std::string> words = argument_words(row.tail<DecisionFact>());
        if (words.size() == 3) use(row.head(), words[0], words[1], words[2]);
    }
}

}  // namespace

void print_calls(const Trace& trace, const Setup& setup, NodeId node, bool everybody,
                 const Sink& sink) {
    std::map<std::string, std::size_t> served;
    each_call(trace, node, everybody,
              [&](const RowHead& head, const std::string& method, const std::string& provider,
                  const std::string& became) {
                  ++served[provider];
                  sink(fmt::format("{}  {:<12} {:<34} {:<23} {}\n", clock_time(setup, head.time),
                                   visible(setup.node_name(head.node)), method, provider,
                                   visible(became)));
              });
    if (served.empty()) {
        sink("no mail program has called MAPI: that is one with fetch.protocol = \"mapi\", or with a "
             "profile ([people.NAME.profile])\n");
        return;
    }
    sink("\n");
    for (const auto& [provider, count] : served)
        sink(fmt::format("{:>6} {} served by the {}\n", count, count == 1 ? "call " : "calls",
                         provider));
}

void write_calls_json(const Trace& trace, const Setup& setup, NodeId node, bool everybody,
                      const Sink& sink) {
    each_call(trace, node, everybody,
              [&](const RowHead& head, const std::string& method, const std::string& provider,
                  const std::string& became) {
                  std::string out = "{\"time_ns\":" + std::to_string(head.time) + ",\"host\":";
                  out += json_string(setup.node_name(head.node)) + ",\"method\":" + json_string(method) +
                         ",\"provider\":" + json_string(provider) + ",\"became\":" +
                         json_string(became) + "}\n";
                  sink(out);
              });
}

}  // namespace postroad::sim::views

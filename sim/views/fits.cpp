// One pass; of each row what the views would look up by it.
#include "sim/views/fits.hpp"

#include <fmt/format.h>

#include "sim/core/reasons.hpp"
#include "sim/tls/engine.hpp"

namespace postroad::sim::views {
namespace {

// Ids are given one by one. Those that a changed scenario brought are not in the Trace.
constexpr std::uint32_t ids_ahead_max = 1U << 16;
// Far beyond what anybody simulates, and still a date that can be written.
constexpr Time moment_max = Time{500} * 365 * 24 * hour;

// What the row names and the scenario does not have; empty: nothing.
std::string_view unknown_in(const RowView& row, const Setup& setup, std::uint32_t& addresses) {
    switch (row.head().fact) {
    case Fact::address: {
        const std::uint32_t id = row.as<AddressFact>().id;
        if (id < setup.addresses.size() || id > addresses + ids_ahead_max) return "an address";
        addresses = std::max(addresses, id + 1);
        return {};
    }
    case Fact::decision:
        if (row.as<DecisionFact>().reason >= static_cast<unsigned>(Reason::count_of_reasons))
            return "a reason";
        return {};
    case Fact::tls:
        if (row.as<TlsFact>().fault > static_cast<unsigned>(tls::Fault::other))
            return "a certificate's fault";
        return {};
    default: return {};
    }
}

}  // namespace

std::string misfit(const Trace& trace, const Setup& setup) {
    auto addresses = static_cast<std::uint32_t>(setup.addresses.size());
    Time last = 0;
    for (Trace::Cursor at = trace.read(); !at.done(); at.next()) {
        const RowHead& head = at.row().head();
        std::string_view unknown = unknown_in(at.row(), setup, addresses);
        if (head.node >= setup.nodes()) unknown = "a host";
        if (head.time < last || head.time > moment_max) unknown = "a moment";
        last = head.time;
        if (!unknown.empty())
            return fmt::format(
                "the trace is not one of \"{}\": {} ns after the start, at octet {}, it "
                "names {} that there is not",
                setup.scenario.title, head.time, at.position(), unknown);
    }
    return {};
}

}  // namespace postroad::sim::views

// One pass; of each row what the views would look up by it.
#include "sim/views/fits.hpp"

#include <fmt/format.h>

#include "sim/core/reasons.hpp"
#include "sim/net/packet.hpp"
#include "sim/tls/engine.hpp"

namespace postroad::sim::views {
namespace {

// Ids are given one by one. Those that a changed scenario brought are not in the Trace.
constexpr std::uint32_t ids_ahead_max = 1U << 16;
// Far beyond what anybody simulates, and still a date that can be written.
constexpr Time moment_max = Time{500} * 365 * 24 * hour;

// What the views would look up by a row, or write of it.
class Judge {
  public:
    explicit Judge(const Setup& setup) : setup_(setup), addresses_(setup.addresses) {}

    // What the row names and the scenario does not have; empty: nothing.
    std::string_view unknown_in(const RowView& row) {
        switch (row.head().fact) {
            case Fact::address: return address(row.as<AddressFact>());
            case Fact::packet: return packet(row.as<PacketFact>(), row.tail<PacketFact>());
            case Fact::translation: {
                const auto& fact = row.as<TranslationFact>();
                return alike(fact.source, fact.target) ? "" : "an address";
            }
            case Fact::altered:
                return row.tail<AlteredFact>().size() <= payload_octets_max ? "" : "a packet";
            case Fact::line: {
                const auto& fact = row.as<LineFact>();
                return fact.from_initiator <= 1 && fact.speech <= Speech::content ? "" : "a line";
            }
            case Fact::ended:
                return row.as<EndedFact>().initiator <= 1 &&
                               row.as<EndedFact>().how <= Ending::crashed
                           ? ""
                           : "an end";
            case Fact::decision:
                return row.as<DecisionFact>().reason < static_cast<unsigned>(Reason::count_of_reasons)
                           ? ""
                           : "a reason";
            case Fact::tls:
                return row.as<TlsFact>().fault <= static_cast<unsigned>(tls::Fault::old_status)
                           ? ""
                           : "a certificate's fault";
            default: return "";
        }
    }

  private:
    // An IP packet has 65,535 octets at the most, headers included.
    static constexpr std::size_t payload_octets_max = 65'000;

    std::string_view address(const AddressFact& fact) {
        if (fact.id < setup_.addresses.size() || fact.id > addresses_.size() + ids_ahead_max)
            return "an address";
        if (fact.id >= addresses_.size()) addresses_.resize(fact.id + 1);
        addresses_[fact.id] = fact.address;
        return "";
    }
    std::string_view packet(const PacketFact& fact, std::string_view payload) const {
        const bool known = fact.protocol == net::protocol_tcp || fact.protocol == net::protocol_udp ||
                           fact.protocol == net::protocol_icmp ||
                           fact.protocol == net::protocol_icmpv6;
        if (!known || payload.size() != fact.payload_octets || payload.size() > payload_octets_max)
            return "a packet";
        return alike(fact.source, fact.target) ? "" : "an address";
    }
    // Both of one family, as far as they are known.
    bool alike(AddressId a, AddressId b) const {
        return a >= addresses_.size() || b >= addresses_.size() ||
               addresses_[a].is_v4() == addresses_[b].is_v4();
    }

    const Setup& setup_;
    std::vector<net::Address> addresses_;
};

}  // namespace

std::string misfit(const Trace& trace, const Setup& setup) {
    Judge judge(setup);
    Time last = 0;
    for (Trace::Cursor at = trace.read(); !at.done(); at.next()) {
        const RowHead& head = at.row().head();
        std::string_view unknown = judge.unknown_in(at.row());
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

// Which packets the rules of a firewall have decided on by a moment: those that verdicts tell of,
// and the rest of the connections that verdicts have let in, which the Trace tells of only as packets.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "viz/model/recording.hpp"

namespace postroad::viz {

struct DecidedPacket {
    std::size_t entry = 0;
    sim::Id packet = 0;
    NodeId place = 0;         // the host or network where the firewall stands
    std::int32_t rule = -1;   // -1: the policy
    bool by_verdict = false;  // else a packet of an open connection
    bool outwards = false;
};

// Going forward in time it goes on from where it was.
class DecidedPackets {
  public:
    // When so many entries have happened, and with the rules of that moment. Which rule has met a
    // packet of an open connection is worked out anew with them: so only from the last change
    // on, where a change may have edited them. Of a very long run only the last rows are looked at.
    // Not told apart are ICMP, and packets without a connection.
    void go_to(const Recording& run, std::uint32_t firewall, const sim::FirewallSetup& now,
               std::size_t happened);
    // In the order in which they left, or a verdict was given.
    const std::vector<DecidedPacket>& packets() const { return packets_; }

  private:
    struct Flow {
        std::uint32_t source = 0, target = 0;  // AddressIds: as the rules see its first packet
        std::uint16_t source_port = 0, target_port = 0;
        std::uint8_t protocol = 0;
        bool outwards = false, answered = false;
        NodeId opener = 0, place = 0;
        std::int32_t rule = -1;                // that let the first one in
    };
    void verdict(const sim::RowView& row, std::size_t entry);
    void packet(const Recording& run, const sim::RowView& row, std::size_t entry);
    void lost(const Recording& run, const sim::RowView& row);
    // -2: it cannot be told.
    std::int32_t rule_for(const Recording& run, const Flow& flow, bool answer,
                          std::uint8_t tcp_flags) const;
    void forget(sim::Id packet, NodeId place);

    std::uint32_t firewall_ = sim::nothing;
    std::shared_ptr<const net::Ruleset> rules_;
    std::size_t happened_ = 0;
    std::multimap<sim::Id, Flow> flows_;       // by conversation
    std::vector<DecidedPacket> packets_;
};

}  // namespace postroad::viz

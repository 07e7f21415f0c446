// What stateful firewalls and NATs remember: one record a flow and place, and what each rule has
// counted.
#pragma once

#include "protocols/base/index.hpp"
#include "protocols/base/pages.hpp"
#include "sim/core/facts.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim {

// How far a flow is, by the packets that passed (as Linux's connection tracking follows them).
enum class FlowState : std::uint8_t {
    none,          // the record is free
    one_way,       // UDP, ICMP: nothing has come back yet
    two_way,
    syn_sent, syn_received, established,
    fin_wait,      // one end has sent FIN
    close_wait,    // and the other has acknowledged something since
    last_ack,      // both have sent FIN
    time_wait,
    closed,        // by RST
};

namespace flow_flag {
inline constexpr std::uint8_t seen_reply = 1;
inline constexpr std::uint8_t fin_forward = 2, fin_reply = 4;
inline constexpr std::uint8_t source_decided = 8;  // source NAT has been looked up
inline constexpr std::uint8_t rejected = 16;       // lives while its rejection is sent back
}  // namespace flow_flag

// The ends of the flow's first packet as it came, and as it goes on (`…_after`): the same without
// NAT. For an ICMP echo both ports are its identifier.
struct Flow {
    std::uint32_t next = nothing;  // free list link
    std::uint32_t generation = 0;
    NodeId place = 0;              // whose flow: a host, or the network that does the NAT
    AddressId source = 0, target = 0;
    AddressId source_after = 0, target_after = 0;
    std::uint16_t source_port = 0, target_port = 0;
    std::uint16_t source_port_after = 0, target_port_after = 0;
    std::uint8_t protocol = 0;
    FlowState state = FlowState::none;
    std::uint8_t flags = 0;        // flow_flag
    std::uint8_t unused = 0;
    Time expires_at = 0;
    Id conversation = 0;           // of its first packet
};
static_assert(Record<Flow> && sizeof(Flow) == 56);

// What met a rule of a firewall; the first record of a firewall is its policy's.
struct RuleCount {
    std::uint64_t words = 0;  // hash of the rule's text: by it a changed ruleset finds its counts
    std::uint64_t packets = 0;
    std::uint64_t octets = 0;  // with IP headers
};
static_assert(Record<RuleCount>);

// Where a firewall's counts are.
struct FirewallCounts {
    std::uint32_t first = 0;
    std::uint32_t count = 0;  // rules and the policy
    std::uint32_t room = 0;
    std::uint32_t version = 0;  // Setup::version + 1 when they were last laid out
};
static_assert(Record<FirewallCounts>);

struct BorderTables {
    Table<Flow> flows;
    Index by_ends;  // place, protocol and ends, either way round → Flow; before and after NAT
    Pages<FirewallCounts> firewalls;
    Pages<RuleCount> counts;
    std::uint32_t sweep = 0;  // where the search for flows that have run out goes on
    bool operator==(const BorderTables&) const = default;
};

}  // namespace postroad::sim

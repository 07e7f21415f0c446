// What stateful firewalls and NATs remember: one record a flow and place, what helpers have read and
// expect, and what each rule has counted.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/index.hpp"
#include "protocols/base/pages.hpp"
#include "protocols/rpc/epm_watch.hpp"
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
inline constexpr std::uint8_t expected = 32;       // a helper had expected it
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
    std::uint32_t helped = nothing;  // what reads along: BorderTables::helped
    std::uint32_t unused2 = 0;
};
static_assert(Record<Flow> && sizeof(Flow) == 64);

// A helper that reads along with a flow. Of each pair the first is the client's.
struct HelpedFlow {
    struct Early {  // octets that came before those in front of them
        std::uint32_t sequence = 0;
        std::uint32_t reply = 0;
        Text octets;
    };
    struct Rewrite {  // an address in an answer, written over whenever it comes by
        std::uint32_t sequence = 0;
        std::uint32_t ipv4 = 0;
    };
    std::uint32_t next = nothing;  // free list link
    std::uint32_t generation = 0;
    std::uint32_t firewall = nothing;
    std::uint8_t begun[2] = {0, 0};  // its SYN has come by
    std::uint8_t blind = 0;          // nothing more can be read
    std::uint8_t waiting = 0;        // it has been said that octets are missing
    std::uint64_t name = 0;          // hash of the helper's name: by it changed rules are asked
    std::uint32_t sequence[2] = {0, 0};  // of the octet to be read next
    List<Early> early;
    List<Rewrite> rewrites;
    rpc::epm::Watch watch;
};
static_assert(Record<HelpedFlow> && Record<HelpedFlow::Early>);

// A connection that a helper has read of: it is let in as `related`, as often as it is made until
// then. The ends are those of its first packet as it comes.
struct Expectation {
    std::uint32_t next = nothing;  // free list link
    std::uint32_t generation = 0;
    NodeId place = 0;
    AddressId source = 0, target = 0;
    AddressId target_after = 0;    // behind NAT
    std::uint16_t target_port = 0;
    std::uint16_t unused = 0;
    std::uint32_t firewall = nothing;
    Time expires_at = 0;
    Id conversation = 0;           // in which it was read
};
static_assert(Record<Expectation>);

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
    Table<HelpedFlow> helped;
    Table<Expectation> expected;
    Index by_expected;  // place, source, target and its port → Expectation
    std::uint32_t sweep = 0;  // where the search for flows that have run out goes on
    bool operator==(const BorderTables&) const = default;
};

}  // namespace postroad::sim

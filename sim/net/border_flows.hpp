// The table of flows: found by a packet's ends, followed through TCP's states, forgotten in time.
// Only border*.cpp and tests include this.
#pragma once

#include "sim/world/run.hpp"

namespace postroad::sim::border {

// Who talks to whom, as a packet of this direction says it.
struct Ends {
    AddressId source = nothing, target = nothing;
    std::uint16_t source_port = 0, target_port = 0;
    std::uint8_t protocol = 0;
    bool operator==(const Ends&) const = default;
    Ends reversed() const { return {target, source, target_port, source_port, protocol}; }
};
Ends ends_of(const Segment& segment);
Ends ends_before(const Flow& flow);  // of its first packet, as it came
Ends ends_after(const Flow& flow);   // and as it goes on

constexpr bool is_icmp(std::uint8_t protocol) {
    return protocol == net::protocol_icmp || protocol == net::protocol_icmpv6;
}

// Which way a packet goes in a flow, and on which side of the NAT it is. A border that is only
// passed through sees a packet twice: the second time it has been translated already.
enum class Form : std::uint8_t { forward, forward_done, reply, reply_done };

struct Known {
    std::uint32_t flow = nothing;
    Form form = Form::forward;
    bool found() const { return flow != nothing; }
    bool is_reply() const { return form == Form::reply || form == Form::reply_done; }
};

// What has run out is not found, and removed on the way.
Known find(Run& run, NodeId place, const Ends& ends);

// Whether the packet may begin a flow. TCP: a SYN, and as in Linux any packet with data or ACK
// alone ("loose"): a connection older than the firewall's memory goes on.
bool can_begin(const Segment& segment);
// Whether it begins another flow between the ends of one that is over.
bool begins_again(const Flow& flow, const Segment& segment);

// A new flow; also looks at a few old ones whether they have run out. Nothing like it is known.
std::uint32_t begin(Run& run, NodeId place, const Segment& segment, const Ends& after);
void set_after(Run& run, std::uint32_t flow, const Ends& after);
void remove(Run& run, std::uint32_t flow);

// A packet of the flow has come.
void follow(Run& run, std::uint32_t flow, const Segment& segment, bool reply);

// Makes `after` an end that no other flow's replies come to, by its source port: kept when it is
// in the range (0: any) and free, else the next free one. `self`: a flow that does not count, or
// `nothing`. False when there is none.
bool choose_port(Run& run, NodeId place, std::uint32_t self, Ends& after,
                 std::uint16_t port_first, std::uint16_t port_last);

}  // namespace postroad::sim::border

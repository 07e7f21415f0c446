// ICMP errors (RFC 792, RFC 4443 §2.4) as a firewall and a NAT see them: by the packet they quote.
// Only border*.cpp include this.
#pragma once

#include "sim/net/border_flows.hpp"

namespace postroad::sim::border {

bool is_error(const Segment& segment);

// The flow whose packet the error quotes, in that packet's form; not found: nobody's.
Known find_quoted(Run& run, NodeId place, const Segment& error);

// Where the error comes from and goes to behind the NAT of the flow that it is about. A quote from
// the near side of the NAT has been translated already, or there is nothing to translate.
struct ErrorEnds {
    AddressId source = nothing, target = nothing;
    Ends quoted;  // what the quote says then
    bool changed = false;
};
ErrorEnds translated(const Run& run, const Known& known, const Segment& error);

// Writes the ends into the quote, with right checksums (RFC 3022 §4.3).
void rewrite_quote(Run& run, std::uint32_t segment, const Ends& quoted);

}  // namespace postroad::sim::border

// Captures for Wireshark: pcapng (draft-ietf-opsawg-pcapng) with raw IP packets, nanosecond times,
// a comment at each packet that says why it was sent, and the secrets of TLS sessions.
#pragma once

#include <optional>
#include <string_view>

#include "sim/core/trace.hpp"
#include "sim/views/text.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim::views {

// Where packets are seen. A host sees what it sends when it leaves, and what it gets when it
// arrives. On a link between two networks no row of the Trace says when a packet passes: it is
// then its departure and the latencies of the links before, or the moment a NAT before the link
// had it; queues and jitter on the way there can make the real moment later. Copies that a link
// makes are seen at their arrival alone.
enum class CapturePoint : std::uint8_t { initiators, host, link, all };

struct PcapngOptions {
    CapturePoint at = CapturePoint::initiators;  // each conversation where it was begun: once
    NodeId host = nothing;
    std::uint32_t link = nothing;                // Setup::links
    bool comments = true;
};

// "all", or the name of a host or a link; none when there is nothing of that name.
std::optional<PcapngOptions> capture_at(const Setup& setup, std::string_view words);

// The Trace must have been recorded at Depth::bytes; else only the header is written.
void write_pcapng(const Trace& trace, const Setup& setup, const PcapngOptions& options,
                  const Sink& sink);

}  // namespace postroad::sim::views

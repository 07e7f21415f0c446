// A packet on its way as the header it has on the wire.
#pragma once

#include "sim/net/packet.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim {

inline net::PacketHeader header_of(const Run& run, const Segment& segment) {
    net::PacketHeader out;
    out.src = run.address(segment.source);
    out.dst = run.address(segment.target);
    out.seq = segment.sequence;
    out.ack = segment.acknowledgment;
    out.src_port = segment.source_port;
    out.dst_port = segment.target_port;
    out.window = segment.window;
    out.mss = segment.mss;
    out.payload_bytes = segment.size;
    out.protocol = segment.protocol;
    out.tcp_flags = segment.tcp_flags;
    out.ttl = segment.ttl;
    out.icmp_type = segment.icmp_type;
    out.icmp_code = segment.icmp_code;
    return out;
}

}  // namespace postroad::sim

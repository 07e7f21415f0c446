// The stub's inner side: what happens to an open question. Its outer side is resolve.hpp.
#pragma once

#include "sim/dns/exchange.hpp"

namespace postroad::sim::dns_layer {

// A response has come, by whatever way. What does not answer the question is passed over.
void stub_heard(Run& run, std::uint32_t question, dns::Bytes message);
// The way to the resolver is closed: nothing listens there, or the connection broke.
void stub_refused(Run& run, std::uint32_t question);
// The query to send over TCP.
dns::Bytes stub_query(const Run& run, std::uint32_t question,
                      std::span<std::uint8_t, query_size_max> out);

void on_stub_timer(Run& run, NodeId host);
void on_stub_local(Run& run, std::uint32_t question);
void crash_stub(Run& run, NodeId host);

}  // namespace postroad::sim::dns_layer

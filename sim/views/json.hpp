// The Trace as JSON, one object a line, for programs. Field names are a promise.
//
// Every row: "t_ns" (since the start), "time" (RFC 3339), "node" (name), "fact". Ids are strings
// of 16 hex digits; a field that has no value is left out. By fact:
//
//   conversation  id source source_port target target_port protocol
//   established   conversation
//   ended         conversation how sent_octets sent_hash initiator
//   line          conversation from_initiator speech code section octets text
//   packet        packet conversation source target source_port target_port protocol seq ack
//                 flags window mss payload_octets ttl icmp_type icmp_code why
//   arrival       packet
//   lost          packet conversation link why
//   verdict       packet conversation firewall rule source source_port target target_port
//                 protocol verdict
//   translation   packet source source_port target target_port
//   decision      subject reason arguments sentence section
//   lookup        subject name type rcode answers ttl_s server from_cache timed_out
//   queue         message move recipient code attempt due_ns words
//   custody       message conversation transaction move related recipients content_hash
//                 reverse_path forward_paths mailbox message_id subject
//   mailbox       message conversation mailbox uid octets move
//   change        number words
//   address       id address
//
// Texts are UTF-8; an octet that is none is written \udcXX, as Python's surrogateescape does.
#pragma once

#include <string>

#include "sim/core/trace.hpp"
#include "sim/views/text.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim::views {

void write_json(const Trace& trace, const Setup& setup, const Sink& sink, Time from = 0,
                Time until = never);
// A JSON string with its quotes.
std::string json_string(std::string_view octets);

}  // namespace postroad::sim::views

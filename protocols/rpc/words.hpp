// A packet of RPC in a line of words, for ladders and transcripts: octets tell a reader nothing.
#pragma once

#include <string>
#include <string_view>

namespace postroad::rpc {

// Of one whole packet: "bind: store 0.81, store-async 0.1; ntlm, privacy", "request: operation 3 of
// context 0, 132 octets", "fault: nca_s_op_rng_error (0x1c010002)". What cannot be read is said to
// be so. Interfaces have the words of services.hpp, or their UUIDs.
std::string words_of(std::string_view packet);

}  // namespace postroad::rpc

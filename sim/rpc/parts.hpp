// What the ends of RPC share; nobody else includes this.
#pragma once

#include <string>

#include "sim/rpc/rpc.hpp"

namespace postroad::sim::rpc_layer {

// MS-RPCE §2.2.1.1.8.
constexpr rpc::AuthLevel level_of(scenario::RpcProtection protection) {
    switch (protection) {
        case scenario::RpcProtection::none: return rpc::AuthLevel::none;
        case scenario::RpcProtection::connect: return rpc::AuthLevel::connect;
        case scenario::RpcProtection::integrity: return rpc::AuthLevel::integrity;
        case scenario::RpcProtection::privacy: return rpc::AuthLevel::privacy;
    }
    return rpc::AuthLevel::none;
}

// log_in.cpp: a step of a server's, with its decisions; a client's, which gives false where a ticket
// has to be got first.
void judge_log_in(Run& run, std::uint32_t connection, const rpc::SecurityAsk& about, const Ask& ask,
                  rpc::SecurityStep& step);
bool answer_log_in(Run& run, std::uint32_t connection, const RpcLine& line, const Ask& ask,
                   Answer& out);
rpc::AuthType type_of(scenario::RpcLogIn log_in);  // MS-RPCE §2.2.1.1.7

// Chance for the log-in's challenges and keys, from the node's own stream.
inline std::string octets_drawn(Run& run, NodeId host, std::size_t count) {
    std::string out;
    while (out.size() < count) {
        std::uint64_t drawn = run.draw(host, Purpose::mail);
        for (int i = 0; i < 8 && out.size() < count; ++i, drawn >>= 8)
            out += static_cast<char>(drawn & 0xff);
    }
    return out;
}

}  // namespace postroad::sim::rpc_layer

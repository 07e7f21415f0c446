// Where a connection stands at a server of RPC, and what leads from there: read off the machine,
// which keeps it in several members.
#pragma once

#include "protocols/base/passages.hpp"
#include "protocols/rpc/server.hpp"

namespace postroad::rpc {

// `unbound`: before the bind. `logging_in`: a security context is being made (MS-RPCE §3.3.1.5.2).
// `refused`: that has failed, and every call gets a fault (MS-RPCE §3.3.3.5.3).
enum class ServerState : std::uint8_t { unbound, bound, logging_in, authenticated, refused };
std::string_view name_of(ServerState state);
ServerState state_of(const Server& server);

// By the packets that a client sends.
std::span<const Passage<ServerState>> server_passages();

}  // namespace postroad::rpc

// How the POP3 server's sessions go on beside its verbs' rows.
#pragma once

#include "protocols/base/passages.hpp"
#include "protocols/pop3/server.hpp"

namespace postroad::pop3 {

std::span<const Passage<ServerState>> server_passages();

}  // namespace postroad::pop3

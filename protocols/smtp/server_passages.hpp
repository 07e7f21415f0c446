// How the SMTP server's sessions go on beside its verbs' rows, and which verbs a server has.
#pragma once

#include "protocols/base/passages.hpp"
#include "protocols/smtp/server.hpp"

namespace postroad::smtp {

std::span<const Passage<ServerState>> server_passages();

// Whether a server with these settings takes the row's verb: LMTP's greeting by LMTP alone, …
bool offers(const ServerHost& host, const ServerRow& row);

}  // namespace postroad::smtp

// How the IMAP server's sessions go on beside its verbs' rows.
#pragma once

#include "protocols/base/passages.hpp"
#include "protocols/imap/server.hpp"

namespace postroad::imap {

std::span<const Passage<ServerState>> server_passages();

}  // namespace postroad::imap

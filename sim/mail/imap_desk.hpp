// What IMAP servers' machines ask, answered from the message store (the contract:
// protocols/imap/server.hpp). Any number of sessions may have a folder open.
#pragma once

#include "sim/session/session.hpp"

namespace postroad::sim::imap_desk {

// AskKind authenticate, maildrop and store of an imap::Server at `connection`. Ready at once
// (true), except a refusal that is to come late (log_in.hpp) and a message for a reader who has
// not taken those before it. Views in `out` live until the next call.
bool ask(Run& run, std::uint32_t connection, const Ask& ask, Answer& out);

// EventKind::mail, event::unread_imap and event::folder_changed.
void on_event(Run& run, const Event& event);

}  // namespace postroad::sim::imap_desk

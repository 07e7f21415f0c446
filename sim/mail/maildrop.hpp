// Maildrops: what a POP3 server's machine asks, answered from the message store. A maildrop is
// open in one session at a time (RFC 1939 §4), shows what was there when it was opened, and loses
// what DELE marked at QUIT alone (§6).
#pragma once

#include <string_view>

#include "sim/session/session.hpp"

namespace postroad::sim::maildrop {

// AskKind authenticate, maildrop, retrieve and commit of a pop3::Server at `connection`. Ready at once (true),
// except a refusal that is to come late (log_in.hpp), and a message for a reader who has not taken those before it: that one waits, so that nobody
// can make the server hold more than he reads. Views in `out` live until the next call.
bool ask(Run& run, std::uint32_t connection, const Ask& ask, Answer& out);

// Whether so much waits to be acknowledged, with what this very step has said before, that the next
// message must wait; and the event that looks again.
bool reader_is_behind(const Run& run, std::uint32_t connection, std::size_t being_said);
void look_again(Run& run, std::uint32_t connection, std::uint16_t detail);

// EventKind::mail, event::unread and event::unread_top: whether such a reader has caught up.
void on_unread(Run& run, const Event& event);

}  // namespace postroad::sim::maildrop

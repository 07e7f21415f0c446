// The answers to what an SMTP server's machine asks: whom it takes mail from and for, who exists,
// who is who, and whether it takes responsibility. Each verdict is recorded with its reason.
#pragma once

#include "sim/world/run.hpp"

namespace postroad::sim::mail {

// Ready at once (true), except that a log-in is refused late and that somebody outside may want to
// be asked again (rulings.hpp). Views in `out` live until the next call.
bool answer_smtp_server(Run& run, std::uint32_t connection, const Ask& ask, Answer& out);

// AskKind::accept alone (accept.cpp).
void accept_mail(Run& run, std::uint32_t connection, Answer& out);
void accept_by_lmtp(Run& run, std::uint32_t connection, Answer& out);

// For benchmarks: the host takes every mail and keeps none.
void set_discards(World& world, NodeId host, bool discards);

}  // namespace postroad::sim::mail

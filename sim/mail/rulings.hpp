// Somebody outside (a script) decides what a host would decide by its settings: whom it takes mail
// from and for, where a mail goes next, and when it is tried again. Each ruling is recorded.
#pragma once

#include "sim/world/run.hpp"

namespace postroad::sim::mail {

// Puts a ruling over what the host's own policy says in `out`, for an SMTP server's ask. False: it
// wants to be asked again later, and nothing is said until then.
bool outside_rules(Run& run, std::uint32_t connection, Asked what, Answer& out);
// EventKind::mail, event::asked_again.
void ask_again(Run& run, const Event& event);

// A recipient of a message that is queued here is to be sent on. True: that is settled, the way
// the ruling says; false: the host's own routing stands.
bool outside_routes(Run& run, std::uint32_t recipient, std::string_view domain);

// How long a deferred recipient waits. `wait` is what the host's schedule says; `never`: it is
// given up.
Duration outside_waits(Run& run, std::uint32_t recipient, std::string_view words, Duration wait);

}  // namespace postroad::sim::mail

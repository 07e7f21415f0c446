// Mail from before a scenario begins: mbox files and Maildirs that people's `mail` names.
#pragma once

#include "sim/scenario/load.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim {

// Tells what is wrong with the files: at a line of an mbox, else where the scenario names them.
void check_mail(const scenario::Person& person, const scenario::Place& at,
                scenario::Problems& problems);

// Puts what lies there into the mailboxes of a World in which nothing has happened. The first event
// then records how much that is and where it lies; each message is older than the run.
void put_old_mail(Run& run);
// EventKind::mail, event::old_mail.
void tell_old_mail(Run& run, std::uint32_t person);

}  // namespace postroad::sim

// The folder that `postroad show --maildir` and `--mbox` write.
#pragma once

#include <string>

#include "command/io.hpp"
#include "sim/views/mailboxes.hpp"

namespace postroad::command {

// Writes everybody's mailbox into the folder, which is made if need be. One with something in it
// is taken only when it is of an earlier export: a list in it says which files were that export's;
// those are replaced, and nothing else is touched. Gives a status of `command.hpp`.
int write_mailboxes(const sim::World& world, sim::views::MailFormat format,
                    const std::string& folder, Io& io);

// Whether that folder may be written into; told when not. To be asked before anything has run.
bool may_export(const std::string& folder, Io& io);

}  // namespace postroad::command

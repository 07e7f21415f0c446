// The mailboxes of a world as files that other programs read: Maildirs, mbox or PST files.
#pragma once

#include <functional>
#include <string>

#include "sim/world/world.hpp"

namespace postroad::sim::views {

enum class MailFormat : std::uint8_t { maildir, mbox, pst };

// A file, or an empty folder; names are relative, with "/".
struct MailboxFile {
    std::string name;
    std::string octets;
    bool folder = false;
};

// Gives everything that everybody's mailbox is made of, folders before what is in them: one
// Maildir++ a person ("bob@example.org/.Projects/cur/..."), or one mbox file a folder
// ("bob@example.org/Projects.2010.mbox"), or one PST file ("bob@example.org/mailbox.pst") and those
// that mail programs keep themselves ("bob@example.org/bob.pst"). Names depend on the world alone. Until `put` says false;
// then that is the result.
bool put_mailboxes(const World& world, MailFormat format,
                   const std::function<bool(const MailboxFile&)>& put);

}  // namespace postroad::sim::views

// What mail hosts keep in the World: queues, mailboxes, and messages, whose text is stored once.
#pragma once

namespace postroad::sim {

struct MailTables {
    bool operator==(const MailTables&) const = default;
};

}  // namespace postroad::sim

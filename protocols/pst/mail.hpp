// Between a message of a file and one of a store that speaks MAPI (protocols/mapi/mail.hpp), and so
// with messages of the Internet.
#pragma once

#include "protocols/mapi/mail.hpp"
#include "protocols/pst/store.hpp"

namespace postroad::pst {

// Recipients become rows with their addresses, one-off entry ids (MS-OXCDATA §2.2.5.1) and search
// keys; attachments nodes. The node ids are open; `complete` gives them.
Message from_mail(const mapi::MailItem& item);

// What has no place there (attached messages) is named in `lost`.
mapi::MailItem to_mail(const Message& message);

}  // namespace postroad::pst

// THREAD (RFC 5256 §3): ORDEREDSUBJECT and REFERENCES, from what each message's header says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::imap {

// What threading looks at of one message.
struct ThreadMessage {
    std::uint32_t number = 0;  // sequence number or UID: what the answer tells
    std::int64_t sent_s = 0;   // RFC 5256 §2.2
    std::string subject;       // base subject, folded for comparison
    bool is_reply = false;     // its subject says so
    std::string id;            // normalised Message-ID without brackets; "" if it has none
    std::vector<std::string> references;  // oldest first; In-Reply-To's first when none
};
ThreadMessage thread_message(std::uint32_t number, std::string_view text,
                             std::int64_t internal_date_s);

// The threads as THREAD's answer tells them: "(2)(3 6 (4 23)(44 7 96))". Messages must come in
// mailbox order.
std::string thread_ordered_subject(std::vector<ThreadMessage> messages);
std::string thread_references(const std::vector<ThreadMessage>& messages);

}  // namespace postroad::imap

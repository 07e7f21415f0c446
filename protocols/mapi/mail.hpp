// A message of the Internet as properties, and back (MS-OXCMAIL): what the store keeps of it, what
// a mail client makes of that, and what has no counterpart on the other side.
#pragma once

#include "protocols/mapi/properties.hpp"
#include "protocols/mapi/recipients.hpp"

namespace postroad::mapi {

struct MailRecipient {
    RecipientKind kind = RecipientKind::to;
    std::string name, smtp;
    bool operator==(const MailRecipient&) const = default;
};
struct MailAttachment {
    std::string file_name, mime_type, octets;
    bool operator==(const MailAttachment&) const = default;
};
struct MailItem {
    std::vector<TaggedValue> properties;
    std::vector<MailRecipient> recipients;
    std::vector<MailAttachment> attachments;
    // Names of fields or properties that the other side has no place for, each once.
    std::vector<std::string> lost;

    const Value* find(PropertyTag tag) const;  // by number, whatever its type
    std::string_view text(PropertyTag tag) const;
    void put(PropertyTag tag, Value value);  // in place of the one that is there
};

inline constexpr std::size_t parts_max = 200, part_nesting_max = 10;

// MS-OXCMAIL §2.2: from a message to properties. `delivered`: 100 ns since 1601, as all times here.
// What is lost are fields that no property stands for: they stay in the text of the whole header
// (PidTagTransportMessageHeaders) and nowhere else.
MailItem to_properties(std::string_view message, std::uint64_t delivered);

// MS-OXCMAIL §2.1: from properties to a message, its lines ended by CRLF. The boundary between
// parts is made of the message's own octets. What is lost goes to `lost`.
std::string to_message(const MailItem& item, std::vector<std::string>* lost = nullptr);

// "RE: ", "AW: ", ... and what follows (MS-OXCMSG §2.2.1.9): at most three letters, a colon, a
// space.
struct Subject {
    std::string_view prefix, normalized;
};
Subject split_subject(std::string_view subject);

}  // namespace postroad::mapi

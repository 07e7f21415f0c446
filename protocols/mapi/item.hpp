// A message as somebody works on it: properties, recipients with the numbers that clients give them,
// attachments with properties of their own; and as one text, as a store keeps it meanwhile.
#pragma once

#include "protocols/mapi/mail.hpp"

namespace postroad::mapi {

// Of a list of properties, by number, whatever the type.
const TaggedValue* find_property(const std::vector<TaggedValue>& properties, PropertyTag tag);
void put_property(std::vector<TaggedValue>& properties, PropertyTag tag, Value value);
bool remove_property(std::vector<TaggedValue>& properties, PropertyTag tag);

struct ItemRecipient {
    std::uint32_t id = 0;
    RecipientKind kind = RecipientKind::to;
    std::string name, smtp;
    bool operator==(const ItemRecipient&) const = default;
};
struct ItemAttachment {
    std::uint32_t number = 0;
    std::vector<TaggedValue> properties;
    bool operator==(const ItemAttachment&) const = default;
};
struct Item {
    std::vector<TaggedValue> properties;
    std::vector<ItemRecipient> recipients;
    std::vector<ItemAttachment> attachments;
    std::uint32_t next_attachment = 0;
    bool operator==(const Item&) const = default;

    const TaggedValue* find(PropertyTag tag) const { return find_property(properties, tag); }
    ItemAttachment* attachment(std::uint32_t number);
};

Item to_item(MailItem mail);
// Attachments without octets come along empty; what cannot go with them is named in `lost`.
MailItem to_mail(const Item& item, std::vector<std::string>* lost = nullptr);

// What follows from the rest: the parts of the subject from the one that was set (MS-OXCMSG
// §2.2.1.46), who it goes to in words (§2.2.1.9), whether there are attachments.
void settle_subject(Item& item, PropertyTag set);
void settle_recipients(Item& item);
void settle_attachments(Item& item);

// "0x0e21…", or the name, of a property without a counterpart.
std::string words_of(PropertyTag tag);

std::string pack(const Item& item);
Item unpack(std::string_view octets);
std::string pack(const std::vector<TaggedValue>& properties);
std::vector<TaggedValue> unpack_properties(std::string_view octets);

}  // namespace postroad::mapi

// Remote operations on messages, their recipients and attachments, and those that send them
// (MS-OXCROPS §2.2.6, §2.2.7), each with its parts in their order.
#pragma once

#include "protocols/mapi/rops_store.hpp"

namespace postroad::mapi::rop {

struct Release {  // §2.2.15.3: a handle is given back; nothing answers
    static constexpr RopId id = RopId::release;
    static constexpr Handles handles = Handles::one;
    template <class A> void parts(A&) {}
    bool operator==(const Release&) const = default;
};

// --- §2.2.6: messages ---
struct OpenMessage {
    static constexpr RopId id = RopId::open_message;
    static constexpr Handles handles = Handles::two;
    std::uint16_t code_page = 0x0fff;
    std::uint64_t folder = 0;
    std::uint8_t mode = 0;
    std::uint64_t message = 0;
    template <class A> void parts(A& a) {
        a.value(code_page);
        a.value(folder);
        a.value(mode);
        a.value(message);
    }
    bool operator==(const OpenMessage&) const = default;
};
struct RecipientEntry {     // its row is read by the columns: recipients.hpp
    std::uint8_t kind = 1;  // a RecipientKind
    std::uint16_t code_page = 0, reserved = 0;
    std::string row;
    template <class A> void parts(A& a) {
        a.value(kind);
        a.value(code_page);
        a.value(reserved);
        a.template counted<std::uint16_t>(row);
    }
    bool operator==(const RecipientEntry&) const = default;
};
struct MessageOpened {
    std::uint8_t has_named = 0;
    TypedString subject_prefix;
    TypedString normalized_subject;
    std::uint16_t recipients = 0;
    std::vector<PropertyTag> columns;
    std::vector<RecipientEntry> rows;
    template <class A> void parts(A& a) {
        a.value(has_named);
        a.value(subject_prefix);
        a.value(normalized_subject);
        a.value(recipients);
        a.template list<std::uint16_t>(columns);
        a.template list<std::uint8_t>(rows);
    }
    bool operator==(const MessageOpened&) const = default;
};
struct CreateMessage {
    static constexpr RopId id = RopId::create_message;
    static constexpr Handles handles = Handles::two;
    std::uint16_t code_page = 0x0fff;
    std::uint64_t folder = 0;
    std::uint8_t associated = 0;
    template <class A> void parts(A& a) {
        a.value(code_page);
        a.value(folder);
        a.value(associated);
    }
    bool operator==(const CreateMessage&) const = default;
};
struct MessageCreated {
    std::optional<std::uint64_t> message;
    template <class A> void parts(A& a) {
        auto present = static_cast<std::uint8_t>(message ? 1 : 0);
        a.value(present);
        if constexpr (A::reading)
            if (present != 0) message.emplace();
        if (message) a.value(*message);
    }
    bool operator==(const MessageCreated&) const = default;
};
struct SaveChangesMessage {  // handles: to answer with, the message
    static constexpr RopId id = RopId::save_changes_message;
    static constexpr Handles handles = Handles::two;
    std::uint8_t flags = 0;
    template <class A> void parts(A& a) { a.value(flags); }
    bool operator==(const SaveChangesMessage&) const = default;
};
struct MessageSaved {
    std::uint8_t handle = 0;
    std::uint64_t message = 0;
    template <class A> void parts(A& a) {
        a.value(handle);
        a.value(message);
    }
    bool operator==(const MessageSaved&) const = default;
};
struct RemoveAllRecipients {
    static constexpr RopId id = RopId::remove_all_recipients;
    static constexpr Handles handles = Handles::one;
    std::uint32_t reserved = 0;
    template <class A> void parts(A& a) { a.value(reserved); }
    bool operator==(const RemoveAllRecipients&) const = default;
};
struct ModifiedRecipient {
    std::uint32_t id = 0;
    std::uint8_t kind = 1;  // a RecipientKind
    std::string row;        // empty: the recipient is taken off
    template <class A> void parts(A& a) {
        a.value(id);
        a.value(kind);
        a.template counted<std::uint16_t>(row);
    }
    bool operator==(const ModifiedRecipient&) const = default;
};
struct ModifyRecipients {
    static constexpr RopId id = RopId::modify_recipients;
    static constexpr Handles handles = Handles::one;
    std::vector<PropertyTag> columns;
    std::vector<ModifiedRecipient> rows;
    template <class A> void parts(A& a) {
        a.template list<std::uint16_t>(columns);
        a.template list<std::uint16_t>(rows);
    }
    bool operator==(const ModifyRecipients&) const = default;
};
struct ReadRecipients {
    static constexpr RopId id = RopId::read_recipients;
    static constexpr Handles handles = Handles::one;
    std::uint32_t first = 0;
    std::uint16_t reserved = 0;
    template <class A> void parts(A& a) {
        a.value(first);
        a.value(reserved);
    }
    bool operator==(const ReadRecipients&) const = default;
};
struct NumberedRecipient {
    std::uint32_t id = 0;
    RecipientEntry entry;
    template <class A> void parts(A& a) {
        a.value(id);
        entry.parts(a);
    }
    bool operator==(const NumberedRecipient&) const = default;
};
struct RecipientsRead {
    std::vector<NumberedRecipient> rows;
    template <class A> void parts(A& a) { a.template list<std::uint8_t>(rows); }
    bool operator==(const RecipientsRead&) const = default;
};
struct SetMessageReadFlag {  // handles: to answer with, the message
    static constexpr RopId id = RopId::set_message_read_flag;
    static constexpr Handles handles = Handles::two;
    std::uint8_t flags = 0;
    template <class A> void parts(A& a) { a.value(flags); }
    bool operator==(const SetMessageReadFlag&) const = default;
};
struct ReadFlagSet {
    std::uint8_t changed = 0;
    template <class A> void parts(A& a) { a.value(changed); }
    bool operator==(const ReadFlagSet&) const = default;
};

// --- §2.2.6.12: attachments ---
struct OpenAttachment {
    static constexpr RopId id = RopId::open_attachment;
    static constexpr Handles handles = Handles::two;
    std::uint8_t mode = 0;
    std::uint32_t number = 0;
    template <class A> void parts(A& a) {
        a.value(mode);
        a.value(number);
    }
    bool operator==(const OpenAttachment&) const = default;
};
struct CreateAttachment {
    static constexpr RopId id = RopId::create_attachment;
    static constexpr Handles handles = Handles::two;
    template <class A> void parts(A&) {}
    bool operator==(const CreateAttachment&) const = default;
};
struct AttachmentCreated {
    std::uint32_t number = 0;
    template <class A> void parts(A& a) { a.value(number); }
    bool operator==(const AttachmentCreated&) const = default;
};
struct SaveChangesAttachment {
    static constexpr RopId id = RopId::save_changes_attachment;
    static constexpr Handles handles = Handles::two;
    std::uint8_t flags = 0;
    template <class A> void parts(A& a) { a.value(flags); }
    bool operator==(const SaveChangesAttachment&) const = default;
};

// --- §2.2.7: sending ---
struct SubmitMessage {
    static constexpr RopId id = RopId::submit_message;
    static constexpr Handles handles = Handles::one;
    std::uint8_t flags = 0;
    template <class A> void parts(A& a) { a.value(flags); }
    bool operator==(const SubmitMessage&) const = default;
};
struct TransportSend {
    static constexpr RopId id = RopId::transport_send;
    static constexpr Handles handles = Handles::one;
    template <class A> void parts(A&) {}
    bool operator==(const TransportSend&) const = default;
};
struct Sent {
    std::uint8_t no_properties = 1;
    std::vector<TaggedValue> properties;
    template <class A> void parts(A& a) {
        a.value(no_properties);
        if (no_properties == 0) a.template list<std::uint16_t>(properties);
    }
    bool operator==(const Sent&) const = default;
};

}  // namespace postroad::mapi::rop

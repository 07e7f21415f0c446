// What a mailbox for tests is made of, and what its tables show.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "protocols/mapi/mail.hpp"
#include "protocols/mapi/rop_buffer.hpp"

namespace mapi_mailbox {

using namespace postroad;
using namespace postroad::mapi;

struct Message {
    std::uint64_t mid = 0;
    MailItem item;
    bool read = false;
};
struct Folder {
    std::uint64_t fid = 0, parent = 0;
    std::string name, kind = "IPF.Note";
    std::vector<Message> messages;  // the older first
};
struct Object {  // behind a handle
    RopId kind = RopId::logon;
    std::uint64_t fid = 0, mid = 0;
    std::uint32_t attachment = 0;
    std::vector<PropertyTag> columns;
    std::size_t row = 0;
    PropertyTag tag;        // a stream's
    std::string octets;     // of a stream
    std::size_t at = 0;     // where it is read
    MailItem draft;         // of a new message
    std::uint32_t over = 0; // the object that it was opened on
};

inline Object object_of(RopId kind, std::uint64_t fid = 0, std::uint64_t mid = 0,
                        std::uint32_t attachment = 0) {
    Object out;
    out.kind = kind;
    out.fid = fid;
    out.mid = mid;
    out.attachment = attachment;
    return out;
}

inline constexpr PropertyTag parent_tag = 0x67490014, attach_number = 0x0e210003;

inline const Folder* folder_of(const std::vector<Folder>& folders, std::uint64_t fid) {
    const auto found = std::find_if(folders.begin(), folders.end(),
                                    [&](const Folder& one) { return one.fid == fid; });
    return found == folders.end() ? nullptr : &*found;
}

// By the directory's name, as it is inside of an organisation.
inline rop::RecipientEntry entry_of(const MailRecipient& one) {
    RecipientRow row;
    row.flags = RecipientRow::x500 | RecipientRow::has_display_name | RecipientRow::is_unicode;
    row.x500_name = "/o=Example/cn=" + one.name;
    row.display_name = one.name;
    row.properties.cells = {{tag::smtp_address, Value::of(one.smtp), 0}};
    rop::RecipientEntry out;
    out.kind = static_cast<std::uint8_t>(one.kind);
    out.row = write_recipient(row, {tag::smtp_address});
    return out;
}
inline std::vector<std::map<std::uint16_t, Value>> rows_of(const std::vector<Folder>& folders,
                                                           const Object& table) {
    std::vector<std::map<std::uint16_t, Value>> out;
    const auto put = [&](PropertyTag tag, Value value) { out.back()[tag.id()] = value; };
    if (table.kind == RopId::get_hierarchy_table) {
        for (const Folder& one : folders) {
            if (one.parent == 0 || one.fid == table.fid) continue;
            out.emplace_back();
            put(tag::folder_id, Value::of(one.fid));
            put(parent_tag, Value::of(one.parent));
            put(tag::display_name, Value::of(one.name));
            put(tag::container_class, Value::of(one.kind));
        }
    } else if (table.kind == RopId::get_contents_table) {
        const auto& all = folder_of(folders, table.fid)->messages;
        for (auto one = all.rbegin(); one != all.rend(); ++one) {
            out.emplace_back();
            put(tag::message_id, Value::of(one->mid));
            put(tag::flags, Value::of(one->read ? 1U : 0U));
            put(tag::subject, Value::of(one->item.text(tag::subject)));
        }
    } else {
        const auto& all = folder_of(folders, table.fid)->messages;
        const auto message = std::find_if(all.begin(), all.end(), [&](const Message& one) {
            return one.mid == table.mid;
        });
        for (std::size_t i = 0; i < message->item.attachments.size(); ++i) {
            out.emplace_back();
            const MailAttachment& one = message->item.attachments[i];
            put(attach_number, Value::of(i));
            put(tag::attach_long_file_name, Value::of(one.file_name));
            put(tag::attach_mime_tag, Value::of(one.mime_type));
            put(tag::attach_method, Value::of(std::uint64_t{1}));
        }
    }
    return out;
}
}  // namespace mapi_mailbox

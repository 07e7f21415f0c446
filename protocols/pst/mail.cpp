// Recipients and attachments as property lists, and back.
#include "protocols/pst/mail.hpp"

#include <algorithm>

#include "protocols/pst/nodes.hpp"
#include "protocols/pst/values.hpp"

namespace postroad::pst {
namespace {

using mapi::PropertyTag;
using mapi::Value;

constexpr rpc::Uuid one_off{"a41f2b81-a3be-1910-9d6e-00dd010f5402"};
constexpr std::uint16_t one_off_flags = 0x9001;  // UTF-16, no rich text
constexpr PropertyTag code_page = 0x3fde0003;
constexpr std::uint64_t utf8_page = 65'001;

std::string one_off_entry_id(std::string name, std::string smtp) {
    mapi::Writer writer;
    rpc::Uuid provider = one_off;
    writer.value(std::uint32_t{0});
    mapi::guid(writer, provider);
    writer.value(std::uint16_t{0});
    writer.value(one_off_flags);
    std::string type = "SMTP";
    writer.unicode(name);
    writer.unicode(type);
    writer.unicode(smtp);
    return std::move(writer.out);
}

// MS-OXPROPS calls it PidTagSearchKey: by it clients know one address again.
std::string search_key_of(std::string_view smtp) {
    std::string out = "SMTP:" + std::string(smtp);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return out + '\0';
}

Recipient recipient_of(const mapi::MailRecipient& one) {
    const std::string& name = one.name.empty() ? one.smtp : one.name;
    return {{{mapi::tag::recipient_type, Value::of(static_cast<std::uint64_t>(one.kind))},
             {mapi::tag::entry_id, Value::of(one_off_entry_id(name, one.smtp))},
             {mapi::tag::display_name, Value::of(name)},
             {mapi::tag::address_type, Value::of("SMTP")},
             {mapi::tag::email_address, Value::of(one.smtp)},
             {tag::search_key, Value::of(search_key_of(one.smtp))},
             {mapi::tag::smtp_address, Value::of(one.smtp)}}};
}

Attachment attachment_of(const mapi::MailAttachment& one) {
    Attachment out;
    out.properties = {{mapi::tag::attach_data, Value::of(one.octets)},
                      {mapi::tag::attach_file_name, Value::of(one.file_name)},
                      {mapi::tag::attach_long_file_name, Value::of(one.file_name)},
                      {mapi::tag::display_name, Value::of(one.file_name)},
                      {mapi::tag::attach_mime_tag, Value::of(one.mime_type)}};
    return out;
}

std::string text_of(const Properties& properties, std::initializer_list<PropertyTag> tags) {
    for (const PropertyTag tag : tags)
        if (const Value* value = find(properties, tag.id()); value && !value->text.empty())
            return value->text;
    return {};
}

}  // namespace

Message from_mail(const mapi::MailItem& item) {
    Message out;
    out.properties = item.properties;
    // A file knows it by the attachments themselves.
    drop(out.properties, mapi::tag::has_attachments.id());
    if (find(out.properties, mapi::tag::html.id()) && !find(out.properties, code_page.id()))
        out.properties.push_back({code_page, Value::of(utf8_page)});
    for (const mapi::MailRecipient& one : item.recipients)
        out.recipients.push_back(recipient_of(one));
    for (const mapi::MailAttachment& one : item.attachments)
        out.attachments.push_back(attachment_of(one));
    return out;
}

mapi::MailItem to_mail(const Message& message) {
    mapi::MailItem out;
    out.properties = message.properties;
    for (const Recipient& one : message.recipients) {
        const Value* kind = find(one.properties, mapi::tag::recipient_type.id());
        mapi::MailRecipient made;
        // The bits above say whether somebody has answered for it.
        const std::uint64_t number = kind ? kind->number & 0xf : 1;
        if (number <= 3) made.kind = static_cast<mapi::RecipientKind>(number);
        made.smtp = text_of(one.properties, {mapi::tag::smtp_address, mapi::tag::email_address});
        made.name = text_of(one.properties, {mapi::tag::display_name});
        if (made.name.empty()) made.name = made.smtp;
        out.recipients.push_back(std::move(made));
    }
    for (const Attachment& one : message.attachments) {
        const Value* data = find(one.properties, mapi::tag::attach_data.id());
        if (!one.embedded.empty() || !data) {
            const std::string name = text_of(one.properties, {mapi::tag::display_name});
            out.lost.push_back("attachment " + (name.empty() ? "without a name" : name));
            continue;
        }
        out.attachments.push_back(
            {text_of(one.properties, {mapi::tag::attach_long_file_name, mapi::tag::attach_file_name,
                                      mapi::tag::display_name}),
             text_of(one.properties, {mapi::tag::attach_mime_tag}), data->text});
    }
    out.put(mapi::tag::has_attachments, Value::of(std::uint64_t{!out.attachments.empty()}));
    return out;
}

}  // namespace postroad::pst

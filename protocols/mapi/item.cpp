// Items: what follows from what in them, and their octets.
#include "protocols/mapi/item.hpp"

#include <algorithm>

#include "protocols/base/assertion.hpp"

namespace postroad::mapi {
namespace {

constexpr PropertyTag display_bcc = 0x0e02001f, attach_number = 0x0e210003,
                      rendering_position = 0x370b0003, access_level = 0x0ff70003;
constexpr std::uint32_t by_value = 1;  // PidTagAttachMethod

// --- as octets: a layout of our own, which has no limit of 64 KiB ---

template <class A, class T, class F> void several(A& a, std::vector<T>& all, F&& one) {
    auto count = static_cast<std::uint32_t>(all.size());
    a.value(count);
    if constexpr (A::reading)
        if (a.require(count <= a.rest().size())) all.resize(count);
    for (T& each : all) one(each);
}
template <class A> void lay_out(A& a, TaggedValue& property) {
    a.value(property.tag.number);
    a.value(property.value.number);
    a.template counted<std::uint32_t>(property.value.text);
    several(a, property.value.numbers, [&](std::uint64_t& one) { a.value(one); });
    several(a, property.value.texts,
            [&](std::string& one) { a.template counted<std::uint32_t>(one); });
}
template <class A> void lay_out(A& a, std::vector<TaggedValue>& properties) {
    several(a, properties, [&](TaggedValue& one) { lay_out(a, one); });
}
template <class A> void lay_out(A& a, Item& item) {
    lay_out(a, item.properties);
    several(a, item.recipients, [&](ItemRecipient& one) {
        a.value(one.id);
        a.value(one.kind);
        a.template counted<std::uint32_t>(one.name);
        a.template counted<std::uint32_t>(one.smtp);
    });
    several(a, item.attachments, [&](ItemAttachment& one) {
        a.value(one.number);
        lay_out(a, one.properties);
    });
    a.value(item.next_attachment);
}
template <class T> std::string packed(const T& one) {
    Writer writer;
    lay_out(writer, const_cast<T&>(one));  // a Writer only looks
    return std::move(writer.out);
}
template <class T> T unpacked(std::string_view octets) {
    Reader reader(octets);
    T out;
    lay_out(reader, out);
    POSTROAD_ASSERT(reader.done());  // nobody but `packed` writes these
    return out;
}

std::string text_of(const std::vector<TaggedValue>& properties, PropertyTag tag) {
    const TaggedValue* const found = find_property(properties, tag);
    return found == nullptr ? std::string{} : found->value.text;
}

bool is_told_otherwise(PropertyTag tag) {  // of attachments: what the part's fields say, or nobody
    for (const PropertyTag one :
         {tag::attach_data, tag::attach_file_name, tag::attach_long_file_name, tag::attach_mime_tag,
          tag::attach_method, tag::attach_size, attach_number, rendering_position, access_level,
          tag::display_name, tag::object_type})
        if (one.id() == tag.id()) return true;
    return false;
}

}  // namespace

const TaggedValue* find_property(const std::vector<TaggedValue>& properties, PropertyTag tag) {
    for (const TaggedValue& one : properties)
        if (one.tag.id() == tag.id()) return &one;
    return nullptr;
}
void put_property(std::vector<TaggedValue>& properties, PropertyTag tag, Value value) {
    for (TaggedValue& one : properties)
        if (one.tag.id() == tag.id()) {
            one = {tag, std::move(value)};
            return;
        }
    properties.push_back({tag, std::move(value)});
}
bool remove_property(std::vector<TaggedValue>& properties, PropertyTag tag) {
    return std::erase_if(properties,
                         [&](const TaggedValue& one) { return one.tag.id() == tag.id(); }) != 0;
}

ItemAttachment* Item::attachment(std::uint32_t number) {
    for (ItemAttachment& one : attachments)
        if (one.number == number) return &one;
    return nullptr;
}

Item to_item(MailItem mail) {
    Item out;
    out.properties = std::move(mail.properties);
    for (MailRecipient& one : mail.recipients)
        out.recipients.push_back({static_cast<std::uint32_t>(out.recipients.size()), one.kind,
                                  std::move(one.name), std::move(one.smtp)});
    for (MailAttachment& one : mail.attachments) {
        ItemAttachment& to = out.attachments.emplace_back();
        to.number = out.next_attachment++;
        put_property(to.properties, attach_number, Value::of(to.number));
        put_property(to.properties, tag::attach_method, Value::of(by_value));
        put_property(to.properties, tag::attach_size, Value::of(one.octets.size()));
        put_property(to.properties, rendering_position, Value::of(0xffffffffU));
        put_property(to.properties, tag::attach_long_file_name, Value::of(one.file_name));
        put_property(to.properties, tag::attach_file_name, Value::of(one.file_name));
        put_property(to.properties, tag::display_name, Value::of(one.file_name));
        put_property(to.properties, tag::attach_mime_tag, Value::of(one.mime_type));
        put_property(to.properties, tag::attach_data, Value::of(one.octets));
    }
    return out;
}

MailItem to_mail(const Item& item, std::vector<std::string>* lost) {
    MailItem out;
    out.properties = item.properties;
    for (const ItemRecipient& one : item.recipients)
        out.recipients.push_back({one.kind, one.name, one.smtp});
    for (const ItemAttachment& one : item.attachments) {
        MailAttachment to;
        to.file_name = text_of(one.properties, tag::attach_long_file_name);
        if (to.file_name.empty()) to.file_name = text_of(one.properties, tag::attach_file_name);
        to.mime_type = text_of(one.properties, tag::attach_mime_tag);
        to.octets = text_of(one.properties, tag::attach_data);
        out.attachments.push_back(std::move(to));
        if (lost == nullptr) continue;
        for (const TaggedValue& property : one.properties)
            if (!is_told_otherwise(property.tag)) {
                std::string words = words_of(property.tag) + " of an attachment";
                if (std::find(lost->begin(), lost->end(), words) == lost->end())
                    lost->push_back(std::move(words));
            }
    }
    return out;
}

void settle_subject(Item& item, PropertyTag set) {
    const bool whole = set.id() == tag::subject.id();
    const bool part = set.id() == tag::subject_prefix.id() ||
                      set.id() == tag::normalized_subject.id();
    if (whole) {
        const std::string subject = text_of(item.properties, tag::subject);
        const Subject split = split_subject(subject);
        put_property(item.properties, tag::subject_prefix, Value::of(split.prefix));
        put_property(item.properties, tag::normalized_subject, Value::of(split.normalized));
    } else if (part) {
        put_property(item.properties, tag::subject,
                     Value::of(text_of(item.properties, tag::subject_prefix) +
                               text_of(item.properties, tag::normalized_subject)));
    }
}

void settle_recipients(Item& item) {
    struct Kind {
        RecipientKind kind;
        PropertyTag display;
    };
    for (const Kind& one : {Kind{RecipientKind::to, tag::display_to},
                            Kind{RecipientKind::cc, tag::display_cc},
                            Kind{RecipientKind::bcc, display_bcc}}) {
        std::string words;
        for (const ItemRecipient& recipient : item.recipients) {
            if (recipient.kind != one.kind) continue;
            words += (words.empty() ? "" : "; ") +
                     (recipient.name.empty() ? recipient.smtp : recipient.name);
        }
        put_property(item.properties, one.display, Value::of(words));
    }
}

void settle_attachments(Item& item) {
    put_property(item.properties, tag::has_attachments,
                 Value::of(item.attachments.empty() ? 0U : 1U));
}

std::string words_of(PropertyTag tag) {
    if (const std::string_view name = mapi::name_of(tag); !name.empty()) return std::string(name);
    std::string out = "0x";
    for (int shift = 28; shift >= 0; shift -= 4)
        out += "0123456789abcdef"[tag.number >> shift & 0xfU];
    return out;
}

std::string pack(const Item& item) { return packed(item); }
Item unpack(std::string_view octets) { return unpacked<Item>(octets); }
std::string pack(const std::vector<TaggedValue>& properties) { return packed(properties); }
std::vector<TaggedValue> unpack_properties(std::string_view octets) {
    return unpacked<std::vector<TaggedValue>>(octets);
}

}  // namespace postroad::mapi

// Messages (MS-OXCMSG): opened, made, saved; who they go to.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/mapi/code_page.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/mapi/parts.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::mapi_store {
namespace {

constexpr std::uint8_t read_only = 0, read_write = 1, best_access = 3;  // MS-OXCMSG §2.2.3.1.1
constexpr std::uint32_t mf_read = 1, mf_unsent = 8;
constexpr std::size_t columns_max = 100;
constexpr std::size_t opened_octets = 600;  // what an opened message's answer has beside recipients
constexpr std::size_t rows_at_once_max = 255;

// MS-OXCDATA §2.8.3: everybody is known by an SMTP address here.
std::string row_of(const mapi::ItemRecipient& recipient) {
    mapi::RecipientRow row;
    row.email = recipient.smtp;
    row.display_name = recipient.name.empty() ? recipient.smtp : recipient.name;
    return mapi::write_recipient(row, {});
}
rop::RecipientEntry entry_of(const mapi::ItemRecipient& recipient) {
    rop::RecipientEntry out;
    out.kind = static_cast<std::uint8_t>(recipient.kind);
    out.code_page = 0x0fff;
    out.row = row_of(recipient);
    return out;
}

mapi::TypedString typed(std::string_view text) {
    if (text.empty()) return {mapi::TypedString::Kind::empty, {}};
    return {mapi::TypedString::Kind::unicode, std::string(text)};
}
std::string text_in(const mapi::Item& item, PropertyTag which) {
    const TaggedValue* const found = item.find(which);
    return found == nullptr ? std::string() : found->value.text.substr(0, 100);
}

// What a client's row says of a recipient; nothing: no address that mail could go to.
std::optional<mapi::ItemRecipient> recipient_of(const Doing& doing, const rop::ModifiedRecipient& from,
                                                const std::vector<PropertyTag>& columns) {
    const auto row = mapi::read_recipient(from.row, columns);
    if (!row) return std::nullopt;
    mapi::ItemRecipient out;
    out.id = from.id;
    const std::uint8_t kind = from.kind & 0x0f;
    if (kind < 1 || kind > 3) return std::nullopt;
    out.kind = static_cast<mapi::RecipientKind>(kind);
    const bool octets = !(row->flags & mapi::RecipientRow::is_unicode);
    const auto text = [&](const std::string& one) { return octets ? mapi::from_octets(one) : one; };
    out.name = text(row->display_name);
    out.smtp = text(row->email);
    std::string dn = row->x500_name;
    for (std::size_t i = 0; i < row->properties.cells.size(); ++i) {
        const mapi::Cell& cell = row->properties.cells[i];
        if (!cell.value) continue;
        const std::string value = cell.tag.type() == PropertyType::string8
                                      ? mapi::from_octets(cell.value->text)
                                      : cell.value->text;
        if (cell.tag.id() == tag::smtp_address.id() && !value.empty()) out.smtp = value;
        if (cell.tag.id() == tag::display_name.id() && out.name.empty()) out.name = value;
        if (cell.tag.id() == tag::email_address.id() && dn.empty()) dn = value;
    }
    if (out.smtp.find('@') == std::string::npos) {  // known by the directory's name alone
        if (starts_ignoring_case(out.smtp, "/o=")) dn = out.smtp;
        const std::uint32_t person = person_of_dn(doing.run.setup(), dn);
        if (person == nothing) return std::nullopt;
        out.smtp = doing.run.setup().people[person].address;
        if (out.name.empty()) out.name = doing.run.setup().people[person].display;
    }
    return out;
}

// Nothing was changed that a text could show: then the one that came stays as it came, with all its
// fields and whatever signature it has.
bool says_the_same(const Doing& doing, std::uint32_t stored, std::string_view text) {
    std::vector<std::string> lost;
    return composed(read_item(doing.run.world, stored), true, lost) == text;
}

}  // namespace

RopError operate(Doing& doing, const RopRequest& request, const rop::OpenMessage& asked,
                 RopResponse& response) {
    if (object_at(doing, request.handle, {MapiKind::logon, MapiKind::folder}) == nothing)
        return missing(doing, request.handle);
    if (asked.mode != read_only && asked.mode != read_write && asked.mode != best_access)
        return RopError::invalid_parameter;
    const std::uint32_t stored = stored_of(doing.run.world, doing.owner(), asked.message);
    if (stored == nothing) return RopError::not_found;
    const Reading reading(doing.run, doing.owner(), stored);
    const mapi::Item& item = reading.item();
    auto& out = std::get<rop::MessageOpened>(response.body);
    out.subject_prefix = typed(text_in(item, tag::subject_prefix));
    out.normalized_subject = typed(text_in(item, tag::normalized_subject));
    out.recipients = static_cast<std::uint16_t>(item.recipients.size());
    std::size_t used = opened_octets;
    for (const mapi::ItemRecipient& one : item.recipients) {  // as many as fit; RopReadRecipients
        rop::RecipientEntry entry = entry_of(one);
        used += entry.row.size() + 8;
        if (used > doing.room || out.rows.size() == rows_at_once_max) break;
        out.rows.push_back(std::move(entry));
    }
    const std::uint32_t object = add_object(doing, MapiKind::message, request, request.second);
    if (object == nothing) return RopError::too_many_objects;
    const std::uint32_t folder = doing.run.world.mail.stored[stored].folder;
    MapiObject& made = doing.tables().objects.edit(object);
    made.folder = place_of_folder(doing.run.world, folder).id;
    made.message = asked.message;
    if (asked.mode != read_only) made.flags |= mapi_flag::writable;
    folders::record(doing.run, doing.host, folder, MailboxMove::retrieved, doing.conversation,
                    &doing.run.world.mail.stored[stored]);
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::CreateMessage& asked,
                 RopResponse&) {
    if (object_at(doing, request.handle, {MapiKind::logon, MapiKind::folder}) == nothing)
        return missing(doing, request.handle);
    const auto place = place_of(doing.run.world, doing.owner(), asked.folder);
    if (!place) return RopError::not_found;
    if (asked.associated != 0) return RopError::not_supported;
    // Nothing can lie in those that are not the store's.
    if (place->store == nothing && place->special != outbox && place->special != inbox &&
        place->special != sent_items && place->special != deleted_items && place->special != drafts)
        return RopError::access_denied;
    const std::uint32_t object = add_object(doing, MapiKind::message, request, request.second);
    if (object == nothing) return RopError::too_many_objects;
    mapi::Item item;
    put_property(item.properties, tag::message_class, Value::of("IPM.Note"));
    put_property(item.properties, tag::importance, Value::of(1U));
    put_property(item.properties, tag::flags, Value::of(mf_unsent));
    put_property(item.properties, tag::has_attachments, Value::of(0U));
    settle_recipients(item);
    MapiObject& made = doing.tables().objects.edit(object);
    made.folder = asked.folder;
    made.flags |= mapi_flag::writable;
    return put_back(doing, object, item);
}

namespace {

std::uint32_t flags_of_new(const mapi::Item& item) {
    const TaggedValue* const flags = item.find(tag::flags);
    const std::uint64_t bits = flags == nullptr ? 0 : flags->value.number;
    return ((bits & mf_read) ? mail_flag::seen : 0) |
           ((bits & mf_unsent) ? mail_flag::draft | mail_flag::seen : 0);
}

// A text in the store does not change: another takes its place. `stored`: where it is then.
RopError write_down(Doing& doing, const MapiObject& message, const mapi::Item& item,
                    std::uint32_t before, std::uint32_t& stored) {
    const std::string text = text_of(doing, item, true, 0);
    stored = before;
    if (before != nothing && says_the_same(doing, before, text)) return RopError::none;
    if (text.size() > mail::settings_of(doing.run, doing.host).smtp.size_max.bytes)
        return RopError::message_too_big;
    const std::uint64_t freed =
        before == nothing ? 0 : doing.run.world.mail.stored[before].octets();
    if (text.size() > freed && !store::fits(doing.run, doing.owner(), text.size() - freed))
        return RopError::quota_exceeded;
    const auto place = place_of(doing.run.world, doing.owner(), message.folder);
    const std::uint32_t folder = place ? folder_for(doing, *place) : nothing;
    if (folder == nothing) return RopError::object_deleted;
    store::Entry entry;
    entry.content = doing.heap().make(text);
    entry.arrived_s = doing.run.unix_s();
    entry.flags = flags_of_new(item);
    if (before != nothing) {
        const StoredMessage& old = doing.run.world.mail.stored[before];
        entry.flags = old.flags & ((1U << mail_flag::keyword_shift) - 1) & ~mail_flag::recent;
        entry.arrived_s = old.arrived_s;
        entry.message = old.message;
    }
    stored = store::add(doing.run.world, folder, entry);
    folders::record(doing.run, doing.host, folder, MailboxMove::appended, doing.conversation,
                    &doing.run.world.mail.stored[stored]);
    if (before != nothing) {
        folders::record(doing.run, doing.host, doing.run.world.mail.stored[before].folder,
                        MailboxMove::deleted, doing.conversation,
                        &doing.run.world.mail.stored[before]);
        store::remove(doing.run.world, before);
    }
    folders::tell_watchers(doing.run, folder);
    return RopError::none;
}

}  // namespace

// MS-OXCMSG §3.2.5.3.
RopError operate(Doing& doing, const RopRequest& request, const rop::SaveChangesMessage& asked,
                 RopResponse& response) {
    constexpr std::uint8_t keep_open_read_only = 1;
    const std::uint32_t object = object_at(doing, request.second, {MapiKind::message});
    if (object == nothing) return missing(doing, request.second);
    const MapiObject message = doing.tables().objects[object];
    if (!(message.flags & mapi_flag::writable)) return RopError::access_denied;
    std::uint32_t stored = message.message == 0
                               ? nothing
                               : stored_of(doing.run.world, doing.owner(), message.message);
    if (message.message != 0 && stored == nothing) return RopError::object_deleted;
    if (message.message == 0 || (message.flags & mapi_flag::changed)) {
        const RopError error =
            write_down(doing, message, item_to_change(doing, object), stored, stored);
        if (error != RopError::none) return error;
        drop(doing.run, object, &MapiObject::content);
    }
    MapiObject& after = doing.tables().objects.edit(object);
    after.message = message_id(doing.run.world, stored);
    after.flags &= static_cast<std::uint8_t>(~mapi_flag::changed);
    if (asked.flags & keep_open_read_only)
        after.flags &= static_cast<std::uint8_t>(~mapi_flag::writable);
    auto& out = std::get<rop::MessageSaved>(response.body);
    out.handle = request.second;
    out.message = after.message;
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::RemoveAllRecipients&,
                 RopResponse&) {
    const std::uint32_t object = object_at(doing, request.handle, {MapiKind::message});
    if (object == nothing) return missing(doing, request.handle);
    if (!(doing.tables().objects[object].flags & mapi_flag::writable))
        return RopError::access_denied;
    mapi::Item item = item_to_change(doing, object);
    item.recipients.clear();
    settle_recipients(item);
    return put_back(doing, object, item);
}

RopError operate(Doing& doing, const RopRequest& request, const rop::ModifyRecipients& asked,
                 RopResponse&) {
    const std::uint32_t object = object_at(doing, request.handle, {MapiKind::message});
    if (object == nothing) return missing(doing, request.handle);
    if (!(doing.tables().objects[object].flags & mapi_flag::writable))
        return RopError::access_denied;
    if (asked.columns.size() > columns_max) return RopError::invalid_parameter;
    mapi::Item item = item_to_change(doing, object);
    for (const rop::ModifiedRecipient& one : asked.rows) {
        const auto there =
            std::find_if(item.recipients.begin(), item.recipients.end(),
                         [&](const mapi::ItemRecipient& known) { return known.id == one.id; });
        if (one.row.empty()) {
            if (there != item.recipients.end()) item.recipients.erase(there);
            continue;
        }
        auto fresh = recipient_of(doing, one, asked.columns);
        if (!fresh) return RopError::ambiguous_recipient;  // the message is as it was
        if (there != item.recipients.end()) {
            *there = std::move(*fresh);
            continue;
        }
        if (item.recipients.size() >= recipients_max) return RopError::too_many_recipients;
        item.recipients.push_back(std::move(*fresh));
    }
    settle_recipients(item);
    return put_back(doing, object, item);
}

RopError operate(Doing& doing, const RopRequest& request, const rop::ReadRecipients& asked,
                 RopResponse& response) {
    const std::uint32_t object = object_at(doing, request.handle, {MapiKind::message});
    if (object == nothing) return missing(doing, request.handle);
    const Reading reading = Reading::of_object(doing.run, doing.owner(), object);
    auto& out = std::get<rop::RecipientsRead>(response.body).rows;
    std::size_t used = 16;
    bool left_off = false;
    for (const mapi::ItemRecipient& one : reading.item().recipients) {
        if (one.id < asked.first) continue;
        rop::NumberedRecipient row{one.id, entry_of(one)};
        used += row.entry.row.size() + 12;
        left_off = used > doing.room || out.size() == rows_at_once_max;
        if (left_off) break;
        out.push_back(std::move(row));
    }
    if (out.empty()) return left_off ? RopError::buffer_too_small : RopError::not_found;
    return RopError::none;
}

}  // namespace postroad::sim::mapi_store

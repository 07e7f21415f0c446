// Messages that are being changed: from the store to an item, and from the item to a text again.
#include <algorithm>

#include "protocols/message/compose.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/mapi/parts.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::mapi_store {
namespace {

// What the store says of every message, or an outbox needs and nobody else: nothing is lost there.
void leave_out(mapi::Item& item) {
    constexpr PropertyTag internal[] = {tag::flags,
                                        tag::display_name,
                                        prop::delete_after_submit,
                                        prop::creation_time,
                                        prop::modification_time,
                                        prop::sender_smtp,
                                        prop::sent_representing_smtp,
                                        prop::sent_representing_type,
                                        prop::read,
                                        prop::status,
                                        prop::search_key,
                                        PropertyTag(0x0e02001f)};
    for (const PropertyTag one : internal) (void)mapi::remove_property(item.properties, one);
}

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& one : names) out += (out.empty() ? "" : ", ") + one;
    return out;
}

}  // namespace

mapi::Item item_to_change(Doing& doing, std::uint32_t object) {
    return Reading::of_object(doing.run, doing.owner(), object).item();
}

RopError put_back(Doing& doing, std::uint32_t object, const mapi::Item& item) {
    if (!keep(doing.run, object, &MapiObject::content, mapi::pack(item)))
        return RopError::quota_exceeded;
    doing.tables().objects.edit(object).flags |= mapi_flag::changed;
    return RopError::none;
}

std::string composed(mapi::Item item, bool for_folder, std::vector<std::string>& lost) {
    leave_out(item);
    std::string out;
    if (for_folder) {  // a draft keeps its blind recipients; who is sent one never sees them
        std::vector<message::Address> blind;
        for (const mapi::ItemRecipient& one : item.recipients) {
            if (one.kind != mapi::RecipientKind::bcc) continue;
            message::Mailbox mailbox;
            const std::size_t at = one.smtp.rfind('@');
            mailbox.local_part = one.smtp.substr(0, at);
            if (at != std::string::npos) mailbox.domain = one.smtp.substr(at + 1);
            if (one.name != one.smtp) mailbox.display_name = one.name;
            blind.emplace_back().mailboxes.push_back(std::move(mailbox));
        }
        if (!blind.empty()) message::put_address_field(out, "Bcc", blind);
        std::erase_if(item.recipients, [](const mapi::ItemRecipient& one) {
            return one.kind == mapi::RecipientKind::bcc;
        });
    }
    const mapi::MailItem mail = mapi::to_mail(item, &lost);
    out += mapi::to_message(mail, &lost);
    std::erase(lost, "Bcc");  // the envelope has them
    return out;
}

std::string text_of(Doing& doing, const mapi::Item& item, bool for_folder, Id subject) {
    std::vector<std::string> lost;
    std::string out = composed(item, for_folder, lost);
    if (!lost.empty())
        doing.run.decide(doing.host, subject == 0 ? doing.conversation : subject,
                         Reason::mapi_lost, joined(lost));
    return out;
}

void changed_flags(Doing& doing, std::uint32_t stored, std::uint32_t flags) {
    if (doing.run.world.mail.stored[stored].flags == flags) return;
    store::set_flags(doing.run.world, stored, flags);
    const std::uint32_t folder = doing.run.world.mail.stored[stored].folder;
    folders::record(doing.run, doing.host, folder, MailboxMove::flagged, doing.conversation,
                    &doing.run.world.mail.stored[stored]);
    folders::tell_watchers(doing.run, folder);
}

}  // namespace postroad::sim::mapi_store

// Messages by their ids, and what their properties are: those of the text (MS-OXCMAIL §2.2), and
// those that the store knows without reading it.
#include "sim/mail/folders.hpp"
#include "sim/mail/mapi/parts.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::mapi_store {
namespace {

// A message's counter: which folder of the mailbox, then which message of it.
constexpr unsigned uid_bits = 28;
constexpr std::uint64_t uid_mask = (std::uint64_t{1} << uid_bits) - 1;
constexpr std::uint64_t validity_mask = (std::uint64_t{1} << 20) - 1;

constexpr std::uint32_t mf_read = 0x01, mf_unmodified = 0x02, mf_unsent = 0x08,
                        mf_attachments = 0x10;  // MS-OXCMSG §2.2.1.6
constexpr std::uint32_t follow_up_flagged = 2, verb_reply = 102;

bool is_stored(const World& world, std::uint32_t stored, std::uint32_t folder, std::uint32_t uid) {
    return world.mail.stored[stored].folder == folder && world.mail.stored[stored].uid == uid;
}

// Numbers that the store keeps up to date, whatever somebody has read long ago.
constexpr PropertyTag store_tags[] = {tag::folder_id,       tag::message_id,
                                      prop::instance_id,    prop::instance_number,
                                      tag::entry_id,        prop::record_key,
                                      prop::search_key,     prop::parent_folder,
                                      prop::parent_entry_id, tag::flags,
                                      prop::read,           prop::status,
                                      tag::size,            tag::delivery_time,
                                      prop::creation_time,  prop::modification_time,
                                      tag::object_type,     prop::access,
                                      prop::access_level,   prop::row_type,
                                      prop::flag_status,    prop::last_verb};

}  // namespace

std::uint64_t message_id(const World& world, std::uint32_t folder, std::uint32_t uid) {
    const std::uint64_t validity = world.mail.folders[folder].uid_validity & validity_mask;
    return mapi::object_id(validity << uid_bits | (uid & uid_mask));
}
std::uint64_t message_id(const World& world, std::uint32_t stored) {
    return message_id(world, world.mail.stored[stored].folder, world.mail.stored[stored].uid);
}

std::uint32_t stored_of(const World& world, std::uint32_t person, std::uint64_t id) {
    const std::uint64_t counter = mapi::counter_of(id);
    const std::uint64_t uid = counter & uid_mask, validity = counter >> uid_bits;
    if (validity == 0 || uid == 0) return nothing;
    for (std::uint32_t at = world.mail.mailboxes[person].first_folder; at != nothing;
         at = world.mail.folders[at].next) {
        const Folder& folder = world.mail.folders[at];
        if ((folder.uid_validity & validity_mask) != validity) continue;
        // New ones are asked for more often than old ones.
        for (std::uint32_t one = folder.last; one != nothing; one = world.mail.stored[one].before)
            if (is_stored(world, one, at, static_cast<std::uint32_t>(uid))) return one;
    }
    return nothing;
}

std::uint32_t message_flags_of(std::uint32_t flags) {
    return mf_unmodified | ((flags & mail_flag::seen) != 0 ? mf_read : 0) |
           ((flags & mail_flag::draft) != 0 ? mf_unsent : 0);
}

mapi::Item read_item(const World& world, std::uint32_t stored) {
    const StoredMessage& one = world.mail.stored[stored];
    return mapi::to_item(mapi::to_properties(world.heap.view(one.content),
                                             file_time(one.arrived_s)));
}

Reading::Reading(const Run& run, std::uint32_t person, std::uint32_t stored)
    : run_(&run), person_(person), stored_(stored) {
    folder_ = place_of_folder(run.world, run.world.mail.stored[stored].folder).id;
    id_ = message_id(run.world, stored);
}

Reading Reading::of_object(const Run& run, std::uint32_t person, std::uint32_t object) {
    const MapiObject& one = run.world.mail.mapi.objects[object];
    Reading out(run, person);
    out.folder_ = one.folder;
    out.id_ = one.message;
    if (one.message != 0) out.stored_ = stored_of(run.world, person, one.message);
    if (!one.content.empty()) out.item_ = mapi::unpack(run.world.heap.view(one.content));
    else if (out.stored_ == nothing) out.item_.emplace();
    return out;
}

const mapi::Item& Reading::item() const {
    if (!item_) item_ = read_item(run_->world, stored_);
    return *item_;
}

std::optional<TaggedValue> Reading::property(PropertyTag asked) const {
    if (auto found = computed(asked)) return found;
    if (const TaggedValue* const found = item().find(asked)) return *found;
    return std::nullopt;
}

std::optional<TaggedValue> Reading::computed(PropertyTag asked) const {
    const auto number = [](PropertyTag own, std::uint64_t value) {
        return TaggedValue{own, Value::of(value)};
    };
    const auto text = [](PropertyTag own, std::string_view value) {
        return TaggedValue{own, Value::of(value)};
    };
    const StoredMessage* const stored =
        stored_ == nothing ? nullptr : &run_->world.mail.stored[stored_];
    switch (asked.id()) {
    case tag::object_type.id(): return number(tag::object_type, 5);
    case prop::access.id(): return number(prop::access, 7);  // change, read, delete
    case prop::access_level.id(): return number(prop::access_level, 1);
    case prop::status.id(): return number(prop::status, 0);
    case prop::parent_folder.id(): return number(prop::parent_folder, folder_);
    case tag::folder_id.id(): return number(tag::folder_id, folder_);
    case prop::parent_entry_id.id():
        return text(prop::parent_entry_id, entry_id_of(*run_, person_, folder_));
    default: break;
    }
    if (stored == nullptr) return std::nullopt;
    const std::uint64_t arrived = file_time(stored->arrived_s);
    switch (asked.id()) {
    case tag::message_id.id(): return number(tag::message_id, id_);
    case prop::instance_id.id(): return number(prop::instance_id, id_);
    case prop::instance_number.id(): return number(prop::instance_number, 0);
    case tag::entry_id.id():
        return text(tag::entry_id, entry_id_of(*run_, person_, folder_, id_));
    case prop::record_key.id():
    case prop::search_key.id():
        return text(asked.id() == prop::record_key.id() ? prop::record_key : prop::search_key,
                    entry_id_of(*run_, person_, folder_, id_));
    case tag::flags.id():
        return number(tag::flags, message_flags_of(stored->flags) |
                                      (item().attachments.empty() ? 0 : mf_attachments));
    case prop::read.id(): return number(prop::read, (stored->flags & mail_flag::seen) ? 1 : 0);
    case tag::size.id():
        if (asked.type() == PropertyType::integer64)
            return number(prop::message_size_extended, stored->octets());
        return number(tag::size, stored->octets());
    case tag::delivery_time.id(): return number(tag::delivery_time, arrived);
    case prop::creation_time.id(): return number(prop::creation_time, arrived);
    case prop::modification_time.id(): return number(prop::modification_time, arrived);
    case prop::row_type.id(): return number(prop::row_type, 1);
    case prop::flag_status.id():
        if ((stored->flags & mail_flag::flagged) == 0) return std::nullopt;
        return number(prop::flag_status, follow_up_flagged);
    case prop::last_verb.id():
        if ((stored->flags & mail_flag::answered) == 0) return std::nullopt;
        return number(prop::last_verb, verb_reply);
    default: return std::nullopt;
    }
}

std::vector<TaggedValue> Reading::all() const {
    std::vector<TaggedValue> out;
    for (const PropertyTag one : store_tags)
        if (auto found = computed(one)) out.push_back(std::move(*found));
    for (const TaggedValue& one : item().properties)
        if (mapi::find_property(out, one.tag) == nullptr) out.push_back(one);
    return out;
}

}  // namespace postroad::sim::mapi_store

// Folders by their ids: those that every mailbox has (MS-OXOSFLD), and the store's others.
#include <algorithm>
#include <array>

#include "sim/mail/folders.hpp"
#include "sim/mail/mapi/parts.hpp"

namespace postroad::sim::mapi_store {
namespace {

// Counters of folders that are only the store's: this and what it calls their UIDVALIDITY.
constexpr std::uint64_t first_other = 0x10000;
constexpr std::uint32_t generic = 1;  // PidTagFolderType
constexpr std::uint32_t read_and_more = 0x3f, all_rights = 0x5fb;

struct Usual {
    Special special;
    std::string_view name;        // as mail clients show it
    std::string_view store_name;  // in the store; empty: never there
    FolderUse use = FolderUse::none;
};
constexpr std::array<Usual, 14> usual{{{root, "", ""},
                                       {deferred, "Deferred Action", ""},
                                       {spooler, "Spooler Queue", ""},
                                       {top, "Top of Information Store", ""},
                                       {inbox, "Inbox", folders::inbox_name},
                                       {outbox, "Outbox", "Outbox"},
                                       {sent_items, "Sent Items", "Sent", FolderUse::sent},
                                       {deleted_items, "Deleted Items", "Trash", FolderUse::trash},
                                       {common_views, "Common Views", ""},
                                       {schedule, "Schedule", ""},
                                       {search, "Finder", ""},
                                       {views, "Views", ""},
                                       {shortcuts, "Shortcuts", ""},
                                       {drafts, "Drafts", "Drafts", FolderUse::drafts}}};

bool is_missing(const Folder& folder) { return (folder.flags & folder_flag::missing) != 0; }

// The folder that stands for a special one; of several the one that is called so, then the oldest.
std::uint32_t find_special(const World& world, std::uint32_t person, const Usual& what) {
    if (what.store_name.empty()) return nothing;
    const std::uint32_t named = folders::find(world, person, what.store_name);
    if (named != nothing && !is_missing(world.mail.folders[named])) return named;
    if (what.use == FolderUse::none) return nothing;
    std::uint32_t best = nothing;
    for (std::uint32_t at = world.mail.mailboxes[person].first_folder; at != nothing;
         at = world.mail.folders[at].next) {
        const Folder& one = world.mail.folders[at];
        if (static_cast<FolderUse>(one.flags >> folder_flag::use_shift) == what.use &&
            !is_missing(one))
            best = at;  // the list has the newest first
    }
    return best;
}

std::string_view level_above(std::string_view name) {
    const auto slash = name.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : name.substr(0, slash);
}

}  // namespace

Place special_place(const World& world, std::uint32_t person, std::uint32_t special) {
    return {mapi::object_id(special), special,
            find_special(world, person, usual[special - 1])};
}

Place place_of_folder(const World& world, std::uint32_t folder) {
    const std::uint32_t person = world.mail.folders[folder].owner;
    for (const Usual& one : usual)
        if (find_special(world, person, one) == folder)
            return {mapi::object_id(one.special), one.special, folder};
    return {mapi::object_id(first_other + world.mail.folders[folder].uid_validity), other, folder};
}

std::optional<Place> place_of(const World& world, std::uint32_t person, std::uint64_t id) {
    const std::uint64_t counter = mapi::counter_of(id);
    if (counter == 0) return std::nullopt;
    if (counter < specials_end)
        return special_place(world, person, static_cast<std::uint32_t>(counter));
    for (std::uint32_t at = world.mail.mailboxes[person].first_folder; at != nothing;
         at = world.mail.folders[at].next)
        if (first_other + world.mail.folders[at].uid_validity == counter &&
            !is_missing(world.mail.folders[at]))
            return Place{id, other, at};
    return std::nullopt;
}

std::uint32_t folder_for(Doing& doing, const Place& place) {
    if (place.store != nothing &&
        (doing.run.world.mail.folders[place.store].flags & folder_flag::no_select) == 0)
        return place.store;
    const std::string name =
        place.store != nothing
            ? std::string(doing.heap().view(doing.run.world.mail.folders[place.store].name))
            : std::string(usual[place.special - 1].store_name);
    if (name.empty()) return nothing;
    if (place.special == inbox) return folders::inbox(doing.run.world, doing.owner());
    return folders::make(doing.run, doing.owner(), name, doing.conversation);
}

std::string name_of_place(const World& world, std::uint32_t, const Place& place) {
    if (place.special != other) return std::string(usual[place.special - 1].name);
    const std::string_view whole = world.heap.view(world.mail.folders[place.store].name);
    return std::string(whole.substr(level_above(whole).empty() ? 0 : level_above(whole).size() + 1));
}

std::vector<std::uint64_t> children_of(const World& world, std::uint32_t person,
                                       const Place& place) {
    std::vector<std::uint64_t> out;
    if (place.special == root)
        for (const Special one : {deferred, spooler, top, common_views, schedule, search, views,
                                  shortcuts})
            out.push_back(mapi::object_id(one));
    if (place.special == top)
        for (const Special one : {inbox, outbox, sent_items, deleted_items, drafts})
            out.push_back(mapi::object_id(one));
    // The store's own, by name. One whose parent is not there any more is at the top.
    std::vector<std::pair<std::string_view, std::uint64_t>> more;
    for (std::uint32_t at = world.mail.mailboxes[person].first_folder; at != nothing;
         at = world.mail.folders[at].next) {
        if (is_missing(world.mail.folders[at])) continue;
        const Place one = place_of_folder(world, at);
        if (one.special == other && parent_of(world, person, one) == place.id)
            more.emplace_back(world.heap.view(world.mail.folders[at].name), one.id);
    }
    std::sort(more.begin(), more.end());
    for (const auto& one : more) out.push_back(one.second);
    return out;
}

std::uint64_t parent_of(const World& world, std::uint32_t person, const Place& place) {
    switch (place.special) {
    case other: break;
    case root: return mapi::object_id(root);
    case inbox:
    case outbox:
    case sent_items:
    case deleted_items:
    case drafts: return mapi::object_id(top);
    default: return mapi::object_id(root);
    }
    const std::string_view above =
        level_above(world.heap.view(world.mail.folders[place.store].name));
    const std::uint32_t parent = above.empty() ? nothing : folders::find(world, person, above);
    if (parent == nothing || is_missing(world.mail.folders[parent])) return mapi::object_id(top);
    return place_of_folder(world, parent).id;
}

std::uint32_t unread_in(const World& world, std::uint32_t folder) {
    std::uint32_t out = 0;
    for (std::uint32_t at = world.mail.folders[folder].first; at != nothing;
         at = world.mail.stored[at].next)
        out += (world.mail.stored[at].flags & mail_flag::seen) == 0 ? 1 : 0;
    return out;
}

std::optional<TaggedValue> folder_property(const Run& run, std::uint32_t person, const Place& place,
                                           PropertyTag asked) {
    const World& world = run.world;
    const auto number = [](PropertyTag own, std::uint64_t value) {
        return TaggedValue{own, Value::of(value)};
    };
    const auto text = [](PropertyTag own, std::string_view value) {
        return TaggedValue{own, Value::of(value)};
    };
    const auto entry = [&](PropertyTag own, std::uint32_t special) {
        return text(own, entry_id_of(run, person, mapi::object_id(special)));
    };
    const Folder* const folder =
        place.store == nothing ? nullptr : &world.mail.folders[place.store];
    const auto size = folder == nullptr ? 0 : folder->octets;
    switch (asked.id()) {
    case tag::display_name.id():
        return text(tag::display_name, name_of_place(world, person, place));
    case tag::comment.id(): return text(tag::comment, "");
    case tag::folder_id.id(): return number(tag::folder_id, place.id);
    case prop::parent_folder.id():
        return number(prop::parent_folder, parent_of(world, person, place));
    case tag::entry_id.id(): return text(tag::entry_id, entry_id_of(run, person, place.id));
    case prop::record_key.id(): return text(prop::record_key, entry_id_of(run, person, place.id));
    case prop::parent_entry_id.id():
        return text(prop::parent_entry_id,
                    entry_id_of(run, person, parent_of(world, person, place)));
    case tag::content_count.id(): return number(tag::content_count, folder ? folder->count : 0);
    case tag::content_unread.id():
        return number(tag::content_unread, folder ? unread_in(world, place.store) : 0);
    case tag::subfolders.id():
        return number(tag::subfolders, children_of(world, person, place).empty() ? 0 : 1);
    case prop::child_count.id():
        return number(prop::child_count, children_of(world, person, place).size());
    case tag::container_class.id():
        if (place.special == root) return std::nullopt;
        return text(tag::container_class, "IPF.Note");
    case prop::folder_type.id():
        return number(prop::folder_type, place.special == root ? 0 : generic);
    case tag::object_type.id(): return number(tag::object_type, 3);
    case prop::access.id(): return number(prop::access, read_and_more);
    case prop::rights.id(): return number(prop::rights, all_rights);
    case tag::size.id():
        if (asked.type() == PropertyType::integer64) return number(prop::message_size_extended, size);
        return number(tag::size, size);
    case prop::row_type.id(): return number(prop::row_type, 1);
    default: break;
    }
    const bool names_others = place.special == root || place.special == inbox;
    if (asked.id() == prop::ipm_drafts.id() && names_others)
        return entry(prop::ipm_drafts, drafts);
    return std::nullopt;
}

std::vector<PropertyTag> folder_properties(std::uint32_t special) {
    std::vector<PropertyTag> out{tag::display_name,   tag::comment,        tag::folder_id,
                                 prop::parent_folder, tag::entry_id,       prop::record_key,
                                 prop::parent_entry_id, tag::content_count, tag::content_unread,
                                 tag::subfolders,     prop::child_count,   prop::folder_type,
                                 tag::object_type,    prop::access,        prop::rights,
                                 tag::size};
    if (special != root) out.push_back(tag::container_class);
    if (special == root || special == inbox) out.push_back(prop::ipm_drafts);
    return out;
}

}  // namespace postroad::sim::mapi_store

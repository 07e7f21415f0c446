// The folders of mailboxes: names, modification sequences, keywords, and who is told of changes.
#include "sim/mail/folders.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/mail/mapi_store.hpp"
#include "sim/mail/queue.hpp"
#include "sim/mail/store.hpp"
#include "sim/net/tcp.hpp"

namespace postroad::sim::folders {
namespace {

constexpr std::size_t name_octets_max = 255;
constexpr std::size_t levels_max = 16;
// What vanished is remembered so far; who asks about an earlier time is told more than necessary
// (RFC 7162 §3.2.7).
constexpr std::uint32_t vanished_max = 4096;
// What changed while it is open; who is further behind looks through the folder.
constexpr std::uint32_t changed_max = 4096;

bool is_inbox(std::string_view name) { return equals_ignoring_case(name, inbox_name); }

bool is_under(std::string_view name, std::string_view parent) {
    return name.size() > parent.size() + 1 && name.starts_with(parent) && name[parent.size()] == '/';
}

FolderUse usual_use(std::string_view name) {
    struct Usual {
        std::string_view name;
        FolderUse use;
    };
    constexpr Usual usual[] = {{"Archive", FolderUse::archive}, {"Drafts", FolderUse::drafts},
                               {"Junk", FolderUse::junk},       {"Spam", FolderUse::junk},
                               {"Sent", FolderUse::sent},       {"Trash", FolderUse::trash}};
    for (const Usual& one : usual)
        if (equals_ignoring_case(one.name, name)) return one.use;
    return FolderUse::none;
}

// The first folder of a world is somebody's INBOX, which nobody removes: all others have its name.
Text name_text(World& world, std::string_view name) {
    const Table<Folder>& folders = world.mail.folders;
    if (folders.size() != 0 && world.heap.view(folders[0].name) == name)
        return world.heap.share(folders[0].name);
    return world.heap.make(name);
}

std::uint32_t add(World& world, std::uint32_t person, std::string_view name) {
    const Text text = name_text(world, name);
    const std::uint32_t id = world.mail.folders.add();
    Mailbox& box = world.mail.mailboxes.edit(person);
    Folder& folder = world.mail.folders.edit(id);
    folder = Folder{};
    folder.owner = person;
    folder.name = text;
    folder.next = box.first_folder;
    folder.uid_validity = box.next_validity++;
    folder.flags = folder_flag::subscribed |
                   static_cast<std::uint32_t>(usual_use(name)) << folder_flag::use_shift;
    box.first_folder = id;
    return id;
}

void take_off_list(World& world, std::uint32_t folder) {
    const std::uint32_t owner = world.mail.folders[folder].owner;
    const std::uint32_t next = world.mail.folders[folder].next;
    std::uint32_t at = world.mail.mailboxes[owner].first_folder;
    if (at == folder) {
        world.mail.mailboxes.edit(owner).first_folder = next;
        return;
    }
    while (world.mail.folders[at].next != folder) at = world.mail.folders[at].next;
    world.mail.folders.edit(at).next = next;
}

void empty(Run& run, std::uint32_t folder, Id conversation) {
    while (run.world.mail.folders[folder].first != nothing) {
        const std::uint32_t stored = run.world.mail.folders[folder].first;
        record(run, run.setup().people[run.world.mail.folders[folder].owner].mailbox_host, folder,
               MailboxMove::deleted, conversation, &run.world.mail.stored[stored]);
        store::remove(run.world, stored);
    }
}

// RFC 3501 §6.3.5: the messages of INBOX go into a new folder, and INBOX is there, empty.
void move_inbox(Run& run, std::uint32_t inbox, std::string_view name, Id conversation) {
    const std::uint32_t person = run.world.mail.folders[inbox].owner;
    const std::uint32_t target = make(run, person, name, conversation);
    while (run.world.mail.folders[inbox].first != nothing)
        store::move(run.world, run.world.mail.folders[inbox].first, target);
    tell_watchers(run, inbox);
}

}  // namespace

std::uint32_t owner_of(const Run& run, std::uint32_t person) {
    const std::uint32_t same = run.setup().people[person].same_as;
    return same == nothing ? person : same;
}

std::uint32_t find(const World& world, std::uint32_t person, std::string_view name) {
    const Mailbox& box = world.mail.mailboxes[person];
    if (is_inbox(name)) return box.inbox;
    for (std::uint32_t at = box.first_folder; at != nothing; at = world.mail.folders[at].next)
        if (world.heap.view(world.mail.folders[at].name) == name) return at;
    return nothing;
}

std::uint32_t inbox(World& world, std::uint32_t person) {
    const std::uint32_t there = world.mail.mailboxes[person].inbox;
    if (there != nothing) return there;
    const std::uint32_t id = add(world, person, inbox_name);
    world.mail.mailboxes.edit(person).inbox = id;
    return id;
}

std::uint32_t make(Run& run, std::uint32_t person, std::string_view name, Id conversation) {
    inbox(run.world, person);
    const std::string whole(name);
    std::uint32_t id = nothing;
    for (std::size_t end = whole.find('/');; end = whole.find('/', end + 1)) {
        const std::string_view part = std::string_view(whole).substr(0, end);
        id = find(run.world, person, part);
        const bool revives = id != nothing &&
                             (run.world.mail.folders[id].flags &
                              (end == std::string::npos ? folder_flag::no_select
                                                        : folder_flag::missing)) != 0;
        if (id == nothing) id = add(run.world, person, part);
        if (revives) {
            const std::uint32_t validity = run.world.mail.mailboxes.edit(person).next_validity++;
            Folder& folder = run.world.mail.folders.edit(id);
            folder.flags &= ~(folder_flag::no_select | folder_flag::missing);
            folder.uid_validity = validity;
        }
        if (end == std::string::npos) break;
    }
    record(run, run.setup().people[person].mailbox_host, id, MailboxMove::folder_made, conversation);
    mapi_store::note_folder(run.world, id, mapi_store::Change::created);
    mapi_store::tell(run);
    return id;
}

void furnish(Run& run, std::uint32_t person) {
    if (run.world.mail.mailboxes[person].furnished != 0) return;
    run.world.mail.mailboxes.edit(person).furnished = 1;
    const NodeId host = run.setup().people[person].mailbox_host;
    inbox(run.world, person);
    for (const std::string& name : mail::settings_of(run, host).imap.folders)
        if (find(run.world, person, name) == nothing) add(run.world, person, name);
}

std::string_view fault_of_name(std::string_view name) {
    if (name.empty()) return "a folder needs a name";
    if (name.size() > name_octets_max) return "the name is too long";
    if (name.front() == '/' || name.back() == '/' || name.find("//") != std::string_view::npos)
        return "a level of the name is empty";
    if (static_cast<std::size_t>(std::count(name.begin(), name.end(), '/')) >= levels_max)
        return "the name has too many levels";
    for (const char c : name)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            return "the name has a control character";
    if (name.find_first_of("*%") != std::string_view::npos)
        return "the name has a wildcard in it";
    return {};
}

bool has_children(const World& world, std::uint32_t folder) {
    const Folder& parent = world.mail.folders[folder];
    const std::string_view name = world.heap.view(parent.name);
    for (std::uint32_t at = world.mail.mailboxes[parent.owner].first_folder; at != nothing;
         at = world.mail.folders[at].next)
        if ((world.mail.folders[at].flags & folder_flag::missing) == 0 &&
            is_under(world.heap.view(world.mail.folders[at].name), name))
            return true;
    return false;
}

void remove(Run& run, std::uint32_t folder, Id conversation) {
    World& world = run.world;
    empty(run, folder, conversation);
    const std::uint32_t owner = world.mail.folders[folder].owner;
    record(run, run.setup().people[owner].mailbox_host, folder, MailboxMove::folder_removed,
           conversation);
    mapi_store::note_folder(world, folder, mapi_store::Change::deleted);
    tell_watchers(run, folder);
    Folder& emptied = world.mail.folders.edit(folder);
    emptied.flags |= folder_flag::no_select;
    if (has_children(world, folder)) return;
    if (emptied.flags & folder_flag::subscribed) {
        emptied.flags |= folder_flag::missing;
        return;
    }
    forget(world, folder);
}

void forget(World& world, std::uint32_t folder) {
    take_off_list(world, folder);
    for (std::uint32_t at = details(world, folder).first_open; at != nothing;) {
        const std::uint32_t behind = world.mail.open_folders[at].behind;
        OpenFolder& open = world.mail.open_folders.edit(at);
        open.folder = open.before = open.behind = nothing;
        at = behind;
    }
    if (const std::uint32_t id = world.mail.folders[folder].details; id != nothing) {
        FolderDetails& gone = world.mail.folder_details.edit(id);
        world.heap.drop(gone.keywords);
        world.heap.drop(gone.vanished);
        world.heap.drop(gone.changed);
        world.mail.folder_details.remove(id);
    }
    world.heap.drop(world.mail.folders.edit(folder).name);
    world.mail.folders.remove(folder);
}

void rename(Run& run, std::uint32_t folder, std::string_view name, Id conversation) {
    World& world = run.world;
    const std::uint32_t owner = world.mail.folders[folder].owner;
    if (world.mail.mailboxes[owner].inbox == folder) return move_inbox(run, folder, name, conversation);
    const std::string old(world.heap.view(world.mail.folders[folder].name));
    const std::string fresh(name);
    if (const std::size_t level = fresh.rfind('/'); level != std::string::npos)
        if (find(world, owner, std::string_view(fresh).substr(0, level)) == nothing)
            make(run, owner, std::string_view(fresh).substr(0, level), conversation);
    for (std::uint32_t at = world.mail.mailboxes[owner].first_folder; at != nothing;
         at = world.mail.folders[at].next) {
        const std::string one(world.heap.view(world.mail.folders[at].name));
        if (at != folder && !is_under(one, old)) continue;
        world.heap.assign(world.mail.folders.edit(at).name, fresh + one.substr(old.size()));
    }
    record(run, run.setup().people[owner].mailbox_host, folder, MailboxMove::folder_renamed,
           conversation);
    mapi_store::note_folder(world, folder, mapi_store::Change::modified);
    mapi_store::tell(run);
}

const FolderDetails& details(const World& world, std::uint32_t folder) {
    static constexpr FolderDetails none{};
    const std::uint32_t id = world.mail.folders[folder].details;
    return id == nothing ? none : world.mail.folder_details[id];
}

FolderDetails& edit_details(World& world, std::uint32_t folder) {
    Table<FolderDetails>& all = world.mail.folder_details;
    if (const std::uint32_t id = world.mail.folders[folder].details; id != nothing)
        return all.edit(id);
    const std::uint32_t id = all.add();
    FolderDetails& made = all.edit(id) = FolderDetails{};
    made.forgotten = world.mail.folders[folder].modseq;
    world.mail.folders.edit(folder).details = id;
    return made;
}

std::uint64_t next_modseq(World& world, std::uint32_t folder) {
    return ++world.mail.folders.edit(folder).modseq;
}

void vanished(World& world, std::uint32_t folder, std::uint32_t uid) {
    const std::uint64_t modseq = next_modseq(world, folder);
    if (world.mail.folders[folder].details == nothing) return;
    List<Vanished> list = details(world, folder).vanished;
    if (list.size() >= 2 * vanished_max) {
        edit_details(world, folder).forgotten =
            world.heap.get(list, list.size() - vanished_max).modseq;
        world.heap.remove_prefix(list.bytes, (list.size() - vanished_max) * sizeof(Vanished));
    }
    world.heap.push(list, Vanished{modseq, uid, 0});
    edit_details(world, folder).vanished = list;
}

void changed(World& world, std::uint32_t folder, std::uint32_t stored) {
    if (details(world, folder).first_open == nothing) return;
    List<Changed> list = details(world, folder).changed;
    if (list.size() >= 2 * changed_max) {
        edit_details(world, folder).logged_from =
            world.heap.get(list, list.size() - changed_max - 1).modseq;
        world.heap.remove_prefix(list.bytes, (list.size() - changed_max) * sizeof(Changed));
    }
    const StoredMessage& one = world.mail.stored[stored];
    world.heap.push(list, Changed{one.modseq, stored, one.uid});
    edit_details(world, folder).changed = list;
}

void tell_watchers(Run& run, std::uint32_t folder) {
    for (std::uint32_t at = details(run.world, folder).first_open; at != nothing;
         at = run.world.mail.open_folders[at].behind) {
        const OpenFolder& open = run.world.mail.open_folders[at];
        const Tcb& tcb = run.world.tcp.tcbs[open.connection];
        if (open.woken != 0 || tcb.seat == nothing ||
            run.world.sessions.of<imap::Server>()[tcb.seat].machine.state != imap::ServerState::idle)
            continue;
        run.schedule(run.now(), tcb.node, tcb.node, EventKind::mail, mail::event::folder_changed,
                     open.connection, tcb.generation);
        run.world.mail.open_folders.edit(at).woken = 1;
    }
    mapi_store::tell(run);
}

std::uint32_t keyword_bit(World& world, std::uint32_t folder, std::string_view keyword, bool make) {
    const std::string_view all = world.heap.view(details(world, folder).keywords);
    std::string_view rest = all;
    unsigned number = 0;
    for (; !rest.empty(); ++number)
        if (equals_ignoring_case(take_word(rest), keyword))
            return 1U << (mail_flag::keyword_shift + number);
    if (!make || number >= mail_flag::keywords_max) return 0;
    const std::string longer = all.empty() ? std::string(keyword)
                                           : std::string(all) + " " + std::string(keyword);
    world.heap.assign(edit_details(world, folder).keywords, longer);
    return 1U << (mail_flag::keyword_shift + number);
}

void record(Run& run, NodeId host, std::uint32_t folder, MailboxMove move, Id conversation,
            const StoredMessage* message) {
    const Folder& of = run.world.mail.folders[folder];
    MailboxFact fact;
    fact.conversation = conversation;
    fact.mailbox = of.owner;
    fact.move = move;
    if (message != nullptr) {
        fact.message = message->message;
        fact.uid = message->uid;
        fact.octets = static_cast<std::uint32_t>(message->octets());
        if (move == MailboxMove::flagged) fact.flags = static_cast<std::uint16_t>(message->flags);
    }
    const std::string& address = run.setup().people[of.owner].address;
    if (run.world.mail.mailboxes[of.owner].inbox == folder) return run.record(host, fact, address);
    run.record(host, fact, address, "\n" + std::string(run.world.heap.view(of.name)));
}

}  // namespace postroad::sim::folders

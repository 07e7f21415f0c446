// The IMAP desk: a folder as one session has it open, and its messages by the session's own list.
#include "protocols/base/ascii.hpp"
#include "sim/mail/imap_desk_parts.hpp"

namespace postroad::sim::imap_desk {
namespace {

// The first index whose uid is not under `uid`.
std::uint32_t lower_bound(const World& world, const List<OpenEntry>& entries, std::uint32_t uid) {
    std::uint32_t from = 0, to = entries.size();
    while (from < to) {
        const std::uint32_t middle = from + (to - from) / 2;
        if (world.heap.get(entries, middle).uid < uid) from = middle + 1;
        else to = middle;
    }
    return from;
}

bool is_recent(const World& world, const OpenFolder& open, std::uint32_t uid) {
    std::uint32_t from = 0, to = open.recent.size();
    while (from < to) {
        const std::uint32_t middle = from + (to - from) / 2;
        const std::uint32_t there = world.heap.get(open.recent, middle);
        if (there == uid) return true;
        if (there < uid) from = middle + 1;
        else to = middle;
    }
    return false;
}

}  // namespace

// The folder's messages that this session does not have yet come behind those it has. \Recent goes
// to the session that hears of them first, unless it only looks (RFC 3501 §2.3.2).
void take_new(World& world, std::uint32_t id) {
    OpenFolder open = world.mail.open_folders[id];
    const Folder& folder = world.mail.folders[open.folder];
    std::uint32_t at = folder.last;
    std::uint32_t first = nothing;
    for (; at != nothing && world.mail.stored[at].uid >= open.uid_next; at = world.mail.stored[at].before)
        first = at;
    const std::uint32_t recent_from = folder.recent_from;
    for (at = first; at != nothing; at = world.mail.stored[at].next) {
        const std::uint32_t uid = world.mail.stored[at].uid;
        world.heap.push(open.entries, OpenEntry{uid, at});
        if (uid >= recent_from) world.heap.push(open.recent, uid);
    }
    open.uid_next = folder.uid_next;
    if (!open.read_only && recent_from < folder.uid_next)
        world.mail.folders.edit(open.folder).recent_from = folder.uid_next;
    world.mail.open_folders.edit(id) = open;
}

imap::MessageRow row_of(const World& world, const OpenFolder& open, std::uint32_t stored) {
    const StoredMessage& one = world.mail.stored[stored];
    return {one.uid, one.flags | (is_recent(world, open, one.uid) ? mail_flag::recent : 0U),
            one.modseq};
}

void put_keywords(std::string& out, const World& world, std::uint32_t folder) {
    std::string_view rest = world.heap.view(folders::details(world, folder).keywords);
    while (!rest.empty()) out.append(take_word(rest)).append("\n");
}

imap::FetchHead head_of(const Desk& desk, const OpenFolder& open, std::uint32_t stored) {
    const World& world = desk.run.world;
    const StoredMessage& one = world.mail.stored[stored];
    imap::FetchHead head;
    head.modseq = one.modseq;
    head.internal_s = one.arrived_s;
    head.internal_zone_min = desk.run.host(desk.tcb.node).utc_offset_min;
    head.flags = row_of(world, open, stored).flags;
    head.octets = static_cast<std::uint32_t>(one.octets());
    return head;
}

std::uint32_t EntryWalk::stored_at(std::uint32_t uid) {
    if (next_ < open_.entries.size()) {
        const OpenEntry entry = world_.heap.get(open_.entries, next_);
        if (entry.uid == uid) {
            ++next_;
            const StoredMessage& one = world_.mail.stored[entry.stored];
            return one.folder == open_.folder && one.uid == uid ? entry.stored : nothing;
        }
    }
    next_ = lower_bound(world_, open_.entries, uid) + 1;
    return imap_desk::stored_at(world_, open_, uid);
}

std::uint64_t handle_of(const World& world, std::uint32_t open) {
    return std::uint64_t{world.mail.open_folders[open].generation + 1} << 32 | open;
}

std::uint32_t open_of(const World& world, const imap::Server& machine) {
    const auto id = static_cast<std::uint32_t>(machine.mailbox);
    if (machine.mailbox == 0 || id >= world.mail.open_folders.size()) return nothing;
    return handle_of(world, id) == machine.mailbox ? id : nothing;
}

std::uint32_t stored_at(const World& world, const OpenFolder& open, std::uint32_t uid) {
    const std::uint32_t at = lower_bound(world, open.entries, uid);
    if (at == open.entries.size()) return nothing;
    const OpenEntry entry = world.heap.get(open.entries, at);
    const StoredMessage& one = world.mail.stored[entry.stored];
    return entry.uid == uid && one.folder == open.folder && one.uid == uid ? entry.stored : nothing;
}

void let_go(Run& run, std::uint32_t id) {
    World& world = run.world;
    OpenFolder open = world.mail.open_folders[id];
    world.heap.drop(open.entries);
    world.heap.drop(open.recent);
    if (open.folder != nothing) {
        const Tcb& tcb = run.world.tcp.tcbs[open.connection];
        folders::record(run, tcb.node, open.folder, MailboxMove::closed, tcb.conversation);
        if (open.before == nothing) folders::edit_details(world, open.folder).first_open = open.behind;
        else world.mail.open_folders.edit(open.before).behind = open.behind;
        if (open.behind != nothing) world.mail.open_folders.edit(open.behind).before = open.before;
        if (folders::details(world, open.folder).first_open == nothing)
            world.heap.drop(folders::edit_details(world, open.folder).changed);
    }
    world.mail.open_folders.remove(id);
}

}  // namespace postroad::sim::imap_desk

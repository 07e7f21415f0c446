// The IMAP desk: who logs in, and what is asked of folders by their names.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "sim/mail/imap_desk_parts.hpp"
#include "sim/mail/log_in.hpp"
#include "sim/mail/queue.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::imap_desk {
namespace {

std::uint32_t use_bits(std::uint32_t flags) {
    switch (static_cast<FolderUse>(flags >> folder_flag::use_shift)) {
        case FolderUse::archive: return imap::folder::archive;
        case FolderUse::drafts: return imap::folder::drafts;
        case FolderUse::junk: return imap::folder::junk;
        case FolderUse::sent: return imap::folder::sent;
        case FolderUse::trash: return imap::folder::trash;
        default: return 0;
    }
}

FolderUse use_of_bits(std::uint64_t bits) {
    for (const FolderUse use : {FolderUse::archive, FolderUse::drafts, FolderUse::junk,
                                FolderUse::sent, FolderUse::trash})
        if (bits & use_bits(static_cast<std::uint32_t>(use) << folder_flag::use_shift)) return use;
    return FolderUse::none;
}

bool is_right(const Run&, const Tcb&, const Ask& ask, const PersonSetup& person) {
    return ask.b == person.password;
}

bool list_folders(Desk& desk) {
    struct Line {
        std::string_view name;
        std::uint32_t bits;
    };
    std::vector<Line> lines;
    for (std::uint32_t at = desk.box().first_folder; at != nothing; at = desk.folder(at).next) {
        const Folder& folder = desk.folder(at);
        std::uint32_t bits = use_bits(folder.flags);
        if (folder.flags & folder_flag::subscribed) bits |= imap::folder::subscribed;
        if (folder.flags & folder_flag::missing) bits |= imap::folder::missing;
        else if (folder.flags & folder_flag::no_select) bits |= imap::folder::no_select;
        else bits |= folder.recent_from < folder.uid_next ? imap::folder::marked
                                                          : imap::folder::unmarked;
        lines.push_back({desk.run.world.heap.view(folder.name), bits});
    }
    std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
        const bool inbox_a = a.name == folders::inbox_name, inbox_b = b.name == folders::inbox_name;
        return inbox_a != inbox_b ? inbox_a : a.name < b.name;
    });
    for (const Line& line : lines) {
        append_number(desk.text, line.bits);
        desk.text.append(" ").append(line.name).append("\n");
    }
    desk.out.text = desk.text;
    return true;
}

bool create(Desk& desk) {
    if (const std::string_view fault = folders::fault_of_name(desk.asked.a); !fault.empty())
        return desk.refuse("CANNOT", fault);
    const std::uint32_t there = folders::find(desk.run.world, desk.person, desk.asked.a);
    if (there != nothing && (desk.folder(there).flags & folder_flag::no_select) == 0)
        return desk.refuse("ALREADYEXISTS", "there is a mailbox of that name");
    const std::uint32_t id =
        folders::make(desk.run, desk.person, desk.asked.a, desk.tcb.conversation);
    Folder& made = desk.run.world.mail.folders.edit(id);
    if (const FolderUse use = use_of_bits(desk.asked.number); use != FolderUse::none)
        made.flags = (made.flags & ((1U << folder_flag::use_shift) - 1)) |
                     static_cast<std::uint32_t>(use) << folder_flag::use_shift;
    made.flags &= ~folder_flag::subscribed;  // RFC 3501 §6.3.3: CREATE subscribes to nothing
    desk.out.number = std::uint64_t{desk.person + 1} << 32 | made.uid_validity;
    return true;
}

bool remove(Desk& desk) {
    const std::uint32_t id = named_folder(desk, desk.asked.a, "NONEXISTENT");
    if (id == nothing) return true;
    if (desk.box().inbox == id) return desk.refuse("CANNOT", "INBOX cannot be deleted");
    folders::remove(desk.run, id, desk.tcb.conversation);
    return true;
}

bool rename(Desk& desk) {
    const std::uint32_t id = named_folder(desk, desk.asked.a, "NONEXISTENT");
    if (id == nothing) return true;
    const std::string_view to = desk.asked.b;
    if (const std::string_view fault = folders::fault_of_name(to); !fault.empty())
        return desk.refuse("CANNOT", fault);
    if (folders::find(desk.run.world, desk.person, to) != nothing)
        return desk.refuse("ALREADYEXISTS", "there is a mailbox of that name");
    const std::string_view from = desk.run.world.heap.view(desk.folder(id).name);
    if (to.size() > from.size() && to.starts_with(from) && to[from.size()] == '/')
        return desk.refuse("CANNOT", "a mailbox cannot be put under itself");
    folders::rename(desk.run, id, to, desk.tcb.conversation);
    return true;
}

bool subscribe(Desk& desk, bool on) {
    const std::uint32_t id = folders::find(desk.run.world, desk.person, desk.asked.a);
    if (id == nothing || (on && (desk.folder(id).flags & folder_flag::missing)))
        return desk.refuse("NONEXISTENT", "there is no such mailbox");
    Folder& folder = desk.run.world.mail.folders.edit(id);
    folder.flags = on ? folder.flags | folder_flag::subscribed
                      : folder.flags & ~folder_flag::subscribed;
    if (!on && (folder.flags & folder_flag::missing)) folders::forget(desk.run.world, id);
    return true;
}

bool status(Desk& desk) {
    const std::uint32_t id = named_folder(desk, desk.asked.a, "NONEXISTENT");
    if (id == nothing) return true;
    const Folder& folder = desk.folder(id);
    imap::StatusFacts facts;
    facts.octets = folder.octets;
    facts.modseq_max = folder.modseq;
    facts.mailbox_id = std::uint64_t{desk.person + 1} << 32 | folder.uid_validity;
    facts.messages = folder.count;
    facts.uidnext = folder.uid_next;
    facts.uidvalidity = folder.uid_validity;
    for (std::uint32_t at = folder.first; at != nothing; at = desk.run.world.mail.stored[at].next) {
        const StoredMessage& one = desk.run.world.mail.stored[at];
        if (one.uid >= folder.recent_from) ++facts.recent;
        if ((one.flags & mail_flag::seen) == 0) ++facts.unseen;
        if ((one.flags & mail_flag::deleted) == 0) continue;
        ++facts.deleted;
        facts.deleted_octets += one.octets();
    }
    imap::put_record(desk.text, facts);
    desk.out.text = desk.text;
    return true;
}

// b: "system-flags unix-seconds zone-minutes keyword keyword…"
bool append(Desk& desk) {
    Run& run = desk.run;
    const std::uint32_t id = named_folder(desk, desk.asked.a, "TRYCREATE");
    if (id == nothing) return true;
    const Text message = desk.machine().message;
    if (!store::fits(run, desk.person, message.size))
        return desk.refuse("OVERQUOTA", "the mailbox is full");
    std::string_view rest = desk.asked.b;
    const auto bits = parse_number(take_word(rest));
    std::string_view moment = take_word(rest);
    take_word(rest);  // the zone is the client's; the moment is kept
    std::uint32_t flags = static_cast<std::uint32_t>(bits.value_or(0)) & ~mail_flag::recent;
    while (!rest.empty())
        flags |= folders::keyword_bit(run.world, id, take_word(rest), true);
    std::int64_t arrived_s = run.unix_s();
    const bool before_1970 = moment.size() > 1 && moment[0] == '-';
    if (before_1970) moment.remove_prefix(1);
    if (const auto seconds = parse_number(moment))
        arrived_s = before_1970 ? -static_cast<std::int64_t>(*seconds)
                                : static_cast<std::int64_t>(*seconds);
    const std::uint32_t stored = store::add(
        run.world, id, {{}, run.world.heap.share(message), arrived_s, 0, flags});
    folders::record(run, desk.tcb.node, id, MailboxMove::appended, desk.tcb.conversation,
                    &run.world.mail.stored[stored]);
    folders::tell_watchers(run, id);
    desk.out.number = run.world.mail.stored[stored].uid;
    desk.out.octets = desk.folder(id).uid_validity;
    return true;
}

// RFC 9208: one root, the mailbox as a whole; its name is empty.
bool quota(Desk& desk) {
    const bool by_mailbox = desk.asked.number == 1;
    if (by_mailbox && named_folder(desk, desk.asked.a, "NONEXISTENT") == nothing) return true;
    const Setup& setup = desk.run.setup();
    const auto& limit = setup.scenario.people[setup.people[desk.person].scenario_index].quota;
    if (!limit || (!by_mailbox && !desk.asked.a.empty())) return true;
    desk.text += "\nSTORAGE ";
    append_number(desk.text, (desk.box().octets + 1023) / 1024);
    desk.text += ' ';
    append_number(desk.text, limit->bytes / 1024);
    desk.out.text = desk.text;
    return true;
}

bool log_in(Desk& desk) {
    bool ready = true;
    const std::uint32_t user =
        login::admit(desk.run, desk.connection, desk.asked, is_right, desk.out, ready);
    if (user == nothing) {
        if (desk.out.enhanced.empty()) desk.out.enhanced = "AUTHENTICATIONFAILED";
        desk.out.ok = false;
        return ready;
    }
    const std::uint32_t person = folders::owner_of(desk.run, user);
    folders::furnish(desk.run, person);
    desk.out.number = person;
    return true;
}

}  // namespace

std::uint32_t named_folder(const Desk& desk, std::string_view name, std::string_view code) {
    const std::uint32_t id = folders::find(desk.run.world, desk.person, name);
    if (id == nothing || (desk.folder(id).flags & folder_flag::missing)) {
        desk.refuse(code, "there is no such mailbox");
        return nothing;
    }
    if (desk.folder(id).flags & folder_flag::no_select) {
        desk.refuse("CANNOT", "that is a name with mailboxes under it, and none itself");
        return nothing;
    }
    return id;
}

bool account_ask(Desk& desk) {
    const std::string_view what = desk.asked.c;
    if (what == "FOLDERS") return list_folders(desk);
    if (what == "CREATE") return create(desk);
    if (what == "DELETE") return remove(desk);
    if (what == "RENAME") return rename(desk);
    if (what == "SUBSCRIBE") return subscribe(desk, true);
    if (what == "UNSUBSCRIBE") return subscribe(desk, false);
    if (what == "STATUS") return status(desk);
    if (what == "APPEND") return append(desk);
    if (what == "QUOTA") return quota(desk);
    return desk.refuse("NOPERM", "quotas are the administrator's to set");  // SETQUOTA
}

bool ask(Run& run, std::uint32_t connection, const Ask& asked, Answer& out) {
    static thread_local std::string text;  // not state: what the answer shows
    const Tcb tcb = run.world.tcp.tcbs[connection];
    out.to = asked.kind;
    if (asked.kind == AskKind::authenticate) return login::authenticate(run, connection, asked, out);
    store::set_up(run.world);
    text.clear();
    const imap::Server& machine = run.world.sessions.of<imap::Server>()[tcb.seat].machine;
    Desk desk{run,  connection, tcb, asked, out, text, static_cast<std::uint32_t>(machine.account),
              open_of(run.world, machine)};
    if (asked.kind == AskKind::maildrop) return log_in(desk);
    constexpr std::string_view of_the_account[] = {"FOLDERS", "CREATE", "DELETE",   "RENAME",
                                                   "SUBSCRIBE", "UNSUBSCRIBE", "STATUS", "APPEND",
                                                   "QUOTA", "SETQUOTA"};
    for (const std::string_view one : of_the_account)
        if (asked.c == one) return account_ask(desk);
    if (asked.c == "SEARCH" || asked.c == "SORT" || asked.c == "THREAD") return search_ask(desk);
    return folder_ask(desk);
}

void on_event(Run& run, const Event& event) {
    const std::uint32_t connection = event.a;
    const Tcb tcb = run.world.tcp.tcbs[connection];
    if (tcb.generation != event.b || tcb.seat == nothing) return;
    if (event.detail == mail::event::unread_imap) return fetch_late(run, connection);
    const imap::Server& machine = run.world.sessions.of<imap::Server>()[tcb.seat].machine;
    const std::uint32_t open = open_of(run.world, machine);
    if (open == nothing) return;
    run.world.mail.open_folders.edit(open).woken = 0;
    session::changed(run, connection);
}

}  // namespace postroad::sim::imap_desk

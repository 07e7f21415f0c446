// The IMAP desk: what is asked of the folder that a session has open.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "sim/mail/imap_desk_parts.hpp"
#include "sim/mail/maildrop.hpp"
#include "sim/mail/queue.hpp"
#include "sim/mail/store.hpp"
#include "sim/net/tcp.hpp"

namespace postroad::sim::imap_desk {
namespace {

constexpr std::uint64_t no_condition = ~std::uint64_t{0};

// A heap's list as plain memory, for reading while nothing is written.
template <Record T>
std::vector<T> all_of(const World& world, const List<T>& list) {
    std::vector<T> out(list.size());
    const std::string_view octets = world.heap.view(list.bytes);
    if (!out.empty()) std::memcpy(out.data(), octets.data(), octets.size());
    return out;
}

std::uint32_t keyword_count(const World& world, const FolderDetails& folder) {
    const std::string_view all = world.heap.view(folder.keywords);
    if (all.empty()) return 0;
    return static_cast<std::uint32_t>(std::count(all.begin(), all.end(), ' ')) + 1;
}

bool select(Desk& desk, bool read_only) {
    World& world = desk.run.world;
    if (desk.open != nothing) let_go(desk.run, desk.open);
    const std::uint32_t folder = named_folder(desk, desk.asked.a, "NONEXISTENT");
    if (folder == nothing) return true;
    const std::uint32_t id = world.mail.open_folders.add();
    OpenFolder& open = world.mail.open_folders.edit(id);
    const std::uint32_t generation = open.generation;
    open = OpenFolder{};
    open.generation = generation;
    open.connection = desk.connection;
    open.folder = folder;
    open.read_only = read_only ? 1 : 0;
    FolderDetails& details = folders::edit_details(world, folder);
    open.behind = details.first_open;
    if (open.behind != nothing) world.mail.open_folders.edit(open.behind).before = id;
    else details.logged_from = world.mail.folders[folder].modseq;
    details.first_open = id;
    take_new(world, id);
    folders::record(desk.run, desk.tcb.node, folder, MailboxMove::opened, desk.tcb.conversation);

    const Folder& now = world.mail.folders[folder];
    imap::SelectHead head;
    head.modseq_max = now.modseq;
    head.mailbox_id = std::uint64_t{desk.person + 1} << 32 | now.uid_validity;
    head.uidvalidity = now.uid_validity;
    head.uidnext = now.uid_next;
    head.messages = now.count;
    const std::size_t at = desk.text.size();
    imap::put_record(desk.text, head);
    for (std::uint32_t one = now.first; one != nothing; one = world.mail.stored[one].next)
        imap::put_record(desk.text, row_of(world, world.mail.open_folders[id], one));
    const std::size_t names = desk.text.size();
    put_keywords(desk.text, world, folder);
    head.keyword_octets = static_cast<std::uint32_t>(desk.text.size() - names);
    std::memcpy(desk.text.data() + at, &head, sizeof head);
    desk.out.number = handle_of(world, id);
    desk.out.text = desk.text;
    return true;
}

// "1,4:7" as ranges; the machine writes nothing else.
std::vector<imap::Range> ranges_of(std::string_view text) {
    std::vector<imap::Range> out;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view one = text.substr(0, comma);
        const std::size_t colon = one.find(':');
        const auto from = parse_number(one.substr(0, colon));
        const auto to = colon == std::string_view::npos ? from : parse_number(one.substr(colon + 1));
        if (from && to)
            out.push_back({static_cast<std::uint32_t>(*from), static_cast<std::uint32_t>(*to)});
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    return out;
}

// Entries of messages that are still there, by rising uid: of these uids, or for "" all that the
// folder has, also those this session has not been told of (RFC 3501 §6.4.3).
std::vector<std::uint32_t> stored_of(const Desk& desk, std::string_view uids) {
    const World& world = desk.run.world;
    const OpenFolder& open = world.mail.open_folders[desk.open];
    const auto entries = all_of(world, open.entries);
    std::vector<std::uint32_t> out;
    const auto take = [&](const OpenEntry& entry) {
        const StoredMessage& one = world.mail.stored[entry.stored];
        if (one.folder == open.folder && one.uid == entry.uid) out.push_back(entry.stored);
    };
    if (uids.empty()) {
        for (std::uint32_t at = world.mail.folders[open.folder].first; at != nothing;
             at = world.mail.stored[at].next)
            out.push_back(at);
        return out;
    }
    for (const imap::Range& range : ranges_of(uids))
        for (auto at = std::lower_bound(entries.begin(), entries.end(), range.from,
                                        [](const OpenEntry& a, std::uint32_t uid) { return a.uid < uid; });
             at != entries.end() && at->uid <= range.to; ++at)
            take(*at);
    return out;
}

// ChangesHead, rows, uids and keywords, as an answer's text.
void answer_changes(const Desk& desk, const std::vector<imap::MessageRow>& rows,
                    const std::vector<std::uint32_t>& uids, bool keywords) {
    const std::uint32_t id = desk.run.world.mail.open_folders[desk.open].folder;
    const Folder& folder = desk.folder(id);
    imap::ChangesHead head;
    head.modseq_max = folder.modseq;
    head.uidnext = folder.uid_next;
    head.messages = static_cast<std::uint32_t>(rows.size());
    head.uids = static_cast<std::uint32_t>(uids.size());
    const std::size_t at = desk.text.size();
    imap::put_record(desk.text, head);
    for (const imap::MessageRow& row : rows) imap::put_record(desk.text, row);
    for (const std::uint32_t uid : uids)
        desk.text.append(reinterpret_cast<const char*>(&uid), sizeof uid);
    const std::size_t names = desk.text.size();
    if (keywords) put_keywords(desk.text, desk.run.world, id);
    head.keyword_octets = static_cast<std::uint32_t>(desk.text.size() - names);
    std::memcpy(desk.text.data() + at, &head, sizeof head);
    desk.out.text = desk.text;
}

std::vector<std::uint32_t> vanished_since(const World& world, const FolderDetails& folder,
                                          std::uint64_t modseq) {
    std::vector<std::uint32_t> out;
    for (std::uint32_t at = folder.vanished.size(); at-- > 0;) {
        const Vanished one = world.heap.get(folder.vanished, at);
        if (one.modseq <= modseq) break;
        out.push_back(one.uid);
    }
    std::sort(out.begin(), out.end());
    return out;
}

bool changes(Desk& desk) {
    World& world = desk.run.world;
    if (world.mail.open_folders[desk.open].folder == nothing)
        return desk.refuse("NONEXISTENT", "the mailbox has been deleted meanwhile");
    take_new(world, desk.open);
    const OpenFolder& open = world.mail.open_folders[desk.open];
    const Folder& folder = world.mail.folders[open.folder];
    const FolderDetails& details = folders::details(world, open.folder);
    const std::uint64_t since = desk.asked.number;
    desk.out.exists = since >= details.forgotten;
    std::vector<imap::MessageRow> rows;
    if (desk.out.exists && since >= details.logged_from) {
        for (std::uint32_t at = details.changed.size(); at-- > 0;) {
            const Changed one = world.heap.get(details.changed, at);
            if (one.modseq <= since) break;
            const StoredMessage& stored = world.mail.stored[one.stored];
            if (stored.folder == open.folder && stored.uid == one.uid && stored.modseq == one.modseq)
                rows.push_back(row_of(world, open, one.stored));
        }
        std::sort(rows.begin(), rows.end(),
                  [](const imap::MessageRow& a, const imap::MessageRow& b) { return a.uid < b.uid; });
    } else {
        for (std::uint32_t at = folder.first; at != nothing; at = world.mail.stored[at].next)
            if (!desk.out.exists || world.mail.stored[at].modseq > since)
                rows.push_back(row_of(world, open, at));
    }
    std::string_view has = desk.asked.a;
    bool keywords = false;
    if (take_word(has) == "KEYWORDS")
        keywords = parse_number(has).value_or(0) != keyword_count(world, details);
    answer_changes(desk, rows,
                   desk.out.exists ? vanished_since(world, details, since)
                                   : std::vector<std::uint32_t>{},
                   keywords);
    return true;
}

bool vanished(Desk& desk) {
    const World& world = desk.run.world;
    const FolderDetails& details =
        folders::details(world, world.mail.open_folders[desk.open].folder);
    desk.out.exists = desk.asked.number >= details.forgotten;
    std::vector<std::uint32_t> uids;
    if (desk.out.exists) uids = vanished_since(world, details, desk.asked.number);
    answer_changes(desk, {}, uids, false);
    return true;
}

bool keyword(Desk& desk) {
    const std::uint32_t folder = desk.run.world.mail.open_folders[desk.open].folder;
    const bool makes = desk.asked.number == 0;
    for (std::string_view rest = desk.asked.b; makes && !rest.empty();)
        if (folders::keyword_bit(desk.run.world, folder, take_word(rest), true) == 0)
            return desk.refuse("LIMIT", "a mailbox has 26 keywords at most");
    put_keywords(desk.text, desk.run.world, folder);
    desk.out.text = desk.text;
    return true;
}

void change_flags(Run& run, const Desk& desk, std::uint32_t stored, std::uint32_t flags) {
    store::set_flags(run.world, stored, flags);
    folders::record(run, desk.tcb.node, run.world.mail.stored[stored].folder, MailboxMove::flagged,
                    desk.tcb.conversation, &run.world.mail.stored[stored]);
}

// The answer to FETCH of a message; `bits` as OpenFolder::late_bits.
void fetch_one(const Desk& desk, std::uint32_t uid, std::uint32_t bits) {
    static thread_local std::string head_octets;
    World& world = desk.run.world;
    const OpenFolder open = world.mail.open_folders[desk.open];
    const std::uint32_t stored = open.folder == nothing ? nothing : stored_at(world, open, uid);
    if (stored == nothing) {
        desk.out.exists = false;
        return;
    }
    if ((bits & 2) && !open.read_only && (world.mail.stored[stored].flags & mail_flag::seen) == 0) {
        change_flags(desk.run, desk, stored, world.mail.stored[stored].flags | mail_flag::seen);
        folders::tell_watchers(desk.run, open.folder);
    }
    const StoredMessage& one = world.mail.stored[stored];
    imap::FetchHead head = head_of(desk, open, stored);
    head.email_id = hash_octets(world.heap.view(one.content)) | 1;
    head_octets.clear();
    imap::put_record(head_octets, head);
    desk.out.enhanced = head_octets;
    if ((bits & 1) == 0) return;
    store::append_whole(world, stored, desk.text);
    desk.out.text = desk.text;
    folders::record(desk.run, desk.tcb.node, open.folder, MailboxMove::retrieved,
                    desk.tcb.conversation, &one);
}

bool fetch(Desk& desk) {
    const std::uint32_t bits = (desk.asked.b == "TEXT" ? 1U : 0U) | (desk.asked.a == "SEEN" ? 2U : 0U);
    const auto uid = static_cast<std::uint32_t>(desk.asked.number);
    if ((bits & 1) && maildrop::reader_is_behind(desk.run, desk.connection, desk.run.fx.out.size())) {
        OpenFolder& open = desk.run.world.mail.open_folders.edit(desk.open);
        open.late_uid = uid;
        open.late_bits = bits;
        maildrop::look_again(desk.run, desk.connection, mail::event::unread_imap);
        return false;
    }
    fetch_one(desk, uid, bits);
    return true;
}

// b: "+5", "-5" or "=5"; number: UNCHANGEDSINCE (RFC 7162 §3.1.3).
bool store_flags(Desk& desk) {
    World& world = desk.run.world;
    const auto bits = static_cast<std::uint32_t>(parse_number(desk.asked.b.substr(1)).value_or(0)) &
                      ~mail_flag::recent;
    const char sign = desk.asked.b.front();
    std::vector<imap::MessageRow> rows;
    std::vector<std::uint32_t> failed;
    bool some = false;
    for (const std::uint32_t stored : stored_of(desk, desk.asked.a)) {
        const StoredMessage& one = world.mail.stored[stored];
        if (desk.asked.number != no_condition && one.modseq > desk.asked.number) {
            failed.push_back(one.uid);
            continue;
        }
        const std::uint32_t flags = sign == '+'   ? one.flags | bits
                                    : sign == '-' ? one.flags & ~bits
                                                  : bits;
        if (flags != one.flags) {
            change_flags(desk.run, desk, stored, flags);
            some = true;
        }
        rows.push_back(row_of(world, world.mail.open_folders[desk.open], stored));
    }
    if (some) folders::tell_watchers(desk.run, world.mail.open_folders[desk.open].folder);
    answer_changes(desk, rows, failed, false);
    return true;
}

std::vector<std::uint32_t> take_out(const Desk& desk, const std::vector<std::uint32_t>& stored) {
    World& world = desk.run.world;
    std::vector<std::uint32_t> uids;
    for (const std::uint32_t one : stored) {
        const StoredMessage message = world.mail.stored[one];
        folders::record(desk.run, desk.tcb.node, message.folder, MailboxMove::deleted,
                        desk.tcb.conversation, &message);
        store::remove(world, one);
        uids.push_back(message.uid);
    }
    if (!uids.empty())
        folders::tell_watchers(desk.run, world.mail.open_folders[desk.open].folder);
    return uids;
}

std::vector<std::uint32_t> marked(const Desk& desk, std::string_view uids) {
    std::vector<std::uint32_t> out = stored_of(desk, uids);
    std::erase_if(out, [&](std::uint32_t one) {
        return (desk.run.world.mail.stored[one].flags & mail_flag::deleted) == 0;
    });
    return out;
}

bool expunge(Desk& desk) {
    const auto uids = take_out(desk, marked(desk, desk.asked.a));
    answer_changes(desk, {}, uids, false);
    return true;
}

bool copy(Desk& desk, bool moves) {
    World& world = desk.run.world;
    const std::uint32_t target = named_folder(desk, desk.asked.a, "TRYCREATE");
    if (target == nothing) return true;
    const std::vector<std::uint32_t> from = stored_of(desk, desk.asked.b);
    if (from.size() != imap::count_of(ranges_of(desk.asked.b)))  // all or nothing (RFC 9051 §6.4.7)
        return desk.refuse("EXPUNGEISSUED", "some of these messages are gone");
    std::uint64_t octets = 0;
    for (const std::uint32_t one : from) octets += world.mail.stored[one].octets();
    if (!moves && !store::fits(desk.run, desk.person, octets))
        return desk.refuse("OVERQUOTA", "the mailbox is full");
    for (const std::uint32_t one : from) {
        const std::uint32_t made = store::copy(world, one, target);
        imap::put_record(desk.text, imap::CopiedPair{world.mail.stored[one].uid,
                                                     world.mail.stored[made].uid});
        folders::record(desk.run, desk.tcb.node, target, MailboxMove::copied,
                        desk.tcb.conversation, &world.mail.stored[made]);
    }
    if (!from.empty()) folders::tell_watchers(desk.run, target);
    if (moves) take_out(desk, from);
    desk.out.text = desk.text;
    desk.out.number = world.mail.folders[target].uid_validity;
    desk.out.octets = world.mail.folders[world.mail.open_folders[desk.open].folder].modseq;
    return true;
}

bool close(Desk& desk) {
    const OpenFolder& open = desk.run.world.mail.open_folders[desk.open];
    if (desk.asked.number == 1 && open.folder != nothing && !open.read_only)
        take_out(desk, marked(desk, {}));
    let_go(desk.run, desk.open);
    return true;
}

}  // namespace

void fetch_late(Run& run, std::uint32_t connection) {
    static thread_local std::string text;
    const Tcb tcb = run.world.tcp.tcbs[connection];
    const imap::Server& machine = run.world.sessions.of<imap::Server>()[tcb.seat].machine;
    const std::uint32_t open = open_of(run.world, machine);
    if (!machine.asking || open == nothing) return;
    if (maildrop::reader_is_behind(run, connection, 0))
        return maildrop::look_again(run, connection, mail::event::unread_imap);
    const OpenFolder& waits = run.world.mail.open_folders[open];
    text.clear();
    Answer out;
    out.to = AskKind::store;
    const Ask asked;
    const Desk desk{run, connection, tcb, asked, out, text,
                    static_cast<std::uint32_t>(machine.account), open};
    fetch_one(desk, waits.late_uid, waits.late_bits);
    // The step that hears the answer may ask again, and the desk then uses its own texts.
    const std::string head(out.enhanced), whole(out.text);
    out.enhanced = head;
    out.text = whole;
    session::answer(run, connection, out);
}

bool folder_ask(Desk& desk) {
    const std::string_view what = desk.asked.c;
    if (what == "SELECT" || what == "EXAMINE") return select(desk, what == "EXAMINE");
    if (desk.open == nothing) return desk.refuse("", "no mailbox is open");
    if (what == "CLOSE") return close(desk);
    if (what == "CHANGES") return changes(desk);
    if (what == "FETCH") return fetch(desk);
    if (desk.run.world.mail.open_folders[desk.open].folder == nothing)
        return desk.refuse("NONEXISTENT", "the mailbox has been deleted meanwhile");
    if (what == "VANISHED") return vanished(desk);
    if (what == "KEYWORD") return keyword(desk);
    if (what == "STORE") return store_flags(desk);
    if (what == "EXPUNGE") return expunge(desk);
    if (what == "COPY") return copy(desk, false);
    if (what == "MOVE") return copy(desk, true);
    desk.text.assign("the store does not know ").append(what);
    return desk.refuse("", desk.text);
}

}  // namespace postroad::sim::imap_desk

// The IMAP desk: SEARCH, SORT and THREAD over the messages that a session knows of.
#include "protocols/imap/query.hpp"
#include "sim/mail/imap_desk_parts.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::imap_desk {

bool search_ask(Desk& desk) {
    if (desk.open == nothing) return desk.refuse("", "no mailbox is open");
    const World& world = desk.run.world;
    const OpenFolder open = world.mail.open_folders[desk.open];
    std::string whole;
    EntryWalk walk(world, open);
    const auto message_of = [&](std::uint32_t uid, bool with_text) {
        imap::QueryMessage out;
        const std::uint32_t stored = walk.stored_at(uid);
        if (stored == nothing) return out;
        const StoredMessage& one = world.mail.stored[stored];
        out.exists = true;
        out.row = row_of(world, open, stored);
        out.head = head_of(desk, open, stored);
        if (!with_text) return out;
        whole.clear();
        store::append_whole(world, stored, whole);
        out.text = one.prefix.empty() ? world.heap.view(one.content) : std::string_view(whole);
        return out;
    };
    std::string keywords;
    if (open.folder != nothing) put_keywords(keywords, world, open.folder);
    const imap::QueryResult found = imap::run_query(desk.machine(), world.heap, desk.asked, keywords,
                                                    desk.run.unix_s(), message_of);
    desk.text = found.text;
    desk.out.text = desk.text;
    desk.out.number = found.modseq_max;
    return true;
}

}  // namespace postroad::sim::imap_desk

// News (MS-OXCNOTIF): who wants to know of what, what has happened, and how a client hears that there
// is something to fetch: at its next call, by a call that waits, or by a datagram.
#include <algorithm>

#include "protocols/mapi/emsmdb_stubs.hpp"
#include "protocols/rpc/operation.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/mapi/parts.hpp"
#include "sim/mail/queue.hpp"
#include "sim/net/network.hpp"
#include "sim/session/session.hpp"

namespace postroad::sim::mapi_store {
namespace {

constexpr Duration push_again_after = minute;   // MS-OXCNOTIF §3.1.2
constexpr std::size_t news_octets = 120;        // one of them takes at most

namespace kind = rop::news;
static_assert(mail::event::mapi_wait == first_mail_timer &&
              mail::event::mapi_push == last_mail_timer);

std::uint16_t kind_of(Change what) {
    switch (what) {
    case Change::new_mail: return kind::new_mail;
    case Change::created: return kind::created;
    case Change::deleted: return kind::deleted;
    case Change::modified: return kind::modified;
    case Change::moved: return kind::moved;
    case Change::copied: return kind::copied;
    }
    return kind::modified;
}

void push(World& world, std::uint32_t session, const MapiNews& news) {
    MapiSession& one = world.mail.mapi.sessions.edit(session);
    const std::uint32_t size = one.news.size();
    // The same about the same, and nothing in between: it is told once.
    if (size != 0) {
        const MapiNews last = world.heap.get(one.news, size - 1);
        if (last.flags == news.flags && last.handle == news.handle && last.folder == news.folder &&
            last.message == news.message && (news.flags & kind::kinds) == kind::modified) {
            world.heap.set(one.news, size - 1, news);
            return;
        }
    }
    if (size >= news_max) world.heap.remove_prefix(one.news.bytes, sizeof(MapiNews));
    world.heap.push(one.news, news);
}

// What has happened, as far as all who hear of it hear the same.
struct Happened {
    std::uint32_t owner = nothing;
    std::uint16_t kind = 0;
    std::uint64_t folder = 0, message = 0, old_folder = 0, old_message = 0;
    std::uint32_t message_flags = 0;
    std::uint32_t store_folder = nothing;
};

bool is_about(const MapiObject& wish, std::uint64_t folder, std::uint64_t message) {
    if (wish.flags & mapi_flag::whole) return true;
    if (wish.message != 0) return wish.message == message;
    return wish.folder == folder;
}

MapiNews news_for(const MapiObject& wish, std::uint16_t flags) {
    MapiNews out;
    out.handle = wish.handle;
    out.logon = wish.logon;
    out.flags = flags;
    return out;
}

void tell_one(World& world, std::uint32_t session, std::uint32_t object, const Happened& what) {
    const MapiObject wish = world.mail.mapi.objects[object];
    if (wish.kind == MapiKind::contents || wish.kind == MapiKind::hierarchy) {
        const bool about_folder = what.message == 0;
        const bool shown = wish.kind == MapiKind::hierarchy
                               ? true  // its counts are columns of the table
                               : !about_folder &&
                                     (wish.folder == what.folder || wish.folder == what.old_folder);
        if (!shown || !(wish.flags & mapi_flag::viewed) || (wish.flags & mapi_flag::quiet)) return;
        // §3.1.4.3: once, until the client looks again.
        world.mail.mapi.objects.edit(object).flags &= static_cast<std::uint8_t>(~mapi_flag::viewed);
        push(world, session, news_for(wish, kind::table_modified));
        return;
    }
    if (wish.kind != MapiKind::notification) return;
    const bool arrived = what.kind == kind::new_mail;  // which is also something created
    const bool about = is_about(wish, what.folder, what.message) ||
                       (what.old_folder != 0 && is_about(wish, what.old_folder, what.old_message));
    for (const std::uint16_t each : {what.kind, arrived ? kind::created : std::uint16_t{0}}) {
        if (!(wish.kinds & each) || !about) continue;
        MapiNews news = news_for(
            wish, each | (what.message != 0 ? kind::about_message : std::uint16_t{0}));
        news.folder = what.folder;
        news.message = what.message;
        news.old_folder = what.old_folder;
        news.old_message = what.old_message;
        news.message_flags = what.message_flags;
        push(world, session, news);
    }
    // A folder whose messages have changed has other counts.
    if ((wish.kinds & kind::modified) && wish.message == 0 && what.message != 0 && about &&
        what.kind != kind::copied) {
        MapiNews news = news_for(wish, kind::modified | kind::total_changed | kind::unread_changed);
        news.folder = what.folder;
        news.total = world.mail.folders[what.store_folder].count;
        news.unread = unread_in(world, what.store_folder);
        push(world, session, news);
    }
}

void spread(World& world, const Happened& what) {
    MapiTables& tables = world.mail.mapi;
    for (std::uint32_t id = 0; id < tables.sessions.size(); ++id) {
        const MapiSession& session = tables.sessions[id];
        if (session.person == nothing || session.watches == 0) continue;
        const std::uint32_t same = world.setup->people[session.person].same_as;
        if ((same == nothing ? session.person : same) != what.owner) continue;
        for (std::uint32_t at = session.first_object; at != nothing; at = tables.objects[at].next)
            tell_one(world, id, at, what);
    }
}

std::string_view class_of(const World& world, std::uint32_t person, std::uint64_t message) {
    const std::uint32_t stored = stored_of(world, person, message);
    if (stored == nothing) return "IPM.Note";
    const mapi::Item item = read_item(world, stored);
    const TaggedValue* const found = item.find(tag::message_class);
    return found != nullptr && found->value.text.starts_with("REPORT") ? "REPORT.IPM.Note.NDR"
                                                                       : "IPM.Note";
}

RopResponse response_of(const Doing& doing, const MapiNews& news) {
    rop::Notify out;
    out.subscription = news.handle;
    out.logon = news.logon;
    out.flags = news.flags;
    out.folder = news.folder;
    out.message = news.message;
    out.old_folder = news.old_folder;
    out.old_message = news.old_message;
    out.total = news.total;
    out.unread = news.unread;
    out.message_flags = news.message_flags;
    const std::uint16_t what = news.flags & kind::kinds;
    if (!(news.flags & kind::about_message)) {
        const auto place = place_of(doing.run.world, doing.owner(), news.folder);
        out.parent = place ? parent_of(doing.run.world, doing.owner(), *place) : 0;
    } else if (what == kind::moved || what == kind::copied || what == kind::created ||
               what == kind::deleted) {
        out.parent = news.folder;
    }
    if (what == kind::new_mail)
        out.message_class = class_of(doing.run.world, doing.owner(), news.message);
    return {mapi::RopId::notify, 0, 0, out};
}

void send_push(Run& run, std::uint32_t session) {
    const MapiSession one = run.world.mail.mapi.sessions[session];
    const AddressId address = run.address_id(net::make_v4(one.push_address));
    const AddressId source = net_layer::source_address(run, one.host, address);
    if (source == nothing) return;
    const std::uint16_t port = net_layer::new_port(run, one.host);
    const Id conversation = net_layer::new_conversation(run, one.host, source, port, address,
                                                        one.push_port, net::protocol_udp);
    MapiSession& after = run.world.mail.mapi.sessions.edit(session);
    after.pushed_at = run.now();
    ++after.push_serial;
    run.schedule(run.now() + push_again_after, one.host, one.host, EventKind::mail,
                 mail::event::mapi_push, session, after.push_serial);
    const std::string context(run.world.heap.view(one.push_context));
    run.decide(one.host, conversation, Reason::mapi_news,
               run.setup().people[one.person].name, "a datagram");
    net_layer::send_datagram(run, one.host, source, port, address, one.push_port, context,
                             conversation);
}

bool is_session(const World& world, std::uint32_t id) {
    return id < world.mail.mapi.sessions.size() &&
           world.mail.mapi.sessions[id].person != nothing;
}

void answer_wait(Run& run, const sim::Event& event) {
    const std::uint32_t connection = event.a;
    if (connection >= run.world.tcp.tcbs.size()) return;
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    if (tcb.generation != event.b || tcb.seat == nothing) return;
    mapi::WaitOut out;
    out.flags = event.detail == mail::event::mapi_answer_news ? 1 : 0;
    const rpc::Outcome outcome = rpc::success(out);
    Answer answer;
    answer.to = AskKind::rpc_call;
    rpc::answer_with(outcome, answer);
    session::answer(run, connection, answer);
}

}  // namespace

void note(World& world, const News& news) {
    if (world.mail.mapi.watches == 0) return;
    Happened what;
    what.owner = world.mail.folders[news.folder].owner;
    what.kind = kind_of(news.what);
    what.store_folder = news.folder;
    what.folder = place_of_folder(world, news.folder).id;
    what.message = message_id(world, news.folder, news.uid);
    what.message_flags = message_flags_of(news.flags);
    if (news.old_folder != nothing) {
        what.old_folder = place_of_folder(world, news.old_folder).id;
        what.old_message = message_id(world, news.old_folder, news.old_uid);
    }
    spread(world, what);
}

void note_folder(World& world, std::uint32_t folder, Change change) {
    if (world.mail.mapi.watches == 0) return;
    Happened what;
    what.owner = world.mail.folders[folder].owner;
    what.kind = kind_of(change);
    what.folder = place_of_folder(world, folder).id;
    spread(world, what);
}

void tell(Run& run) {
    MapiTables& tables = run.world.mail.mapi;
    if (tables.watches == 0) return;
    for (std::uint32_t id = 0; id < tables.sessions.size(); ++id) {
        const MapiSession& one = tables.sessions[id];
        if (one.person == nothing || one.news.empty() || one.woken != 0) continue;
        const bool calls = one.push_port != 0 && one.pushed_at == never;
        if (one.waits == nothing && !calls) continue;  // it will ask
        run.schedule(run.now(), one.host, one.host, EventKind::mail, mail::event::mapi_news, id,
                     one.generation);
        tables.sessions.edit(id).woken = 1;
    }
}

void end_wait(Run& run, std::uint32_t session, bool news) {
    const MapiSession one = run.world.mail.mapi.sessions[session];
    if (one.waits == nothing) return;
    MapiSession& after = run.world.mail.mapi.sessions.edit(session);
    after.waits = nothing;
    ++after.serial;
    run.schedule(run.now(), one.host, one.host, EventKind::mail,
                 news ? mail::event::mapi_answer_news : mail::event::mapi_answer, one.waits,
                 one.waits_generation);
}

void on_event(Run& run, const sim::Event& event) {
    if (event.detail == mail::event::mapi_answer || event.detail == mail::event::mapi_answer_news)
        return answer_wait(run, event);
    if (!is_session(run.world, event.a)) return;
    MapiTables& tables = run.world.mail.mapi;
    const MapiSession one = tables.sessions[event.a];
    switch (event.detail) {
    case mail::event::mapi_news:
        if (one.generation != event.b) return;
        tables.sessions.edit(event.a).woken = 0;
        if (one.news.empty()) return;
        if (one.waits != nothing) {
            run.decide(one.host, conversation_of(run, one.waits), Reason::mapi_news, run.setup().people[one.person].name,
                       "the call that waited");
            end_wait(run, event.a, true);
        }
        if (one.push_port != 0 && one.pushed_at == never) send_push(run, event.a);
        return;
    case mail::event::mapi_wait:
        if (one.serial == event.b) end_wait(run, event.a, false);
        return;
    case mail::event::mapi_push:
        if (one.push_serial != event.b || one.news.empty() || one.push_port == 0) return;
        send_push(run, event.a);
        return;
    default: return;
    }
}

void put_news(Doing& doing, std::vector<RopResponse>& out, std::size_t room) {
    MapiSession one = doing.mine();
    std::uint32_t told = 0;
    for (; told < one.news.size() && room >= 2 * news_octets; ++told) {
        out.push_back(response_of(doing, doing.heap().get(one.news, told)));
        room -= news_octets;
    }
    if (told < one.news.size() && room >= news_octets)
        out.push_back({mapi::RopId::pending, 0, 0, rop::Pending{one.index}});
    MapiSession& after = doing.tables().sessions.edit(doing.session);
    doing.heap().remove_prefix(one.news.bytes, told * sizeof(MapiNews));
    if (one.news.empty()) doing.heap().drop(one.news);
    after.news = one.news;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::RegisterNotification& asked,
                 RopResponse&) {
    const std::uint32_t of = object_at(doing, request.handle);
    if (of == nothing) return RopError::null_object;
    if (doing.tables().objects[of].kind != MapiKind::logon &&
        doing.tables().objects[of].kind != MapiKind::folder &&
        doing.tables().objects[of].kind != MapiKind::message)
        return RopError::not_supported;
    const std::uint32_t object = add_object(doing, MapiKind::notification, request, request.second);
    if (object == nothing) return RopError::too_many_objects;
    MapiObject& made = doing.tables().objects.edit(object);
    made.kinds = asked.kinds & kind::kinds;
    made.folder = asked.folder;
    made.message = asked.message;
    if (asked.whole_store != 0) made.flags |= mapi_flag::whole;
    watch(doing.run, doing.session, 1);
    return RopError::none;
}

}  // namespace postroad::sim::mapi_store

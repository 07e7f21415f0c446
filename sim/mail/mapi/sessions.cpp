// Sessions of mail clients and the objects they have open: begun, found by handle, let go of.
#include "sim/mail/mapi/parts.hpp"

#include <algorithm>

#include "sim/mail/folders.hpp"

namespace postroad::sim::mapi_store {
namespace {

MapiTables& tables_of(Run& run) { return run.world.mail.mapi; }

bool has_watch(const MapiObject& object) {
    const bool table = object.kind == MapiKind::hierarchy || object.kind == MapiKind::contents;
    return object.kind == MapiKind::notification || (table && !(object.flags & mapi_flag::quiet));
}

constexpr Text MapiObject::*texts[] = {&MapiObject::content, &MapiObject::columns,
                                       &MapiObject::restriction, &MapiObject::order,
                                       &MapiObject::rows};

void take_off_list(Run& run, std::uint32_t object) {
    MapiTables& tables = tables_of(run);
    const MapiObject& one = tables.objects[object];
    const std::uint32_t next = one.next, session = one.session;
    std::uint32_t at = tables.sessions[session].first_object;
    if (at == object) {
        tables.sessions.edit(session).first_object = next;
    } else {
        while (tables.objects[at].next != object) at = tables.objects[at].next;
        tables.objects.edit(at).next = next;
    }
    --tables.sessions.edit(session).objects;
}

rpc::Uuid fresh_handle(Run& run, NodeId host, std::uint32_t session) {
    rpc::Uuid out;
    out.time_low = session + 1;
    const std::uint32_t generation = tables_of(run).sessions[session].generation;
    out.time_mid = static_cast<std::uint16_t>(generation);
    out.time_high = static_cast<std::uint16_t>(generation >> 16);
    const std::uint64_t chance = run.draw(host, Purpose::mail);
    for (unsigned i = 0; i < 8; ++i) out.rest[i] = static_cast<std::uint8_t>(chance >> 8 * i);
    return out;
}

}  // namespace

Id conversation_of(const Run& run, std::uint32_t connection) {
    const auto& tcbs = run.world.tcp.tcbs;
    return connection < tcbs.size() ? tcbs[connection].conversation : Id{0};
}

std::uint32_t Doing::owner() const { return folders::owner_of(run, mine().person); }

std::uint32_t begin_session(Run& run, NodeId host, std::uint32_t person, std::uint32_t group) {
    MapiTables& tables = tables_of(run);
    std::uint32_t here = 0;
    for (std::uint32_t id = 0; id < tables.sessions.size(); ++id)
        here += tables.sessions[id].person != nothing && tables.sessions[id].host == host ? 1 : 0;
    if (here >= sessions_max) return nothing;
    const std::uint32_t id = tables.sessions.add();
    const rpc::Uuid handle = fresh_handle(run, host, id), wait = fresh_handle(run, host, id);
    MapiSession& one = tables.sessions.edit(id);
    const std::uint32_t generation = one.generation;
    one = MapiSession{};
    one.generation = generation;
    one.host = host;
    one.person = person;
    one.group = group;
    one.handle = handle;
    one.wait_handle = wait;
    one.index = static_cast<std::uint16_t>(id);
    one.serial = one.push_serial = generation << 12;  // what is late for a former one is not for it
    return id;
}

void end_session(Run& run, std::uint32_t session) {
    MapiTables& tables = tables_of(run);
    end_wait(run, session, false);
    // What is not saved is lost: streams have nothing to be committed to.
    while (tables.sessions[session].first_object != nothing) {
        const std::uint32_t object = tables.sessions[session].first_object;
        tables.objects.edit(object).flags &= static_cast<std::uint8_t>(~mapi_flag::changed);
        release_object(run, object);
    }
    MapiSession gone = tables.sessions[session];
    POSTROAD_ASSERT(gone.octets == 0 && gone.watches == 0);
    run.world.heap.drop(gone.news);
    run.world.heap.drop(gone.push_context);
    tables.sessions.remove(session);
}

std::uint32_t object_at(const Doing& doing, std::uint8_t index) {
    const MapiTables& tables = doing.run.world.mail.mapi;
    if (index >= doing.handles.size()) return nothing;
    for (std::uint32_t at = tables.sessions[doing.session].first_object; at != nothing;
         at = tables.objects[at].next)
        if (tables.objects[at].handle == doing.handles[index]) return at;
    return nothing;
}

std::uint32_t object_at(const Doing& doing, std::uint8_t index,
                        std::initializer_list<MapiKind> kinds) {
    const std::uint32_t object = object_at(doing, index);
    if (object == nothing) return nothing;
    const MapiKind kind = doing.run.world.mail.mapi.objects[object].kind;
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end() ? object : nothing;
}

RopError missing(const Doing& doing, std::uint8_t index) {
    return object_at(doing, index) == nothing ? RopError::null_object : RopError::not_supported;
}

bool is_there(const World& world, std::uint32_t object, std::uint32_t generation) {
    const Table<MapiObject>& objects = world.mail.mapi.objects;
    return object < objects.size() && objects[object].kind != MapiKind::none &&
           objects[object].generation == generation;
}

std::uint32_t add_object(Doing& doing, MapiKind kind, const RopRequest& request,
                         std::uint8_t index) {
    MapiTables& tables = doing.tables();
    if (index >= doing.handles.size() || doing.mine().objects >= objects_max) return nothing;
    const std::uint32_t id = tables.objects.add();
    MapiSession& session = tables.sessions.edit(doing.session);
    MapiObject& one = tables.objects.edit(id);
    const std::uint32_t generation = one.generation;
    one = MapiObject{};
    one.generation = generation;
    one.session = doing.session;
    one.next = session.first_object;
    one.handle = session.next_handle++;
    if (session.next_handle == mapi::no_handle) session.next_handle = 1;
    one.kind = kind;
    one.logon = request.logon;
    session.first_object = id;
    ++session.objects;
    doing.handles[index] = one.handle;
    return id;
}

void release_object(Run& run, std::uint32_t object) {
    MapiTables& tables = tables_of(run);
    if (tables.objects[object].kind == MapiKind::stream) (void)commit(run, object);
    if (has_watch(tables.objects[object])) watch(run, tables.objects[object].session, -1);
    for (const auto where : texts) drop(run, object, where);
    take_off_list(run, object);
    tables.objects.remove(object);
}

void drop(Run& run, std::uint32_t object, Text MapiObject::*where) {
    MapiObject& one = tables_of(run).objects.edit(object);
    tables_of(run).sessions.edit(one.session).octets -= (one.*where).size;
    run.world.heap.drop(one.*where);
}

bool keep(Run& run, std::uint32_t object, Text MapiObject::*where, std::string_view octets) {
    MapiTables& tables = tables_of(run);
    const std::uint32_t session = tables.objects[object].session;
    const std::uint64_t before = (tables.objects[object].*where).size;
    if (tables.sessions[session].octets - before + octets.size() > session_octets_max) return false;
    const Text fresh = run.world.heap.make(octets);
    drop(run, object, where);
    tables.objects.edit(object).*where = fresh;
    tables.sessions.edit(session).octets += octets.size();
    return true;
}

bool extend(Run& run, std::uint32_t object, std::string_view octets) {
    MapiTables& tables = tables_of(run);
    MapiSession& session = tables.sessions.edit(tables.objects[object].session);
    if (session.octets + octets.size() > session_octets_max) return false;
    session.octets += octets.size();
    Text content = tables.objects[object].content;
    run.world.heap.append(content, octets);
    tables.objects.edit(object).content = content;
    return true;
}

void watch(Run& run, std::uint32_t session, int more) {
    MapiTables& tables = tables_of(run);
    tables.sessions.edit(session).watches += static_cast<std::uint32_t>(more);
    tables.watches += static_cast<std::uint64_t>(static_cast<std::int64_t>(more));
}

RopError operate(Doing& doing, const RopRequest& request, const rop::Release&, RopResponse&) {
    const std::uint32_t object = object_at(doing, request.handle);
    if (object != nothing) release_object(doing.run, object);
    return RopError::none;
}

void run_down(Run& run, NodeId host, std::uint32_t group) {
    MapiTables& tables = tables_of(run);
    for (std::uint32_t id = 0; id < tables.sessions.size(); ++id)
        if (tables.sessions[id].person != nothing && tables.sessions[id].host == host &&
            tables.sessions[id].group == group) {
            tables.sessions.edit(id).waits = nothing;  // nobody is left to answer
            end_session(run, id);
        }
}

void crash(Run& run, NodeId host) {
    MapiTables& tables = tables_of(run);
    for (std::uint32_t id = 0; id < tables.sessions.size(); ++id) {
        if (tables.sessions[id].person == nothing || tables.sessions[id].host != host) continue;
        tables.sessions.edit(id).waits = nothing;  // nobody is left to answer
        end_session(run, id);
    }
}

}  // namespace postroad::sim::mapi_store

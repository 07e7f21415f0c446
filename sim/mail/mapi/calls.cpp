// The calls of EMSMDB and AsyncEMSMDB (MS-OXCRPC §3.1.4, §3.3.4): sessions begin and end, operations
// are carried, news is waited for. Who may do so is decided here and when a mailbox is logged on to.
#include <algorithm>

#include "protocols/mapi/emsmdb_stubs.hpp"
#include "protocols/mapi/extended_buffer.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/mapi/parts.hpp"
#include "sim/mail/queue.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::mapi_store {
namespace {

using rpc::CallAsk;
using rpc::Outcome;
using rpc::Status;

constexpr Duration wait_max = 5 * minute;          // MS-OXCNOTIF §3.1.5.3
constexpr std::size_t header_octets = 8;           // RPC_HEADER_EXT
constexpr std::size_t payload_octets = 0x8000;     // §3.1.4.2.1.1.1: of one extended buffer
constexpr std::size_t chain_room_min = 8192;       // §3.1.4.2.1.2.2: less is not filled any more
constexpr mapi::Version server_version{8, 0, 685, 24};

constexpr std::uint32_t code(RopError error) { return static_cast<std::uint32_t>(error); }

struct Caller {
    Run& run;
    std::uint32_t connection;
    NodeId host;
    const CallAsk& call;
    Id conversation;

    std::string_view name() const { return call.user.empty() ? "nobody" : call.user; }
    void called(std::string_view operation, std::string_view words) const {
        run.decide(host, conversation, Reason::mapi_called, name(), operation, words);
    }
};

bool may_come(const Caller& caller) {
    return !caller.call.user.empty() || lets_in_strangers(caller.run, caller.host);
}

// The session of a context handle; whoever did not begin it has none. `waiting`: of the handle that
// EcDoAsyncConnectEx has given.
std::uint32_t session_of(const Caller& caller, const ndr::ContextHandle& handle, bool waiting) {
    const Table<MapiSession>& sessions = caller.run.world.mail.mapi.sessions;
    const std::uint32_t id = handle.uuid.time_low - 1;
    if (handle.uuid.time_low == 0 || id >= sessions.size()) return nothing;
    const MapiSession& one = sessions[id];
    if (one.person == nothing || one.host != caller.host ||
        handle.uuid != (waiting ? one.wait_handle : one.handle))
        return nothing;
    if (!waiting && one.group != caller.call.group) return nothing;
    const bool same = one.anonymous != 0
                          ? caller.call.user.empty() && may_come(caller)
                          : person_of_user(caller.run, caller.host, caller.call.user) == one.person;
    return same ? id : nothing;
}

mapi::ConnectOut refuse(const Caller& caller, std::string_view dn, RopError error,
                        std::string_view why) {
    caller.run.decide(caller.host, caller.conversation, Reason::mapi_refused, caller.name(), dn, why);
    mapi::ConnectOut out;
    out.result = code(error);
    caller.called("EcDoConnectEx", mapi::name_of(error));
    return out;
}

mapi::ConnectOut connect(const Caller& caller, const mapi::ConnectIn& in) {
    Run& run = caller.run;
    if (!may_come(caller))
        return refuse(caller, in.user_dn, RopError::access_denied, "nobody has logged in");
    const std::uint32_t person = person_of_dn(run.setup(), in.user_dn);
    if (person == nothing)
        return refuse(caller, in.user_dn, RopError::unknown_user, "nobody has that name");
    const std::uint32_t user = person_of_user(run, caller.host, caller.call.user);
    if (!caller.call.user.empty() &&
        (user == nothing || folders::owner_of(run, user) != folders::owner_of(run, person)))
        return refuse(caller, in.user_dn, RopError::access_denied, "it is somebody else");
    const std::uint32_t whose = user == nothing ? person : user;
    const std::uint32_t session = begin_session(run, caller.host, whose, caller.call.group);
    if (session == nothing)
        return refuse(caller, in.user_dn, RopError::too_many_objects, "there are too many sessions");
    MapiSession& one = run.world.mail.mapi.sessions.edit(session);
    one.anonymous = caller.call.user.empty() ? 1 : 0;
    mapi::ConnectOut out;
    out.session.uuid = one.handle;
    out.session_index = one.index;
    out.polls_max_ms =
        static_cast<std::uint32_t>(settings_of(run, caller.host).poll.ns / millisecond);
    const PersonSetup& setup = run.setup().people[person];
    out.dn_prefix = container_dn(run, person) + "/cn=Recipients/cn=";
    out.display_name = setup.display.empty() ? setup.name : setup.display;
    mapi::write_version(server_version, out.server_version);
    std::copy(std::begin(in.client_version), std::end(in.client_version), out.best_version);
    out.time_stamp = static_cast<std::uint32_t>(run.unix_s());
    caller.called("EcDoConnectEx", mapi::name_of(RopError::none));
    return out;
}

mapi::Packing packing_for(std::uint32_t flags) {
    if (!(flags & mapi::rpc_flag::no_compression)) return mapi::Packing::compressed;
    return flags & mapi::rpc_flag::no_xor ? mapi::Packing::plain : mapi::Packing::xored;
}

// §3.1.4.2.1: a buffer in, one or several out.
mapi::ExecuteOut carry(const Caller& caller, std::uint32_t session, const mapi::ExecuteIn& in) {
    mapi::ExecuteOut out;
    out.session = in.session;
    const auto fail = [&](RopError error) {
        out.result = code(error);
        caller.called("EcDoRpcExt2", mapi::name_of(error));
        return out;
    };
    const auto payloads = mapi::read_extended(in.payload);
    if (!payloads || payloads->size() != 1) return fail(RopError::rpc_format);
    std::size_t room = std::min<std::size_t>(in.payload_room, mapi::payload_octets_max);
    if (room < header_octets) return fail(RopError::buffer_too_small);
    const mapi::Packing packing = packing_for(in.flags);
    Doing doing{caller.run, caller.host, session, caller.conversation, {}, 0};
    auto done = execute(doing, payloads->front(), std::min(room - header_octets, payload_octets));
    if (!done) return fail(RopError::rpc_format);
    if (done->too_small) return fail(RopError::buffer_too_small);
    std::vector<std::string> all{std::move(done->payload)};
    std::size_t used = header_octets + all.front().size();
    while (done->again && (in.flags & mapi::rpc_flag::chain) && room - used >= chain_room_min &&
           all.size() < mapi::extended_buffers_max) {
        Executed more = go_on(doing, *done->again,
                              std::min(room - used - header_octets, payload_octets));
        if (more.too_small) break;
        used += header_octets + more.payload.size();
        all.push_back(std::move(more.payload));
        done->again = std::move(more.again);
    }
    for (std::size_t i = 0; i < all.size(); ++i)
        out.payload += mapi::write_extended(all[i], packing, i + 1 == all.size());
    caller.called("EcDoRpcExt2", done->words.empty() ? std::string("no operation") : done->words);
    MapiSession& after = caller.run.world.mail.mapi.sessions.edit(session);
    if (after.news.empty()) {  // it has been told of everything: the next news is called out again
        after.pushed_at = never;
        ++after.push_serial;
    }
    return out;
}

mapi::RegisterPushOut register_push(const Caller& caller, std::uint32_t session,
                                    const mapi::RegisterPushIn& in) {
    mapi::RegisterPushOut out;
    out.session = in.session;
    const auto callback = mapi::read_callback(in.callback);
    if (!settings_of(caller.run, caller.host).push) {
        out.result = code(RopError::not_supported);
    } else if (!callback || callback->port == 0) {
        out.result = code(callback ? RopError::invalid_parameter : RopError::not_supported);
    } else {
        MapiSession& one = caller.run.world.mail.mapi.sessions.edit(session);
        caller.run.world.heap.assign(one.push_context, in.context);
        one.push_address = callback->ipv4;
        one.push_port = callback->port;
        one.pushed_at = never;
        ++one.push_serial;
        out.notification = session + 1;
        tell(caller.run);
    }
    caller.called("EcRRegisterPushNotification", mapi::name_of(static_cast<RopError>(out.result)));
    return out;
}

// An operation on a session; one that is not there, or not this caller's, is a fault (MS-RPCE
// §3.1.1.5.3.2.2.2).
template <class In, class F> Outcome in_session(const Caller& caller, F&& run) {
    In in;
    if (!ndr::read(caller.call.stub, in, caller.call.big_endian))
        return rpc::fault(Status::bad_stub_data);
    const std::uint32_t session = session_of(caller, in.session, false);
    if (session == nothing) return rpc::fault(Status::context_mismatch);
    return rpc::success(run(session, in));
}

Outcome answer(const Caller& caller) {
    switch (caller.call.operation) {
    case mapi::ec_do_connect_ex:
        return rpc::operate<mapi::ConnectIn>(
            caller.call, [&](const mapi::ConnectIn& in) { return connect(caller, in); });
    case mapi::ec_do_rpc_ext2:
        return in_session<mapi::ExecuteIn>(
            caller, [&](std::uint32_t session, const mapi::ExecuteIn& in) {
                return carry(caller, session, in);
            });
    case mapi::ec_do_disconnect:
        return in_session<mapi::SessionIn>(caller, [&](std::uint32_t session, const auto&) {
            end_session(caller.run, session);
            caller.called("EcDoDisconnect", mapi::name_of(RopError::none));
            return mapi::SessionOut{};
        });
    case mapi::ec_register_push_notification:
        return in_session<mapi::RegisterPushIn>(
            caller, [&](std::uint32_t session, const mapi::RegisterPushIn& in) {
                return register_push(caller, session, in);
            });
    case mapi::ec_do_async_connect_ex:
        return in_session<mapi::SessionIn>(caller, [&](std::uint32_t session, const auto&) {
            mapi::SessionOut out;
            out.session.uuid = caller.run.world.mail.mapi.sessions[session].wait_handle;
            caller.called("EcDoAsyncConnectEx", mapi::name_of(RopError::none));
            return out;
        });
    case mapi::ec_dummy_rpc:
        caller.called("EcDummyRpc", mapi::name_of(RopError::none));
        return {true, Status::ok, std::string(4, '\0')};
    default: return rpc::fault(Status::no_such_operation);
    }
}

// False: it waits.
bool wait(const Caller& caller, Outcome& out) {
    mapi::WaitIn in;
    if (!ndr::read(caller.call.stub, in, caller.call.big_endian)) {
        out = rpc::fault(Status::bad_stub_data);
        return true;
    }
    const auto answer_now = [&](std::uint32_t flags, RopError error) {
        caller.called("EcDoAsyncWaitEx", flags != 0 ? "there is news" : mapi::name_of(error));
        out = rpc::success(mapi::WaitOut{flags, code(error)});
        return true;
    };
    // §3.3.4.1: whoever waits on nothing is sent to find out by an ordinary call.
    const std::uint32_t session = session_of(caller, in.session, true);
    if (session == nothing) return answer_now(1, RopError::none);
    MapiSession& one = caller.run.world.mail.mapi.sessions.edit(session);
    if (one.waits != nothing) return answer_now(0, RopError::rejected);
    if (!one.news.empty()) return answer_now(1, RopError::none);
    const auto& tcbs = caller.run.world.tcp.tcbs;
    one.waits = caller.connection;
    one.waits_generation =
        caller.connection < tcbs.size() ? tcbs[caller.connection].generation : 0;
    ++one.serial;
    caller.run.schedule(caller.run.now() + wait_max, caller.host, caller.host, EventKind::mail,
                        mail::event::mapi_wait, session, one.serial);
    caller.called("EcDoAsyncWaitEx", "it waits for news");
    return false;
}

}  // namespace

bool call(Run& run, std::uint32_t connection, NodeId host, const rpc::CallAsk& call,
          rpc::Outcome& out) {
    store::set_up(run.world);
    const Caller caller{run, connection, host, call, conversation_of(run, connection)};
    if (call.interface.uuid == mapi::async_interface.uuid) {
        if (call.operation == mapi::ec_do_async_wait_ex) return wait(caller, out);
        out = rpc::fault(Status::no_such_operation);
        return true;
    }
    out = answer(caller);
    return true;
}

}  // namespace postroad::sim::mapi_store

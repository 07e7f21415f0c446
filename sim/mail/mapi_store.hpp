// The store behind MAPI: answers the calls of EMSMDB and AsyncEMSMDB (MS-OXCRPC) from the same
// mailboxes that IMAP and POP3 show. Whoever speaks RPC gives it calls; it knows no packets.
#pragma once

#include "protocols/rpc/operation.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim::mapi_store {

// A call of EMSMDB's (mapi::emsmdb_interface) or of its asynchronous interface. False: it is answered
// later by session::answer (EcDoAsyncWaitEx waits for news or 5 minutes). `connection` carries the
// call; `call.user` is who logged in (empty: nobody did).
bool call(Run& run, std::uint32_t connection, NodeId host, const rpc::CallAsk& call,
          rpc::Outcome& out);
// The last connection of that association group has ended: its sessions go.
void run_down(Run& run, NodeId host, std::uint32_t group);
// Sessions are memory; mailboxes are not.
void crash(Run& run, NodeId host);

// Whether a host lets people in who have not logged in ([hosts.NAME.mapi] anonymous).
bool lets_in_strangers(const Run& run, NodeId host);

// EventKind::mail: mail::event::mapi_news to mapi_answer_news.
void on_event(Run& run, const Event& event);

// --- for those who change mailboxes ---
enum class Change : std::uint8_t { new_mail, created, deleted, modified, moved, copied };
// A message has changed: kept for those who asked for such news. Costs nothing when nobody did.
// `uid` in `folder`; moved, copied: where it was before.
struct News {
    Change what = Change::created;
    std::uint32_t folder = nothing, uid = 0, flags = 0;
    std::uint32_t old_folder = nothing, old_uid = 0;
};
void note(World& world, const News& news);
// A folder has come or gone.
void note_folder(World& world, std::uint32_t folder, Change what);
// Those with news are woken, once each, at this same moment.
void tell(Run& run);

}  // namespace postroad::sim::mapi_store

// The message store by RPC (MS-OXCRPC, MS-OXCROPS): what calls to a host's mailboxes come to.
#pragma once

#include "protocols/rpc/operation.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim::mapi_store {

// A call of EMSMDB's or of its asynchronous interface. False: it is answered later by
// session::answer. `call.user`: who has logged in; empty: nobody has.
bool call(Run& run, std::uint32_t connection, NodeId host, const rpc::CallAsk& call,
          rpc::Outcome& out);
void run_down(Run& run, NodeId host, std::uint32_t group);
void crash(Run& run, NodeId host);

}  // namespace postroad::sim::mapi_store

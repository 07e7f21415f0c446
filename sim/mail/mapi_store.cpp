// What calls of the store's come to.
#include "sim/mail/mapi_store.hpp"

namespace postroad::sim::mapi_store {

bool call(Run&, std::uint32_t, NodeId, const rpc::CallAsk&, rpc::Outcome& out) {
    out = rpc::fault(rpc::Status::no_such_operation);
    return true;
}
void run_down(Run&, NodeId, std::uint32_t) {}
void crash(Run&, NodeId) {}

}  // namespace postroad::sim::mapi_store

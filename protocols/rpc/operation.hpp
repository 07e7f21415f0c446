// What an operation of an interface comes to, for whoever answers rpc_call.
#pragma once

#include "protocols/rpc/ndr.hpp"
#include "protocols/rpc/server.hpp"

namespace postroad::rpc {

struct Outcome {
    bool ok = false;
    Status status = Status::no_such_operation;
    std::string stub;
};
inline Outcome fault(Status status) { return {false, status, {}}; }

template <class Out> Outcome success(const Out& out) {
    return {true, Status::ok, ndr::write(out, ndr::full_referents_of_arguments)};
}
// Reads the arguments, calls `run(in)` for the results, writes them. What is no such stub at all is
// a fault (MS-RPCE §3.1.1.5.5: bad stub data).
template <class In, class F> Outcome operate(const CallAsk& call, F&& run) {
    In in;
    if (!ndr::read(call.stub, in, call.big_endian)) return fault(Status::bad_stub_data);
    return success(run(in));
}

inline void answer_with(const Outcome& outcome, Answer& out) {  // which views the outcome's stub
    out.ok = outcome.ok;
    out.number = static_cast<std::uint32_t>(outcome.status);
    out.text = outcome.stub;
}

}  // namespace postroad::rpc

// What failed log-ins lead to: answers that come late, and locks, for an account and for the
// address they come from (scenario: [hosts.NAME.login]). RFC 4954 §9 and RFC 5034 §9 ask for it.
#pragma once

#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::guard {

struct Attempt {
    NodeId host = 0;
    Id conversation = 0;
    AddressId client = nothing;
    std::uint32_t person = nothing;  // nothing: nobody has that name
    std::string_view user;           // as it was given
};

// The account or the client is locked: the log-in is not even looked at. Recorded.
bool is_locked(Run& run, const Attempt& attempt);
// One more has failed. Counted and recorded; gives how late the refusal is to be said.
Duration failed(Run& run, const Attempt& attempt);
// The account's failures are forgotten; the client's are not, for it may have an account as well.
void succeeded(Run& run, const Attempt& attempt);

}  // namespace postroad::sim::guard

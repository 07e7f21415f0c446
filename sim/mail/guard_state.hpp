// Failed log-ins, as the World keeps them: a record an account, and one a client's address.
#pragma once

#include "protocols/base/index.hpp"
#include "protocols/base/pages.hpp"
#include "sim/core/facts.hpp"

namespace postroad::sim {

struct LoginGuard {
    NodeId host = 0;
    std::uint32_t subject = 0;       // Setup::people, or an AddressId
    std::uint32_t failures = 0;      // in a row
    std::uint32_t is_client = 0;
    Time last = 0;                   // when it failed
    Time locked_until = 0;
};
static_assert(Record<LoginGuard>);

struct GuardTables {
    Pages<LoginGuard> records;
    Index by_subject;
    bool operator==(const GuardTables&) const = default;
};

}  // namespace postroad::sim

// The names by which a store's objects are known: ids of a replica and a counter (MS-OXCDATA §2.2.1)
// and entry ids (§2.2.4).
#pragma once

#include <cstdint>
#include <string>

#include "protocols/rpc/uuid.hpp"

namespace postroad::mapi {

// A folder or a message: the replica in two octets, a counter of 48 bits in six, the highest first.
inline constexpr std::uint16_t own_replica = 1;
constexpr std::uint64_t object_id(std::uint64_t counter) {
    std::uint64_t out = own_replica;
    for (unsigned i = 0; i < 6; ++i) out |= (counter >> 8 * i & 0xff) << (56 - 8 * i);
    return out;
}
constexpr std::uint64_t counter_of(std::uint64_t id) {  // 0: of another replica
    if ((id & 0xffff) != own_replica) return 0;
    std::uint64_t out = 0;
    for (unsigned i = 0; i < 6; ++i) out |= (id >> (56 - 8 * i) & 0xff) << 8 * i;
    return out;
}

// §2.2.4.1 and §2.2.4.2, of a private mailbox.
std::string folder_entry_id(const rpc::Uuid& mailbox, const rpc::Uuid& database,
                            std::uint64_t folder);
std::string message_entry_id(const rpc::Uuid& mailbox, const rpc::Uuid& database,
                             std::uint64_t folder, std::uint64_t message);

}  // namespace postroad::mapi

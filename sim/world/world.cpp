// Worlds compared, and what a Run looks up.
#include "sim/world/world.hpp"

#include "sim/world/run.hpp"

namespace postroad::sim {

bool World::operator==(const World& other) const {
    const bool same_setup =
        setup == other.setup || (setup && other.setup && setup->scenario == other.setup->scenario);
    return same_setup && seed == other.seed && now == other.now &&
           events_done == other.events_done && lively == other.lively && agenda == other.agenda && heap == other.heap &&
           nodes == other.nodes && tcp == other.tcp && border == other.border &&
           attackers == other.attackers && sessions == other.sessions && tls == other.tls &&
           dns == other.dns && kerberos == other.kerberos && mail == other.mail &&
           web == other.web && rpc == other.rpc;
}

AddressId Run::address_id(const net::Address& wanted) {
    const AddressId known = world.setup->find_address(wanted);
    if (known != nothing) return known;
    // Few and rare: an MX that names a host outside the scenario.
    Pages<net::Address>& more = world.tcp.more_addresses;
    const auto first = static_cast<AddressId>(world.setup->addresses.size());
    for (std::size_t i = 0; i < more.size(); ++i)
        if (more[i] == wanted) return first + static_cast<AddressId>(i);
    const AddressId id = first + more.append(wanted);
    record(0, AddressFact{wanted, id, 0});
    return id;
}

}  // namespace postroad::sim

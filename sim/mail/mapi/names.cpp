// Who is who: people by their distinguished names, and what never changes of a mailbox.
#include "protocols/base/ascii.hpp"
#include "protocols/base/hash.hpp"
#include "protocols/nspi/directory.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/mail/mapi/parts.hpp"
#include "sim/rpc/rpc.hpp"

namespace postroad::sim::mapi_store {
namespace {

constexpr std::uint64_t ticks_per_s = 10'000'000;  // MS-DTYP §2.3.3: 100 ns
constexpr std::int64_t unix_epoch_s = 11'644'473'600;

// From the world's seed, so that it is the same in every copy and for ever.
rpc::Uuid derived(const Run& run, std::uint64_t what, std::string_view of) {
    rpc::Uuid out;
    const std::uint64_t high = mix64(run.world.seed, hash_octets(of, what));
    const std::uint64_t low = mix64(high, what);
    out.time_low = static_cast<std::uint32_t>(high);
    out.time_mid = static_cast<std::uint16_t>(high >> 32);
    out.time_high = static_cast<std::uint16_t>((high >> 48 & 0x0fff) | 0x4000);  // RFC 4122 §4.4
    for (unsigned i = 0; i < 8; ++i) out.rest[i] = static_cast<std::uint8_t>(low >> 8 * i);
    out.rest[0] = static_cast<std::uint8_t>((out.rest[0] & 0x3fU) | 0x80U);
    return out;
}

}  // namespace

bool lets_in_strangers(const Run&, NodeId) { return false; }

std::string organisation_of(const Run& run, NodeId host) {
    const scenario::Host& settings = mail::settings_of(run, host);
    if (!settings.tls.organisation.empty()) return std::string(settings.tls.organisation);
    return settings.domains.empty() ? std::string(run.host(host).name)
                                    : std::string(settings.domains.front());
}

// As the address book has them: a client brings from there what it says here.
std::string dn_of(const Run& run, std::uint32_t person) {
    return rpc_layer::dn_of(run.setup(), person);
}

std::uint32_t person_of_dn(const Run& run, std::string_view dn) {
    return rpc_layer::person_of_dn(run.setup(), dn);
}

std::uint32_t person_of_user(const Run& run, NodeId host, std::string_view user) {
    if (const auto slash = user.rfind('\\'); slash != std::string_view::npos)
        user.remove_prefix(slash + 1);  // MS-NLMP: the domain is ahead of the name
    if (user.empty()) return nothing;
    const auto& people = run.setup().people;
    std::uint32_t elsewhere = nothing;
    for (std::uint32_t id = 0; id < people.size(); ++id) {
        const PersonSetup& one = people[id];
        if (!equals_ignoring_case(one.name, user) && !equals_ignoring_case(one.address, user) &&
            !equals_ignoring_case(one.user, user) && !equals_ignoring_case(one.principal, user))
            continue;
        if (one.mailbox_host == host) return id;
        elsewhere = id;
    }
    return elsewhere;
}

rpc::Uuid mailbox_guid(const Run& run, std::uint32_t person) {
    return derived(run, 0x6d62, run.setup().people[person].address);
}
rpc::Uuid database_guid(const Run& run, NodeId host) {
    return derived(run, 0x6462, run.host(host).name);
}

std::string entry_id_of(const Run& run, std::uint32_t person, std::uint64_t folder) {
    return mapi::folder_entry_id(mailbox_guid(run, person),
                                 database_guid(run, run.setup().people[person].mailbox_host),
                                 folder);
}
std::string entry_id_of(const Run& run, std::uint32_t person, std::uint64_t folder,
                        std::uint64_t message) {
    return mapi::message_entry_id(mailbox_guid(run, person),
                                  database_guid(run, run.setup().people[person].mailbox_host),
                                  folder, message);
}
std::string entry_id_of_person(const Run& run, std::uint32_t person) {
    return nspi::permanent_entry_id(dn_of(run, person));
}

std::uint64_t file_time(std::int64_t unix_s) {
    return static_cast<std::uint64_t>(unix_s + unix_epoch_s) * ticks_per_s;
}

}  // namespace postroad::sim::mapi_store

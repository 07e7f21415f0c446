// Who is who: people by the names they log in with, and what never changes of a mailbox.
#include "protocols/base/hash.hpp"
#include "protocols/nspi/directory.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/mail/log_in.hpp"
#include "sim/mail/mapi/parts.hpp"

namespace postroad::sim::mapi_store {
namespace {

constexpr std::uint64_t ticks_per_s = 10'000'000;  // MS-DTYP §2.3.3: 100 ns
constexpr std::int64_t unix_epoch_s = 11'644'473'600;

// From the world's seed, so that it is the same in every copy and for ever.
rpc::Uuid derived(const Run& run, std::uint64_t what, std::string_view of) {
    const std::uint64_t high = mix64(run.world.seed, hash_octets(of, what));
    return rpc::random_uuid(high, mix64(high, what));
}

}  // namespace

const scenario::MapiServer& settings_of(const Run& run, NodeId host) {
    return mail::settings_of(run, host).mapi;
}

bool lets_in_strangers(const Run& run, NodeId host) { return settings_of(run, host).anonymous; }

std::uint32_t person_of_user(const Run& run, NodeId host, std::string_view user) {
    if (const auto slash = user.rfind('\\'); slash != std::string_view::npos)
        user.remove_prefix(slash + 1);  // MS-NLMP §2.2.1.3: the domain is a field of its own
    return login::person_at(run, host, user, false);
}

std::string container_dn(const Run& run, std::uint32_t person) {
    const std::string dn = dn_of(run.setup(), person);
    return dn.substr(0, dn.rfind("/cn=Recipients"));
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
    return nspi::permanent_entry_id(dn_of(run.setup(), person));
}

std::uint64_t file_time(std::int64_t unix_s) {
    return static_cast<std::uint64_t>(unix_s + unix_epoch_s) * ticks_per_s;
}

}  // namespace postroad::sim::mapi_store

// The address book of a host: its people, as the scenario has them.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/nspi/directory.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/rpc/rpc.hpp"

namespace postroad::sim::rpc_layer {
namespace {

constexpr std::string_view recipients = "/cn=Recipients/cn=", servers = "/cn=Servers/cn=";
constexpr std::uint32_t first_mid = 16;  // MS-OXNSPI §2.2.1.8: below are numbers with a meaning

// The organisation: the domain that a host has mailboxes for.
std::string container_of(const Setup& setup, std::uint32_t host) {
    const auto& domains = setup.scenario.hosts[setup.hosts[host].scenario_index].domains;
    const std::string& name = domains.empty() ? setup.hosts[host].domain_name : domains.front();
    return "/o=" + name + "/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)";
}

std::string server_dn(const Setup& setup, std::uint32_t host) {
    return container_of(setup, host) + "/cn=Configuration" + std::string(servers) +
           setup.hosts[host].name;
}

std::vector<nspi::Person> sorted_people(const Setup& setup, NodeId host) {
    std::vector<std::pair<std::string, nspi::Person>> keyed;
    for (std::uint32_t i = 0; i < setup.people.size(); ++i) {
        const PersonSetup& one = setup.people[i];
        if (one.mailbox_host != host || one.same_as != nothing) continue;
        keyed.push_back({lowered(one.display),
                         {first_mid + i, dn_of(setup, i), one.display, one.name, one.address,
                          server_dn(setup, host) + "/cn=Microsoft Private MDB"}});
    }
    std::sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : a.second.mid < b.second.mid;
    });
    std::vector<nspi::Person> out;
    out.reserve(keyed.size());
    for (auto& [name, person] : keyed) out.push_back(std::move(person));
    return out;
}

// Not state: derived from the Setup, of which it is. A thousand clients ask for it six times each.
const std::vector<nspi::Person>& people_of(const std::shared_ptr<const Setup>& setup, NodeId host) {
    static thread_local std::weak_ptr<const Setup> of;
    static thread_local NodeId on = 0;
    static thread_local std::vector<nspi::Person> people;
    if (of.lock() != setup || on != host) {
        people = sorted_people(*setup, host);
        of = setup;
        on = host;
    }
    return people;
}

}  // namespace

std::string dn_of(const Setup& setup, std::uint32_t person) {
    const PersonSetup& one = setup.people[person];
    if (one.same_as != nothing) return dn_of(setup, one.same_as);
    return (one.mailbox_host == nothing ? std::string("/o=none")
                                        : container_of(setup, one.mailbox_host)) +
           std::string(recipients) + one.name;
}

std::uint32_t person_of_dn(const Setup& setup, std::string_view dn) {
    const std::size_t at = dn.rfind("/cn=");
    if (at == std::string_view::npos) return nothing;
    const std::uint32_t person = setup.find_person(dn.substr(at + 4));
    return person != nothing && equals_ignoring_case(dn_of(setup, person), dn) ? person : nothing;
}

rpc::Outcome answer_directory(Run& run, NodeId host, const rpc::CallAsk& call) {
    const Setup& setup = run.setup();
    if (call.interface.uuid == nspi::referral_interface.uuid) {
        nspi::ReferralHost referral;
        referral.address_book = run.host(host).domain_name;
        referral.fqdn_of = [&setup](std::string_view dn) {
            const std::size_t at = dn.rfind(servers);
            if (at == std::string_view::npos) return std::string();
            std::string_view name = dn.substr(at + servers.size());
            name = name.substr(0, name.find('/'));
            for (const HostSetup& one : setup.hosts)
                if (equals_ignoring_case(one.name, name)) return one.domain_name;
            return std::string();
        };
        return nspi::answer_referral(call, referral);
    }
    const std::vector<nspi::Person>& people = people_of(run.world.setup, host);
    nspi::BookHost book_host;
    book_host.people = people;
    const std::string name = server_dn(setup, host);
    book_host.server = rpc::random_uuid(hash_octets(name), hash_octets(name, 1));
    const std::uint64_t high = run.draw(host, Purpose::mail);
    const std::uint64_t low = run.draw(host, Purpose::mail);
    book_host.fresh = rpc::random_uuid(high, low);
    nspi::Book book = run.world.rpc.hosts[host].book;
    rpc::Outcome out = nspi::answer(book, call, book_host, run.world.heap);
    run.world.rpc.hosts.edit(host).book = book;
    return out;
}

}  // namespace postroad::sim::rpc_layer

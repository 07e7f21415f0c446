// Realms: which KDC serves which, and the principals that follow from people and hosts.
#include <algorithm>
#include <set>

#include "protocols/base/ascii.hpp"
#include "sim/scenario/names.hpp"
#include "sim/world/compile.hpp"

namespace postroad::sim {
namespace {

using scenario::Service;

// RFC 4120 §6.1: a realm's name may not hold what separates it from others.
bool is_realm(std::string_view name) {
    return !name.empty() && name.find_first_of("/@:\\ ") == std::string_view::npos;
}

std::uint32_t realm_named(Setup& out, const std::string& name) {
    for (std::uint32_t i = 0; i < out.realms.size(); ++i)
        if (out.realms[i].name == name) return i;
    out.realms.push_back({name, lowered(name), {}, {}});
    return static_cast<std::uint32_t>(out.realms.size() - 1);
}

// The realm that a domain name belongs to by its ending, the longest one; `nothing`: none.
std::uint32_t realm_of(const Setup& out, std::string_view name) {
    std::uint32_t best = nothing;
    for (std::uint32_t i = 0; i < out.realms.size(); ++i)
        if (scenario::is_within(name, out.realms[i].domain) &&
            (best == nothing || out.realms[i].domain.size() > out.realms[best].domain.size()))
            best = i;
    return best;
}

void add(RealmSetup& realm, std::string name, bool person = false, std::string password = {}) {
    realm.principals.push_back({std::move(name), std::move(password), person});
}

// RFC 4120 §6.2.1: a service on a host is the service's name and the host's.
void add_host(Compiler& c, std::uint32_t index) {
    const scenario::Host& from = c.s.hosts[index];
    HostSetup& host = c.out.hosts[index];
    host.realm = realm_of(c.out, host.domain_name);
    for (const std::string& name : from.names) {
        const std::uint32_t number = realm_of(c.out, name);
        if (number == nothing) continue;
        RealmSetup& realm = c.out.realms[number];
        add(realm, "host/" + name);
        if (from.runs(Service::mta) || from.runs(Service::msa)) add(realm, "smtp/" + name);
        if (from.runs(Service::pop3)) add(realm, "pop/" + name);
        if (from.runs(Service::imap)) add(realm, "imap/" + name);
        if (from.runs(Service::mda)) add(realm, "imap/" + name);
        if (from.runs(Service::mda)) add(realm, "HTTP/" + name);
        // What Exchange registers: store, address book and referral.
        if (from.runs(Service::mapi))
            for (const char* const service : {"exchangeMDB/", "exchangeAB/", "exchangeRFR/"})
                add(realm, service + name);
    }
}

}  // namespace

const PrincipalSetup* RealmSetup::find(std::string_view name_of_one) const {
    const auto at = std::lower_bound(
        principals.begin(), principals.end(), name_of_one,
        [](const PrincipalSetup& one, std::string_view wanted) { return one.name < wanted; });
    return at != principals.end() && at->name == name_of_one ? &*at : nullptr;
}

void compile_kerberos(Compiler& c) {
    for (std::uint32_t i = 0; i < c.out.hosts.size(); ++i) {
        const scenario::Host& from = c.s.hosts[i];
        if (!from.runs(Service::kdc)) continue;
        if (!is_realm(from.kdc.realm)) {
            c.error("hosts." + scenario::toml_key(from.name) + ".kdc.realm",
                    quoted(from.kdc.realm) + " is no name of a realm",
                    "it is a domain name in capitals (RFC 4120 §6.1)",
                    "write realm = \"EXAMPLE.ORG\"");
            continue;
        }
        KdcSetup& kdc = c.out.hosts[i].kdc;
        kdc.realm = realm_named(c.out, from.kdc.realm);
        const auto seconds = [](const scenario::Duration& time) {
            return static_cast<std::int64_t>(time.ns / 1'000'000'000);
        };
        kdc.lifetime_s = seconds(from.kdc.ticket_lifetime);
        kdc.renewable_s = seconds(from.kdc.renewable_for);
        kdc.skew_s = seconds(from.kdc.clock_skew);
        c.out.realms[kdc.realm].kdcs.push_back(i);
    }
    if (c.out.realms.empty()) return;
    for (RealmSetup& realm : c.out.realms) add(realm, "krbtgt/" + realm.name);
    for (std::uint32_t i = 0; i < c.out.hosts.size(); ++i) add_host(c, i);
    std::set<std::pair<std::uint32_t, std::string>> taken;
    for (PersonSetup& person : c.out.people) {
        const std::size_t at = person.address.rfind('@');
        if (at == std::string::npos) continue;
        person.realm = realm_of(c.out, std::string_view(person.address).substr(at + 1));
        if (person.realm == nothing) continue;
        person.principal = lowered(std::string_view(person.address).substr(0, at));
        RealmSetup& realm = c.out.realms[person.realm];
        if (taken.emplace(person.realm, person.principal).second)
            add(realm, person.principal, true, person.password);
        else
            person.realm = nothing;  // the first of that name has it
    }
    for (RealmSetup& realm : c.out.realms) {
        const auto by_name = [](const PrincipalSetup& a, const PrincipalSetup& b) {
            return a.name < b.name;
        };
        std::stable_sort(realm.principals.begin(), realm.principals.end(), by_name);
        realm.principals.erase(
            std::unique(realm.principals.begin(), realm.principals.end(),
                        [](const PrincipalSetup& a, const PrincipalSetup& b) {
                            return a.name == b.name;
                        }),
            realm.principals.end());
    }
}

}  // namespace postroad::sim

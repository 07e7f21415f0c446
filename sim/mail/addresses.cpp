// Looks an address up in a host's aliases, lists, forwards and mailboxes, in this order.
#include "sim/mail/addresses.hpp"

#include "protocols/base/ascii.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::mail {
namespace {

const std::vector<std::string>* find(const scenario::AddressMap& map, std::string_view address) {
    for (const auto& [name, targets] : map)
        if (equals_ignoring_case(name, address)) return &targets;
    return nullptr;
}

bool contains(const std::vector<std::string>& names, std::string_view wanted) {
    for (const std::string& name : names)
        if (equals_ignoring_case(name, wanted)) return true;
    return false;
}

std::uint32_t first_person_of(const Setup& setup, NodeId host) {
    for (std::size_t i = 0; i < setup.people.size(); ++i)
        if (setup.people[i].mailbox_host == host) return static_cast<std::uint32_t>(i);
    return nothing;
}

// "all-owner@example.org" where all@example.org is a list.
bool is_list_owner(const scenario::AddressMap& lists, std::string_view local,
                   std::string_view domain) {
    constexpr std::string_view suffix = "-owner";
    if (local.size() <= suffix.size() ||
        !equals_ignoring_case(local.substr(local.size() - suffix.size()), suffix))
        return false;
    local.remove_suffix(suffix.size());
    for (const auto& [name, members] : lists)
        if (name.size() == local.size() + 1 + domain.size() &&
            starts_ignoring_case(name, local) && name[local.size()] == '@' &&
            equals_ignoring_case(std::string_view(name).substr(local.size() + 1), domain))
            return true;
    return false;
}

}  // namespace

std::string_view domain_part(std::string_view address) {
    const std::size_t at = address.rfind('@');
    return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

const scenario::Endpoint* lmtp_route(const scenario::Host& settings, std::string_view domain) {
    for (const auto& [name, to] : settings.routing.lmtp)
        if (equals_ignoring_case(name, domain)) return &to;
    return nullptr;
}

const scenario::Host& settings_of(const Run& run, NodeId host) {
    return run.setup().scenario.hosts[run.host(host).scenario_index];
}

Whereabouts whereabouts(const Run& run, NodeId host, std::string_view address) {
    const scenario::Host& settings = settings_of(run, host);
    const scenario::Routing& routing = settings.routing;
    Whereabouts out;
    out.domain = domain_part(address);
    if (!out.domain.empty() && !store::is_local_domain(run, host, out.domain)) {
        if (contains(routing.relay_domains, out.domain) ||
            contains(settings.smtp.relay_for, out.domain) ||
            lmtp_route(settings, out.domain) != nullptr)
            out.home = Home::relayed;
        return out;
    }
    if (!routing.aliases.empty() && (out.targets = find(routing.aliases, address))) {
        out.home = Home::alias;
        return out;
    }
    if (!routing.lists.empty() && (out.targets = find(routing.lists, address))) {
        out.home = Home::list;
        return out;
    }
    if (!routing.forwards.empty() && (out.targets = find(routing.forwards, address))) {
        out.home = Home::forward;
        return out;
    }
    if (!out.domain.empty() && lmtp_route(settings, out.domain) != nullptr) {
        out.home = Home::relayed;  // who exists there, the host behind it knows
        return out;
    }
    out.person = store::person_at(run, host, address);
    if (out.person != nothing) {
        out.home = Home::mailbox;
        return out;
    }
    const std::string_view local =
        out.domain.empty() ? address : address.substr(0, address.size() - out.domain.size() - 1);
    if (equals_ignoring_case(local, "postmaster") ||
        is_list_owner(routing.lists, local, out.domain)) {
        out.person = first_person_of(run.setup(), host);
        out.home = out.person == nothing ? Home::nobody : Home::mailbox;
        if (out.person != nothing) return out;
    }
    out.home = Home::nobody;
    if (!routing.catch_all.empty()) {
        out.home = Home::catch_all;
        out.person = store::person_at(run, host, routing.catch_all);
    }
    return out;
}

}  // namespace postroad::sim::mail

// Completes hosts and people: what runs where, who has which mailbox, which device.
#include "sim/scenario/complete.hpp"
#include "sim/scenario/names.hpp"

#include "protocols/base/ascii.hpp"

#include <algorithm>
#include <map>

namespace postroad::scenario {
namespace {

const std::vector<Service> whole_mail_server{Service::mta,  Service::msa, Service::mda,
                                             Service::pop3, Service::dns, Service::resolver};

// Mail is the real program's there; somebody must still answer for the domain's zone.
const std::vector<Service> beside_a_real_server{Service::dns, Service::resolver};

// Hosts by the mail domains they keep mailboxes for, in the scenario's order.
using Keepers = std::multimap<DomainName, std::size_t, std::less<>>;
Keepers keepers_of(const Scenario& s) {
    Keepers out;
    for (std::size_t i = 0; i < s.hosts.size(); ++i)
        for (const DomainName& domain : s.hosts[i].domains) out.emplace(domain, i);
    return out;
}

std::string network_name_for(std::string_view domain) {
    std::string out(domain);
    std::replace(out.begin(), out.end(), '.', '-');
    return out;
}

Network& network_named(Scenario& s, const std::string& name) {
    if (Network* network = find_network(s, name)) return *network;
    s.networks.push_back({});
    s.networks.back().name = name;
    return s.networks.back();
}

std::string internet_name(Scenario& s) {
    if (const Network* internet = find_internet(s)) return internet->name;
    Network& network = network_named(s, "internet");
    network.kind = NetworkKind::internet;
    return network.name;
}

// The mail domain that a host belongs to: its own, or the one its name is under.
std::string domain_of_host(const Host& host, const Keepers& keepers) {
    if (!host.domains.empty()) return host.domains.front();
    const Checked own_name = check_domain(host.name);
    std::string_view name = !host.names.empty() ? std::string_view(host.names.front())
                            : own_name.ok()     ? std::string_view(own_name.text)
                                                : std::string_view(".");
    while (name != ".") {
        if (keepers.find(name) != keepers.end()) return std::string(name);
        name = parent_of(name);
    }
    return {};
}

void place_host(Scenario& s, std::size_t index, const Keepers& keepers, std::string_view only_lan) {
    const std::string domain = domain_of_host(s.hosts[index], keepers);
    if (s.hosts[index].network.empty()) {
        std::string network;
        if (!domain.empty()) {
            // Beside the domain's other hosts, where those were put by hand.
            const auto range = keepers.equal_range(domain);
            for (auto it = range.first; it != range.second && network.empty(); ++it)
                if (!s.hosts[it->second].network.empty()) network = s.hosts[it->second].network[0];
            if (network.empty()) network = network_named(s, network_name_for(domain)).name;
        } else
            network = only_lan.empty() ? internet_name(s) : std::string(only_lan);
        s.hosts[index].network = {network};
    }
    Host& host = s.hosts[index];
    if (!host.names.empty()) return;
    const Checked own_name = check_domain(host.name);
    if (host.name.find('.') != std::string::npos && own_name.ok()) {
        host.names = {own_name.text};
        return;
    }
    std::string under = domain;
    for (std::size_t i = 0; i < s.hosts.size() && under.empty(); ++i)  // its network's organisation
        if (!s.hosts[i].domains.empty() && !s.hosts[i].network.empty() &&
            s.hosts[i].network[0] == host.network[0])
            under = s.hosts[i].domains[0];
    if (under.empty()) under = lowered(host.network[0]) + ".example";
    std::string label = lowered(host.name);
    std::replace(label.begin(), label.end(), '_', '-');
    const Checked name = check_domain(label + "." + under);
    host.names = {name.ok() ? name.text : "host" + std::to_string(index) + ".example"};
}

// The port that a person's mail program asks by its protocol, and the service it asks there.
std::uint16_t fetch_port_of(const Host& host, FetchProtocol protocol) {
    switch (protocol) {
        case FetchProtocol::pop3: return host.pop3.port;
        case FetchProtocol::imap:
        case FetchProtocol::web: return host.imap.port;
        case FetchProtocol::mapi: return 135;  // the endpoint mapper's
    }
    return 0;
}

Service service_of(FetchProtocol protocol) {
    switch (protocol) {
        case FetchProtocol::pop3: return Service::pop3;
        case FetchProtocol::imap:
        case FetchProtocol::web: return Service::imap;
        case FetchProtocol::mapi: return Service::mapi;
    }
    return Service::pop3;
}

void complete_person(Scenario& s, Person& person, const Keepers& keepers,
                     const std::vector<DomainName>& domains, Index& index) {
    if (const Person* same = index.person(person.same_as); same != nullptr && same != &person) {
        if (person.address.empty()) person.address = same->address;
        if (person.display.empty()) person.display = same->display;
        if (person.password.empty()) person.password = same->password;
        if (person.mailbox.empty()) person.mailbox = same->mailbox;
        if (!person.submits_to) person.submits_to = same->submits_to;
    }
    if (person.address.empty() && domains.size() == 1)
        person.address = {lowered(person.name) + "@" + domains[0]};
    if (person.display.empty()) {
        person.display = person.name;
        if (!person.display.empty()) person.display[0] = to_upper(person.display[0]);
    }
    if (person.password.empty()) person.password = "secret-" + person.name;
    if (person.mailbox.empty() && !person.address.empty()) {
        const auto range = keepers.equal_range(domain_of(person.address[0]));
        for (auto it = range.first; it != range.second && person.mailbox.empty(); ++it)
            if (s.hosts[it->second].runs(Service::mda)) person.mailbox = s.hosts[it->second].name;
    }
    const Host* home = index.host(person.mailbox);
    if (home != nullptr) {
        if (!person.submits_to) {
            const Host* msa = home->runs(Service::msa) ? home : nullptr;
            for (std::size_t i = 0; i < s.hosts.size() && msa == nullptr; ++i)
                if (s.hosts[i].runs(Service::msa) && s.hosts[i].network == home->network)
                    msa = &s.hosts[i];
            if (msa != nullptr) person.submits_to = Endpoint{msa->name, msa->msa.port};
        }
        if (!person.fetch.from && home->runs(service_of(person.fetch.protocol)))
            person.fetch.from = Endpoint{home->name, fetch_port_of(*home, person.fetch.protocol)};
    }
    if (person.submits_to && person.submits_to->port == 0)
        if (const Host* host = index.host(person.submits_to->host))
            person.submits_to->port = host->msa.port;
    if (person.fetch.from && person.fetch.from->port == 0)
        if (const Host* host = index.host(person.fetch.from->host))
            person.fetch.from->port = fetch_port_of(*host, person.fetch.protocol);
    if (person.device.empty() && home != nullptr) {
        person.device = person.name + "-pc";
        if (index.host(person.device) == nullptr) {
            Host device;
            device.name = person.device;
            device.network = {home->network.empty() ? internet_name(s) : home->network[0]};
            const std::string_view under = home->domains.empty()
                                               ? parent_of(home->names[0])
                                               : std::string_view(home->domains[0]);
            std::string label = lowered(device.name);
            for (char& c : label)
                if (c == '_' || c == '.') c = '-';
            const Checked name = check_domain(label + "." + std::string(under));
            device.names = {name.ok() ? name.text : "device.example"};
            device.utc_offset = home->utc_offset;
            index.add_host(device.name, s.hosts.size());
            s.hosts.push_back(std::move(device));
        }
    }
    if (const Host* found = index.host(person.device)) {
        Host& device = s.hosts[static_cast<std::size_t>(found - s.hosts.data())];
        if (!device.runs(Service::mua)) device.services.push_back(Service::mua);
    }
}

// People become addresses wherever an address is what goes on the wire.
void to_addresses(const Index& index, std::vector<std::string>& who) {
    for (std::string& one : who)
        if (const Person* person = index.person(one))
            if (!person->address.empty()) one = person->address[0];
}

void complete_happenings(Scenario& s) {
    const Index index(s);
    for (Event& event : s.timeline)
        if (Send* send = std::get_if<Send>(&event.action)) {
            to_addresses(index, send->to);
            to_addresses(index, send->cc);
            to_addresses(index, send->bcc);
            to_addresses(index, send->forward_paths);
            if (const Person* person = index.person(send->from))
                if (!send->via && !person->sends_by_rpc()) send->via = person->submits_to;
            if (send->via && send->via->port == 0)
                if (const Host* host = index.host(send->via->host))
                    send->via->port = host->runs(Service::msa) ? host->msa.port : host->smtp.port;
        }
    for (Habit& habit : s.habits)
        if (habit.people.empty())
            for (const Person& person : s.people) habit.people.push_back(person.name);
    for (Retriever& one : s.retrievers) {
        const bool by_pop = one.protocol == FetchProtocol::pop3;
        if (one.from && one.from->port == 0)
            if (const Host* host = index.host(one.from->host))
                one.from->port = by_pop ? host->pop3.port : host->imap.port;
        if (!one.to) one.to = Endpoint{one.host, 0};
        if (one.to->port == 0)
            if (const Host* host = index.host(one.to->host))
                one.to->port = one.by == HandOn::lmtp ? host->lmtp.port : host->smtp.port;
        if (one.recipients.empty() && one.domains.empty())
            if (const Host* host = index.host(one.to->host)) one.domains = host->domains;
        if (one.password.empty())
            if (const Person* person = index.person(one.user)) one.password = person->password;
    }
    for (std::size_t i = 0; i < s.workloads.size(); ++i) {
        Workload& load = s.workloads[i];
        if (load.name.empty()) load.name = "workload-" + std::to_string(i + 1);
        if (load.from.empty())
            for (const Person& person : s.people) load.from.push_back(person.name);
        if (load.to.empty())
            for (const Person& person : s.people) load.to.push_back(person.name);
        to_addresses(index, load.to);
    }
}

}  // namespace

void complete_hosts(Scenario& s) {
    if (find_internet(s) == nullptr)
        if (Network* network = find_network(s, "internet")) network->kind = NetworkKind::internet;
    std::string only_lan;
    for (const Network& network : s.networks)
        if (network.kind != NetworkKind::internet)
            only_lan = only_lan.empty() ? network.name : " ";  // more than one: none
    if (only_lan == " ") only_lan.clear();
    for (Host& host : s.hosts)
        if (host.services.empty() && !host.domains.empty())
            host.services = host.real.empty() ? whole_mail_server : beside_a_real_server;
    for (const Host& host : s.hosts)  // who issues tokens does so over HTTPS (RFC 6749 §3.2)
        if (Host* const issuer = find_host(s, host.login.tokens_from);
            issuer != nullptr && !issuer->runs(Service::http) && !issuer->runs(Service::https))
            issuer->services.push_back(Service::https);
    for (Host& host : s.hosts)
        if (host.mda.by == DeliverBy::lmtp && host.runs(Service::mda) && !host.runs(Service::lmtp))
            host.services.push_back(Service::lmtp);  // whom it hands over to
    const Keepers keepers = keepers_of(s);
    for (std::size_t i = 0; i < s.hosts.size(); ++i) place_host(s, i, keepers, only_lan);
    const auto domains = mail_domains(s);
    Index index(s);
    for (const bool again : {false, true})  // who is the same as another is completed after them
        for (Person& person : s.people)
            if (person.same_as.empty() != again)
                complete_person(s, person, keepers, domains, index);
    for (Host& host : s.hosts) {
        if (host.smtp.hostname.empty() && (host.runs(Service::mta) || host.runs(Service::msa)))
            host.smtp.hostname = host.names[0];
        const auto port_of = [&](Endpoint& to) {
            const Host* next = index.host(to.host);
            if (to.port == 0 && next != nullptr) to.port = next->smtp.port;
        };
        if (host.runs(Service::kdc) && host.kdc.realm.empty()) {
            const std::string domain = domain_of_host(host, keepers);
            host.kdc.realm = domain.empty() ? std::string(parent_of(host.names[0])) : domain;
            for (char& one : host.kdc.realm) one = to_upper(one);
        }
        if (host.routing.smart_host) port_of(*host.routing.smart_host);
        for (auto& [domain, to] : host.routing.routes) port_of(to);
        for (auto& [domain, to] : host.routing.lmtp) {
            const Host* next = index.host(to.host);
            if (to.port == 0 && next != nullptr) to.port = next->lmtp.port;
        }
    }
    complete_happenings(s);
    if (s.networks.size() > 1 || (s.root_dns && !s.hosts.empty())) internet_name(s);
}

}  // namespace postroad::scenario

// People: whose mailbox is where, and how their mail programs talk to the MSA.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/rpc/epm.hpp"
#include "sim/world/compile.hpp"

namespace postroad::sim {
namespace {

// Whether the server that listens there takes mail only from who is authenticated.
bool wants_auth(const Setup& out, std::uint32_t host, std::uint16_t port) {
    if (host == nothing) return false;
    const ServiceSetup* const service = out.hosts[host].service_at(net::protocol_tcp, port);
    return service != nullptr && service->role == Role::smtp_server &&
           out.smtp_servers[service->settings].submission;
}

}  // namespace

void compile_people(Compiler& c) {
    c.out.people.resize(c.s.people.size());
    for (std::uint32_t i = 0; i < c.out.people.size(); ++i) {
        const scenario::Person& from = c.s.people[i];
        PersonSetup& person = c.out.people[i];
        person.scenario_index = i;
        person.name = from.name;
        person.display = from.display;
        person.password = from.password;
        for (std::uint32_t k = 0; k < c.out.people.size() && !from.same_as.empty(); ++k)
            if (c.s.people[k].name == from.same_as) person.same_as = k;
        person.user = person.same_as == nothing ? from.name : from.same_as;
        person.addresses = from.address;
        if (!from.address.empty()) person.address = from.address[0];
        person.device = c.out.find_host(from.device);
        person.mailbox_host = c.out.find_host(from.mailbox);
        if (from.submits_to) {
            person.submits_to_host = c.out.find_host(from.submits_to->host);
            if (from.submits_to->port != 0) person.submits_to_port = from.submits_to->port;
        }
        const bool by_rpc = from.fetch.protocol == scenario::FetchProtocol::mapi;
        if (from.fetch.protocol != scenario::FetchProtocol::pop3)
            person.fetches_from_port = by_rpc ? rpc::epm::port : std::uint16_t{143};
        person.sends_by_rpc = from.sends_by_rpc();
        if (from.fetch.from) {
            person.fetches_from_host = c.out.find_host(from.fetch.from->host);
            if (from.fetch.from->port != 0) person.fetches_from_port = from.fetch.from->port;
        }
        if (person.device != nothing)
            person.submission.name = c.out.hosts[person.device].domain_name;
        person.submission.user = person.user;
        person.submission.password = person.password;
        person.submission.tls = person.tls = to_policy(c, from.tls);
        person.mechanisms = to_mechanisms(
            c, "people." + scenario::toml_key(from.name) + ".mechanisms", from.mechanisms);
        person.submission.requires_auth =
            wants_auth(c.out, person.submits_to_host, person.submits_to_port);
        c.out.people_by_address.emplace_back(lowered(person.name), i);
        if (person.same_as != nothing) continue;  // the addresses are that person's
        for (const std::string& address : person.addresses)
            c.out.people_by_address.emplace_back(lowered(address), i);
    }
    std::sort(c.out.people_by_address.begin(), c.out.people_by_address.end());
}

}  // namespace postroad::sim

// The desk of the mail hosts: hands each ask and tell to who knows, by role and owner.
#include "sim/session/desk.hpp"

#include "sim/dns/streams.hpp"
#include "sim/kerberos/kdc.hpp"
#include "sim/mail/delivery.hpp"
#include "sim/mail/maildrop.hpp"
#include "sim/mail/people.hpp"
#include "sim/mail/policy.hpp"

namespace postroad::sim::desk {
namespace {

template <class Machine>
std::uint32_t owner_of(const Run& run, const Tcb& tcb) {
    return run.world.sessions.of<Machine>()[tcb.seat].settings;
}

// DNS over TCP is no mail: its connections belong to the resolver or the stub.
bool is_dns(Role role) {
    return role == Role::dns_server || role == Role::resolver || role == Role::stub;
}

}  // namespace

bool ask(Run& run, std::uint32_t connection, const Ask& ask, Answer& out) {
    const Tcb tcb = run.world.tcp.tcbs[connection];
    switch (tcb.role) {
        case Role::smtp_server:
            return mail::answer_smtp_server(run, connection, ask, out);
        case Role::pop3_server:
            return maildrop::ask(run, connection, ask, out);
        case Role::smtp_client: {
            const std::uint32_t owner = owner_of<smtp::Client>(run, tcb);
            if (people::is_ours(owner)) return people::ask(run, connection, owner, ask, out);
            mail::next_job(run, connection, owner, out);
            return true;
        }
        case Role::pop3_client: {
            const std::uint32_t owner = owner_of<pop3::Client>(run, tcb);
            return people::ask(run, connection, owner, ask, out);
        }
        case Role::dns_server:
        case Role::resolver:
        case Role::stub:
            return dns_layer::stream_ask(run, connection, ask, out);
        case Role::kdc:
            kerberos_layer::stream_ask(run, connection, ask, out);
            return true;
        default:
            out = {};
            out.to = ask.kind;
            out.ok = false;
            return true;
    }
}

void tell(Run& run, std::uint32_t connection, std::uint32_t owner, const Tell& tell,
          std::string_view words) {
    if (is_dns(run.world.tcp.tcbs[connection].role)) {
        dns_layer::stream_tell(run, connection, owner, tell, words);
    } else if (people::is_ours(owner)) {
        people::tell(run, connection, owner, tell, words);
    } else {
        mail::heard(run, connection, owner, tell, words);
    }
}

void over(Run& run, std::uint32_t connection, std::uint32_t owner, Ending how) {
    if (is_dns(run.world.tcp.tcbs[connection].role)) {
        dns_layer::stream_over(run, connection, owner, how);
    } else if (people::is_ours(owner)) {
        people::over(run, connection, owner, how);
    } else {
        mail::over(run, connection, owner, how);
    }
}

std::string_view tls_server_name(const Run& run, const Tcb& tcb, std::uint32_t owner) {
    if (!people::is_ours(owner)) return mail::host_name_of(run.world, owner);
    return people::server_name(run, tcb, owner);
}

const smtp::ServerHost& smtp_server_host(const Run& run, const Tcb& tcb) {
    const Setup& setup = run.setup();
    return setup.smtp_servers[setup.service_settings.of(tcb.node, tcb.service)];
}

const smtp::ClientHost& smtp_client_host(const Run& run, const Tcb& tcb, std::uint32_t owner) {
    if (people::is_ours(owner)) return people::smtp_client_host(run, owner);
    return run.host(tcb.node).smtp_client;
}

}  // namespace postroad::sim::desk

// The desk of the mail hosts: hands each ask and tell to who knows, by role and owner.
#include "sim/session/desk.hpp"

#include "sim/dns/streams.hpp"
#include "sim/kerberos/kdc.hpp"
#include "sim/mail/delivery.hpp"
#include "sim/mail/imap_desk.hpp"
#include "sim/mail/maildrop.hpp"
#include "sim/mail/people.hpp"
#include "sim/mail/policy.hpp"
#include "sim/mail/retriever.hpp"
#include "sim/mail/tls_policy.hpp"
#include "sim/rpc/rpc.hpp"
#include "sim/web/web.hpp"
#include "sim/world/embedder.hpp"

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
        case Role::imap_server:
            return imap_desk::ask(run, connection, ask, out);
        case Role::smtp_client: {
            const std::uint32_t owner = owner_of<smtp::Client>(run, tcb);
            if (retriever::is_ours(owner)) return retriever::ask(run, connection, owner, ask, out);
            if (people::is_ours(owner)) return people::ask(run, connection, owner, ask, out);
            mail::next_job(run, connection, owner, out);
            return true;
        }
        case Role::pop3_client: {
            const std::uint32_t owner = owner_of<pop3::Client>(run, tcb);
            if (retriever::is_ours(owner)) return retriever::ask(run, connection, owner, ask, out);
            return people::ask(run, connection, owner, ask, out);
        }
        case Role::imap_client: {
            const std::uint32_t owner = owner_of<imap::Client>(run, tcb);
            if (retriever::is_ours(owner)) return retriever::ask(run, connection, owner, ask, out);
            return people::ask(run, connection, owner, ask, out);
        }
        case Role::rpc_server:
            return rpc_layer::server_ask(run, connection, ask, out);
        case Role::rpc_client:
            return rpc_layer::client_ask(run, connection, owner_of<rpc::Client>(run, tcb), ask, out);
        case Role::http_server:
            return web::answer(run, connection, ask, out);
        case Role::http_client:
            web::next_request(run, connection, owner_of<http::Client>(run, tcb), out);
            return true;
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
    } else if (run.world.tcp.tcbs[connection].role == Role::http_client) {
        web::heard(run, connection, owner, tell, words);
    } else if (run.world.tcp.tcbs[connection].role == Role::rpc_client) {
        rpc_layer::client_heard(run, owner, tell, words);
    } else if (retriever::is_ours(owner)) {
        retriever::tell(run, connection, owner, tell, words);
    } else if (people::is_ours(owner)) {
        people::tell(run, connection, owner, tell, words);
    } else {
        mail::heard(run, connection, owner, tell, words);
    }
}

void over(Run& run, std::uint32_t connection, std::uint32_t owner, Ending how) {
    if (is_dns(run.world.tcp.tcbs[connection].role)) {
        dns_layer::stream_over(run, connection, owner, how);
    } else if (run.world.tcp.tcbs[connection].role == Role::http_client) {
        web::over(run, connection, owner, how);
    } else if (run.world.tcp.tcbs[connection].role == Role::rpc_client) {
        rpc_layer::client_over(run, owner, how);
    } else if (retriever::is_ours(owner)) {
        retriever::over(run, connection, owner, how);
    } else if (people::is_ours(owner)) {
        people::over(run, connection, owner, how);
    } else {
        mail::over(run, connection, owner, how);
    }
}

std::string_view tls_server_name(const Run& run, const Tcb& tcb, std::uint32_t owner) {
    if (tcb.role == Role::http_client) return web::server_name(run, owner);
    if (retriever::is_ours(owner)) return retriever::server_name(run, tcb, owner);
    if (!people::is_ours(owner)) return mail::peer_name(run, owner);
    return people::server_name(run, tcb, owner);
}

std::string_view tlsa_records(const Run& run, const Tcb& tcb, std::uint32_t owner) {
    if (tcb.role != Role::smtp_client || people::is_ours(owner) || retriever::is_ours(owner))
        return {};
    return run.world.heap.view(run.world.mail.deliveries[owner].tlsa);
}

void judged(Run& run, const Tcb& tcb, std::uint32_t owner, tls::Fault fault) {
    if (tcb.role != Role::smtp_client || is_embedders(owner) || people::is_ours(owner) ||
        retriever::is_ours(owner))
        return;
    run.world.mail.deliveries.edit(owner).tls_fault = static_cast<std::uint8_t>(fault);
}

std::vector<std::string> reference_names(const Run& run, std::uint32_t owner) {
    return mail::reference_names(run, owner);
}

const smtp::ServerHost& smtp_server_host(const Run& run, const Tcb& tcb) {
    const Setup& setup = run.setup();
    return setup.smtp_servers[setup.service_settings.of(tcb.node, tcb.service)];
}

const smtp::ClientHost& smtp_client_host(const Run& run, const Tcb& tcb, std::uint32_t owner) {
    if (retriever::is_ours(owner)) return retriever::smtp_client_host(run, owner);
    if (people::is_ours(owner)) return people::smtp_client_host(run, owner);
    return mail::client_host(run, tcb.node, owner);
}

}  // namespace postroad::sim::desk

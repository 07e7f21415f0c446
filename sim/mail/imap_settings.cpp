// The settings IMAP's machines run with, put together from the Setup when they are asked for.
#include "sim/mail/addresses.hpp"
#include "sim/mail/log_in.hpp"
#include "sim/mail/people.hpp"
#include "sim/mail/retriever.hpp"
#include "sim/session/desk.hpp"

namespace postroad::sim::desk {

// Not state: filled anew from the Setup at each call, in one place that keeps its room.
const imap::ServerHost& imap_server_host(const Run& run, const Tcb& tcb) {
    static thread_local imap::ServerHost host;
    const scenario::Host& settings = mail::settings_of(run, tcb.node);
    host.name = run.host(tcb.node).domain_name;
    host.capabilities = imap::Capabilities::all();
    host.capabilities.bits &= ~run.host(tcb.node).imap_off;
    host.mechanisms = run.host(tcb.node).imap_mechanisms;
    host.starttls = settings.tls.offer;
    host.login_in_clear = !settings.tls.offer || settings.tls.auth_without_tls;
    host.keeps_behind_tls = settings.tls.vulnerable;
    host.append_octets_max = static_cast<std::uint32_t>(settings.imap.literal_max.bytes);
    host.timeout_ns = settings.imap.timeout.ns;
    return host;
}

const imap::ClientHost& imap_client_host(const Run& run, const Tcb&, std::uint32_t owner) {
    if (retriever::is_ours(owner)) return retriever::imap_client_host(run, owner);
    static thread_local imap::ClientHost host;
    const PersonSetup& person = run.setup().people[people::person_of_fetch(owner)];
    host.user = person.user;
    host.password = person.password;
    host.tls = person.tls;
    host.says_password = login::says_password(person.mechanisms);
    return host;
}

}  // namespace postroad::sim::desk

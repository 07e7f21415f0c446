// The settings POP3's machines run with, put together from the Setup when they are asked for.
#include "sim/mail/addresses.hpp"
#include "sim/mail/log_in.hpp"
#include "sim/mail/people.hpp"
#include "sim/mail/retriever.hpp"
#include "sim/session/desk.hpp"

namespace postroad::sim::desk {

// Not state: filled anew from the Setup at each call, in one place that keeps its room.
const pop3::ServerHost& pop3_server_host(const Run& run, const Tcb& tcb) {
    static thread_local pop3::ServerHost host;
    const scenario::Pop3Server& settings = mail::settings_of(run, tcb.node).pop3;
    host.name = run.host(tcb.node).domain_name;
    host.apop = settings.apop;
    host.uidl = settings.uidl;
    host.top = settings.top;
    host.timeout_ns = settings.timeout.ns;
    const scenario::TlsSettings& protection = mail::settings_of(run, tcb.node).tls;
    host.mechanisms = run.host(tcb.node).pop3_mechanisms;
    host.stls = protection.offer;
    host.user_in_clear = !protection.offer || protection.auth_without_tls;
    host.keeps_behind_tls = protection.vulnerable;
    return host;
}

const pop3::ClientHost& pop3_client_host(const Run& run, const Tcb&, std::uint32_t owner) {
    if (retriever::is_ours(owner)) return retriever::pop3_client_host(run, owner);
    static thread_local pop3::ClientHost host;
    const PersonSetup& person = run.setup().people[people::person_of_fetch(owner)];
    host.user = person.user;
    host.password = person.password;
    host.tls = person.tls;
    host.says_password = login::says_password(person.mechanisms);
    host.apop = person.fetches_from_host != nothing &&
                mail::settings_of(run, person.fetches_from_host).pop3.apop;
    return host;
}

}  // namespace postroad::sim::desk

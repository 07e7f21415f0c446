// Mail hosts that go down and come up: memory is lost, the queue and the mailboxes are on disk.
#include "sim/mail/delivery.hpp"
#include "sim/mail/mta_sts.hpp"
#include "sim/mail/queue_parts.hpp"

namespace postroad::sim::mail {

void queue_down(Run& run, NodeId host) {
    MailTables& mail = run.world.mail;
    if (host >= mail.hosts.size()) return;
    sts_host_down(run, host);
    web::host_down(run, host);
    for (std::uint32_t id = 0; id < mail.deliveries.size(); ++id)
        if (mail.deliveries[id].destination != nothing && mail.deliveries[id].host == host)
            abandon(run, id);
    for (std::uint32_t id = 0; id < mail.recipients.size(); ++id) {
        const Recipient& one = mail.recipients[id];
        if (one.message != nothing && one.piped != 0 && mail.messages[one.message].host == host)
            lose_program(run, id);
        if (one.message == nothing || one.state != RecipientState::waiting ||
            mail.messages[one.message].host != host)
            continue;
        leave_list(run.world, id);
        mail.recipients.edit(id).state = RecipientState::fresh;
    }
    for (std::uint32_t id = 0; id < mail.destinations.size(); ++id) {
        if (mail.destinations[id].name.empty() || mail.destinations[id].host != host) continue;
        mail.destinations.edit(id).closed_until = 0;  // back-off is in memory alone
        tidy(run, id);
    }
}

void queue_up(Run& run, NodeId host) {
    MailTables& mail = run.world.mail;
    if (run.host(host).tls.reports) {  // a day may have ended meanwhile, and its questions are lost
        for (std::uint32_t id = 0; id < mail.tallies.size(); ++id)
            if (mail.tallies[id].host == host && !mail.tallies[id].domain.empty())
                mail.tallies.edit(id).asking = 0;
        run.schedule(run.now(), host, host, EventKind::mail, event::report);
    }
    if (queued(run.world, host) == 0) return;
    for (std::uint32_t id = 0; id < mail.messages.size(); ++id) {
        const Message& one = mail.messages[id];
        if (one.id == 0 || one.host != host) continue;
        run.schedule(run.now(), host, host, EventKind::mail, event::route, id, one.generation);
        // Events that came while the host was down are lost.
        for (std::uint32_t at = one.first_recipient; at != nothing;
             at = mail.recipients[at].next) {
            const Recipient& recipient = mail.recipients[at];
            if (recipient.state == RecipientState::deferred && recipient.next_try <= run.now())
                run.schedule(run.now(), host, host, EventKind::mail, event::retry, at,
                             recipient.generation);
        }
        if (one.flags & message_flag::warn_due) {
            const Time due = one.arrived + settings_of(run, host).queue.warn_after.ns;
            if (due <= run.now())
                run.schedule(run.now(), host, host, EventKind::mail, event::warn, id,
                             one.generation);
        }
    }
}

}  // namespace postroad::sim::mail

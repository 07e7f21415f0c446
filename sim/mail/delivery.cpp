// One delivery: begin, give the client mail after mail, hear the verdicts, end.
#include "sim/mail/delivery.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/smtp/client.hpp"
#include "sim/mail/queue_parts.hpp"
#include "sim/mail/routing.hpp"
#include "sim/mail/tls_policy.hpp"
#include "sim/mail/tls_reports.hpp"
#include "sim/session/ending_words.hpp"
#include "sim/session/secured.hpp"
#include "sim/session/session.hpp"

namespace postroad::sim::mail {
namespace {

constexpr std::uint32_t recipients_max = 100;  // a server takes at least so many: §4.5.3.1.8

// "550 5.1.1 no such mailbox", as the reply came.
std::string whole_reply(std::uint16_t code, std::string_view words) {
    std::string out;
    if (code != 0) {
        append_number(out, code);
        if (!words.empty()) out += ' ';
    }
    out += words;
    return out;
}

bool is_current(const World& world, std::uint32_t connection, std::uint32_t delivery) {
    return delivery < world.mail.deliveries.size() &&
           world.mail.deliveries[delivery].destination != nothing &&
           world.mail.deliveries[delivery].connection == connection;
}

void drop_ladder(World& world, Delivery& one) {
    for (std::uint32_t i = 0; i < one.ladder.size(); ++i) {
        Text name = world.heap.get(one.ladder, i).name;
        world.heap.drop(name);
    }
    world.heap.drop(one.ladder);
    world.heap.drop(one.addresses);
    world.heap.drop(one.tlsa);
}

void end(Run& run, std::uint32_t delivery) {
    World& world = run.world;
    Delivery& one = world.mail.deliveries.edit(delivery);
    Destination& at = world.mail.destinations.edit(one.destination);
    --at.deliveries;
    if (!one.greeted) --at.seeking;
    --world.mail.hosts.edit(one.host).conversations;
    const std::uint32_t destination = one.destination;
    drop_ladder(world, one);
    world.heap.drop(one.recipients);
    world.heap.drop(one.words);
    world.mail.deliveries.remove(delivery);
    look_again(run, destination);
}

// The mail on its way is done with, but for those recipients nobody has decided on.
void finish_mail(Run& run, std::uint32_t delivery, std::uint16_t code, std::string_view words) {
    World& world = run.world;
    const Delivery one = world.mail.deliveries[delivery];
    if (one.message == nothing) return;
    for (std::uint32_t i = 0; i < one.recipients.size() && one.undecided > 0; ++i) {
        const std::uint32_t recipient = world.heap.get(one.recipients, i);
        if (recipient == nothing) continue;
        if (code >= 500) {
            fail(run, recipient, code, words);
        } else {
            defer(run, recipient, code, words);
        }
    }
    Delivery& done = world.mail.deliveries.edit(delivery);
    if (one.taken != 0) {
        ++done.mails;
        if (one.taken < one.recipients.size())
            run.decide(one.host, world.mail.messages[one.message].id, Reason::lmtp_partial,
                       std::uint32_t{one.taken}, one.recipients.size());
    }
    world.heap.drop(done.recipients);
    done.message = nothing;
    done.undecided = 0;
    done.taken = 0;
    settle(run, one.message);
}

std::string_view host_name(const World& world, const Delivery& one) {
    return one.rung < one.ladder.size()
               ? world.heap.view(world.heap.get(one.ladder, one.rung).name)
               : world.heap.view(world.mail.destinations[one.destination].name);
}

// RFC 5321 §4.2.5: the other host is responsible now for the recipients it did not refuse.
void record_handed_over(Run& run, std::uint32_t connection, std::uint32_t delivery,
                        std::uint32_t from, std::uint32_t to) {
    World& world = run.world;
    const Delivery one = world.mail.deliveries[delivery];
    const Message& message = world.mail.messages[one.message];
    std::string& tail = scratch();
    tail += world.heap.view(message.reverse_path);
    CustodyFact fact;
    for (std::uint32_t i = from; i < to; ++i) {
        const std::uint32_t recipient = world.heap.get(one.recipients, i);
        if (recipient == nothing) continue;
        ++fact.recipients;
        tail += '\n';
        tail += world.heap.view(world.mail.recipients[recipient].forward_path);
    }
    fact.message = message.id;
    fact.conversation = world.tcp.tcbs[connection].conversation;
    fact.transaction = one.mails;
    fact.move = CustodyMove::handed_over;
    fact.content_hash = hash_octets(world.heap.view(message.content));
    run.record(one.host, fact, tail);
    run.decide(one.host, message.id, Reason::relieved, host_name(world, one));
}

void handed_over(Run& run, std::uint32_t connection, std::uint32_t delivery,
                 std::uint16_t code, std::string_view words) {
    World& world = run.world;
    const Delivery one = world.mail.deliveries[delivery];
    record_handed_over(run, connection, delivery, 0, one.recipients.size());
    for (std::uint32_t i = 0; i < one.recipients.size(); ++i) {
        const std::uint32_t recipient = world.heap.get(one.recipients, i);
        if (recipient != nothing) succeed(run, recipient, QueueMove::relayed, code, words);
    }
    Delivery& done = world.mail.deliveries.edit(delivery);
    ++done.mails;
    done.undecided = 0;
    finish_mail(run, delivery, 0, {});
}

// RFC 2033 §4.2: for this recipient alone. What is decided stays so, whatever becomes of the rest.
void taken_for_one(Run& run, std::uint32_t connection, std::uint32_t delivery, const Tell& tell,
                   std::string_view words) {
    World& world = run.world;
    const Delivery one = world.mail.deliveries[delivery];
    if (one.message == nothing || tell.index >= one.recipients.size()) return;
    const std::uint32_t recipient = world.heap.get(one.recipients, tell.index);
    if (recipient == nothing) return;
    record_handed_over(run, connection, delivery, tell.index, tell.index + 1);
    succeed(run, recipient, QueueMove::relayed, tell.code, words);
    Delivery& done = world.mail.deliveries.edit(delivery);
    world.heap.set(done.recipients, tell.index, nothing);
    --done.undecided;
    ++done.taken;
}

bool is_by_lmtp(const World& world, std::uint32_t delivery) {
    return world.mail.destinations[world.mail.deliveries[delivery].destination].how ==
           NextHop::lmtp;
}

void verdict(Run& run, std::uint32_t delivery, const Tell& tell, std::string_view words) {
    World& world = run.world;
    Delivery& one = world.mail.deliveries.edit(delivery);
    if (one.message == nothing || tell.index >= one.recipients.size()) return;
    const std::uint32_t recipient = world.heap.get(one.recipients, tell.index);
    if (recipient == nothing) return;
    world.heap.set(one.recipients, tell.index, nothing);
    --one.undecided;
    const std::string reply = whole_reply(tell.code, words);
    run.decide(one.host, world.mail.messages[one.message].id,
               tell.code >= 500 ? Reason::permanent : Reason::transient, reply);
    if (tell.code >= 500) {
        fail(run, recipient, tell.code, reply);
    } else {
        defer(run, recipient, tell.code, reply);
    }
}

// RFC 7435 §3: some protection is better than none, and none is better than no mail. The failed
// connection cannot be used any more (RFC 3207 §4.1), so the same host is called again.
void try_in_clear(Run& run, std::uint32_t delivery) {
    Delivery& one = run.world.mail.deliveries.edit(delivery);
    one.tls = TlsPolicy::none;
    one.tls_flags |= delivery_flag::in_clear;
    run.decide(one.host, one.subject, Reason::tls_retry_clear, host_name(run.world, one));
    connect_to(run, delivery, run.world.heap.get(one.addresses, one.address));
}

}  // namespace

std::string_view host_name_of(const World& world, std::uint32_t delivery) {
    return host_name(world, world.mail.deliveries[delivery]);
}

void begin_delivery(Run& run, std::uint32_t destination) {
    World& world = run.world;
    Destination& at = world.mail.destinations.edit(destination);
    ++at.deliveries;
    ++at.seeking;
    const std::uint32_t first = at.first;
    const NodeId host = at.host;
    const std::uint32_t id = world.mail.deliveries.add();
    Delivery& one = world.mail.deliveries.edit(id);
    one.host = host;
    one.destination = destination;
    one.subject = world.mail.messages[world.mail.recipients[first].message].id;
    ++world.mail.hosts.edit(host).conversations;
    find_host(run, id);
}

void next_job(Run& run, std::uint32_t connection, std::uint32_t delivery, Answer& out) {
    out = {};
    out.to = AskKind::next_job;
    out.ok = false;
    World& world = run.world;
    MailTables& mail = world.mail;
    if (!is_current(world, connection, delivery)) return;
    finish_mail(run, delivery, 0, "no verdict");
    Delivery& one = mail.deliveries.edit(delivery);
    Destination& at = mail.destinations.edit(one.destination);
    const bool first_mail = one.greeted == 0;
    if (first_mail) {
        count_session(run, delivery, secured::is_on(world, connection));
        one.greeted = 1;
        --at.seeking;
        at.failures = 0;
        at.closed_until = 0;
    }
    const scenario::QueueSettings& settings = settings_of(run, one.host).queue;
    if (at.first == nothing || one.mails >= settings.messages_per_connection) return;
    if (!first_mail && at.waiting <= at.seeking) return;  // somebody comes up for it already

    const std::uint32_t destination = one.destination;
    const std::uint32_t message = mail.recipients[at.first].message;
    const Message& of = mail.messages[message];
    one.message = message;
    one.message_generation = of.generation;
    smtp::Job job;
    job.reverse_path = world.heap.share(of.reverse_path);
    job.content = world.heap.share(of.content);
    job.eight_bit = (of.flags & message_flag::eight_bit) != 0;
    std::uint16_t attempt = 0;
    for (std::uint32_t at_one = of.first_recipient;
         at_one != nothing && one.recipients.size() < recipients_max;
         at_one = mail.recipients[at_one].next) {
        const Recipient& recipient = mail.recipients[at_one];
        if (recipient.state != RecipientState::waiting || recipient.destination != destination)
            continue;
        leave_list(world, at_one);
        mail.recipients.edit(at_one).state = RecipientState::sending;
        world.heap.push(one.recipients, at_one);
        world.heap.push(job.forward_paths, world.heap.share(recipient.forward_path));
        attempt = std::max(attempt, static_cast<std::uint16_t>(recipient.attempts + 1));
    }
    one.undecided = one.recipients.size();
    if (!first_mail)
        run.decide(one.host, of.id, Reason::connection_reused, host_name(world, one));
    QueueFact fact;
    fact.message = of.id;
    fact.move = QueueMove::trying;
    fact.attempt = attempt;
    run.record(one.host, fact, host_name(world, one));
    const std::uint32_t seat = world.tcp.tcbs[connection].seat;
    smtp::give(world.sessions.of<smtp::Client>().edit(seat).machine, job, world.heap);
    out.ok = true;
    if (mail.destinations[destination].waiting != 0) look_again(run, destination);
}

void heard(Run& run, std::uint32_t connection, std::uint32_t delivery, const Tell& tell,
           std::string_view words) {
    if (!is_current(run.world, connection, delivery)) return;
    switch (tell.kind) {
        case TellKind::recipient_refused:
            verdict(run, delivery, tell, words);
            break;
        case TellKind::message_accepted:
            if (is_by_lmtp(run.world, delivery))
                return taken_for_one(run, connection, delivery, tell, words);
            handed_over(run, connection, delivery, tell.code, words);
            break;
        case TellKind::message_refused: {
            const Delivery& one = run.world.mail.deliveries[delivery];
            if (one.message == nothing) break;
            const std::string reply = whole_reply(tell.code, words);
            if (one.undecided != 0)
                run.decide(one.host, run.world.mail.messages[one.message].id,
                           tell.code >= 500 ? Reason::permanent : Reason::transient, reply);
            finish_mail(run, delivery, tell.code, reply);
            break;
        }
        case TellKind::session_failed:
        case TellKind::login_failed:
            note_failure(run, delivery, tell.code >= 500, tell.code, whole_reply(tell.code, words));
            break;
        case TellKind::secret_in_clear:
            run.decide(run.world.mail.deliveries[delivery].host,
                       run.world.tcp.tcbs[connection].conversation, Reason::secret_in_clear, words);
            break;
        default:
            break;
    }
}

void over(Run& run, std::uint32_t connection, std::uint32_t delivery, Ending how) {
    World& world = run.world;
    if (!is_current(world, connection, delivery)) return;
    if (how == Ending::crashed || run.is_down(world.mail.deliveries[delivery].host)) {
        abandon(run, delivery);
        return;
    }
    Delivery& one = world.mail.deliveries.edit(delivery);
    const bool no_tls = secured::is_broken(world, connection);
    one.connection = nothing;
    if (one.greeted) {
        const std::string why(one.words.empty() ? words_of(how) : world.heap.view(one.words));
        finish_mail(run, delivery, 0, why);
        end(run, delivery);
        return;
    }
    if (one.words.empty()) note_failure(run, delivery, false, 0, words_of(how));
    if (no_tls) count_broken_session(run, delivery);
    else if (world.heap.view(one.words).starts_with("4.7.4 "))
        count_failure(run, delivery, TlsReportFault::starttls_not_supported);
    if (no_tls && one.tls == TlsPolicy::opportunistic) return try_in_clear(run, delivery);
    if (no_tls) {  // RFC 3463 §3.8: X.7.5 is a cryptographic failure
        const std::string why = "4.7.5 " + std::string(world.heap.view(one.words));
        note_failure(run, delivery, false, 0, why);
        run.decide(one.host, one.subject, Reason::tls_fault, host_name(world, one), why);
    }
    const Delivery failed = world.mail.deliveries[delivery];
    run.decide(failed.host, failed.subject, Reason::connection_failed, host_name(world, failed),
               std::uint32_t{world.mail.destinations[failed.destination].port},
               world.heap.view(failed.words));
    next_host(run, delivery);
}

void connect_to(Run& run, std::uint32_t delivery, AddressId address) {
    Delivery& one = run.world.mail.deliveries.edit(delivery);
    one.state = DeliveryState::talking;
    run.world.heap.drop(one.words);
    one.code = 0;
    one.permanent = 0;
    one.tls_fault = 0;
    const NodeId host = one.host;
    const std::uint16_t port = run.world.mail.destinations[one.destination].port;
    const std::uint32_t connection =
        session::start_smtp_client(run, host, address, port, delivery);
    run.world.mail.deliveries.edit(delivery).connection = connection;
}

void note_failure(Run& run, std::uint32_t delivery, bool permanent, std::uint16_t code,
                  std::string_view words) {
    Delivery& one = run.world.mail.deliveries.edit(delivery);
    one.permanent = permanent ? 1 : 0;
    one.code = code;
    run.world.heap.assign(one.words, words);
}

void give_up(Run& run, std::uint32_t delivery) {
    const Delivery one = run.world.mail.deliveries[delivery];
    // Others that got through will take what waits; only when nobody does is the place closed.
    if (run.world.mail.destinations[one.destination].deliveries == 1)
        destination_failed(run, one.destination, one.permanent != 0, one.code,
                           run.world.heap.view(one.words));
    end(run, delivery);
}

void abandon(Run& run, std::uint32_t delivery) {
    World& world = run.world;
    const Delivery one = world.mail.deliveries[delivery];
    for (std::uint32_t i = 0; i < one.recipients.size(); ++i) {
        const std::uint32_t recipient = world.heap.get(one.recipients, i);
        if (recipient != nothing)
            world.mail.recipients.edit(recipient).state = RecipientState::fresh;
    }
    end(run, delivery);
}

}  // namespace postroad::sim::mail

// Next hops as the queue knows them: who waits for one, when it is tried, how many conversations
// it gets (RFC 5321 §4.5.4.1), and what happens when nobody there answers.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "sim/mail/delivery.hpp"
#include "sim/mail/queue_parts.hpp"

namespace postroad::sim::mail {
namespace {

std::uint64_t destination_hash(NodeId host, NextHop how, std::string_view name,
                               std::uint16_t port) {
    return hash_octets(name, std::uint64_t{host} << 24 | std::uint64_t{port} << 8 |
                                 static_cast<std::uint64_t>(how));
}

void wake_by(Run& run, std::uint32_t destination, Time at) {
    Destination& one = run.world.mail.destinations.edit(destination);
    if (one.wake_at <= at) return;
    one.wake_at = at;
    run.schedule(at, one.host, one.host, EventKind::mail, event::destination, destination,
                 one.generation);
}

}  // namespace

std::uint32_t destination_for(Run& run, NodeId host, NextHop how, std::string_view name,
                              std::uint16_t port) {
    char lower[256];
    const std::size_t size = std::min(name.size(), sizeof lower);
    for (std::size_t i = 0; i < size; ++i) lower[i] = to_lower(name[i]);
    name = {lower, size};
    World& world = run.world;
    const std::uint64_t hash = destination_hash(host, how, name, port);
    const std::uint32_t known = world.mail.destinations_by_name.find(hash, [&](std::uint32_t id) {
        const Destination& one = world.mail.destinations[id];
        return one.host == host && one.how == how && one.port == port &&
               world.heap.view(one.name) == name;
    });
    if (known != Index::none) return known;
    const std::uint32_t id = world.mail.destinations.add();
    Destination& one = world.mail.destinations.edit(id);
    one.host = host;
    one.how = how;
    one.port = port;
    one.name = world.heap.make(name);
    world.mail.destinations_by_name.insert(hash, id);
    return id;
}

void tidy(Run& run, std::uint32_t destination) {
    World& world = run.world;
    Destination one = world.mail.destinations[destination];
    if (one.waiting != 0 || one.deliveries != 0) return;
    if (one.closed_until > run.now()) {  // the back-off is remembered until it is over
        wake_by(run, destination, one.closed_until);
        return;
    }
    world.mail.destinations_by_name.erase(
        destination_hash(one.host, one.how, world.heap.view(one.name), one.port), destination);
    world.heap.drop(one.name);
    world.mail.destinations.remove(destination);
}

void leave_list(World& world, std::uint32_t recipient) {
    MailTables& mail = world.mail;
    Recipient& one = mail.recipients.edit(recipient);
    const std::uint32_t before = one.before;
    const std::uint32_t behind = one.behind;
    Destination& at = mail.destinations.edit(one.destination);
    one.before = one.behind = nothing;
    (before == nothing ? at.first : mail.recipients.edit(before).behind) = behind;
    (behind == nothing ? at.last : mail.recipients.edit(behind).before) = before;
    --at.waiting;
}

void wait_at(Run& run, std::uint32_t destination, std::uint32_t recipient) {
    MailTables& mail = run.world.mail;
    Destination& at = mail.destinations.edit(destination);
    Recipient& one = mail.recipients.edit(recipient);
    one.state = RecipientState::waiting;
    one.destination = destination;
    one.before = at.last;
    one.behind = nothing;
    const std::uint32_t message = one.message;
    const std::uint32_t last = at.last;
    at.last = recipient;
    if (last == nothing) {
        at.first = recipient;
    } else {
        mail.recipients.edit(last).behind = recipient;
    }
    ++at.waiting;
    const Message& of = mail.messages[message];
    if (at.closed_until > run.now()) {
        QueueFact fact;
        fact.message = of.id;
        fact.move = QueueMove::deferred;
        fact.due = at.closed_until;
        run.record(of.host, fact, run.world.heap.view(one.forward_path));
        wake_by(run, destination, at.closed_until);
        return;
    }
    // Recipients of one mail share a transaction: the first of them has begun what is due.
    if (last != nothing && mail.recipients[last].message == message) return;
    look_again(run, destination);
}

void look_again(Run& run, std::uint32_t destination) { wake_by(run, destination, run.now()); }

void serve(Run& run, std::uint32_t destination) {
    for (;;) {
        MailTables& mail = run.world.mail;
        const Destination& one = mail.destinations[destination];
        if (one.closed_until > run.now() || one.waiting <= one.seeking) return;
        const std::uint32_t limit = std::max(1U, settings_of(run, one.host).queue.concurrency);
        if (one.deliveries >= limit) {
            if (one.crowded) return;
            run.decide(one.host, mail.messages[mail.recipients[one.last].message].id,
                       Reason::concurrency, std::uint32_t{one.deliveries},
                       run.world.heap.view(one.name));
            mail.destinations.edit(destination).crowded = 1;
            return;
        }
        if (one.crowded) mail.destinations.edit(destination).crowded = 0;
        // As many at once come up as are up already, and one: twice as many each round trip.
        if (one.seeking > one.deliveries - one.seeking) return;
        begin_delivery(run, destination);
    }
}

void destination_failed(Run& run, std::uint32_t destination, bool permanent, std::uint16_t code,
                        std::string_view words) {
    MailTables& mail = run.world.mail;
    // `words` may be a text that goes away with a recipient or a delivery.
    const std::string kept(words);
    {
        Destination& one = mail.destinations.edit(destination);
        const auto& retry = settings_of(run, one.host).queue.retry;
        ++one.failures;
        if (!permanent) {
            const Duration wait =
                retry.empty() ? 15 * minute
                              : retry[std::min<std::size_t>(one.failures, retry.size()) - 1].ns;
            one.closed_until = run.now() + wait;
        }
    }
    while (mail.destinations[destination].first != nothing) {
        const std::uint32_t recipient = mail.destinations[destination].first;
        const std::uint32_t message = mail.recipients[recipient].message;
        leave_list(run.world, recipient);
        if (permanent) {
            fail(run, recipient, code, kept);
        } else {
            defer(run, recipient, code, kept);
        }
        const std::uint32_t next = mail.destinations[destination].first;
        if (next == nothing || mail.recipients[next].message != message) settle(run, message);
    }
}

}  // namespace postroad::sim::mail

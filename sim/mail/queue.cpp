// Messages and recipients in the queue: how they come, wait, succeed, fail and go.
#include "sim/mail/queue.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "sim/mail/queue_parts.hpp"
#include "sim/mail/rulings.hpp"
#include "sim/mail/store.hpp"
#include "sim/mail/tls_reports.hpp"

namespace postroad::sim::mail {
namespace {

constexpr std::size_t tail_octets_max = 60'000;  // a row of the Trace holds 65,528

QueueFact queue_fact(const World& world, std::uint32_t recipient, QueueMove move) {
    const Recipient& one = world.mail.recipients[recipient];
    QueueFact fact;
    fact.message = world.mail.messages[one.message].id;
    fact.move = move;
    fact.code = one.code;
    fact.attempt = one.attempts;
    return fact;
}

void record_move(Run& run, std::uint32_t recipient, QueueMove move, std::uint16_t code, Time due,
                 std::string_view words) {
    QueueFact fact = queue_fact(run.world, recipient, move);
    fact.due = due;
    fact.code = code;
    const Recipient& one = run.world.mail.recipients[recipient];
    const std::string_view path = run.world.heap.view(one.forward_path);
    const NodeId host = run.world.mail.messages[one.message].host;
    if (words.empty()) {
        run.record(host, fact, path);
        return;
    }
    std::string& tail = scratch();
    tail += path;
    tail += '\n';
    tail += words.substr(0, 1000);
    run.record(host, fact, tail);
}

void route(Run& run, std::uint32_t message) {
    // Expansion puts new recipients in front of the list; they get their turn in the next round.
    for (bool again = true; again;) {
        again = false;
        std::uint32_t at = run.world.mail.messages[message].first_recipient;
        while (at != nothing) {
            const std::uint32_t next = run.world.mail.recipients[at].next;
            if (run.world.mail.recipients[at].state == RecipientState::fresh) {
                route_recipient(run, at);
                again = true;
            }
            at = next;
        }
    }
    settle(run, message);
}

}  // namespace

void remove_recipient(World& world, std::uint32_t recipient) {
    MailTables& mail = world.mail;
    Recipient one = mail.recipients[recipient];
    Message& message = mail.messages.edit(one.message);
    if (message.first_recipient == recipient) {
        message.first_recipient = one.next;
    } else {
        std::uint32_t at = message.first_recipient;
        while (mail.recipients[at].next != recipient) at = mail.recipients[at].next;
        mail.recipients.edit(at).next = one.next;
    }
    --message.recipients;
    world.heap.drop(one.forward_path);
    world.heap.drop(one.original);
    world.heap.drop(one.words);
    mail.recipients.remove(recipient);
}

std::string& scratch() {
    // Not state: emptied at each call, so that what it held before can decide nothing.
    static thread_local std::string text;
    text.clear();
    return text;
}

void append_queue_id(std::string& out, Id id) {
    constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    // Host and count change in different places of the id, so both stay readable in ten digits.
    const std::uint64_t bits = (id >> 40) << 32 | (count_of(id) & 0xffffffff);
    for (int shift = 45; shift >= 0; shift -= 5) out += digits[bits >> shift & 31];
}

std::uint32_t queued(const World& world, NodeId host) {
    return host < world.mail.hosts.size() ? world.mail.hosts[host].queued : 0;
}

std::uint32_t add_recipient(World& world, std::uint32_t message, Text forward_path, Text original) {
    const std::uint32_t id = world.mail.recipients.add();
    Message& of = world.mail.messages.edit(message);
    Recipient& one = world.mail.recipients.edit(id);
    one.next = of.first_recipient;
    one.message = message;
    one.forward_path = forward_path;
    one.original = original;
    of.first_recipient = id;
    ++of.recipients;
    return id;
}

std::uint32_t enter(Run& run, NodeId host, Id id, const Entry& entry, Id came_of) {
    store::set_up(run.world);
    World& world = run.world;
    const std::uint32_t message = world.mail.messages.add();
    const std::uint32_t count = entry.forward_paths.size();
    {
        Message& one = world.mail.messages.edit(message);
        one.host = host;
        one.id = id;
        one.conversation = entry.conversation;
        one.transaction = entry.transaction;
        one.arrived = run.now();
        one.reverse_path = world.heap.make(entry.reverse_path);
        one.content = world.heap.share(entry.content);
        one.trace_octets = entry.trace_octets;
        one.flags = entry.flags;
        one.all_recipients = count;
    }
    // The list is built from its end, so that the first recipient of the envelope comes first.
    for (std::uint32_t i = count; i-- > 0;)
        add_recipient(world, message, world.heap.share(world.heap.get(entry.forward_paths, i)), {});
    MailHost& mine = world.mail.hosts.edit(host);
    ++mine.queued;
    ++mine.accepted;

    std::string& tail = scratch();
    tail += entry.reverse_path;
    for (std::uint32_t i = 0; i < count && tail.size() < tail_octets_max; ++i) {
        tail += '\n';
        tail += world.heap.view(world.heap.get(entry.forward_paths, i));
    }
    CustodyFact custody;
    custody.message = id;
    custody.conversation = entry.conversation;
    custody.related = came_of;
    custody.transaction = entry.transaction;
    custody.move = CustodyMove::accepted;
    custody.recipients = static_cast<std::uint16_t>(std::min<std::uint32_t>(count, 65535));
    custody.content_hash = hash_octets(
        world.heap.view(entry.content).substr(entry.trace_octets));
    run.record(host, custody, tail);
    QueueFact fact;
    fact.message = id;
    fact.move = QueueMove::entered;
    run.record(host, fact);
    run.schedule(run.now(), host, host, EventKind::mail, event::route, message,
                 world.mail.messages[message].generation);
    return message;
}

void succeed(Run& run, std::uint32_t recipient, QueueMove how, std::uint16_t code,
             std::string_view words) {
    record_move(run, recipient, how, code, 0, words);
    remove_recipient(run.world, recipient);
}

void fail(Run& run, std::uint32_t recipient, std::uint16_t code, std::string_view words,
          QueueMove how) {
    record_move(run, recipient, how, code, 0, words);
    Recipient& one = run.world.mail.recipients.edit(recipient);
    one.state = RecipientState::failed;
    one.code = code;
    run.world.heap.assign(one.words, words.substr(0, 1000));
}

void defer(Run& run, std::uint32_t recipient, std::uint16_t code, std::string_view words,
           Duration wait) {
    World& world = run.world;
    Recipient& one = world.mail.recipients.edit(recipient);
    const std::uint32_t message = one.message;
    const Message& of = world.mail.messages[message];
    const NodeId host = of.host;
    const scenario::QueueSettings& settings = settings_of(run, host).queue;
    const Time expires = of.arrived + settings.expire_after.ns;
    ++one.attempts;
    one.code = code;
    if (run.now() >= expires) {
        run.decide(host, of.id, Reason::expired, Run::duration(run.now() - of.arrived));
        fail(run, recipient, code, words, QueueMove::expired);
        return;
    }
    if (wait == 0) {
        wait = 15 * minute;  // RFC 5321 §4.5.4.1 asks for 30 minutes or more in general
        if (!settings.retry.empty())
            wait = settings.retry[std::min<std::size_t>(one.attempts, settings.retry.size()) - 1].ns;
        wait = outside_waits(run, recipient, words, wait);
        if (wait == never) return fail(run, recipient, code, words);
    }
    const Time due = std::min(run.now() + std::max<Duration>(wait, 1), expires);
    one.state = RecipientState::deferred;
    one.next_try = due;
    world.heap.assign(one.words, words.substr(0, 1000));
    const std::uint32_t generation = one.generation;
    run.decide(host, of.id, Reason::deferred, words.empty() ? std::string_view("no answer") : words,
               Run::duration(due - run.now()));
    record_move(run, recipient, QueueMove::deferred, code, due, words);
    run.schedule(due, host, host, EventKind::mail, event::retry, recipient, generation);

    Message& late = world.mail.messages.edit(message);
    constexpr std::uint16_t seen = message_flag::warned | message_flag::warn_due;
    if (settings.warn_after.ns == 0 || !settings.bounces || late.reverse_path.empty() ||
        (late.flags & seen) != 0 || late.arrived + settings.warn_after.ns >= expires)
        return;
    late.flags |= message_flag::warn_due;
    run.schedule(std::max(run.now(), late.arrived + settings.warn_after.ns), host, host,
                 EventKind::mail, event::warn, message, late.generation);
}

void settle(Run& run, std::uint32_t message) {
    World& world = run.world;
    const auto first_failed = [&] {
        std::uint32_t at = world.mail.messages[message].first_recipient;
        while (at != nothing && world.mail.recipients[at].state != RecipientState::failed)
            at = world.mail.recipients[at].next;
        return at;
    };
    if (first_failed() != nothing) {
        report_failed(run, message);
        for (std::uint32_t at = first_failed(); at != nothing; at = first_failed())
            remove_recipient(world, at);
    }
    Message& one = world.mail.messages.edit(message);
    if (one.recipients != 0) return;
    QueueFact fact;
    fact.message = one.id;
    fact.move = QueueMove::left;
    run.record(one.host, fact);
    --world.mail.hosts.edit(one.host).queued;
    world.heap.drop(one.reverse_path);
    world.heap.drop(one.content);
    world.mail.messages.remove(message);
}

void on_queue_event(Run& run, const Event& event) {
    if (run.is_down(event.node)) return;
    const MailTables& mail = run.world.mail;
    switch (event.detail) {
        case event::route:
            if (mail.messages[event.a].generation == event.b) route(run, event.a);
            break;
        case event::retry: {
            const Recipient& one = mail.recipients[event.a];
            if (one.generation != event.b || one.state != RecipientState::deferred ||
                one.next_try > run.now())
                break;
            run.world.mail.recipients.edit(event.a).state = RecipientState::fresh;
            const std::uint32_t message = one.message;
            route_recipient(run, event.a);
            settle(run, message);
            break;
        }
        case event::destination:
            if (mail.destinations[event.a].generation != event.b) break;
            if (mail.destinations[event.a].wake_at == run.now())
                run.world.mail.destinations.edit(event.a).wake_at = never;
            serve(run, event.a);
            tidy(run, event.a);
            break;
        case event::report: send_reports(run, event.node); break;
        case event::pipe_works:
        case event::pipe_ends: on_pipe_event(run, event); break;
        case event::warn:
            if (mail.messages[event.a].generation == event.b) report_delayed(run, event.a);
            break;
        default:
            break;
    }
}

}  // namespace postroad::sim::mail

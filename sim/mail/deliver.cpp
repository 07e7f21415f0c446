// The MDA, and what an address stands for: mailboxes, aliases, lists and forwards of this host.
#include "protocols/base/ascii.hpp"
#include "sim/mail/queue_parts.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::mail {
namespace {

constexpr std::uint16_t expansions_max = 1000;  // of one message: more is an alias loop

void into_mailbox(Run& run, std::uint32_t recipient, std::uint32_t person) {
    const World& world = run.world;
    const Message& message = world.mail.messages[world.mail.recipients[recipient].message];
    const NodeId host = message.host;
    const Id id = message.id;
    const std::string& address = run.setup().people[person].address;
    run.decide(host, id, Reason::local_domain, domain_part(address));
    const scenario::Host& settings = settings_of(run, host);
    if (settings.mda.by == scenario::DeliverBy::pipe) return run_program(run, recipient);
    if (settings.mda.by == scenario::DeliverBy::lmtp) {
        run.decide(host, id, Reason::lmtp_own, address);
        return wait_at(run, destination_for(run, host, NextHop::lmtp, run.host(host).name,
                                            settings.lmtp.port),
                       recipient);
    }
    const Verdict verdict = deliver_to_mailbox(run, arrival_of(world, recipient, person));
    // A mailbox that is full is full for good here: its owner may be away for weeks.
    if (verdict.full) return fail(run, recipient, 552, "5.2.2 the mailbox is full");
    if (verdict.taken == Taken::refused) return fail(run, recipient, verdict.code, verdict.words);
    if (verdict.taken == Taken::later) return defer(run, recipient, verdict.code, verdict.words);
    succeed(run, recipient, QueueMove::delivered, 0, {});
}

bool already_there(const World& world, std::uint32_t message, std::string_view address) {
    for (std::uint32_t at = world.mail.messages[message].first_recipient; at != nothing;
         at = world.mail.recipients[at].next)
        if (equals_ignoring_case(world.heap.view(world.mail.recipients[at].forward_path), address))
            return true;
    return false;
}

// RFC 5321 §3.9.1: the forward-path changes, the reverse-path stays.
void expand(Run& run, std::uint32_t recipient, const std::vector<std::string>& targets,
            Reason reason) {
    World& world = run.world;
    const Recipient one = world.mail.recipients[recipient];
    Message& message = world.mail.messages.edit(one.message);
    if (++message.expansions > expansions_max) {
        run.decide(message.host, message.id, Reason::alias,
                   world.heap.view(one.forward_path), std::string_view("itself, again and again"));
        fail(run, recipient, 554, "5.4.6 the alias leads back to itself");
        return;
    }
    const NodeId host = message.host;
    const Id id = message.id;
    const Text original = one.original.empty() ? one.forward_path : one.original;
    for (std::size_t i = targets.size(); i-- > 0;) {
        run.decide(host, id, reason, world.heap.view(one.forward_path), targets[i]);
        if (!already_there(world, one.message, targets[i]))
            add_recipient(world, one.message, world.heap.make(targets[i]),
                          world.heap.share(original));
    }
    remove_recipient(world, recipient);
}

// RFC 5321 §3.9.2: a list sends the message on under its own reverse-path, so that bounces reach
// who keeps the list and not who wrote to it. That makes it a message of its own.
void send_to_list(Run& run, std::uint32_t recipient, const std::vector<std::string>& members) {
    World& world = run.world;
    const Recipient one = world.mail.recipients[recipient];
    const Message message = world.mail.messages[one.message];
    const std::string list(world.heap.view(one.forward_path));
    const std::string_view domain = domain_part(list);
    const std::string owner =
        list.substr(0, list.size() - domain.size() - (domain.empty() ? 0 : 1)) + "-owner" +
        (domain.empty() ? "" : "@") + std::string(domain);
    std::string all;
    Entry entry;
    for (const std::string& member : members) {
        world.heap.push(entry.forward_paths, world.heap.make(member));
        all += (all.empty() ? "" : ", ") + member;
    }
    run.decide(message.host, message.id, Reason::list, list, all, owner);
    entry.conversation = message.conversation;
    entry.transaction = message.transaction;
    // A list that gets a report must not send it round with a path that invites another.
    if (!message.reverse_path.empty()) entry.reverse_path = owner;
    entry.content = message.content;
    entry.trace_octets = message.trace_octets;
    entry.flags = message.flags & message_flag::eight_bit;
    enter(run, message.host, run.new_id(message.host), entry, message.id);
    for (std::uint32_t i = 0; i < entry.forward_paths.size(); ++i) {
        Text path = world.heap.get(entry.forward_paths, i);
        world.heap.drop(path);
    }
    world.heap.drop(entry.forward_paths);
    remove_recipient(world, recipient);
}

}  // namespace

Arrival arrival_of(const World& world, std::uint32_t recipient, std::uint32_t person) {
    const Recipient& one = world.mail.recipients[recipient];
    const Message& message = world.mail.messages[one.message];
    Arrival out;
    out.host = message.host;
    out.person = person;
    out.message = message.id;
    out.conversation = message.conversation;
    out.transaction = message.transaction;
    out.reverse_path = world.heap.view(message.reverse_path);
    out.forward_path = world.heap.view(one.forward_path);
    out.content = message.content;
    out.trace_octets = message.trace_octets;
    return out;
}

void route_recipient(Run& run, std::uint32_t recipient) {
    store::set_up(run.world);
    World& world = run.world;
    const Recipient& one = world.mail.recipients[recipient];
    const Message& message = world.mail.messages[one.message];
    const NodeId host = message.host;
    const std::string_view address = world.heap.view(one.forward_path);
    const Whereabouts found = whereabouts(run, host, address);
    switch (found.home) {
        case Home::mailbox:
            return into_mailbox(run, recipient, found.person);
        case Home::alias:
            return expand(run, recipient, *found.targets, Reason::alias);
        case Home::forward:
            return expand(run, recipient, *found.targets, Reason::forwarded);
        case Home::list:
            return send_to_list(run, recipient, *found.targets);
        case Home::catch_all: {
            const std::string& to = settings_of(run, host).routing.catch_all;
            run.decide(host, message.id, Reason::catch_all, address, to);
            if (found.person != nothing) return into_mailbox(run, recipient, found.person);
            const std::vector<std::string> targets{to};
            return expand(run, recipient, targets, Reason::catch_all);
        }
        case Home::nobody:
            run.decide(host, message.id, Reason::no_mailbox, address);
            return fail(run, recipient, 550, "5.1.1 no such mailbox here");
        case Home::relayed:
        case Home::elsewhere:
            return send_on(run, recipient, found.domain);
    }
}

}  // namespace postroad::sim::mail

// Delivery by a program that is run once a recipient, as `local` and its like do it. Between it and
// the queue there is nothing but an exit code (sysexits): one number, no words, no reply for a
// mailbox that is full today. And when the host goes down before it was read, nobody knows what was
// done.
#include "protocols/base/ascii.hpp"
#include "sim/mail/queue_parts.hpp"

namespace postroad::sim::mail {
namespace {

// What sendmail and its heirs read in the codes of <sysexits.h>.
namespace exit_code {
constexpr std::uint8_t ok = 0, no_user = 67, cannot_create = 73, temporary_failure = 75,
                       no_permission = 77;
}

struct Meaning {
    std::uint8_t exit_code;
    std::uint16_t code;  // as an SMTP server would have said it
    std::string_view words;
    std::string_view meaning;
};

constexpr Meaning meanings[] = {
    {exit_code::ok, 250, "2.0.0 delivered", "done"},
    {exit_code::no_user, 550, "5.1.1 the program knows no such mailbox (exit code 67)",
     "EX_NOUSER"},
    {exit_code::cannot_create, 550, "5.2.0 the program cannot write the mailbox (exit code 73)",
     "EX_CANTCREAT"},
    {exit_code::temporary_failure, 450,
     "4.3.0 the program wants to be run again later (exit code 75)", "EX_TEMPFAIL"},
    {exit_code::no_permission, 550, "5.7.0 the program does not want the message (exit code 77)",
     "EX_NOPERM"},
};

const Meaning& meaning_of(std::uint8_t code) {
    for (const Meaning& one : meanings)
        if (one.exit_code == code) return one;
    return meanings[3];
}

std::uint8_t exit_code_of(const Verdict& verdict) {
    switch (verdict.taken) {
    case Taken::delivered: return exit_code::ok;
    case Taken::later: return exit_code::temporary_failure;
    case Taken::refused: break;
    }
    return verdict.words.starts_with("5.2.") ? exit_code::cannot_create : exit_code::no_permission;
}

const Recipient* running(const Run& run, const Event& event) {
    const auto& recipients = run.world.mail.recipients;
    if (event.a >= recipients.size()) return nullptr;
    const Recipient& one = recipients[event.a];
    // Not an event of a run that a crash has ended.
    const bool current = one.generation == event.b && one.message != nothing && one.piped != 0 &&
                         one.next_try == run.now();
    return current ? &one : nullptr;
}

// Half of its time is over: it has done what it is for, and not yet said so.
void work(Run& run, std::uint32_t recipient) {
    World& world = run.world;
    const NodeId host = world.mail.messages[world.mail.recipients[recipient].message].host;
    const std::string_view path = world.heap.view(world.mail.recipients[recipient].forward_path);
    const std::uint32_t person = whereabouts(run, host, path).person;
    const std::uint8_t code =
        person == nothing
            ? exit_code::no_user
            : exit_code_of(deliver_to_mailbox(run, arrival_of(world, recipient, person)));
    Recipient& one = world.mail.recipients.edit(recipient);
    one.exit_code = code;
    one.piped = 2;
    const Duration takes = settings_of(run, host).mda.takes.ns;
    one.next_try = run.now() + takes - takes / 2;
    run.schedule(one.next_try, host, host, EventKind::mail, event::pipe_ends, recipient,
                 one.generation);
}

void read_exit_code(Run& run, std::uint32_t recipient) {
    World& world = run.world;
    Recipient& one = world.mail.recipients.edit(recipient);
    one.piped = 0;
    const std::uint32_t message = one.message;
    const Message& of = world.mail.messages[message];
    const Meaning& means = meaning_of(one.exit_code);
    run.decide(of.host, of.id, Reason::pipe_exit, world.heap.view(one.forward_path),
               std::uint32_t{one.exit_code}, means.meaning);
    if (means.code < 400)
        succeed(run, recipient, QueueMove::delivered, 0, {});
    else if (means.code < 500)
        defer(run, recipient, means.code, means.words);
    else
        fail(run, recipient, means.code, means.words);
    settle(run, message);
}

}  // namespace

void run_program(Run& run, std::uint32_t recipient) {
    Recipient& one = run.world.mail.recipients.edit(recipient);
    const NodeId host = run.world.mail.messages[one.message].host;
    const Duration takes = settings_of(run, host).mda.takes.ns;
    one.state = RecipientState::sending;
    one.piped = 1;
    one.next_try = run.now() + takes / 2;
    run.schedule(one.next_try, host, host, EventKind::mail, event::pipe_works, recipient,
                 one.generation);
}

void on_pipe_event(Run& run, const Event& event) {
    const Recipient* const one = running(run, event);
    if (one == nullptr) return;
    if (event.detail == event::pipe_works && one->piped == 1)
        work(run, event.a);
    else if (event.detail == event::pipe_ends && one->piped == 2)
        read_exit_code(run, event.a);
}

void lose_program(Run& run, std::uint32_t recipient) {
    Recipient& one = run.world.mail.recipients.edit(recipient);
    const Message& of = run.world.mail.messages[one.message];
    if (one.piped == 2)
        run.decide(of.host, of.id, Reason::pipe_again, run.world.heap.view(one.forward_path));
    one.piped = 0;
    one.state = RecipientState::fresh;
}

}  // namespace postroad::sim::mail

// Outboxes: a message is submitted to its server, kept and tried again when that cannot take it
// now, and its writer is told when it never will.
#include "sim/mail/people_parts.hpp"

namespace postroad::sim::people {
namespace {

constexpr Duration retry_after_ns = 5 * minute;
constexpr std::uint16_t attempts_max = 4;  // the first, and three more

Submission& edit(Run& run, std::uint32_t id) { return run.world.mail.people.outbox.edit(id); }
const Submission& at(const Run& run, std::uint32_t id) {
    return run.world.mail.people.outbox[id];
}

bool is_current(const Run& run, std::uint32_t connection, std::uint32_t id) {
    const auto& outbox = run.world.mail.people.outbox;
    return id < outbox.size() && outbox[id].state == SubmissionState::talking &&
           (outbox[id].connection == connection || outbox[id].connection == nothing);
}

void drop_paths(Heap& heap, List<Text>& paths) {
    for (std::uint32_t i = 0; i < paths.size(); ++i) {
        Text path = heap.get(paths, i);
        heap.drop(path);
    }
    heap.drop(paths);
}

void forget(Run& run, std::uint32_t id) {
    Heap& heap = run.world.heap;
    Submission one = at(run, id);
    heap.drop(one.reverse_path);
    drop_paths(heap, one.forward_paths);
    heap.drop(one.verdicts);
    heap.drop(one.content);
    heap.drop(one.words);
    heap.drop(one.addresses);
    run.world.mail.people.outbox.remove(id);
}

void record_queue(Run& run, const Submission& one, QueueMove move, std::uint16_t code, Time due,
                  std::string_view whom, std::string_view words) {
    QueueFact fact;
    fact.message = one.message;
    fact.due = due;
    fact.move = move;
    fact.code = code;
    fact.attempt = one.attempts;
    const std::string tail = std::string(whom).append(words.empty() ? "" : "\n").append(words);
    run.record(one.device, fact, tail);
}

// What this try has come to for one recipient: its own verdict, else that on the whole mail.
std::uint16_t outcome(const Run& run, const Submission& one, std::uint32_t recipient) {
    const std::uint16_t own = recipient < one.verdicts.size()
                                  ? run.world.heap.get(one.verdicts, recipient) : std::uint16_t{0};
    return own >= 400 ? own : one.final_code;
}

void finish_try(Run& run, std::uint32_t id) {
    Heap& heap = run.world.heap;
    const Submission one = at(run, id);
    const std::string words(heap.view(one.words));
    List<Text> left;
    for (std::uint32_t i = 0; i < one.forward_paths.size(); ++i) {
        Text path = heap.get(one.forward_paths, i);
        const std::uint16_t code = outcome(run, one, i);
        if (code / 100 == 2) {
            heap.drop(path);
        } else if (code / 100 == 5 || one.attempts >= attempts_max) {
            const std::string whom(heap.view(path));
            record_queue(run, one, code / 100 == 5 ? QueueMove::failed : QueueMove::expired, code,
                         0, whom, words);
            run.decide(one.device, one.message, Reason::told_sender, whom, words);
            heap.drop(path);
        } else {
            record_queue(run, one, QueueMove::deferred, code, run.now() + retry_after_ns,
                         heap.view(path), words);
            heap.push(left, path);
        }
    }
    Submission& after = edit(run, id);
    heap.drop(after.forward_paths);
    after.forward_paths = left;
    heap.drop(after.verdicts);
    after.connection = nothing;
    after.conversation = 0;
    after.final_code = 0;
    after.given = 0;
    ++after.serial;
    after.state = SubmissionState::waiting;
    if (left.empty()) return forget(run, id);
    run.decide(one.device, one.message, Reason::in_outbox, words, Run::duration(retry_after_ns));
    run.schedule(run.now() + retry_after_ns, one.device, one.device, EventKind::mail,
                 detail::retry, id, one.serial + 1);
}

void fail_try(Run& run, std::uint32_t id, std::uint16_t code, std::string_view words) {
    Submission& one = edit(run, id);
    one.final_code = code;
    run.world.heap.assign(one.words, words);
    finish_try(run, id);
}

// The next of the server's addresses, or the end of this try.
void connect(Run& run, std::uint32_t id) {
    const Submission one = at(run, id);
    if (one.address >= one.addresses.size()) {
        if (one.words.empty())
            return fail_try(run, id, 0,
                            std::string(domain_name_of(run, one.target)) + " cannot be found");
        return finish_try(run, id);
    }
    const AddressId address = run.world.heap.get(one.addresses, one.address);
    Submission& talks = edit(run, id);
    talks.state = SubmissionState::talking;
    talks.connection = nothing;
    ++talks.address;
    const std::uint32_t connection = session::start_smtp_client(
        run, one.device, address, one.port, owner_bit | id);
    const Submission& now = at(run, id);
    if (now.state != SubmissionState::talking || now.serial != one.serial ||
        now.address != one.address + 1)
        return;  // it has failed already
    Submission& begun = edit(run, id);
    begun.connection = connection;
    begun.conversation = run.world.tcp.tcbs[connection].conversation;
}

void note(Run& run, std::uint32_t id, std::uint16_t code, std::string_view words) {
    Submission& one = edit(run, id);
    one.final_code = code;
    std::string whole;
    if (code != 0) {
        append_number(whole, code);
        whole += ' ';
    }
    whole += words;
    run.world.heap.assign(one.words, whole);
}

void handed_over(Run& run, std::uint32_t id, std::uint16_t code, std::uint32_t transaction = 0) {
    const Submission one = at(run, id);
    edit(run, id).final_code = code;
    const Heap& heap = run.world.heap;
    CustodyFact fact;
    fact.message = one.message;
    fact.conversation = one.conversation;
    fact.transaction = transaction;
    fact.move = CustodyMove::handed_over;
    fact.content_hash = hash_octets(heap.view(one.content));
    std::string tail(heap.view(one.reverse_path));
    for (std::uint32_t i = 0; i < one.forward_paths.size(); ++i) {
        if (i < one.verdicts.size() && heap.get(one.verdicts, i) >= 400) continue;
        ++fact.recipients;
        if (tail.size() > 60'000) continue;  // a row of the Trace holds 65,528
        tail += '\n';
        tail += heap.view(heap.get(one.forward_paths, i));
    }
    run.record(one.device, fact, tail);
    run.decide(one.device, one.message, Reason::relieved, domain_name_of(run, one.target));
}

}  // namespace

void submit(Run& run, const Submission& one) {
    auto& outbox = run.world.mail.people.outbox;
    const std::uint32_t id = outbox.add();
    const std::uint32_t generation = outbox[id].generation;
    Submission& mine = outbox.edit(id);
    mine = one;
    mine.generation = generation;
    mine.serial = generation << 8;  // so that what is late for a former submission is not for us
    mine.state = SubmissionState::waiting;
    if (run.is_down(one.device)) return;  // host_up tries it
    try_again(run, id);
}

void try_again(Run& run, std::uint32_t id) {
    Submission& one = edit(run, id);
    ++one.attempts;
    ++one.serial;
    one.address = 0;
    one.state = SubmissionState::resolving;
    run.world.heap.drop(one.words);
    const Submission tried = one;
    run.decide(tried.device, tried.message, Reason::submitted, domain_name_of(run, tried.target));
    record_queue(run, tried, QueueMove::trying, 0, 0, domain_name_of(run, tried.target), {});
    if (tried.by_rpc == 0) {
        called(run, tried.person, 0, "IMessage::SubmitMessage", "MAPI spooler", "the outbox");
        called(run, tried.person, 0, "IXPLogon::SubmitMessage", "SMTP transport",
               std::string(domain_name_of(run, tried.target)) + ":" + std::to_string(tried.port));
    }
    if (tried.by_rpc != 0) return mapi_send(run, tried.person, id);
    List<AddressId> addresses = tried.addresses;
    const std::uint8_t lookups =
        look_up(run, tried.device, tried.target, tried.message, owner_bit | id,
                tried.serial & ~for_fetch, addresses);
    Submission& asked = edit(run, id);
    asked.addresses = addresses;
    asked.lookups = lookups;
    if (lookups == 0) connect(run, id);
}

void submission_resolved(Run& run, std::uint32_t id, std::uint32_t serial,
                         const dns_layer::Resolved& answer) {
    if (id >= run.world.mail.people.outbox.size()) return;
    const Submission& one = at(run, id);
    if (one.state != SubmissionState::resolving || (one.serial & ~for_fetch) != serial) return;
    List<AddressId> addresses = one.addresses;
    add_addresses(run, answer, addresses);
    Submission& asked = edit(run, id);
    asked.addresses = addresses;
    if (--asked.lookups == 0) connect(run, id);
}

bool submission_ask(Run& run, std::uint32_t connection, std::uint32_t id, Answer& out) {
    out.ok = false;
    if (!is_current(run, connection, id) || at(run, id).given != 0) return true;
    Heap& heap = run.world.heap;
    const Submission one = at(run, id);
    smtp::Job job;
    job.reverse_path = heap.share(one.reverse_path);
    for (std::uint32_t i = 0; i < one.forward_paths.size(); ++i)
        heap.push(job.forward_paths, heap.share(heap.get(one.forward_paths, i)));
    job.content = heap.share(one.content);
    job.eight_bit = one.eight_bit != 0;
    Submission& given = edit(run, id);
    given.given = 1;
    heap.drop(given.verdicts);
    for (std::uint32_t i = 0; i < one.forward_paths.size(); ++i)
        heap.push(given.verdicts, std::uint16_t{0});
    const std::uint32_t seat = run.world.tcp.tcbs[connection].seat;
    smtp::give(run.world.sessions.of<smtp::Client>().edit(seat).machine, job, heap);
    out.ok = true;
    return true;
}

void submission_tell(Run& run, std::uint32_t connection, std::uint32_t id, const Tell& tell,
                     std::string_view words) {
    if (!is_current(run, connection, id)) return;
    switch (tell.kind) {
        case TellKind::recipient_ok:
        case TellKind::recipient_refused: {
            Submission& one = edit(run, id);
            if (tell.index < one.verdicts.size())
                run.world.heap.set(one.verdicts, tell.index, tell.code);
            if (tell.kind == TellKind::recipient_refused) {
                const std::uint16_t whole = one.final_code;
                note(run, id, tell.code, words);
                edit(run, id).final_code = whole;
            }
            break;
        }
        case TellKind::message_accepted:
            handed_over(run, id, tell.code);
            break;
        case TellKind::message_refused:
            if (tell.code != 0) note(run, id, tell.code, words);
            break;
        case TellKind::login_failed:
        case TellKind::session_failed:
            if (at(run, id).final_code == 0) note(run, id, tell.code, words);
            break;
        case TellKind::secret_in_clear:
            run.decide(at(run, id).device, run.world.tcp.tcbs[connection].conversation,
                       tell.code == 1 ? Reason::token_in_clear : Reason::secret_in_clear, words);
            break;
        case TellKind::session_done:
        case TellKind::fetched:
        case TellKind::response:
        case TellKind::imap:
        case TellKind::rpc_answer:
        case TellKind::rpc_fault:
            break;
    }
}

void submission_by_rpc(Run& run, std::uint32_t id, Id conversation, std::uint16_t code,
                       std::string_view words) {
    if (id >= run.world.mail.people.outbox.size() || at(run, id).by_rpc == 0 ||
        at(run, id).state != SubmissionState::talking)
        return;
    edit(run, id).conversation = conversation;
    if (code / 100 == 2)
        handed_over(run, id, code, mapi_program(run, at(run, id).person).sent++);
    fail_try(run, id, code, words);
}

void submission_over(Run& run, std::uint32_t connection, std::uint32_t id, Ending how) {
    if (!is_current(run, connection, id)) return;
    const Submission one = at(run, id);
    const bool settled = one.given != 0 || one.final_code >= 500;
    if (one.words.empty() && one.final_code == 0) note(run, id, 0, words_of(how));
    if (how == Ending::crashed || run.is_down(one.device)) {  // host_up tries it again
        if (one.final_code != 0) return finish_try(run, id);
        Submission& waits = edit(run, id);
        waits.state = SubmissionState::waiting;
        waits.connection = nothing;
        waits.given = 0;
        ++waits.serial;
        return;
    }
    if (settled) return finish_try(run, id);
    run.decide(one.device, one.message, Reason::connection_failed,
               domain_name_of(run, one.target), std::uint32_t{one.port},
               run.world.heap.view(at(run, id).words));
    connect(run, id);
}

}  // namespace postroad::sim::people

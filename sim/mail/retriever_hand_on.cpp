// Handing a fetched message on: a session of its own, a verdict for each recipient, and what of it
// is written down before and behind it, so that a crash at any moment loses nothing.
#include "protocols/base/ascii.hpp"
#include "protocols/message/header.hpp"
#include "protocols/message/trace_fields.hpp"
#include "sim/mail/retriever_parts.hpp"
#include "sim/session/ending_words.hpp"

namespace postroad::sim::retriever {
namespace {

constexpr Duration connect_timeout_ns = 30 * second;

bool is_current(const Run& run, std::uint32_t connection, std::uint32_t agent) {
    const RetrieverState& mine = at(run, agent);
    return mine.step == RetrieverStep::handing && mine.concluded == 0 &&
           (mine.target == connection || mine.target == nothing);
}

// The desk cannot be told from within a session's step: what follows comes as an event of its own.
void conclude(Run& run, std::uint32_t agent, bool all_have_it) {
    RetrieverState& mine = edit(run, agent);
    mine.concluded = 1;
    mine.may_delete = all_have_it ? 1 : 0;
    const NodeId host = setup_of(run, agent).host;
    run.schedule(run.now(), host, host, EventKind::mail, mail::event::retriever, agent,
                 mine.serial);
}

std::string_view target_name(const Run& run, std::uint32_t agent) {
    return domain_name_of(run, setup_of(run, agent).to_host);
}
std::string_view source_name(const Run& run, std::uint32_t agent) {
    return domain_name_of(run, setup_of(run, agent).from_host);
}

void stays(Run& run, std::uint32_t agent, std::string_view why) {
    const RetrieverState& mine = at(run, agent);
    run.decide(setup_of(run, agent).host, mine.message, Reason::mra_stays,
               title_of(run.world.heap.view(mine.content), {}), source_name(run, agent), why);
}

// Written down at the moment the last verdict is heard.
void write_down(Run& run, std::uint32_t agent, bool in_doubt) {
    World& world = run.world;
    const RetrieverState mine = at(run, agent);
    if (mine.retrieval == nothing) return;
    Retrieval& one = world.mail.retrievers.retrievals.edit(mine.retrieval);
    drop_paths(world.heap, one.left);
    for (const List<Text>& paths : {mine.refused, mine.forward_paths})
        for (std::uint32_t i = 0; i < paths.size(); ++i)
            if (const Text path = world.heap.get(paths, i); !path.empty())
                world.heap.push(one.left, world.heap.share(path));
    if (one.left.empty())
        one.state = RetrievalState::handed;
    else if (!in_doubt)
        one.state = RetrievalState::partly;
}

void end_hand_on(Run& run, std::uint32_t agent, bool in_doubt) {
    {
        RetrieverState& one = edit(run, agent);
        if (one.retrieval == nothing && one.given != 0 && one.taken == 0 && !in_doubt) {
            --one.begun_nameless;  // nobody has it
            --one.unconfirmed;
        }
    }
    const RetrieverState mine = at(run, agent);
    write_down(run, agent, in_doubt);
    bool all = mine.refused.empty();
    for (std::uint32_t i = 0; i < mine.forward_paths.size(); ++i)
        all = all && run.world.heap.get(mine.forward_paths, i).empty();
    if (all) {
        ++edit(run, agent).handed_on;
        run.decide(setup_of(run, agent).host, mine.message, Reason::mra_handed_on,
                   title_of(run.world.heap.view(mine.content), {}), target_name(run, agent),
                   source_name(run, agent));
    } else {
        const std::string words(run.world.heap.view(mine.words));
        stays(run, agent, words.empty() ? std::string_view("no verdict came") : words);
    }
    conclude(run, agent, all);
}

void connect(Run& run, std::uint32_t agent) {
    const RetrieverSetup& setup = setup_of(run, agent);
    const auto addresses = addresses_of(run, setup.host, setup.to_host);
    RetrieverState& mine = edit(run, agent);
    if (mine.target_address >= addresses.size()) {
        mine.hopeless = 1;
        if (mine.words.empty()) run.world.heap.assign(mine.words, "there is no way to it");
        return end_hand_on(run, agent, false);
    }
    const std::uint32_t tried = mine.target_address++;
    const std::uint32_t serial = mine.serial;
    mine.target = nothing;
    const std::uint32_t connection =
        session::start_client(run, setup.host, addresses[tried], setup.to_port, Role::smtp_client,
                              owner_bit | agent, connect_timeout_ns);
    RetrieverState& now = edit(run, agent);
    if (now.serial != serial || now.target_address != tried + 1 || now.concluded != 0) return;
    now.target = connection;
    now.conversation = run.world.tcp.tcbs[connection].conversation;
}

// Who is refused is so until the next poll.
void not_taken(Run& run, std::uint32_t agent, const Tell& tell, std::string_view words) {
    RetrieverState& mine = edit(run, agent);
    Heap& heap = run.world.heap;
    std::string whole;
    if (tell.code != 0) {
        append_number(whole, tell.code);
        whole += ' ';
    }
    whole += words;
    heap.assign(mine.words, std::string_view(whole).substr(0, 500));
    if (tell.kind != TellKind::recipient_refused || tell.index >= mine.forward_paths.size()) return;
    const Text path = heap.get(mine.forward_paths, tell.index);
    if (path.empty()) return;
    heap.push(mine.refused, path);
    heap.set(mine.forward_paths, tell.index, Text{});
    --mine.undecided;
}

// Somebody has it: custody passes for him alone.
void taken(Run& run, std::uint32_t agent, std::uint32_t index) {
    World& world = run.world;
    RetrieverState& mine = edit(run, agent);
    if (index >= mine.forward_paths.size()) return;
    Text path = world.heap.get(mine.forward_paths, index);
    if (path.empty()) return;
    std::string tail(world.heap.view(mine.reverse_path));
    tail += '\n';
    tail += world.heap.view(path);
    CustodyFact fact;
    fact.message = mine.message;
    fact.conversation = mine.conversation;
    fact.move = CustodyMove::handed_over;
    fact.recipients = 1;
    fact.content_hash = hash_octets(world.heap.view(mine.content));
    ++mine.taken;
    --mine.undecided;
    world.heap.drop(path);
    world.heap.set(mine.forward_paths, index, Text{});
    run.record(setup_of(run, agent).host, fact, tail);
}

// Before the first octet of the message nobody can have it.
bool content_was_said(const Run& run, std::uint32_t connection) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    return run.world.sessions.of<smtp::Client>()[tcb.seat].machine.awaiting == smtp::Turn::content;
}

// Why it may come twice; empty: it cannot.
std::string_view doubt(const Run& run, std::uint32_t agent, std::uint32_t retrieval,
                       std::string_view id) {
    const RetrieverState& mine = at(run, agent);
    if (id.empty() && mine.unconfirmed != 0)
        return "the server has no unique-ids, and a deletion was never confirmed";
    if (is_known_by_another_uidvalidity(run, agent, id)) return "its folder has another UIDVALIDITY";
    if (retrieval == nothing) return {};
    if (run.world.mail.retrievers.retrievals[retrieval].state == RetrievalState::in_hand)
        return "no reply to it was heard";
    return {};
}

}  // namespace

void hand_on(Run& run, std::uint32_t agent, Id message, std::string_view text,
             std::string_view id) {
    World& world = run.world;
    // RFC 5321 §4.4: the field was the last delivery's; the next one makes its own.
    message::Field first;
    const std::size_t size = message::read_field(text, true, first);
    std::string reverse_path;
    if (size != 0 && first.is("Return-Path")) {
        reverse_path = message::parse_return_path(first.value).value_or("");
        text.remove_prefix(size);
    }
    std::uint32_t known = find(world, agent, id);
    const std::string_view why = doubt(run, agent, known, id);
    if (!why.empty())
        run.decide(setup_of(run, agent).host, message, Reason::mra_again, title_of(text, id), why);
    if (known == nothing && !id.empty()) known = note(world, agent, id);

    RetrieverState& mine = edit(run, agent);
    ++mine.serial;
    mine.step = RetrieverStep::handing;
    mine.message = message;
    mine.conversation = 0;
    mine.content = world.heap.make(text);
    mine.reverse_path = world.heap.make(reverse_path);
    mine.taken = mine.undecided = mine.target_address = 0;
    mine.target = nothing;
    mine.retrieval = known;
    mine.given = mine.concluded = mine.may_delete = mine.eight_bit = 0;
    for (const char octet : text)
        if (static_cast<unsigned char>(octet) > 127) mine.eight_bit = 1;
    List<Text> paths;
    if (known != nothing && !world.mail.retrievers.retrievals[known].left.empty()) {
        const List<Text> left = world.mail.retrievers.retrievals[known].left;
        for (std::uint32_t i = 0; i < left.size(); ++i)
            world.heap.push(paths, world.heap.share(world.heap.get(left, i)));
    } else {
        for (const std::string& one : recipients_of(run, agent, message, text))
            world.heap.push(paths, world.heap.make(one));
    }
    RetrieverState& ready = edit(run, agent);
    ready.forward_paths = paths;
    ready.undecided = paths.size();
    if (paths.empty()) {
        stays(run, agent, "nobody is known whose it is");
        return conclude(run, agent, false);
    }
    connect(run, agent);
}

void target_ask(Run& run, std::uint32_t connection, std::uint32_t agent, Answer& out) {
    out.ok = false;
    if (!is_current(run, connection, agent)) return;
    World& world = run.world;
    const RetrieverState mine = at(run, agent);
    if (mine.given != 0) {  // SMTP has had its word on the mail, LMTP on each recipient
        end_hand_on(run, agent, false);
        return;
    }
    smtp::Job job;
    job.reverse_path = world.heap.share(mine.reverse_path);
    job.content = world.heap.share(mine.content);
    job.eight_bit = mine.eight_bit != 0;
    for (std::uint32_t i = 0; i < mine.forward_paths.size(); ++i)
        world.heap.push(job.forward_paths, world.heap.share(world.heap.get(mine.forward_paths, i)));
    smtp::give(world.sessions.of<smtp::Client>().edit(world.tcp.tcbs[connection].seat).machine, job,
               world.heap);
    out.ok = true;
    // From here on somebody may have it without our knowing: that is written down first.
    RetrieverState& now = edit(run, agent);
    now.given = 1;
    if (now.retrieval != nothing) {
        world.mail.retrievers.retrievals.edit(now.retrieval).state = RetrievalState::in_hand;
        return;
    }
    ++now.begun_nameless;
    ++now.unconfirmed;
}

void target_tell(Run& run, std::uint32_t connection, std::uint32_t agent, const Tell& tell,
                 std::string_view words) {
    if (!is_current(run, connection, agent)) return;
    const RetrieverState mine = at(run, agent);
    switch (tell.kind) {
    case TellKind::message_accepted:
        if (setup_of(run, agent).client.lmtp) return taken(run, agent, tell.index);
        for (std::uint32_t i = 0; i < mine.forward_paths.size(); ++i) taken(run, agent, i);
        return;
    case TellKind::recipient_refused:
    case TellKind::message_refused:
    case TellKind::session_failed:
    case TellKind::login_failed: return not_taken(run, agent, tell, words);
    default: return;
    }
}

void target_over(Run& run, std::uint32_t connection, std::uint32_t agent, Ending how) {
    if (!is_current(run, connection, agent) || how == Ending::crashed) return;
    RetrieverState& mine = edit(run, agent);
    if (mine.words.empty()) run.world.heap.assign(mine.words, words_of(how));
    if (mine.given == 0) return connect(run, agent);  // it never came as far as a mail
    // Whose verdict has not come may have the mail or not.
    const bool in_doubt = mine.undecided != 0 && content_was_said(run, connection);
    end_hand_on(run, agent, in_doubt);
}

void put_down(Run& run, std::uint32_t agent) {
    RetrieverState& mine = edit(run, agent);
    Heap& heap = run.world.heap;
    heap.drop(mine.content);
    heap.drop(mine.reverse_path);
    heap.drop(mine.words);
    drop_paths(heap, mine.forward_paths);
    drop_paths(heap, mine.refused);
    mine.target = mine.retrieval = nothing;
    mine.message = mine.conversation = 0;
    mine.undecided = mine.taken = mine.target_address = 0;
    mine.given = mine.concluded = mine.may_delete = mine.eight_bit = 0;
    ++mine.serial;
}

}  // namespace postroad::sim::retriever

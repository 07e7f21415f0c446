// Opens, reads and updates maildrops for POP3 servers, and records what became of the mailbox.
#include "sim/mail/maildrop.hpp"

#include "protocols/base/ascii.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/log_in.hpp"
#include "sim/mail/queue.hpp"
#include "sim/mail/store.hpp"
#include "sim/net/tcp.hpp"

namespace postroad::sim::maildrop {
namespace {

const pop3::Server& machine_of(const Run& run, const Tcb& tcb) {
    return run.world.sessions.of<pop3::Server>()[tcb.seat].machine;
}

void record(Run& run, const Tcb& tcb, std::uint32_t person, MailboxMove move,
            const StoredMessage* message = nullptr) {
    MailboxFact fact;
    fact.conversation = tcb.conversation;
    fact.mailbox = person;
    fact.move = move;
    if (message != nullptr) {
        fact.message = message->message;
        fact.uid = message->uid;
        fact.octets = static_cast<std::uint32_t>(message->octets());
    }
    run.record(tcb.node, fact, run.setup().people[person].address);
}

// RFC 1939 §7: unique among all who ask at once and all times: "<conversation.time@host>".
void stamp(Run& run, const Tcb& tcb, Answer& out) {
    std::string& text = run.fx.words;
    text = "<";
    append_number(text, tcb.conversation);
    text += '.';
    append_number(text, static_cast<std::uint64_t>(run.unix_s()));
    text += '@';
    text += run.host(tcb.node).domain_name;
    text += '>';
    out.text = text;
}

// Whether the secret is the person's: the password itself, or APOP's digest over it.
bool is_right(const Run& run, const Tcb& tcb, const Ask& ask, std::uint32_t person) {
    if (person == nothing) return false;
    const std::string& password = run.setup().people[person].password;
    if (ask.c != "APOP") return ask.b == password;
    const std::string_view timestamp = run.world.heap.view(machine_of(run, tcb).timestamp);
    return equals_ignoring_case(ask.b, pop3::apop_digest(timestamp, password));
}

// Whose mailbox on this host it is, when the secret is right or SASL has seen to that; else `out`
// is the refusal, or the refusal comes late.
std::uint32_t authenticate(Run& run, std::uint32_t connection, const Tcb& tcb, const Ask& ask,
                           Answer& out, bool& late) {
    const std::uint32_t person = login::person_at(run, tcb.node, ask.a, false);
    if (ask.c == "SASL") return person;
    const guard::Attempt attempt{tcb.node, tcb.conversation, tcb.remote, person, ask.a};
    if (guard::is_locked(run, attempt)) {
        login::refuse_locked(out, false);
        return nothing;
    }
    const bool right = is_right(run, tcb, ask, person);
    run.decide(tcb.node, tcb.conversation, right ? Reason::auth_ok : Reason::auth_failed, ask.a);
    if (!right) {
        late = !login::refuse(run, connection, attempt, AskKind::maildrop, out);
        return nothing;
    }
    guard::succeeded(run, attempt);
    if (ask.c == "APOP") run.decide(tcb.node, tcb.conversation, Reason::secret_hidden, ask.a);
    return person;
}

// The lines "octets unique-id" that the machine lists. A unique-id is the mailbox's validity and
// the message's uid: neither is ever given again (RFC 1939 §7).
bool open(Run& run, std::uint32_t connection, const Tcb& tcb, const Ask& ask, Answer& out) {
    store::set_up(run.world);
    bool late = false;
    const std::uint32_t user = authenticate(run, connection, tcb, ask, out, late);
    if (user == nothing) {
        out.ok = false;
        return !late;
    }
    const std::uint32_t person = folders::owner_of(run, user);
    World& world = run.world;
    if (world.mail.mailboxes[person].session != nothing) {
        out.ok = false;
        out.enhanced = "IN-USE";  // RFC 2449 §8.1.2
        out.text = "another session has the maildrop open";
        run.decide(tcb.node, tcb.conversation, Reason::maildrop_locked,
                   run.setup().people[person].address);
        record(run, tcb, person, MailboxMove::refused);
        return true;
    }
    const std::uint32_t id = world.mail.maildrops.open.add();
    const std::uint32_t generation = world.mail.maildrops.open[id].generation;
    Maildrop drop{connection, generation, person, 0, {}};
    const std::uint32_t folder = folders::inbox(world, person);
    world.mail.mailboxes.edit(person).session = connection;
    const Folder& inbox = world.mail.folders[folder];
    const std::uint32_t validity = inbox.uid_validity;
    std::string& text = run.fx.words;
    text.clear();
    for (std::uint32_t at = inbox.first; at != nothing; at = world.mail.stored[at].next) {
        const StoredMessage& one = world.mail.stored[at];
        world.heap.push(drop.entries, MaildropEntry{at, one.generation});
        append_number(text, one.octets());
        text += ' ';
        append_number(text, validity);
        text += '.';
        append_number(text, one.uid);
        text += '\n';
    }
    world.mail.maildrops.open.edit(id) = drop;
    record(run, tcb, person, MailboxMove::opened);
    const std::uint32_t elsewhere = world.mail.mailboxes[person].messages - inbox.count;
    if (elsewhere != 0) run.decide(tcb.node, tcb.conversation, Reason::pop_sees_inbox, elsewhere);
    out.number = id;
    out.text = text;
    return true;
}

// The entry's record while it is still the one that was there at the opening, else null.
const StoredMessage* find(const World& world, const Maildrop& drop, std::uint64_t index) {
    if (index >= drop.entries.size()) return nullptr;
    const MaildropEntry entry = world.heap.get(drop.entries, index);
    const StoredMessage& stored = world.mail.stored[entry.stored];
    return stored.generation == entry.generation && stored.folder != nothing ? &stored : nullptr;
}

void retrieve(Run& run, const Tcb& tcb, const Ask& ask, Answer& out) {
    const Maildrop& drop = run.world.mail.maildrops.open[machine_of(run, tcb).maildrop];
    const StoredMessage* const stored = find(run.world, drop, ask.number);
    if (stored == nullptr) {
        out.ok = false;
        out.text = "the message is gone";
        return;
    }
    run.fx.words.clear();
    store::append_whole(run.world, run.world.heap.get(drop.entries, ask.number).stored,
                        run.fx.words);
    out.text = run.fx.words;
    if (ask.b != "TOP") record(run, tcb, drop.person, MailboxMove::retrieved, stored);
}

constexpr std::uint64_t unread_octets_max = 1U << 20;
constexpr Duration unread_wait_ns = 100 * millisecond;

// What waits to be acknowledged, and what this very step has said before.
bool reader_is_behind(const Run& run, std::uint32_t connection, std::size_t being_said) {
    return tcp::backlog_octets(run.world, connection) + being_said > unread_octets_max;
}

void look_again(Run& run, std::uint32_t connection, std::uint16_t detail) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    run.schedule(run.now() + unread_wait_ns, tcb.node, tcb.node, EventKind::mail, detail,
                 connection, tcb.generation);
}

// RFC 1939 §6: what was marked goes now, and the lock with it.
void close(Run& run, const Tcb& tcb, const Ask& ask, Answer& out) {
    World& world = run.world;
    const std::uint32_t id = machine_of(run, tcb).maildrop;
    Maildrop drop = world.mail.maildrops.open[id];
    std::string_view indices = ask.number == 1 ? ask.a : std::string_view{};
    std::uint32_t removed = 0;
    while (!indices.empty()) {
        const auto index = parse_number(take_word(indices));
        POSTROAD_ASSERT(index.has_value());
        const StoredMessage* const stored = find(world, drop, *index);
        if (stored == nullptr) {
            out.ok = false;
            continue;
        }
        record(run, tcb, drop.person, MailboxMove::deleted, stored);
        store::remove(world, world.heap.get(drop.entries, *index).stored);
        ++removed;
    }
    if (removed != 0) folders::tell_watchers(run, folders::inbox(world, drop.person));
    if (ask.number == 1 && removed < drop.entries.size())
        run.decide(tcb.node, tcb.conversation, Reason::left_on_server,
                   std::uint32_t{drop.entries.size() - removed});
    record(run, tcb, drop.person, MailboxMove::closed);
    world.mail.mailboxes.edit(drop.person).session = nothing;
    world.heap.drop(drop.entries);
    world.mail.maildrops.open.remove(id);
}

}  // namespace

bool ask(Run& run, std::uint32_t connection, const Ask& ask, Answer& out) {
    const Tcb tcb = run.world.tcp.tcbs[connection];
    out.to = ask.kind;
    switch (ask.kind) {
        case AskKind::maildrop:
            if (ask.c != "STAMP") return open(run, connection, tcb, ask, out);
            stamp(run, tcb, out);
            return true;
        case AskKind::authenticate: return login::authenticate(run, connection, ask, out);
        case AskKind::retrieve:
            if (reader_is_behind(run, connection, run.fx.out.size())) {
                look_again(run, connection, ask.b == "TOP" ? mail::event::unread_top
                                                           : mail::event::unread);
                return false;
            }
            retrieve(run, tcb, ask, out);
            return true;
        case AskKind::commit: close(run, tcb, ask, out); return true;
        default: out.ok = false; return true;
    }
}

void on_unread(Run& run, const Event& event) {
    const std::uint32_t connection = event.a;
    const Tcb tcb = run.world.tcp.tcbs[connection];
    if (tcb.generation != event.b || tcb.seat == nothing || !machine_of(run, tcb).asking) return;
    if (reader_is_behind(run, connection, 0)) return look_again(run, connection, event.detail);
    Answer out;
    out.to = AskKind::retrieve;
    Ask ask{AskKind::retrieve, {}, event.detail == mail::event::unread_top ? "TOP" : "RETR", {},
            machine_of(run, tcb).index};
    retrieve(run, tcb, ask, out);
    // The answer's text is a view of the effects' words, which a step clears.
    const std::string text(out.text);
    out.text = text;
    session::answer(run, connection, out);
}

}  // namespace postroad::sim::maildrop

// An agent that polls by IMAP: folder after folder, in each first what has been handed on and need
// only be deleted, then what is new, one message at a time.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/imap/client_sets.hpp"
#include "protocols/imap/fields.hpp"
#include "sim/mail/log_in.hpp"
#include "sim/mail/retriever_parts.hpp"

namespace postroad::sim::retriever {
namespace {

std::string_view folder_of(const Run& run, std::uint32_t agent) {
    const std::vector<std::string>& folders = settings_of(run, agent).folders;
    if (folders.empty()) return "INBOX";
    return folders[std::min<std::size_t>(at(run, agent).folder, folders.size() - 1)];
}
std::size_t folder_count(const Run& run, std::uint32_t agent) {
    return std::max<std::size_t>(settings_of(run, agent).folders.size(), 1);
}

const imap::Client& machine_of(const Run& run, std::uint32_t connection) {
    return run.world.sessions.of<imap::Client>()[run.world.tcp.tcbs[connection].seat].machine;
}

// RFC 3501 §2.3.1.1: these three together never name another message.
std::string id_of(std::string_view folder, std::uint32_t uidvalidity, std::uint32_t uid) {
    std::string out(folder);
    out += ' ';
    append_number(out, uidvalidity);
    out += ' ';
    append_number(out, uid);
    return out;
}

// A folder's name may have blanks: the numbers stand at the end. False: of another folder.
bool read_id(std::string_view id, std::string_view folder, std::uint64_t& uidvalidity,
             std::uint64_t& uid) {
    if (id.size() <= folder.size() || !id.starts_with(folder) || id[folder.size()] != ' ')
        return false;
    id.remove_prefix(folder.size() + 1);
    const std::size_t blank = id.find(' ');
    if (blank == std::string_view::npos) return false;
    const auto first = parse_number(id.substr(0, blank));
    const auto second = parse_number(id.substr(blank + 1));
    uidvalidity = first.value_or(0);
    uid = second.value_or(0);
    return first.has_value() && second.has_value();
}

// Each message of the folder that is known; `use` may forget it.
template <class Use> void each_known(const Run& run, std::uint32_t agent, Use&& use) {
    const std::string folder(folder_of(run, agent));
    for (std::uint32_t one = at(run, agent).first; one != nothing;) {
        const Retrieval known = run.world.mail.retrievers.retrievals[one];
        std::uint64_t uidvalidity = 0, uid = 0;
        if (read_id(run.world.heap.view(known.id), folder, uidvalidity, uid))
            use(one, known, uidvalidity, static_cast<std::uint32_t>(uid));
        one = known.next;
    }
}

bool may_have_been_handed_on(const Retrieval& known) {
    return known.state != RetrievalState::partly || !known.left.empty();
}

bool has_voided(const Run& run, std::uint32_t agent, std::uint32_t uidvalidity) {
    bool out = false;
    each_known(run, agent, [&](std::uint32_t, const Retrieval& known, std::uint64_t old, auto) {
        out = out || (old != uidvalidity && may_have_been_handed_on(known));
    });
    return out;
}

// SELECT went well. What is known by another UIDVALIDITY is kept until the folder has been looked
// through: a crash before that must not make anybody believe that nothing had been known.
void selected(Run& run, std::uint32_t connection, std::uint32_t agent) {
    if (!has_voided(run, agent, machine_of(run, connection).uidvalidity)) return;
    run.decide(setup_of(run, agent).host, run.world.tcp.tcbs[connection].conversation,
               Reason::cache_void, folder_of(run, agent));
}

// What SEARCH has found is there. What it has not is gone, unless the server has told of more.
void found(Run& run, std::uint32_t connection, std::uint32_t agent, std::string_view set) {
    imap::UidSet there;
    imap::read_set(set, there);
    const std::uint32_t uidvalidity = machine_of(run, connection).uidvalidity;
    const bool all = there.count() == machine_of(run, connection).exists;
    imap::UidSet wanted = there;
    each_known(
        run, agent,
        [&](std::uint32_t one, const Retrieval& known, std::uint64_t validity, std::uint32_t uid) {
            if (validity != uidvalidity) return;
            if (!there.has(uid)) {
                if (all) forget(run.world, agent, one);
                return;
            }
            if (known.state == RetrievalState::handed) wanted.remove(uid);
        });
    run.world.heap.assign(edit(run, agent).uids, wanted.empty() ? std::string() : wanted.text());
}

// Deletes what an earlier session has handed on. The marks say which (in_session 2).
bool clean(Run& run, std::uint32_t connection, std::uint32_t agent, imap::Job& job) {
    if (settings_of(run, agent).keep) return false;
    const std::uint32_t uidvalidity = machine_of(run, connection).uidvalidity;
    imap::UidSet going;
    each_known(
        run, agent,
        [&](std::uint32_t one, const Retrieval& known, std::uint64_t validity, std::uint32_t uid) {
            if (validity != uidvalidity || known.state != RetrievalState::handed) return;
            going.add(uid);
            run.decide(setup_of(run, agent).host, 0, Reason::mra_known,
                       run.world.heap.view(known.id));
            run.world.mail.retrievers.retrievals.edit(one).in_session = 2;
        });
    if (going.empty()) return false;
    job.kind = imap::JobKind::expunge;
    job.uids = going.text();
    edit(run, agent).asks = RetrieverAsks::clean;
    return true;
}

bool fetch(Run& run, std::uint32_t agent, imap::Job& job) {
    imap::UidSet wanted;
    if (at(run, agent).uids.empty()) return false;
    if (at(run, agent).hopeless != 0) {  // the next poll has them
        edit(run, agent).asks = RetrieverAsks::left;
        return false;
    }
    imap::read_set(run.world.heap.view(at(run, agent).uids), wanted);
    const std::uint32_t uid = wanted.first();
    wanted.remove(uid);
    RetrieverState& mine = edit(run, agent);
    mine.uid = uid;
    mine.asks = RetrieverAsks::fetch;
    run.world.heap.assign(mine.uids, wanted.empty() ? std::string() : wanted.text());
    job.kind = imap::JobKind::fetch;
    append_number(job.uids, uid);
    return true;
}

// Each of its messages has been looked at: nothing can come again because its name has changed.
void end_folder(Run& run, std::uint32_t connection, std::uint32_t agent) {
    const std::uint32_t uidvalidity = machine_of(run, connection).uidvalidity;
    each_known(run, agent, [&](std::uint32_t one, const Retrieval&, std::uint64_t validity, auto) {
        if (validity != uidvalidity) forget(run.world, agent, one);
    });
}

bool next_folder(Run& run, std::uint32_t agent, imap::Job& job) {
    RetrieverState& mine = edit(run, agent);
    const bool first = mine.asks == RetrieverAsks::begin;
    if (!first && mine.folder + 1 >= folder_count(run, agent)) return false;
    mine.folder = first ? 0 : mine.folder + 1;
    mine.uid = 0;
    run.world.heap.drop(mine.uids);
    mine.asks = RetrieverAsks::select;
    job.kind = imap::JobKind::select;
    job.mailbox = folder_of(run, agent);
    return true;
}

bool look_through(Run& run, std::uint32_t connection, std::uint32_t agent, imap::Job& job) {
    if (at(run, agent).asks != RetrieverAsks::left && fetch(run, agent, job)) return true;
    if (at(run, agent).asks != RetrieverAsks::left) end_folder(run, connection, agent);
    return next_folder(run, agent, job);
}

// A message has been handed on, or not.
bool after_hand_on(Run& run, std::uint32_t connection, std::uint32_t agent, imap::Job& job) {
    const RetrieverState mine = at(run, agent);
    const bool deletes =
        mine.may_delete != 0 && mine.asks == RetrieverAsks::fetch && !settings_of(run, agent).keep;
    if (deletes && mine.retrieval != nothing)
        run.world.mail.retrievers.retrievals.edit(mine.retrieval).in_session = 2;
    put_down(run, agent);
    edit(run, agent).step = RetrieverStep::polling;
    if (!deletes) return look_through(run, connection, agent, job);
    job.kind = imap::JobKind::expunge;
    append_number(job.uids, at(run, agent).uid);
    edit(run, agent).asks = RetrieverAsks::expunge;
    return true;
}

// False: there is nothing left to do.
bool next(Run& run, std::uint32_t connection, std::uint32_t agent, imap::Job& job) {
    if (at(run, agent).step == RetrieverStep::handing)
        return after_hand_on(run, connection, agent, job);
    switch (at(run, agent).asks) {
    case RetrieverAsks::begin: return next_folder(run, agent, job);
    case RetrieverAsks::select:
        edit(run, agent).asks = RetrieverAsks::search;
        job.kind = imap::JobKind::search;
        job.program = "ALL";  // also what is \Deleted: it has not gone yet
        return true;
    case RetrieverAsks::search:
        if (clean(run, connection, agent, job)) return true;
        return look_through(run, connection, agent, job);
    case RetrieverAsks::clean:
    case RetrieverAsks::fetch:
    case RetrieverAsks::expunge:
    case RetrieverAsks::left: return look_through(run, connection, agent, job);
    }
    return false;
}

void job_failed(Run& run, std::uint32_t agent, Id conversation, std::string_view fields) {
    explain(run, agent, conversation, imap::Fields(fields).text("text"));
    RetrieverState& mine = edit(run, agent);
    if (mine.asks == RetrieverAsks::clean || mine.asks == RetrieverAsks::expunge)
        return settle_session(run.world, agent, false);
    mine.asks = RetrieverAsks::left;
}

void job_done(Run& run, std::uint32_t agent) {
    const RetrieverAsks asks = at(run, agent).asks;
    if (asks == RetrieverAsks::clean || asks == RetrieverAsks::expunge)
        forget_deleted(run.world, agent);
}

void message_came(Run& run, std::uint32_t connection, std::uint32_t agent, std::uint32_t uid,
                  std::string_view text) {
    const RetrieverState mine = at(run, agent);
    if (mine.step != RetrieverStep::polling || mine.asks != RetrieverAsks::fetch || uid == 0 ||
        uid != mine.uid)
        return;
    const std::uint32_t uidvalidity = machine_of(run, connection).uidvalidity;
    const Id message = record_fetched(run, connection, agent, uid, text);
    hand_on(run, agent, message, text, id_of(folder_of(run, agent), uidvalidity, uid));
}

// UIDs mean something else from here on: the rest of the folder waits for the next poll.
void uidvalidity_changed(Run& run, std::uint32_t agent) {
    edit(run, agent).asks = RetrieverAsks::left;
}

}  // namespace

bool is_known_by_another_uidvalidity(const Run& run, std::uint32_t agent, std::string_view id) {
    std::uint64_t uidvalidity = 0, uid = 0;
    return polls_by_imap(run, agent) && read_id(id, folder_of(run, agent), uidvalidity, uid) &&
           has_voided(run, agent, static_cast<std::uint32_t>(uidvalidity));
}

bool imap_ask(Run& run, std::uint32_t connection, std::uint32_t agent, Answer& out) {
    static thread_local std::string text;  // not state: what the answer shows
    RetrieverState& mine = edit(run, agent);
    if (mine.step == RetrieverStep::handing && mine.concluded == 0) {
        mine.waiting = 1;
        return false;
    }
    imap::Job job;
    out.ok = next(run, connection, agent, job);
    if (out.ok) text = imap::write(job);
    out.text = out.ok ? std::string_view(text) : std::string_view();
    return true;
}

void imap_tell(Run& run, std::uint32_t connection, std::uint32_t agent, const Tell& tell,
               std::string_view words) {
    const Id conversation = run.world.tcp.tcbs[connection].conversation;
    switch (static_cast<imap::Told>(tell.code)) {
    case imap::Told::selected: return selected(run, connection, agent);
    case imap::Told::found: return found(run, connection, agent, words);
    case imap::Told::message: return message_came(run, connection, agent, tell.index, words);
    case imap::Told::uidvalidity_changed: return uidvalidity_changed(run, agent);
    case imap::Told::danger:
        return run.decide(setup_of(run, agent).host, conversation, Reason::expunge_takes_all);
    case imap::Told::job_done: return job_done(run, agent);
    case imap::Told::job_failed: return job_failed(run, agent, conversation, words);
    default: return;
    }
}

// Not state: filled anew from the Setup at each call, in one place that keeps its room.
const imap::ClientHost& imap_client_host(const Run& run, std::uint32_t owner) {
    static thread_local imap::ClientHost host;
    const RetrieverSetup& setup = setup_of(run, owner & ~owner_bit);
    host.user = settings_of(run, owner & ~owner_bit).user;
    host.password = setup.password;
    host.tls = setup.tls;
    host.says_password = login::says_password(setup.mechanisms);
    host.qresync = host.condstore = false;  // it remembers UIDs alone
    return host;
}

}  // namespace postroad::sim::retriever

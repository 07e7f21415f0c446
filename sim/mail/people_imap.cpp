// Looking by IMAP: the client's machine is given one job after another by `imap::Sync`, which knows
// what the person's mail program knows (RFC 4549).
#include "protocols/imap/fields.hpp"
#include "sim/mail/people_parts.hpp"

namespace postroad::sim::people {
namespace {

const scenario::FetchSettings& settings_of(const Run& run, std::uint32_t person) {
    return run.setup().scenario.people[run.setup().people[person].scenario_index].fetch;
}

imap::SyncSettings sync_settings(const Run& run, std::uint32_t person) {
    const scenario::FetchSettings& wanted = settings_of(run, person);
    imap::SyncSettings out;
    if (wanted.folders.size() == 1) out.folder = wanted.folders[0];
    out.idle = wanted.stay;
    return out;
}

MailProgram& program(Run& run, std::uint32_t person) {
    return run.world.mail.people.programs.edit(program_of(run, person));
}

// How the server has said what is new.
void note_way(Run& run, std::uint32_t connection, std::uint32_t person) {
    const Tcb& tcb = run.world.tcp.tcbs[connection];
    if (tcb.seat == nothing) return;
    const imap::Client& machine = run.world.sessions.of<imap::Client>()[tcb.seat].machine;
    program(run, person).by = machine.enabled & 2 ? 2 : machine.enabled & 1 ? 1 : 0;
}

void message_came(Run& run, std::uint32_t connection, std::uint32_t person, std::uint32_t uid,
                  std::string_view text) {
    record_fetched(run, run.world.tcp.tcbs[connection].conversation, person, text);
    const MailProgram mine = program(run, person);
    ++program(run, person).fresh;
    if (mine.sync.open != 0) keep(run, person, {uid, mine.sync.open - 1, {}}, text);
}

void messages_went(Run& run, std::uint32_t person, std::string_view set) {
    const std::uint32_t folder = program(run, person).sync.open;
    if (folder == 0) return;
    while (!set.empty()) {
        const std::size_t comma = std::min(set.find(','), set.size());
        const std::string_view one = set.substr(0, comma);
        const std::size_t colon = one.find(':');
        const auto from = parse_number(one.substr(0, colon));
        const auto to = colon == std::string_view::npos ? from : parse_number(one.substr(colon + 1));
        set.remove_prefix(std::min(comma + 1, set.size()));
        if (!from || !to) continue;
        const List<KeptMessage> kept = program(run, person).kept;
        for (std::uint32_t i = kept.size(); i-- > 0;) {
            const KeptMessage message = run.world.heap.get(kept, i);
            if (message.folder == folder - 1 && message.uid >= *from && message.uid <= *to)
                drop_kept(run, person, message.folder, message.uid);
        }
    }
}

void heard(Run& run, std::uint32_t connection, std::uint32_t person, const Tell& tell,
           std::string_view words) {
    const NodeId device = run.setup().people[person].device;
    const Id conversation = run.world.tcp.tcbs[connection].conversation;
    switch (static_cast<imap::Told>(tell.code)) {
        case imap::Told::enabled: note_way(run, connection, person); break;
        case imap::Told::message: message_came(run, connection, person, tell.index, words); break;
        case imap::Told::flags: ++program(run, person).changed; break;
        case imap::Told::vanished:
            ++program(run, person).gone;
            messages_went(run, person, words);
            break;
        case imap::Told::expunged:
            ++program(run, person).gone;
            messages_went(run, person, std::to_string(tell.index));
            break;
        case imap::Told::uidvalidity_changed:
            run.decide(device, conversation, Reason::cache_void, words);
            messages_went(run, person, "1:4294967295");
            break;
        case imap::Told::danger:
            run.decide(device, conversation, Reason::expunge_takes_all);
            break;
        default: break;
    }
}

void tell_where_it_stands(Run& run, std::uint32_t connection, std::uint32_t person) {
    constexpr std::string_view ways[] = {"UIDs alone", "CONDSTORE", "QRESYNC"};
    note_way(run, connection, person);
    const MailProgram mine = program(run, person);
    run.decide(run.setup().people[person].device, run.world.tcp.tcbs[connection].conversation,
               Reason::in_step, run.setup().people[person].name, ways[mine.by], mine.fresh,
               mine.changed, mine.gone);
    MailProgram& now = program(run, person);
    now.fresh = now.changed = now.gone = 0;
}

}  // namespace

bool speaks_imap(const Run& run, std::uint32_t person) {
    const scenario::FetchProtocol protocol = settings_of(run, person).protocol;
    return protocol == scenario::FetchProtocol::imap || protocol == scenario::FetchProtocol::web;
}

void begin_imap(Run& run, std::uint32_t person) {
    if (is_web(run, person)) return begin_page(run, person);
    imap::Sync sync = program(run, person).sync;
    imap::begin_session(sync, run.world.heap);
    MailProgram& mine = program(run, person);
    mine.sync = sync;
    mine.waits = 0;
    mine.fresh = mine.changed = mine.gone = 0;
}

bool imap_ask(Run& run, std::uint32_t connection, std::uint32_t person, Answer& out, bool idles) {
    static thread_local std::string text;  // not state: what the answer shows
    out.ok = false;
    if (!is_looking(run, connection, person)) return true;
    if (is_web(run, person)) return page_ask(run, person, out);
    imap::Sync sync = program(run, person).sync;
    if (idles && !imap::idle_is_over(sync, run.world.heap)) {
        program(run, person).waits = 1;
        tell_where_it_stands(run, connection, person);
        has_looked(run, person);
        return false;
    }
    const auto job = imap::next_job(sync, sync_settings(run, person), run.world.heap);
    program(run, person).sync = sync;
    if (!job) {
        tell_where_it_stands(run, connection, person);
        return true;
    }
    called(run, person, run.world.tcp.tcbs[connection].conversation, *job);
    text = imap::write(*job);
    out.ok = true;
    out.text = text;
    return true;
}

void imap_tell(Run& run, std::uint32_t connection, std::uint32_t person, const Tell& tell,
               std::string_view words) {
    if (!is_looking(run, connection, person)) return;
    const NodeId device = run.setup().people[person].device;
    const Id conversation = run.world.tcp.tcbs[connection].conversation;
    switch (tell.kind) {
        case TellKind::imap: {
            if (is_web(run, person)) return page_tell(run, person, tell, words);
            heard(run, connection, person, tell, words);
            imap::Sync sync = program(run, person).sync;
            imap::apply(sync, tell, words, run.world.heap);
            program(run, person).sync = sync;
            if (program(run, person).waits != 0 && imap::idle_is_over(sync, run.world.heap))
                run.schedule(run.now(), device, device, EventKind::mail, detail::idle_over, person);
            break;
        }
        case TellKind::session_failed: explain(run, person, conversation, words); break;
        case TellKind::secret_in_clear:
            run.decide(device, conversation,
                       tell.code == 1 ? Reason::token_in_clear : Reason::secret_in_clear, words);
            break;
        default: break;  // login_failed is followed by session_failed
    }
}

void on_idle_over(Run& run, std::uint32_t person) {
    if (person >= run.world.mail.people.people.size()) return;
    const PersonMail mine = mail_of(run, person);
    if (mine.state != FetchState::talking || mine.connection == nothing ||
        mine.program == nothing || program(run, person).waits == 0)
        return;
    program(run, person).waits = 0;
    imap::Sync sync = program(run, person).sync;
    const auto job = imap::next_job(sync, sync_settings(run, person), run.world.heap);
    program(run, person).sync = sync;
    if (job) called(run, person, run.world.tcp.tcbs[mine.connection].conversation, *job);
    Answer answer;
    answer.to = AskKind::next_job;
    answer.ok = job.has_value();
    const std::string text = job ? imap::write(*job) : std::string();
    answer.text = text;
    session::answer(run, mine.connection, answer);
}

void go_to_server(Run& run, std::uint32_t person) {
    const PersonSetup& setup = run.setup().people[person];
    if (mail_of(run, person).state == FetchState::none)
        return fetch(run, person, settings_of(run, person).leave_on_server);
    if (program(run, person).waits != 0)
        run.schedule(run.now(), setup.device, setup.device, EventKind::mail, detail::idle_over, person);
}

}  // namespace postroad::sim::people

// What a session by RPC has told, as the Trace and the program's own list have it; and what its
// person does, as jobs of that session.
#include "sim/mail/people_parts.hpp"

namespace postroad::sim::people {
namespace {

void message_came(Run& run, std::uint32_t person, Id conversation, const mapi::NewsItem& item) {
    record_fetched(run, conversation, person, item.text);
    ++mapi_program(run, person).fresh;
    keep(run, person, {item.message, item.folder, {}}, item.text);
    if (item.number != 0) mark_kept(run, person, item.folder, item.message, true);
}

void in_step(Run& run, std::uint32_t person, Id conversation) {
    const MapiProgram mine = mapi_program(run, person);
    run.decide(run.setup().people[person].device, conversation, Reason::in_step,
               run.setup().people[person].name, "MAPI", mine.fresh, mine.changed, mine.gone);
    MapiProgram& now = mapi_program(run, person);
    now.fresh = now.changed = now.gone = 0;
    if (now.kept_up != 0) has_looked(run, person);
}

// As often as the server has said, from now on: MS-OXCRPC §3.1.4.1, pcmsPollsMax. Behind a datagram
// it stands, too, for datagrams get lost; and behind a call that waits, which may have failed.
void begin_polling(Run& run, std::uint32_t person, std::uint32_t every_ms) {
    const MapiProgram mine = mapi_program(run, person);
    const NodeId device = run.setup().people[person].device;
    if (mine.kept_up == 0 || every_ms == 0) return;
    run.schedule(run.now() + std::uint64_t{every_ms} * millisecond, device, device,
                 EventKind::mail, detail::fetch, person, mine.serial);
}

void identified(Run& run, std::uint32_t person, Id conversation, const mapi::NewsItem& item) {
    const std::string server(item.text.empty()
                                 ? domain_name_of(run, run.setup().people[person].fetches_from_host)
                                 : std::string_view(item.text));
    run.decide(run.setup().people[person].device, conversation, Reason::identified,
               run.setup().people[person].name, item.name, server);
}

void job_failed(Run& run, std::uint32_t person, Id conversation, const mapi::NewsItem& item) {
    const PersonSetup& setup = run.setup().people[person];
    if (static_cast<mapi::JobKind>(item.number) == mapi::JobKind::send)
        return submission_by_rpc(run, item.job, conversation, 550, item.text);
    run.decide(setup.device, conversation, Reason::not_done, setup.name, item.text);
}

void hear(Run& run, std::uint32_t person, Id conversation, const mapi::NewsItem& item) {
    const PersonSetup& setup = run.setup().people[person];
    switch (item.kind) {
        case mapi::NewsKind::identified: return identified(run, person, conversation, item);
        case mapi::NewsKind::opened:
            mapi_program(run, person).sent = 0;
            return begin_polling(run, person, item.number);
        case mapi::NewsKind::message: return message_came(run, person, conversation, item);
        case mapi::NewsKind::lost:
            return run.decide(setup.device, conversation, Reason::not_read, setup.name, item.text);
        case mapi::NewsKind::changed:
            ++mapi_program(run, person).changed;
            return mark_kept(run, person, item.folder, item.message, item.number != 0);
        case mapi::NewsKind::gone:
            ++mapi_program(run, person).gone;
            return drop_kept(run, person, item.folder, item.message);
        case mapi::NewsKind::job_done:
            if (static_cast<mapi::JobKind>(item.number) == mapi::JobKind::send)
                submission_by_rpc(run, item.job, conversation, 250, {});
            return;
        case mapi::NewsKind::job_failed: return job_failed(run, person, conversation, item);
        case mapi::NewsKind::remark:
            return run.decide(setup.device, conversation, Reason::goes_without, setup.name,
                              item.text);
        case mapi::NewsKind::looked: return in_step(run, person, conversation);
        case mapi::NewsKind::problem: return explain(run, person, conversation, item.text);
        case mapi::NewsKind::ended: return;
    }
}

mapi::JobKind job_for(scenario::MailAct act) {
    switch (act) {
        case scenario::MailAct::read: return mapi::JobKind::mark_read;
        case scenario::MailAct::unread: return mapi::JobKind::mark_unread;
        case scenario::MailAct::flag: return mapi::JobKind::flag;
        case scenario::MailAct::unflag: return mapi::JobKind::unflag;
        case scenario::MailAct::reply: return mapi::JobKind::answered;
        case scenario::MailAct::file: return mapi::JobKind::move;
        case scenario::MailAct::remove: break;
    }
    return mapi::JobKind::remove;
}

}  // namespace

MapiProgram& mapi_program(Run& run, std::uint32_t person) {
    PeopleTables& people = run.world.mail.people;
    if (people.people[person].by_rpc == nothing) {
        const std::uint32_t id = people.by_rpc.add();
        MapiProgram fresh;
        fresh.person = person;
        fresh.generation = people.by_rpc[id].generation;
        people.by_rpc.edit(id) = fresh;
        people.people.edit(person).by_rpc = id;
    }
    return people.by_rpc.edit(people.people[person].by_rpc);
}

void mapi_news(Run& run, std::uint32_t person, Id conversation, const mapi::News& news) {
    for (const mapi::NewsItem& one : news) hear(run, person, conversation, one);
}

std::string mapi_folder_name(Run& run, std::uint32_t person, std::uint32_t folder) {
    const mapi::Program& session = mapi_program(run, person).session;
    if (folder >= session.folders.size()) return {};
    return std::string(run.world.heap.view(run.world.heap.get(session.folders, folder).name));
}

bool mapi_is_put_away(const Run& run, std::uint32_t person, std::uint32_t folder,
                      std::string_view filed) {
    const PeopleTables& people = run.world.mail.people;
    if (people.people[person].by_rpc == nothing) return false;
    const mapi::Program& session = people.by_rpc[people.people[person].by_rpc].session;
    if (mapi::find_folder(session, filed, run.world.heap) == folder) return true;
    for (const mapi::Special one : {mapi::Special::outbox, mapi::Special::sent_items,
                                    mapi::Special::deleted_items})
        if (mapi::find_special(session, one, run.world.heap) == folder) return true;
    return false;
}

void mapi_handle(Run& run, std::uint32_t person, const KeptMessage& message, scenario::MailAct act,
                 const std::string& to) {
    mapi::Program session = mapi_program(run, person).session;
    mapi::ask_for(session, job_for(act), message.folder, message.uid, to, 0, run.world.heap);
    mapi_program(run, person).session = session;
    mapi_wanted(run, person);
}

void mapi_send(Run& run, std::uint32_t person, std::uint32_t submission) {
    const Heap& heap = run.world.heap;
    Submission& one = run.world.mail.people.outbox.edit(submission);
    one.state = SubmissionState::talking;
    one.connection = nothing;
    const std::string content(heap.view(one.content));
    std::vector<std::string> recipients;
    for (std::uint32_t i = 0; i < one.forward_paths.size(); ++i)
        recipients.emplace_back(heap.view(heap.get(one.forward_paths, i)));
    mapi::Program session = mapi_program(run, person).session;
    mapi::ask_to_send(session, content, recipients, submission, run.world.heap);
    mapi_program(run, person).session = session;
    mapi_wanted(run, person);
}

}  // namespace postroad::sim::people

// What a person has asked for: each job is a few calls, and ends with a word to its owner. A message
// that is not there any more is a job that has failed, and its folder is looked at again.
#include "protocols/mapi/program_parts.hpp"

namespace postroad::mapi::parts {
namespace {

constexpr std::uint32_t not_found = 0x8004010f, partly = 0x00040680;
constexpr std::uint8_t clear_read = 0x04;   // ReadFlags, MS-OXCMSG §2.2.3.11.1
constexpr std::uint8_t read_write = 1;      // OpenModeFlags, §2.2.3.1.1
constexpr std::uint64_t followup_flagged = 2;  // PidTagFlagStatus, MS-OXOFLAG §2.2.1.1
constexpr std::uint64_t reply_to_sender = 102, replied_icon = 261;  // MS-OXOMSG §2.2.1.18, §2.2.1.13

void forget_message(const Desk& desk, const ProgramJob& job) {
    std::vector<KnownMessage> stay;
    for (const KnownMessage& one : messages_of(desk, job.folder))
        if (one.number != job.message) stay.push_back(one);
    put_messages(desk, job.folder, stay);
}
void set_read(const Desk& desk, const ProgramJob& job, std::uint8_t read) {
    std::vector<KnownMessage> all = messages_of(desk, job.folder);
    for (KnownMessage& one : all)
        if (one.number == job.message) one.read = read;
    put_messages(desk, job.folder, all);
}

// Where a message is to go; nothing: that has to be made first.
std::optional<std::uint32_t> target_of(const Desk& desk, const ProgramJob& job) {
    if (job.kind == JobKind::remove)
        return find_special(desk.program, Special::deleted_items, desk.heap);
    const auto found = find_folder(desk.program, desk.heap.view(job.text), desk.heap);
    return found && folder_at(desk, *found).listed != 0 ? found : std::nullopt;
}

Step first_step(const Desk& desk, const ProgramJob& job) {
    switch (job.kind) {
    case JobKind::mark_read:
    case JobKind::mark_unread: return Step::set_read_flags;
    case JobKind::flag:
    case JobKind::unflag:
    case JobKind::answered: return Step::open_to_change;
    case JobKind::destroy: return Step::delete_message;
    case JobKind::remove:
        // What is among the deleted items already, and what no such folder is there for.
        if (const auto there = target_of(desk, job); !there || *there == job.folder)
            return Step::delete_message;
        return Step::move_message;
    default: return target_of(desk, job) ? Step::move_message : Step::create_folder;
    }
}

void job_went_well(const Desk& desk) {
    const ProgramJob job = current_job(desk);
    switch (job.kind) {
    case JobKind::mark_read: set_read(desk, job, 1); break;
    case JobKind::mark_unread: set_read(desk, job, 0); break;
    case JobKind::move:
    case JobKind::remove:
    case JobKind::destroy:
        if (const auto target = target_of(desk, job); target && job.kind != JobKind::destroy)
            change_folder(desk, *target, [](KnownFolder& one) {
                if (one.looks == 0) one.looks = 1;
            });
        forget_message(desk, job);
        break;
    default: break;
    }
    job_has_ended(desk, 0, {});
}

void folder_created(const Desk& desk, const Answers& answers) {
    const auto* const made = answers.find<rop::FolderCreated>();
    if (made == nullptr) return job_has_ended(desk, 0, "RopCreateFolder: an answer of another kind");
    const std::string name(desk.heap.view(current_job(desk).text));
    change_folder(desk, folder_for(desk, made->folder), [&](KnownFolder& folder) {
        desk.heap.assign(folder.name, name);
        folder.parent = special_of(desk.program, Special::subtree);
        folder.listed = folder.holds_mail = 1;
    });
    let_go(desk.program, Slot::folder);
    let_go(desk.program, Slot::target);
    desk.program.planned = Step::move_message;
}

void change_properties(Rops& rops, JobKind kind) {
    if (kind == JobKind::unflag)
        return rops.add(Slot::message, rop::DeleteProperties{{tag::flag_status}});
    rop::SetProperties set;
    if (kind == JobKind::flag)
        set.properties = {{tag::flag_status, Value::of(followup_flagged)}};
    else
        set.properties = {{tag::last_verb, Value::of(reply_to_sender)},
                          {tag::icon_index, Value::of(replied_icon)}};
    rops.add(Slot::message, std::move(set));
}

}  // namespace

ProgramJob current_job(const Desk& desk) { return desk.heap.get(desk.program.jobs, 0); }

bool begin_job(const Desk& desk) {
    Program& program = desk.program;
    if (program.jobs.empty()) return false;
    const ProgramJob job = current_job(desk);
    program.working = 1;
    program.told = 0;
    if (job.kind == JobKind::send) {
        begin_sending(desk, job);
        return true;
    }
    bool is_there = false;
    for (const KnownMessage& one : messages_of(desk, job.folder))
        is_there = is_there || one.number == job.message;
    if (is_there)
        program.planned = first_step(desk, job);
    else
        job_has_ended(desk, not_found, "it is there no more: " + error_text(not_found));
    return true;
}

Request job_step(const Desk& desk, Step step) {
    const Program& program = desk.program;
    const ProgramJob job = current_job(desk);
    Rops rops(desk);
    const std::uint64_t fid = folder_at(desk, job.folder).fid;
    const auto open = [&](std::uint64_t which, Slot slot) {
        rops.add(Slot::logon, rop::OpenFolder{which, 0}, slot);
    };
    switch (step) {
    case Step::set_read_flags:
        open(fid, Slot::folder);
        rops.add(Slot::folder,
                 rop::SetReadFlags{0, job.kind == JobKind::mark_unread ? clear_read : std::uint8_t{},
                                   {job.mid}});
        break;
    case Step::delete_message:
        open(fid, Slot::folder);
        rops.add(Slot::folder, rop::DeleteMessages{0, 0, {job.mid}});
        break;
    case Step::create_folder: {
        rop::CreateFolder create;
        create.open_existing = 1;
        create.name = desk.heap.view(job.text);
        open(special_of(desk.program, Special::subtree), Slot::folder);
        rops.add(Slot::folder, std::move(create), Slot::target);
        break;
    }
    case Step::move_message:
        open(fid, Slot::folder);
        open(folder_at(desk, target_of(desk, job).value_or(job.folder)).fid, Slot::target);
        rops.add(Slot::folder, rop::MoveCopyMessages{{job.mid}, 0, 0}, Slot::target);
        break;
    default:
        rops.add(Slot::logon, rop::OpenMessage{0x0fff, fid, read_write, job.mid}, Slot::message);
        change_properties(rops, job.kind);
        rops.add(Slot::logon, rop::SaveChangesMessage{0}, Slot::message);
        break;
    }
    (void)program;
    return rops.finish(step);
}

void job_answered(const Desk& desk, Step step, const Answers& answers) {
    if (const RopResponse* const failed = answers.failed())
        return job_has_ended(desk, failed->result, words_of(*failed));
    if (step == Step::create_folder) return folder_created(desk, answers);
    const auto* const done = answers.find<rop::PartlyDone>();
    if (done != nullptr && done->partly != 0)
        return job_has_ended(desk, partly, "not everything was done: " + error_text(partly));
    job_went_well(desk);
}

void job_has_ended(const Desk& desk, std::uint32_t code, std::string why) {
    Program& program = desk.program;
    ProgramJob job = current_job(desk);
    const bool ok = code == 0 && why.empty();
    NewsItem item;
    item.kind = ok ? NewsKind::job_done : NewsKind::job_failed;
    item.job = job.owner;
    item.number = static_cast<std::uint32_t>(job.kind);
    item.folder = job.folder;
    item.message = job.message;
    item.code = code;
    item.text = std::move(why);
    desk.news.push_back(std::move(item));
    if (!ok && job.kind != JobKind::send)
        change_folder(desk, job.folder, [](KnownFolder& folder) { folder.looks = 2; });
    desk.heap.drop(job.text);
    desk.heap.drop(job.recipients);
    List<ProgramJob> rest;
    for (std::uint32_t i = 1; i < program.jobs.size(); ++i)
        desk.heap.push(rest, desk.heap.get(program.jobs, i));
    desk.heap.drop(program.jobs);
    program.jobs = rest;
    program.working = program.resolving = 0;
    desk.heap.drop(program.item);
    for (const Slot slot :
         {Slot::stream, Slot::attachment, Slot::message, Slot::target, Slot::folder})
        let_go(program, slot);
}

}  // namespace postroad::mapi::parts

// What a mail program shows, and what its person does with it: read, flag, answer, file, remove, as
// the timeline says or by habit. With IMAP the server is told; POP3 has no words for it.
#include <algorithm>

#include "protocols/imap/flags.hpp"
#include "protocols/message/header.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/people_parts.hpp"

namespace postroad::sim::people {
namespace {

using scenario::MailAct;

constexpr std::uint32_t kept_max = 1000;  // by a program that speaks POP3

MailProgram& program(Run& run, std::uint32_t person) {
    return run.world.mail.people.programs.edit(program_of(run, person));
}

void drop_texts(Heap& heap, KeptMessage message) {
    heap.drop(message.unique_id);
    heap.drop(message.subject);
    heap.drop(message.from);
    heap.drop(message.message_id);
}

void drop_at(Run& run, std::uint32_t person, std::uint32_t index) {
    Heap& heap = run.world.heap;
    List<KeptMessage> before = program(run, person).kept;
    List<KeptMessage> after;
    for (std::uint32_t i = 0; i < before.size(); ++i) {
        const KeptMessage one = heap.get(before, i);
        if (i == index) drop_texts(heap, one);
        else heap.push(after, one);
    }
    heap.drop(before);
    program(run, person).kept = after;
}

std::string folder_name(Run& run, std::uint32_t person, const KeptMessage& message) {
    if (speaks_mapi(run, person)) {
        const std::string name = mapi_folder_name(run, person, message.folder);
        return equals_ignoring_case(name, "Inbox") ? std::string(folders::inbox_name) : name;
    }
    if (keeps_file(run, person)) return file_folder_name(run, person, message.folder);
    const MailProgram& mine = program(run, person);
    if (!speaks_imap(run, person) || message.folder >= mine.sync.folders.size())
        return std::string(folders::inbox_name);
    return std::string(
        run.world.heap.view(run.world.heap.get(mine.sync.folders, message.folder).name));
}

std::string trash_of(Run& run, std::uint32_t person) {
    const MailProgram& mine = program(run, person);
    for (std::uint32_t i = 0; i < mine.sync.folders.size(); ++i) {
        const imap::CachedFolder folder = run.world.heap.get(mine.sync.folders, i);
        if (run.world.heap.view(folder.attributes).find("\\Trash") != std::string_view::npos)
            return std::string(run.world.heap.view(folder.name));
    }
    return {};
}

std::string words_of(MailAct act, std::string_view subject, std::string_view to) {
    constexpr std::string_view words[] = {"reads",   "marks as unread", "flags",  "takes the flag from",
                                          "answers", "files",           "removes"};
    std::string out(words[static_cast<std::size_t>(act)]);
    out.append(" \"").append(subject).append("\"");
    if (act == MailAct::file) out.append(", into ").append(to);
    return out;
}

// What the server is told of it.
imap::Job job_for(Run& run, std::uint32_t person, const KeptMessage& message, MailAct act,
                  const std::string& to) {
    imap::Job job;
    job.uids = std::to_string(message.uid);
    job.kind = imap::JobKind::store;
    job.sign = act == MailAct::unread || act == MailAct::unflag ? '-' : '+';
    switch (act) {
        case MailAct::read:
        case MailAct::unread: job.flags = "\\Seen"; break;
        case MailAct::flag:
        case MailAct::unflag: job.flags = "\\Flagged"; break;
        case MailAct::reply: job.flags = "\\Answered"; break;
        case MailAct::file:
        case MailAct::remove: {
            const std::string target = act == MailAct::file ? to : trash_of(run, person);
            const bool there = target.empty() || target == folder_name(run, person, message);
            job.kind = there && act == MailAct::remove ? imap::JobKind::expunge : imap::JobKind::move;
            job.to = target;
            break;
        }
    }
    return job;
}

void answer(Run& run, std::uint32_t person, const KeptMessage& message, const std::string& body) {
    const Heap& heap = run.world.heap;
    scenario::Send send;
    send.from = run.setup().people[person].name;
    send.to = {std::string(heap.view(message.from))};
    const std::string_view subject = heap.view(message.subject);
    send.subject = starts_ignoring_case(subject, "Re: ") ? std::string(subject)
                                                         : "Re: " + std::string(subject);
    send.body = body.empty() ? "Thank you." : body;
    if (!message.message_id.empty()) {  // RFC 5322 §3.6.4
        send.fields["In-Reply-To"] = heap.view(message.message_id);
        send.fields["References"] = heap.view(message.message_id);
    }
    if (!send.to[0].empty()) people::send(run, send);
}

// On a web mailer's page.
void click(Run& run, std::uint32_t person, std::uint32_t uid, MailAct act, const std::string& to) {
    using imap::WebPage;
    switch (act) {
        case MailAct::read: want_page(run, person, WebPage::message, uid); break;
        case MailAct::unread: want_page(run, person, WebPage::flag, uid, "\\Seen", '-'); break;
        case MailAct::flag: want_page(run, person, WebPage::flag, uid, "\\Flagged"); break;
        case MailAct::unflag: want_page(run, person, WebPage::flag, uid, "\\Flagged", '-'); break;
        case MailAct::reply: want_page(run, person, WebPage::flag, uid, "\\Answered"); break;
        case MailAct::file: want_page(run, person, WebPage::remove, uid, {}, '+', to); break;
        case MailAct::remove: want_page(run, person, WebPage::remove, uid, {}, '+', "Trash"); break;
    }
    if (mail_of(run, person).state == FetchState::none) fetch(run, person, true);
}

// Does it to the message at `index` of the program's list.
void do_to(Run& run, std::uint32_t person, std::uint32_t index, MailAct act, const std::string& to,
           const std::string& body) {
    const PersonSetup& setup = run.setup().people[person];
    const KeptMessage message = run.world.heap.get(program(run, person).kept, index);
    const std::string subject(run.world.heap.view(message.subject));
    const std::string words = words_of(act, subject, to);
    if (act == MailAct::reply) answer(run, person, message, body);
    if (is_web(run, person)) {
        run.decide(setup.device, 0, Reason::handled, setup.name, words);
        click(run, person, message.uid, act, to);
    } else if (speaks_mapi(run, person)) {
        run.decide(setup.device, 0, Reason::handled, setup.name, words);
        mapi_handle(run, person, message, act, to);
    } else if (speaks_imap(run, person)) {
        run.decide(setup.device, 0, Reason::handled, setup.name, words);
        imap::Sync sync = program(run, person).sync;
        const std::string folder = folder_name(run, person, message);
        const bool new_folder =
            act == MailAct::file && !imap::find_folder(sync, to, run.world.heap).has_value();
        if (new_folder) {
            imap::Job create;
            create.kind = imap::JobKind::create;
            create.mailbox = to;
            imap::act(sync, folder, create, run.world.heap);
        }
        imap::act(sync, folder, job_for(run, person, message, act, to), run.world.heap);
        program(run, person).sync = sync;
        go_to_server(run, person);
    } else if (keeps_file(run, person)) {
        run.decide(setup.device, 0, Reason::handled, setup.name, words);
        KeptMessage moved = message;
        moved.folder = handle_in_file(run, person, message, act, to);
        if (moved.folder == nothing) {
            forget_on_server(run, person, run.world.heap.view(message.unique_id));
            return drop_at(run, person, index);
        }
        moved.read = act == MailAct::unread ? 0 : 1;
        List<KeptMessage> kept = program(run, person).kept;
        run.world.heap.set(kept, index, moved);
        program(run, person).kept = kept;
        return;
    } else {
        run.decide(setup.device, 0, Reason::not_by_pop, setup.name + " " + words);
        if (act == MailAct::remove)
            forget_on_server(run, person, run.world.heap.view(message.unique_id));
    }
    if (act == MailAct::file || act == MailAct::remove) return drop_at(run, person, index);
    KeptMessage changed = message;
    changed.read = act == MailAct::unread ? 0 : 1;
    List<KeptMessage> kept = program(run, person).kept;
    run.world.heap.set(kept, index, changed);
    program(run, person).kept = kept;
}

const scenario::Habit* habit_of(const Run& run, const MailProgram& mine) {
    const auto& all = run.setup().scenario.habits;
    return mine.habit == 0 || mine.habit > all.size() ? nullptr : &all[mine.habit - 1U];
}

// In a folder that its person puts things into, and does not read through.
bool is_put_away(const Run& run, const MailProgram& mine, const KeptMessage& message,
                 const scenario::Habit& habit) {
    if (speaks_mapi(run, mine.person))
        return mapi_is_put_away(run, mine.person, message.folder, habit.folder);
    if (keeps_file(run, mine.person)) return message.folder != 0;
    if (message.folder >= mine.sync.folders.size()) return false;
    const imap::CachedFolder folder = run.world.heap.get(mine.sync.folders, message.folder);
    if (run.world.heap.view(folder.name) == habit.folder) return true;
    for (const std::string_view use : {"\\Archive", "\\Drafts", "\\Junk", "\\Sent", "\\Trash"})
        if (run.world.heap.view(folder.attributes).find(use) != std::string_view::npos) return true;
    return false;
}

std::uint32_t first_unread(const Run& run, const MailProgram& mine, const scenario::Habit& habit) {
    for (std::uint32_t i = 0; i < mine.kept.size(); ++i) {
        const KeptMessage one = run.world.heap.get(mine.kept, i);
        if (one.read == 0 && !is_put_away(run, mine, one, habit)) return i;
    }
    return nothing;
}

}  // namespace

std::uint32_t program_of(Run& run, std::uint32_t person) {
    PeopleTables& people = run.world.mail.people;
    if (people.people[person].program != nothing) return people.people[person].program;
    const std::uint32_t id = people.programs.add();
    people.programs.edit(id).person = person;
    people.people.edit(person).program = id;
    return id;
}

void keep(Run& run, std::uint32_t person, const Where& where, std::string_view text) {
    Heap& heap = run.world.heap;
    KeptMessage message;
    message.uid = where.uid;
    message.folder = where.folder;
    message.unique_id = heap.make(where.unique_id);
    for (const message::Field& field : message::Fields(text)) {
        std::string value;
        message::unfold(field.value, value);
        if (field.is("Subject")) heap.assign(message.subject, trimmed(value));
        else if (field.is("From") && message.from.empty()) heap.assign(message.from, trimmed(value));
        else if (field.is("Reply-To")) heap.assign(message.from, trimmed(value));
        else if (field.is("Message-ID")) heap.assign(message.message_id, trimmed(value));
    }
    const bool by_pop = !speaks_imap(run, person) && !speaks_mapi(run, person);
    if (by_pop && program(run, person).kept.size() >= kept_max)
        drop_at(run, person, 0);
    List<KeptMessage> kept = program(run, person).kept;
    heap.push(kept, message);
    program(run, person).kept = kept;
}

void drop_kept(Run& run, std::uint32_t person, std::uint32_t folder, std::uint32_t uid) {
    const List<KeptMessage> kept = program(run, person).kept;
    for (std::uint32_t i = 0; i < kept.size(); ++i) {
        const KeptMessage one = run.world.heap.get(kept, i);
        if (one.folder == folder && one.uid == uid) return drop_at(run, person, i);
    }
}

void mark_kept(Run& run, std::uint32_t person, std::uint32_t folder, std::uint32_t uid, bool read) {
    List<KeptMessage> kept = program(run, person).kept;
    for (std::uint32_t i = 0; i < kept.size(); ++i) {
        KeptMessage one = run.world.heap.get(kept, i);
        if (one.folder != folder || one.uid != uid) continue;
        one.read = read ? 1 : 0;
        run.world.heap.set(kept, i, one);
    }
    program(run, person).kept = kept;
}

void handle(Run& run, const scenario::Handle& wanted) {
    const std::uint32_t person = run.setup().find_person(wanted.person);
    if (person == nothing || run.setup().people[person].device == nothing ||
        run.is_down(run.setup().people[person].device))
        return;
    const std::string folder = wanted.folder.empty() ? std::string(folders::inbox_name) : wanted.folder;
    const auto fits = [&](const KeptMessage& one) {
        return equals_ignoring_case(folder_name(run, person, one), folder) &&
               run.world.heap.view(one.subject).find(wanted.subject) != std::string_view::npos;
    };
    bool some = false;
    for (std::uint32_t i = program(run, person).kept.size(); i-- > 0;) {
        if (!fits(run.world.heap.get(program(run, person).kept, i))) continue;
        do_to(run, person, i, wanted.act, wanted.to, wanted.body);
        some = true;
        if (wanted.subject.empty()) break;  // the newest alone
    }
    if (!some)
        run.decide(run.setup().people[person].device, 0, Reason::nothing_to_handle,
                   run.setup().people[person].name, wanted.subject, folder);
}

void begin_habits(Run& run) {
    const auto& habits = run.setup().scenario.habits;
    for (std::uint32_t i = 0; i < habits.size(); ++i)
        for (const std::string& name : habits[i].people) {
            const std::uint32_t person = run.setup().find_person(name);
            if (person == nothing || run.setup().people[person].device == nothing) continue;
            const NodeId device = run.setup().people[person].device;
            const Duration wait = habits[i].arrival == scenario::Arrival::even
                                      ? habits[i].every.ns
                                      : exponential(run, device, habits[i].every.ns);
            run.schedule(std::max(run.now(), habits[i].start.ns) + wait, device, device,
                         EventKind::mail, detail::habit, person, i);
        }
}

void on_habit(Run& run, std::uint32_t person, std::uint32_t habit) {
    const auto& habits = run.setup().scenario.habits;
    if (habit >= habits.size() || person >= run.setup().people.size()) return;
    const scenario::Habit& mine = habits[habit];
    const NodeId device = run.setup().people[person].device;
    const Duration wait = mine.arrival == scenario::Arrival::even
                              ? mine.every.ns
                              : std::max<Duration>(1, exponential(run, device, mine.every.ns));
    if (!mine.until || run.now() + wait < mine.until->ns)
        run.schedule(run.now() + wait, device, device, EventKind::mail, detail::habit, person, habit);
    if (run.is_down(device)) return;
    program(run, person).habit = static_cast<std::uint8_t>(habit + 1);
    if (mail_of(run, person).state == FetchState::none) {
        const auto& settings =
            run.setup().scenario.people[run.setup().people[person].scenario_index].fetch;
        fetch(run, person, settings.leave_on_server);
    } else {
        has_looked(run, person);
    }
}

void has_looked(Run& run, std::uint32_t person) {
    if (mail_of(run, person).program == nothing) return;
    const MailProgram& mine = program(run, person);
    const scenario::Habit* const habit = habit_of(run, mine);
    if (habit == nullptr || mine.works != 0 || first_unread(run, mine, *habit) == nothing) return;
    const NodeId device = run.setup().people[person].device;
    program(run, person).works = 1;
    run.schedule(run.now() + std::max<Duration>(1, exponential(run, device, habit->takes.ns)), device,
                 device, EventKind::mail, detail::work, person);
}

// The oldest message that has not been read: what its person does with it is drawn.
void on_work(Run& run, std::uint32_t person) {
    if (person >= run.setup().people.size() || mail_of(run, person).program == nothing) return;
    program(run, person).works = 0;
    const NodeId device = run.setup().people[person].device;
    const MailProgram mine = program(run, person);
    const scenario::Habit* const habit = habit_of(run, mine);
    if (habit == nullptr || run.is_down(device)) return;
    const std::uint32_t index = first_unread(run, mine, *habit);
    if (index == nothing) return;
    const auto likely = [&](const scenario::Chance& chance) {
        return run.chance(device, Purpose::workload, chance.threshold());
    };
    if (likely(habit->replies)) do_to(run, person, index, MailAct::reply, {}, {});
    if (likely(habit->flags)) do_to(run, person, index, MailAct::flag, {}, {});
    if (likely(habit->removes)) do_to(run, person, index, MailAct::remove, {}, {});
    else if (likely(habit->files)) do_to(run, person, index, MailAct::file, habit->folder, {});
    else do_to(run, person, index, MailAct::read, {}, {});
    has_looked(run, person);
}

}  // namespace postroad::sim::people

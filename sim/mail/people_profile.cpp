// A mail program that is made for MAPI and has no server that speaks it: what it does as calls of
// MAPI's, with the provider that serves each, and the file of mail (MS-PST) that is its store.
#include "sim/mail/folders.hpp"
#include "sim/mail/people_parts.hpp"

namespace postroad::sim::people {
namespace {

using scenario::MailAct;

constexpr std::string_view deleted_items = "Deleted Items";

const scenario::Person& settings_of(const Run& run, std::uint32_t person) {
    return run.setup().scenario.people[run.setup().people[person].scenario_index];
}

MailProgram& program(Run& run, std::uint32_t person) {
    return run.world.mail.people.programs.edit(program_of(run, person));
}

// A folder of the file by its name, made if need be; 0 is the inbox.
std::uint32_t file_folder(Run& run, std::uint32_t person, std::string_view name) {
    if (equals_ignoring_case(name, folders::inbox_name)) return 0;
    List<Text> all = program(run, person).file_folders;
    for (std::uint32_t i = 0; i < all.size(); ++i)
        if (equals_ignoring_case(run.world.heap.view(run.world.heap.get(all, i)), name)) return i + 1;
    run.world.heap.push(all, run.world.heap.make(name));
    program(run, person).file_folders = all;
    called(run, person, 0, "IMAPIFolder::CreateFolder", pst_provider, name);
    return all.size();
}

std::uint32_t find_filed(const Run& run, const MailProgram& mine, std::uint32_t number) {
    for (std::uint32_t i = 0; i < mine.file.size(); ++i)
        if (run.world.heap.get(mine.file, i).number == number) return i;
    return nothing;
}

void remove_filed(Run& run, std::uint32_t person, std::uint32_t index) {
    Heap& heap = run.world.heap;
    List<FiledMessage> before = program(run, person).file;
    List<FiledMessage> after;
    for (std::uint32_t i = 0; i < before.size(); ++i) {
        FiledMessage one = heap.get(before, i);
        if (i == index) heap.drop(one.content);
        else heap.push(after, one);
    }
    heap.drop(before);
    program(run, person).file = after;
}

}  // namespace

std::string_view store_provider(const Run& run, std::uint32_t person) {
    switch (settings_of(run, person).fetch.protocol) {
        case scenario::FetchProtocol::mapi: return "Exchange message store";
        case scenario::FetchProtocol::imap:
        case scenario::FetchProtocol::web: return "IMAP message store";
        case scenario::FetchProtocol::pop3: break;
    }
    return keeps_file(run, person) ? pst_provider : "POP3 message store";
}

bool keeps_file(const Run& run, std::uint32_t person) {
    const auto& profile = settings_of(run, person).profile;
    return profile && profile->pst;
}

void called(Run& run, std::uint32_t person, Id conversation, std::string_view method,
            std::string_view provider, std::string_view became) {
    if (person == nothing || !settings_of(run, person).profile) return;
    run.decide(run.setup().people[person].device, conversation, Reason::provider_called, method,
               provider, became);
}

void called(Run& run, std::uint32_t person, Id conversation, const imap::Job& job) {
    struct Row {
        imap::JobKind job;
        std::string_view method, command;
    };
    // What a store provider over IMAP does with each call (RFC 3501 §6).
    static constexpr Row rows[] = {
        {imap::JobKind::noop, "IMAPIAdviseSink::OnNotify", "NOOP"},
        {imap::JobKind::select, "IMsgStore::OpenEntry", "SELECT"},
        {imap::JobKind::examine, "IMsgStore::OpenEntry", "EXAMINE"},
        {imap::JobKind::list, "IMAPIFolder::GetHierarchyTable", "LIST"},
        {imap::JobKind::status, "IMAPIFolder::GetProps", "STATUS"},
        {imap::JobKind::summaries, "IMAPITable::QueryRows", "UID FETCH (FLAGS)"},
        {imap::JobKind::fetch, "IMsgStore::OpenEntry", "UID FETCH BODY.PEEK[]"},
        {imap::JobKind::part, "IMessage::OpenAttach", "UID FETCH BODY.PEEK[part]"},
        {imap::JobKind::store, "IMessage::SetReadFlag", "UID STORE"},
        {imap::JobKind::copy, "IMAPIFolder::CopyMessages", "UID COPY"},
        {imap::JobKind::move, "IMAPIFolder::CopyMessages", "UID MOVE"},
        {imap::JobKind::expunge, "IMAPIFolder::DeleteMessages", "UID EXPUNGE"},
        {imap::JobKind::append, "IMAPIFolder::CreateMessage", "APPEND"},
        {imap::JobKind::create, "IMAPIFolder::CreateFolder", "CREATE"},
        {imap::JobKind::remove, "IMAPIFolder::DeleteFolder", "DELETE"},
        {imap::JobKind::rename, "IMAPIFolder::SetProps", "RENAME"},
        {imap::JobKind::search, "IMAPITable::Restrict", "UID SEARCH"},
        {imap::JobKind::idle, "IMsgStore::Advise", "IDLE"},
        {imap::JobKind::logout, "IMSLogon::Logoff", "LOGOUT"},
    };
    for (const Row& row : rows) {
        if (row.job != job.kind) continue;
        std::string became(row.command);
        for (const std::string* const word : {&job.mailbox, &job.uids, &job.flags, &job.to})
            if (!word->empty()) became += " " + *word;
        return called(run, person, conversation, row.method, store_provider(run, person), became);
    }
}

std::uint32_t put_into_file(Run& run, std::uint32_t person, Id conversation, std::string_view text) {
    FiledMessage one;
    one.content = run.world.heap.make(text);
    one.arrived_s = run.unix_s();
    one.number = ++program(run, person).filed;
    List<FiledMessage> file = program(run, person).file;
    run.world.heap.push(file, one);
    program(run, person).file = file;
    called(run, person, conversation, "IMessage::SaveChanges", pst_provider,
           "Inbox, " + std::to_string(text.size()) + " octets");
    return one.number;
}

std::string file_folder_name(Run& run, std::uint32_t person, std::uint32_t folder) {
    const List<Text>& all = program(run, person).file_folders;
    if (folder == 0 || folder > all.size()) return std::string(folders::inbox_name);
    return std::string(run.world.heap.view(run.world.heap.get(all, folder - 1)));
}

std::uint32_t handle_in_file(Run& run, std::uint32_t person, const KeptMessage& message, MailAct act,
                             std::string_view to) {
    const std::string subject(run.world.heap.view(message.subject));
    const auto tell = [&](std::string_view method, std::string_view became) {
        called(run, person, 0, method, pst_provider, became);
    };
    const bool twice = act == MailAct::remove &&
                       file_folder_name(run, person, message.folder) == deleted_items;
    std::uint32_t folder = message.folder;
    if (act == MailAct::file) folder = file_folder(run, person, to);
    if (act == MailAct::remove && !twice) folder = file_folder(run, person, deleted_items);
    const std::uint32_t index = find_filed(run, program(run, person), message.uid);
    if (index == nothing) return folder;
    if (twice) {  // as in every such program: from there it is gone for good
        tell("IMAPIFolder::DeleteMessages", "\"" + subject + "\"");
        remove_filed(run, person, index);
        return nothing;
    }
    List<FiledMessage> file = program(run, person).file;
    FiledMessage one = run.world.heap.get(file, index);
    one.folder = folder;
    one.read = act == MailAct::unread ? 0 : 1;
    run.world.heap.set(file, index, one);
    program(run, person).file = file;
    if (folder != message.folder)
        tell("IMAPIFolder::CopyMessages",
             "\"" + subject + "\" into " + file_folder_name(run, person, folder));
    else
        tell(act == MailAct::read || act == MailAct::unread ? "IMessage::SetReadFlag"
                                                            : "IMessage::SetProps",
             "\"" + subject + "\"");
    return folder;
}

}  // namespace postroad::sim::people

// Facts about the end of a run: what lies in mailboxes then, and what mail programs show.
#include "protocols/message/header.hpp"
#include "sim/grading/gather.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::grading {
namespace {

std::vector<std::string> words_of(std::string_view text, char between) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(between), text.size());
        if (end != 0) out.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::vector<std::string> flags_of(const World& world, std::uint32_t folder, std::uint32_t flags) {
    constexpr std::pair<std::uint32_t, const char*> system[] = {{mail_flag::seen, "\\Seen"},
                                                                {mail_flag::answered, "\\Answered"},
                                                                {mail_flag::flagged, "\\Flagged"},
                                                                {mail_flag::deleted, "\\Deleted"},
                                                                {mail_flag::draft, "\\Draft"}};
    std::vector<std::string> out;
    for (const auto& [bit, word] : system)
        if (flags & bit) out.emplace_back(word);
    unsigned bit = mail_flag::keyword_shift;
    for (const std::string& word : words_of(world.heap.view(folders::details(world, folder).keywords), ' '))
        if (flags >> bit++ & 1U) out.push_back(word);
    return out;
}

std::string subject_of(std::string_view content) {
    std::string out;
    for (const message::Field& field : message::Fields(content))
        if (field.is("Subject") && out.empty()) message::unfold(field.value, out);
    return std::string(trimmed(out));
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& one : words) out += (out.empty() ? "" : " ") + one;
    return out;
}

}  // namespace

void Gatherer::lying() {
    for (std::uint32_t person = 0; person < world.mail.mailboxes.size(); ++person)
        for (std::uint32_t f = world.mail.mailboxes[person].first_folder; f != nothing;
             f = world.mail.folders[f].next) {
            const Folder& folder = world.mail.folders[f];
            const std::string name(world.heap.view(folder.name));
            for (std::uint32_t at = folder.first; at != nothing; at = world.mail.stored[at].next) {
                const StoredMessage& stored = world.mail.stored[at];
                const std::string subject = subject_of(world.heap.view(stored.content));
                const std::vector<std::string> flags = flags_of(world, f, stored.flags);
                Happening& one = add(Kind::lies, world.now, trace.end(), 0,
                                     "\"" + subject + "\" lies in " + name + " of " +
                                         setup.people[person].address +
                                         (flags.empty() ? "" : " (" + joined(flags) + ")"));
                set(one, Kind::lies, "of", owner_addresses(setup.people[person].address));
                set(one, Kind::lies, "folder", {name});
                set(one, Kind::lies, "subject", {subject});
                set(one, Kind::lies, "flag", flags);
            }
        }
}

void Gatherer::shown() {
    const PeopleTables& people = world.mail.people;
    for (std::uint32_t id = 0; id < people.programs.size(); ++id) {
        const MailProgram& program = people.programs[id];
        if (program.person >= setup.people.size()) continue;
        const PersonSetup& person = setup.people[program.person];
        for (std::uint32_t i = 0; i < program.kept.size(); ++i) {
            const KeptMessage kept = world.heap.get(program.kept, i);
            std::string folder = "INBOX";
            std::vector<std::string> flags;
            if (kept.read != 0) flags.emplace_back("\\Seen");
            if (kept.folder < program.sync.folders.size()) {
                const imap::CachedFolder cached = world.heap.get(program.sync.folders, kept.folder);
                folder = world.heap.view(cached.name);
                for (std::uint32_t k = 0; k < cached.messages.size(); ++k) {
                    const imap::CachedMessage message = world.heap.get(cached.messages, k);
                    if (message.uid == kept.uid)
                        flags = words_of(imap::flags_of(cached, message, world.heap), ' ');
                }
            }
            const std::string subject(world.heap.view(kept.subject));
            const std::string device(setup.node_name(person.device));
            Happening& one = add(Kind::shown, world.now, trace.end(), 0,
                                 "\"" + subject + "\" is shown in " + folder + " on " + device +
                                     (flags.empty() ? "" : " (" + joined(flags) + ")"));
            set(one, Kind::shown, "on", names_of(person.device));
            set(one, Kind::shown, "folder", {folder});
            set(one, Kind::shown, "subject", {subject});
            set(one, Kind::shown, "flag", flags);
        }
    }
}

}  // namespace postroad::sim::grading

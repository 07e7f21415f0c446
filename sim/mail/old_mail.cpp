// Old mail: which files of it are which folders, what is in them, and how it gets into mailboxes.
#include "sim/mail/old_mail.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "protocols/imap/lexer.hpp"
#include "protocols/message/maildir.hpp"
#include "protocols/message/mbox.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/pst_mail.hpp"
#include "sim/mail/queue.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim {
namespace {

using message::Kept;
using scenario::MailFile;
using scenario::Problem;
using scenario::Severity;

constexpr std::string_view mbox_end = ".mbox";
constexpr std::size_t keyword_octets_max = 100;

// A message, and what it is put in order by.
struct OldMessage {
    Kept kept;
    std::string name;
};
struct OldMail {
    std::map<std::string, std::vector<OldMessage>> folders;
    scenario::Problems problems;
};

// The path of a Maildir's file: ".Projects" / "cur" / "1283328000.V1U1.mail:2,S".
struct MaildirPath {
    std::string_view folder, part, file;
};
MaildirPath parts_of(std::string_view path) {
    MaildirPath out;
    std::size_t slash = path.rfind('/');
    out.file = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
    if (slash == std::string_view::npos) return out;
    path = path.substr(0, slash);
    slash = path.rfind('/');
    out.part = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
    if (slash != std::string_view::npos) out.folder = path.substr(0, slash);
    return out;
}
bool is_message(const MaildirPath& path) {
    return (path.part == "cur" || path.part == "new") && !path.file.starts_with('.');
}

struct OldMailReader {
    const scenario::Person& person;
    const scenario::Place& at;
    OldMail out;

    void error(std::string what, std::string why, std::string suggestion = {}) {
        out.problems.add(
            {Severity::error, at, 1, std::move(what), std::move(why), std::move(suggestion), {}});
    }

    std::string_view inside(const MailFile& file) const {
        return person.mail_files.folder ? std::string_view(file.name).substr(person.mail.size() + 1)
                                        : std::string_view(file.name);
    }

    // Nothing, and told, when a mailbox can have no folder of that name.
    std::vector<OldMessage>* folder(const std::string& directory, const MailFile& file) {
        const auto name = message::folder_of_maildir(directory);
        const std::string_view fault =
            name ? folders::fault_of_name(*name) : "it is not made of levels in modified UTF-7";
        if (!fault.empty()) {
            error("\"" + file.name + "\" is in no folder that a mailbox can have",
                  std::string(fault),
                  "folders are called as Maildir++ has it: .Projects.2010 is Projects/2010");
            return nullptr;
        }
        return &out.folders[*name];
    }

    void mbox(const MailFile& file, const std::string& directory) {
        message::MboxReader reader(file.octets);
        if (!reader.fault().empty()) {
            const std::string_view first = scenario::line_of(file.octets, 1);
            out.problems.add({Severity::error,
                              {file.name, 1, 1},
                              1,
                              "this is not a file of mail",
                              std::string(reader.fault()),
                              "a single message without such a line is what `eml` is for",
                              scenario::find_bad_utf8(first) == std::string_view::npos
                                  ? std::string(first.substr(0, 200))
                                  : std::string()});
            return;
        }
        std::vector<OldMessage>* const into = folder(directory, file);
        while (auto entry = into == nullptr ? std::nullopt : reader.next())
            into->push_back({std::move(entry->message), {}});
    }

    void pst_file(const MailFile& file) {
        PstMail read = read_pst_mail(file.octets);
        for (const pst::Problem& one : read.problems)
            out.problems.add({read.readable ? Severity::warning : Severity::error, {file.name, 1, 1}, 1,
                              pst::sentence(one),
                              "a PST file of Unicode format is expected (MS-PST §2.2.2.6)", one.advice,
                              {}});
        for (auto& [name, messages] : read.folders) {
            const std::string_view fault = folders::fault_of_name(name);
            if (!fault.empty()) {
                error("the folder \"" + name + "\" of \"" + file.name + "\" can be in no mailbox",
                      std::string(fault));
                continue;
            }
            for (Kept& kept : messages) out.folders[name].push_back({std::move(kept), {}});
        }
    }

    std::vector<std::string> keywords_of(const message::MaildirName& name,
                                         const std::vector<std::string>& known) const {
        std::vector<std::string> words;
        if (name.passed) words.emplace_back(message::forwarded_keyword);
        for (unsigned bit = 0; bit < message::maildir_keywords_max; ++bit) {
            if ((name.keywords >> bit & 1U) == 0) continue;
            if (bit < known.size() && !known[bit].empty())
                words.push_back(known[bit]);
            else
                words.push_back(std::string("keyword-") +
                                static_cast<char>('a' + static_cast<char>(bit)));
        }
        return words;
    }

    void maildir() {
        std::map<std::string, std::vector<std::string>, std::less<>> keywords;  // by directory
        for (const MailFile& file : *person.mail_files.files) {
            const std::string_view path = inside(file);
            constexpr std::string_view table = "dovecot-keywords";
            if (path == table)
                keywords[""] = message::parse_dovecot_keywords(file.octets);
            else if (path.ends_with("/" + std::string(table)))
                keywords[std::string(path.substr(0, path.size() - table.size() - 1))] =
                    message::parse_dovecot_keywords(file.octets);
        }
        for (const MailFile& file : *person.mail_files.files) {
            const MaildirPath path = parts_of(inside(file));
            if (!is_message(path)) continue;
            std::vector<OldMessage>* const into = folder(std::string(path.folder), file);
            if (into == nullptr) continue;
            const message::MaildirName name = message::parse_maildir_name(path.file);
            OldMessage one;
            one.name = path.file.substr(0, path.file.find(':'));
            one.kept.content = message::lf_to_crlf(file.octets);
            one.kept.flags = name.flags;
            one.kept.flags.recent = path.part == "new";
            const auto known = keywords.find(path.folder);
            one.kept.keywords = keywords_of(
                name, known == keywords.end() ? std::vector<std::string>{} : known->second);
            one.kept.arrived_s =
                name.arrived_s != 0 ? name.arrived_s : message::arrived_by_header(one.kept.content);
            into->push_back(std::move(one));
        }
        // The format has no order but that of arrival; what lies in "new" no program has been told
        // of yet, and a folder has such messages at its end.
        const auto key = [](const OldMessage& one) {
            return std::tuple(one.kept.flags.recent, one.kept.arrived_s,
                              std::string_view(one.name));
        };
        for (auto& [name, messages] : out.folders)
            std::stable_sort(
                messages.begin(), messages.end(),
                [&](const OldMessage& a, const OldMessage& b) { return key(a) < key(b); });
    }

    void read() {
        const auto& files = *person.mail_files.files;
        if (!person.mail_files.folder)
            return is_pst(files.front().octets) ? pst_file(files.front()) : mbox(files.front(), {});
        const auto any = [&](const auto& is) {
            return std::any_of(files.begin(), files.end(), is);
        };
        if (files.empty() ||
            any([&](const MailFile& file) { return is_message(parts_of(inside(file))); }))
            return maildir();
        const auto is_mbox = [&](const MailFile& file) {
            const std::string_view path = inside(file);
            return path.ends_with(mbox_end) && path.find('/') == std::string_view::npos;
        };
        if (!any(is_mbox) && !any([&](const MailFile& file) {
                return parts_of(inside(file)).file == "maildirfolder";
            }))
            error(
                "there is no mail in the folder \"" + person.mail + "\"",
                "a Maildir has messages in its folders `cur` and `new`; else files are looked for "
                "whose names end in .mbox");
        for (const MailFile& file : files) {
            if (!is_mbox(file)) continue;
            const std::string_view path = inside(file);
            const std::string name(path.substr(0, path.size() - mbox_end.size()));
            mbox(file, name == folders::inbox_name ? std::string() : "." + name);
        }
    }
};

OldMail read_old_mail(const scenario::Person& person, const scenario::Place& at) {
    OldMailReader reader{person, at, {}};
    if (person.mail_files.files != nullptr) reader.read();
    return std::move(reader.out);
}

bool is_keyword(std::string_view word) {
    return !word.empty() && word.size() <= keyword_octets_max &&
           std::all_of(word.begin(), word.end(), imap::is_atom_char);
}

void put(World& world, std::uint32_t folder, const Kept& kept) {
    store::Entry entry;
    entry.content = world.heap.make(kept.content);
    entry.arrived_s = kept.arrived_s;
    entry.flags =
        (kept.flags.seen ? mail_flag::seen : 0) | (kept.flags.answered ? mail_flag::answered : 0) |
        (kept.flags.flagged ? mail_flag::flagged : 0) |
        (kept.flags.deleted ? mail_flag::deleted : 0) | (kept.flags.draft ? mail_flag::draft : 0);
    for (const std::string& word : kept.keywords)
        if (is_keyword(word)) entry.flags |= folders::keyword_bit(world, folder, word, true);
    const std::uint32_t id = store::add(world, folder, entry);
    if (!kept.flags.recent) {
        const std::uint32_t uid = world.mail.stored[id].uid;
        world.mail.folders.edit(folder).recent_from = uid + 1;
    }
}

}  // namespace

void check_mail(const scenario::Person& person, const scenario::Place& at,
                scenario::Problems& problems) {
    const OldMail read = read_old_mail(person, at);
    for (const Problem& one : read.problems.list()) problems.add(one);
}

void put_old_mail(Run& run) {
    const Setup& setup = run.setup();
    for (std::uint32_t person = 0; person < setup.people.size(); ++person) {
        const scenario::Person& from = setup.scenario.people[setup.people[person].scenario_index];
        if (from.mail_files.files == nullptr || setup.people[person].same_as != nothing) continue;
        const OldMail read = read_old_mail(from, {});
        for (const auto& [name, messages] : read.folders) {
            std::uint32_t folder = folders::find(run.world, person, name);
            if (folder == nothing)
                folder = name == folders::inbox_name ? folders::inbox(run.world, person)
                                                     : folders::make(run, person, name, 0);
            for (const OldMessage& one : messages) put(run.world, folder, one.kept);
        }
        if (const NodeId host = setup.people[person].mailbox_host; host != nothing)
            run.schedule(run.now(), host, host, EventKind::mail, mail::event::old_mail, person);
    }
}

void tell_old_mail(Run& run, std::uint32_t person) {
    const PersonSetup& owner = run.setup().people[person];
    const std::string& from = run.setup().scenario.people[owner.scenario_index].mail;
    std::vector<std::pair<std::string_view, std::uint32_t>> counts;
    for (std::uint32_t at = run.world.mail.mailboxes[person].first_folder; at != nothing;
         at = run.world.mail.folders[at].next)
        if (const Folder& folder = run.world.mail.folders[at]; folder.count != 0)
            counts.emplace_back(run.world.heap.view(folder.name), folder.count);
    std::sort(counts.begin(), counts.end());
    for (const auto& [name, count] : counts)
        run.decide(owner.mailbox_host, 0, Reason::old_mail, std::uint64_t{count}, from, name,
                   owner.address);
}

}  // namespace postroad::sim

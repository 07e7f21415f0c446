// Mailboxes as files: which files there are, and what each is called.
#include "sim/views/mailboxes.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/message/header.hpp"
#include "protocols/message/maildir.hpp"
#include "protocols/message/mbox.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/pst_mail.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::views {
namespace {

struct NamedFolder {
    std::string name;
    std::uint32_t id = nothing;
};

// By name: the store has them by age.
std::vector<NamedFolder> folders_of(const World& world, std::uint32_t person) {
    std::vector<NamedFolder> out;
    if (person >= world.mail.mailboxes.size()) return out;
    for (std::uint32_t at = world.mail.mailboxes[person].first_folder; at != nothing;
         at = world.mail.folders[at].next) {
        const Folder& folder = world.mail.folders[at];
        if ((folder.flags & (folder_flag::no_select | folder_flag::missing)) == 0)
            out.push_back({std::string(world.heap.view(folder.name)), at});
    }
    std::sort(out.begin(), out.end(),
              [](const NamedFolder& a, const NamedFolder& b) { return a.name < b.name; });
    return out;
}

std::vector<std::string> keywords_of(const World& world, std::uint32_t folder) {
    std::vector<std::string> out;
    std::string_view rest = world.heap.view(folders::details(world, folder).keywords);
    while (!rest.empty()) out.emplace_back(take_word(rest));
    return out;
}

message::Kept kept_of(const World& world, std::uint32_t stored) {
    const StoredMessage& one = world.mail.stored[stored];
    message::Kept out;
    store::append_whole(world, stored, out.content);
    out.arrived_s = one.arrived_s;
    out.flags.seen = (one.flags & mail_flag::seen) != 0;
    out.flags.answered = (one.flags & mail_flag::answered) != 0;
    out.flags.flagged = (one.flags & mail_flag::flagged) != 0;
    out.flags.deleted = (one.flags & mail_flag::deleted) != 0;
    out.flags.draft = (one.flags & mail_flag::draft) != 0;
    out.flags.recent = one.uid >= world.mail.folders[one.folder].recent_from;
    unsigned bit = mail_flag::keyword_shift;
    for (std::string& word : keywords_of(world, one.folder))
        if (one.flags >> bit++ & 1U) out.keywords.push_back(std::move(word));
    return out;
}

// Who the envelope said it was from, as the MDA has written it down (RFC 5321 §4.4).
std::string sender_of(std::string_view content) {
    for (const message::Field& field : message::Fields(content))
        if (field.is("Return-Path")) {
            std::string_view path = trimmed(field.value);
            if (path.starts_with('<')) path.remove_prefix(1);
            if (path.ends_with('>')) path.remove_suffix(1);
            return std::string(path);
        }
    return {};
}

std::string as_file_name(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '/' ? std::string("\\057") : std::string(1, c);
    return out;
}

struct MailboxWriter {
    const World& world;
    const std::function<bool(const MailboxFile&)>& put;

    bool maildir(const std::string& place, std::uint32_t person, const NamedFolder& of) const {
        const std::string directory = message::maildir_folder(of.name);
        const std::string base = directory.empty() ? place : place + "/" + directory;
        for (const char* part : {"/cur", "/new", "/tmp"})
            if (!put({base + part, {}, true})) return false;
        if (!directory.empty() && !put({base + "/maildirfolder", {}, false})) return false;
        const Folder& folder = world.mail.folders[of.id];
        // What the letter P says needs none of its own.
        std::vector<std::string> known = keywords_of(world, of.id);
        std::erase_if(known, [](const std::string& word) {
            return equals_ignoring_case(word, message::forwarded_keyword);
        });
        if (!known.empty() &&
            !put({base + "/dovecot-keywords", message::dovecot_keywords(known), false}))
            return false;
        const Setup& setup = *world.setup;
        const std::uint32_t host = setup.people[person].mailbox_host;
        for (std::uint32_t at = folder.first; at != nothing; at = world.mail.stored[at].next) {
            const message::Kept kept = kept_of(world, at);
            message::MaildirName name;
            name.arrived_s = kept.arrived_s;
            const std::string uid = std::to_string(world.mail.stored[at].uid);
            // Of one width, so that names sort as the messages lie.
            name.unique = "V" + std::to_string(folder.uid_validity) + "U" +
                          std::string(10 - std::min<std::size_t>(10, uid.size()), '0') + uid;
            name.host = host < setup.hosts.size() ? setup.hosts[host].domain_name : "localhost";
            name.flags = kept.flags;
            for (const std::string& word : kept.keywords) {
                const auto letter = std::find(known.begin(), known.end(), word);
                if (letter == known.end())
                    name.passed = true;
                else
                    name.keywords |= 1U << (letter - known.begin());
            }
            message::MaildirName plain;
            plain.arrived_s = name.arrived_s;
            plain.unique = name.unique;
            plain.host = name.host;
            plain.flags.recent = true;
            const bool in_new = name == plain;  // "new" has no room for flags
            if (!put({base + (in_new ? "/new/" : "/cur/") + message::maildir_name(name, in_new),
                      message::crlf_to_lf(kept.content), false}))
                return false;
        }
        return true;
    }

    bool mbox(const std::string& place, const NamedFolder& of) const {
        std::string text;
        for (std::uint32_t at = world.mail.folders[of.id].first; at != nothing;
             at = world.mail.stored[at].next) {
            const message::Kept kept = kept_of(world, at);
            message::put_mbox(text, kept, sender_of(kept.content));
        }
        const std::string directory = message::maildir_folder(of.name);
        return put({place + "/" + (directory.empty() ? of.name : directory.substr(1)) + ".mbox",
                    std::move(text), false});
    }

    bool pst(const std::string& name, const KeptFolders& folders, std::uint32_t person,
             std::string_view display) const {
        const std::uint64_t high = mix64(world.seed, hash_octets(name));
        return put({name,
                    write_pst_mail(folders, display, rpc::random_uuid(high, mix64(high, person)),
                                   world.setup->start_unix_s),
                    false});
    }
};

KeptFolders everything_of(const World& world, std::uint32_t person) {
    KeptFolders out;
    for (const NamedFolder& folder : folders_of(world, person)) {
        std::vector<message::Kept>& into = out[folder.name];
        for (std::uint32_t at = world.mail.folders[folder.id].first; at != nothing;
             at = world.mail.stored[at].next)
            into.push_back(kept_of(world, at));
    }
    return out;
}

// What a mail program keeps in a file of its own.
KeptFolders own_file_of(const World& world, const MailProgram& program) {
    KeptFolders out;
    out[std::string(folders::inbox_name)];
    const auto name_of = [&](std::uint32_t folder) {
        if (folder == 0 || folder > program.file_folders.size())
            return std::string(folders::inbox_name);
        return std::string(world.heap.view(world.heap.get(program.file_folders, folder - 1)));
    };
    for (std::uint32_t i = 1; i <= program.file_folders.size(); ++i) out[name_of(i)];
    for (std::uint32_t i = 0; i < program.file.size(); ++i) {
        const FiledMessage one = world.heap.get(program.file, i);
        message::Kept kept;
        kept.content = world.heap.view(one.content);
        kept.arrived_s = one.arrived_s;
        kept.flags.seen = one.read != 0;
        out[name_of(one.folder)].push_back(std::move(kept));
    }
    return out;
}

bool keeps_file(const Setup& setup, std::uint32_t person) {
    const auto& profile = setup.scenario.people[setup.people[person].scenario_index].profile;
    return profile && profile->pst;
}

}  // namespace

bool put_mailboxes(const World& world, MailFormat format,
                   const std::function<bool(const MailboxFile&)>& put) {
    const Setup& setup = *world.setup;
    const MailboxWriter writer{world, put};
    for (std::uint32_t person = 0; person < setup.people.size(); ++person) {
        const std::string place = as_file_name(setup.people[person].address);
        const auto& people = world.mail.people.people;
        if (format == MailFormat::pst && keeps_file(setup, person) && person < people.size() &&
            people[person].program != nothing &&
            !writer.pst(place + "/" + as_file_name(setup.people[person].name) + ".pst",
                        own_file_of(world, world.mail.people.programs[people[person].program]), person,
                        setup.people[person].display))
            return false;
        if (setup.people[person].same_as != nothing) continue;
        if (!put({place, {}, true})) return false;
        if (format == MailFormat::maildir)  // even when nothing has come yet
            for (const char* part : {"/cur", "/new", "/tmp"})
                if (!put({place + part, {}, true})) return false;
        if (format == MailFormat::pst) {
            if (!writer.pst(place + "/mailbox.pst", everything_of(world, person), person,
                            setup.people[person].display))
                return false;
            continue;
        }
        for (const NamedFolder& folder : folders_of(world, person))
            if (format == MailFormat::maildir ? !writer.maildir(place, person, folder)
                                              : !writer.mbox(place, folder))
                return false;
    }
    return true;
}

}  // namespace postroad::sim::views

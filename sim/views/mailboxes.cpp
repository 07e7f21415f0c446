// Mailboxes as files: which files there are, and what each is called.
#include "sim/views/mailboxes.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/message/header.hpp"
#include "protocols/message/maildir.hpp"
#include "protocols/message/mbox.hpp"
#include "sim/mail/folders.hpp"
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
};

}  // namespace

bool put_mailboxes(const World& world, MailFormat format,
                   const std::function<bool(const MailboxFile&)>& put) {
    const Setup& setup = *world.setup;
    const MailboxWriter writer{world, put};
    for (std::uint32_t person = 0; person < setup.people.size(); ++person) {
        if (setup.people[person].same_as != nothing) continue;
        const std::string place = as_file_name(setup.people[person].address);
        if (!put({place, {}, true})) return false;
        if (format == MailFormat::maildir)  // even when nothing has come yet
            for (const char* part : {"/cur", "/new", "/tmp"})
                if (!put({place + part, {}, true})) return false;
        for (const NamedFolder& folder : folders_of(world, person))
            if (format == MailFormat::maildir ? !writer.maildir(place, person, folder)
                                              : !writer.mbox(place, folder))
                return false;
    }
    return true;
}

}  // namespace postroad::sim::views

// Mailboxes as they lie on a host: their folders, what is in them, and who has them open.
#include <algorithm>

#include "protocols/message/header.hpp"
#include "sim/views/fact_words.hpp"
#include "sim/views/ladder_words.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/panels/host.hpp"

namespace postroad::viz {
namespace {

using sim::nothing;

constexpr unsigned letters_shown = 20;  // of a mailbox
constexpr unsigned mailboxes_shown = 60;

std::string connection_word(const sim::World& world, const sim::views::TraceIndex& index,
                            std::uint32_t connection) {
    const auto& tcbs = world.tcp.tcbs;
    if (connection >= tcbs.size() || tcbs[connection].conversation == 0) return "a session";
    return "connection " + std::to_string(index.number_of(tcbs[connection].conversation));
}

std::string counted(std::uint32_t count, const char* what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void draw_folder(View& view, std::uint32_t number, unsigned& letters) {
    const Theme& theme = view.theme;
    const sim::World& world = view.player.world();
    const sim::Folder& folder = world.mail.folders[number];
    ImGui::Indent(theme.px(8));
    faint(theme, folder_words(world, view.run.index(), number));
    ImGui::Indent(theme.px(20));
    std::uint32_t left = folder.count;
    for (std::uint32_t s = folder.first; s != nothing && letters < letters_shown;
         s = world.mail.stored[s].next) {
        const sim::StoredMessage& stored = world.mail.stored[s];
        std::string subject = "(no subject)";
        for (const message::Field& field : message::Fields(world.heap.view(stored.content))) {
            if (!field.is("Subject")) continue;
            subject.clear();
            message::unfold(field.value, subject);
        }
        const std::string flags = flags_of(world, stored);
        wrapped(theme, theme.mono, theme.colour.good,
                std::to_string(stored.uid) + "  " + sim::views::visible(subject) + ", " +
                    std::to_string(stored.octets()) + " octets" + (flags.empty() ? "" : "  " + flags));
        ++letters;
        --left;
    }
    if (left != 0) faint(theme, counted(left, "more message"));
    ImGui::Unindent(theme.px(28));
}

}  // namespace

std::vector<std::uint32_t> folders_of(const sim::World& world, const sim::Mailbox& box) {
    std::vector<std::uint32_t> out;
    for (std::uint32_t f = box.first_folder; f != nothing; f = world.mail.folders[f].next)
        if ((world.mail.folders[f].flags & sim::folder_flag::missing) == 0) out.push_back(f);
    std::sort(out.begin(), out.end(), [&](std::uint32_t a, std::uint32_t b) {
        if ((a == box.inbox) != (b == box.inbox)) return a == box.inbox;
        return world.heap.view(world.mail.folders[a].name) < world.heap.view(world.mail.folders[b].name);
    });
    return out;
}

std::string flags_of(const sim::World& world, const sim::StoredMessage& message) {
    const auto system = static_cast<std::uint16_t>(message.flags & 31U);
    std::string out = system == 0 ? "" : sim::views::flag_words(system);
    const std::uint32_t details = world.mail.folders[message.folder].details;
    if (details == nothing) return out;
    std::string_view names = world.heap.view(world.mail.folder_details[details].keywords);
    for (unsigned bit = sim::mail_flag::keyword_shift; !names.empty() && bit < 32; ++bit) {
        const std::string_view name = names.substr(0, names.find(' '));
        names.remove_prefix(std::min(names.size(), name.size() + 1));
        if (message.flags >> bit & 1U) (out += out.empty() ? "" : " ") += sim::views::visible(name);
    }
    return out;
}

std::string mailbox_words(const sim::World& world, const sim::views::TraceIndex& index,
                          std::uint32_t person) {
    const sim::Setup& setup = *world.setup;
    const sim::Mailbox& box = world.mail.mailboxes[person];
    std::string out = setup.people[person].address + "   " + counted(box.messages, "message") + ", " +
                      std::to_string(box.octets);
    const auto& quota = setup.scenario.people[setup.people[person].scenario_index].quota;
    if (quota) out += " of " + std::to_string(quota->bytes);
    out += " octets";
    if (box.session != nothing) out += ", in use by " + connection_word(world, index, box.session);
    const auto& sessions = world.mail.mapi.sessions;
    for (std::uint32_t i = 0; i < sessions.size(); ++i) {
        const sim::MapiSession& one = sessions[i];
        if (one.person == nothing || one.host != setup.people[person].mailbox_host) continue;
        if (one.person != person && setup.people[one.person].same_as != person) continue;
        return out + ", in use by MAPI";
    }
    return out;
}

std::string folder_words(const sim::World& world, const sim::views::TraceIndex& index,
                         std::uint32_t number) {
    const sim::Folder& folder = world.mail.folders[number];
    std::string out = sim::views::visible(world.heap.view(folder.name));
    if (folder.flags & sim::folder_flag::no_select) return out + "   (has others under it)";
    std::uint32_t unseen = 0;
    for (std::uint32_t s = folder.first; s != nothing; s = world.mail.stored[s].next)
        if ((world.mail.stored[s].flags & sim::mail_flag::seen) == 0) ++unseen;
    out += folder.count == 0 ? "   empty" : "   " + counted(folder.count, "message");
    if (unseen != 0) out += ", " + std::to_string(unseen) + " unseen";
    if (folder.details == nothing) return out;
    std::uint32_t open = world.mail.folder_details[folder.details].first_open;
    for (bool first = true; open != nothing; open = world.mail.open_folders[open].behind, first = false)
        out += (first ? ", open in " : ", ") +
               connection_word(world, index, world.mail.open_folders[open].connection);
    return out;
}

void draw_mailboxes(View& view) {
    const Theme& theme = view.theme;
    const sim::World& world = view.player.world();
    const sim::Setup& setup = view.player.setup();
    heading(theme, "Mailboxes");
    unsigned shown = 0, more = 0;
    for (std::uint32_t i = 0; i < setup.people.size(); ++i) {
        const sim::PersonSetup& person = setup.people[i];
        if (person.mailbox_host != view.host || i >= world.mail.mailboxes.size() ||
            person.same_as != nothing)  // one more program for a mailbox that is here already
            continue;
        if (shown == mailboxes_shown) {
            ++more;
            continue;
        }
        const sim::Mailbox& box = world.mail.mailboxes[i];
        wrapped(theme, theme.bold, theme.colour.text, mailbox_words(world, view.run.index(), i));
        ++shown;
        unsigned letters = 0;
        for (const std::uint32_t f : folders_of(world, box)) draw_folder(view, f, letters);
    }
    if (more != 0) faint(theme, more == 1 ? "1 more mailbox" : std::to_string(more) + " more mailboxes");
    if (shown == 0) faint(theme, "No mailboxes are kept here.");
}

}  // namespace postroad::viz

// A host at this moment: its services, sessions and the machine they run, its queue, its mailboxes.
#include <algorithm>

#include "protocols/dns/name.hpp"
#include "protocols/dns/types.hpp"
#include "protocols/message/header.hpp"
#include "protocols/imap/server.hpp"
#include "protocols/pop3/server.hpp"
#include "protocols/rpc/services.hpp"
#include "protocols/smtp/server.hpp"
#include "sim/rpc/rpc.hpp"
#include "sim/views/certificates.hpp"
#include "sim/views/ladder_words.hpp"
#include "sim/views/fact_words.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/panels/machine.hpp"
#include "viz/panels/panel.hpp"

namespace postroad::viz {
namespace {

using sim::nothing;
using sim::Role;

class Host : public Panel {
  public:
    const char* name() const override { return "Host"; }
    const char* about() const override { return "queue, mailboxes, sessions and their machine"; }
    void draw(View& view) override;

  private:
    void hosts(View& view);
    void services(View& view);
    void sessions(View& view);
    void ports(View& view);
    void queue(View& view);
    void mailboxes(View& view);
    void certificates(View& view);
    void cache(View& view);
    std::vector<sim::views::CertificateAdvice> advice_;
    const sim::Setup* advice_for_ = nullptr;  // remade when the timeline has changed the Setup
};

constexpr std::size_t hosts_advised_max = 2'000;
constexpr unsigned cache_shown = 12;  // the panel DNS has all

void Host::hosts(View& view) {
    const Theme& theme = view.theme;
    const sim::Setup& setup = view.player.setup();
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(setup.hosts.size()));
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const auto host = static_cast<std::uint32_t>(i);
            const std::string label =
                fitted(theme.sans, setup.hosts[host].name, ImGui::GetContentRegionAvail().x) + "##" +
                std::to_string(host);
            if (ImGui::Selectable(label.c_str(), host == view.host)) view.host = host;
        }
}

void Host::services(View& view) {
    const Theme& theme = view.theme;
    const sim::Setup& setup = view.player.setup();
    const sim::HostSetup& host = setup.hosts[view.host];
    const sim::World& world = view.player.world();
    const bool down = view.host < world.tcp.hosts.size() && world.tcp.hosts[view.host].down != 0;
    std::string where;
    for (const sim::AttachmentSetup& one : host.attachments) {
        where += (where.empty() ? "" : ", ") + setup.networks[one.network].name;
        if (one.v4 != nothing) where += " " + net::format(setup.addresses[one.v4]);
    }
    heading(theme, host.name + (down ? "  is down" : ""));
    faint(theme, host.domain_name + "   " + where);
    std::string listens;
    std::vector<std::uint16_t> ports;
    for (const sim::ServiceSetup& one : host.services)
        if (one.port != 0 && std::find(ports.begin(), ports.end(), one.port) == ports.end()) {
            ports.push_back(one.port);
            listens += (listens.empty() ? "listens at " : ", ") + std::to_string(one.port) + " " +
                       sim::views::service_name(one.protocol, one.port);
        }
    if (!listens.empty()) faint(theme, listens);
}

// Who listens at ports that only the endpoint mapper knows, and since this start alone.
void Host::ports(View& view) {
    const auto all = sim::rpc_layer::listeners(view.player.world(), view.host);
    if (all.empty()) return;
    heading(view.theme, "RPC, as the endpoint mapper knows it");
    for (const sim::rpc_layer::Listener& one : all) {
        std::string text = "TCP " + std::to_string(one.port) + (one.dynamic ? ", drawn: " : ": ");
        for (const rpc::Syntax& interface : one.interfaces)
            text += (text.back() == ' ' ? "" : ", ") + rpc::word_of(interface);
        wrapped(view.theme, view.theme.mono, view.theme.colour.text, text);
    }
}

void Host::sessions(View& view) {
    const Theme& theme = view.theme;
    const sim::World& world = view.player.world();
    const sim::HostSetup& host = view.player.setup().hosts[view.host];
    Machine smtp = machine_of<smtp::ServerState>(smtp::server_rows());
    Machine pop3 = machine_of<pop3::ServerState>(pop3::server_rows());
    Machine imap = machine_of<imap::ServerState>(imap::server_rows());
    std::vector<std::string> open;
    for (std::uint32_t i = 0; i < world.tcp.tcbs.size(); ++i) {
        const sim::Tcb& tcb = world.tcp.tcbs[i];
        if (tcb.conversation == 0 || tcb.node != view.host || tcb.state == sim::TcpState::closed) continue;
        std::string state;
        if (tcb.role == Role::smtp_server && tcb.seat != nothing) {
            const auto& machine = world.sessions.of<smtp::Server>()[tcb.seat].machine;
            state = name_of(machine.state);
            ++smtp.sessions.at(static_cast<std::size_t>(machine.state));
        } else if (tcb.role == Role::pop3_server && tcb.seat != nothing) {
            const auto& machine = world.sessions.of<pop3::Server>()[tcb.seat].machine;
            state = name_of(machine.state);
            ++pop3.sessions.at(static_cast<std::size_t>(machine.state));
        } else if (tcb.role == Role::imap_server && tcb.seat != nothing) {
            const auto& machine = world.sessions.of<imap::Server>()[tcb.seat].machine;
            state = name_of(machine.state);
            ++imap.sessions.at(static_cast<std::size_t>(machine.state));
        }
        const sim::views::Conversation* const talk = view.run.index().conversation(tcb.conversation);
        std::string text = "connection " + std::to_string(view.run.index().number_of(tcb.conversation));
        if (talk != nullptr) {
            const bool mine = talk->initiator == view.host;
            text += (mine ? " to " : " from ") +
                    view.run.index().node_name(mine ? talk->acceptor : talk->initiator) + ", " +
                    sim::views::service_name(talk->protocol, talk->target_port);
        }
        text += ": TCP " + std::string(sim::name_of(tcb.state));
        if (!state.empty()) text += ", " + state;
        open.push_back(text);
    }
    const auto has = [&](Role role) {
        return std::any_of(host.services.begin(), host.services.end(),
                           [&](const sim::ServiceSetup& one) { return one.role == role; });
    };
    if (has(Role::smtp_server)) draw_machine(view.theme, smtp, "SMTP server: the state of its sessions");
    if (has(Role::pop3_server)) draw_machine(view.theme, pop3, "POP3 server: the state of its sessions");
    if (has(Role::imap_server)) draw_machine(view.theme, imap, "IMAP server: the state of its sessions");
    ports(view);
    heading(theme, "Connections");
    for (const std::string& text : open) wrapped(theme, theme.mono, theme.colour.text, text);
    if (open.empty()) faint(theme, "None at this moment.");
}

void Host::queue(View& view) {
    const Theme& theme = view.theme;
    const sim::World& world = view.player.world();
    heading(theme, "Queue");
    unsigned shown = 0;
    constexpr const char* states[] = {"fresh", "waits its turn", "being sent", "deferred", "failed"};
    for (std::uint32_t i = 0; i < world.mail.messages.size() && shown < 200; ++i) {
        const sim::Message& message = world.mail.messages[i];
        if (message.id == 0 || message.host != view.host) continue;
        wrapped(theme, theme.mono, theme.colour.text,
              sim::views::queue_id(message.id) + "  from <" +
                  sim::views::visible(world.heap.view(message.reverse_path)) + ">, here for " +
                  sim::duration_words((view.player.now() - message.arrived) / millisecond * millisecond));
        ++shown;
        for (std::uint32_t r = message.first_recipient; r != nothing; r = world.mail.recipients[r].next) {
            const sim::Recipient& one = world.mail.recipients[r];
            const bool late = one.state == sim::RecipientState::deferred;
            std::string text = "to <" + sim::views::visible(world.heap.view(one.forward_path)) + "> " +
                               states[std::min<std::size_t>(static_cast<std::size_t>(one.state), 4)];
            if (one.attempts > 0) text += ", attempt " + std::to_string(one.attempts);
            if (late) text += ", again at " + sim::views::clock_time(view.run.setup(), one.next_try);
            ImGui::Indent(theme.px(28));
            wrapped(theme, theme.mono, late ? theme.colour.later : theme.colour.faint, text);
            if (!one.words.empty())
                wrapped(theme, theme.mono, theme.colour.bad,
                        sim::views::visible(world.heap.view(one.words)));
            ImGui::Unindent(theme.px(28));
        }
    }
    if (shown == 0) faint(theme, "Empty.");
}

// INBOX first, then as they are called; those with nothing in them are left out.
std::vector<std::uint32_t> folders_of(const sim::World& world, const sim::Mailbox& box) {
    std::vector<std::uint32_t> out;
    for (std::uint32_t f = box.first_folder; f != nothing; f = world.mail.folders[f].next)
        if (world.mail.folders[f].count != 0) out.push_back(f);
    std::sort(out.begin(), out.end(), [&](std::uint32_t a, std::uint32_t b) {
        if ((a == box.inbox) != (b == box.inbox)) return a == box.inbox;
        return world.heap.view(world.mail.folders[a].name) < world.heap.view(world.mail.folders[b].name);
    });
    return out;
}

// What is in a folder, with the flags a reader has set (RFC 3501 §2.3.2).
void folder(View& view, const sim::Folder& folder, unsigned& letters) {
    const Theme& theme = view.theme;
    const sim::World& world = view.player.world();
    ImGui::Indent(theme.px(8));
    faint(theme, sim::views::visible(world.heap.view(folder.name)) + "   " + std::to_string(folder.count));
    ImGui::Indent(theme.px(20));
    for (std::uint32_t s = folder.first; s != nothing && letters < 20; s = world.mail.stored[s].next) {
        const sim::StoredMessage& stored = world.mail.stored[s];
        std::string subject = "(no subject)";
        for (const message::Field& field : message::Fields(world.heap.view(stored.content))) {
            if (!field.is("Subject")) continue;
            subject.clear();
            message::unfold(field.value, subject);
        }
        const std::string flags = sim::views::flag_words(static_cast<std::uint16_t>(stored.flags));
        wrapped(theme, theme.mono, theme.colour.good,
                std::to_string(stored.uid) + "  " + sim::views::visible(subject) + ", " +
                    std::to_string(stored.octets()) + " octets" +
                    (flags.front() == '\\' ? "  " + flags : ""));
        ++letters;
    }
    ImGui::Unindent(theme.px(28));
}

void Host::mailboxes(View& view) {
    const Theme& theme = view.theme;
    const sim::World& world = view.player.world();
    const sim::Setup& setup = view.player.setup();
    heading(theme, "Mailboxes");
    unsigned shown = 0;
    for (std::uint32_t i = 0; i < setup.people.size() && shown < 60; ++i) {
        if (setup.people[i].mailbox_host != view.host || i >= world.mail.mailboxes.size() ||
            setup.people[i].same_as != nothing)  // one more program for a mailbox that is here already
            continue;
        const sim::Mailbox& box = world.mail.mailboxes[i];
        wrapped(theme, theme.bold, theme.colour.text,
              setup.people[i].address + "   " + std::to_string(box.messages) +
                  (box.messages == 1 ? " message" : " messages") +
                  (box.session != nothing ? ", open in a session" : ""));
        ++shown;
        unsigned letters = 0;
        for (const std::uint32_t f : folders_of(world, box)) folder(view, world.mail.folders[f], letters);
    }
    if (shown == 0) faint(theme, "No mailboxes are kept here.");
}

// Of a resolver: what it has in mind, with the time that is left.
void Host::cache(View& view) {
    const Theme& theme = view.theme;
    const sim::World& world = view.player.world();
    const auto& services = view.player.setup().hosts[view.host].services;
    const bool resolves = std::any_of(services.begin(), services.end(), [](const sim::ServiceSetup& one) {
        return one.role == Role::resolver;
    });
    if (!resolves || view.host >= world.dns.hosts.size()) return;
    heading(theme, "DNS cache");
    unsigned shown = 0;
    std::uint32_t next = nothing;
    for (std::uint32_t i = world.dns.hosts[view.host].newest; i != nothing && shown < cache_shown; i = next) {
        const sim::CacheEntry& entry = world.dns.entries[i];
        next = entry.older;
        if (entry.expires <= view.player.now()) continue;
        const std::string_view name = world.heap.view(entry.name);
        std::string text = dns::to_text(
            dns::Bytes(reinterpret_cast<const std::uint8_t*>(name.data()), name.size()));
        if (entry.type != 0) text += " " + dns::to_text(static_cast<dns::Type>(entry.type));
        if (entry.kind != sim::CacheKind::records) text += ", of which there is none";
        wrapped(theme, theme.mono, theme.colour.text,
              text + ", " + sim::duration_words((entry.expires - view.player.now()) / second * second) +
                  " left");
        ++shown;
    }
    if (shown == 0) faint(theme, "Empty.");
}

// What it shows to clients, and whether that is what they look for.
void Host::certificates(View& view) {
    const Theme& theme = view.theme;
    const sim::Setup& setup = view.player.setup();
    heading(theme, "Certificate");
    if (setup.hosts.size() > hosts_advised_max) {
        faint(theme, "With so many hosts only `postroad show --certificates` tells.");
        return;
    }
    if (advice_for_ != &setup) {
        advice_for_ = &setup;
        advice_ = sim::views::certificate_advice(setup, view.player.world().seed);
    }
    const auto found = std::find_if(
        advice_.begin(), advice_.end(),
        [&](const sim::views::CertificateAdvice& one) { return one.host == view.host; });
    if (found == advice_.end()) {
        faint(theme, "None, and nobody expects one.");
        return;
    }
    if (!found->offers_tls) {
        faint(theme, "None: it offers no TLS.");
    } else {
        std::string names;
        for (const std::string& name : found->names) names += (names.empty() ? "" : ", ") + name;
        wrapped(theme, theme.mono, theme.colour.text,
              names + (found->issuer.empty() ? "; signed by itself" : "; issued by " + found->issuer));
        const std::int64_t now = setup.start_unix_s + static_cast<std::int64_t>(view.player.now() / second);
        const bool good = found->from_unix_s <= now && now <= found->until_unix_s;
        wrapped(theme, theme.sans, good ? theme.colour.good : theme.colour.bad,
              "good from " + scenario::to_text(scenario::Instant{found->from_unix_s}) + " until " +
                  scenario::to_text(scenario::Instant{found->until_unix_s}) +
                  (good ? "" : ": NOT now"));
    }
    for (const sim::views::NeededName& need : found->needs) {
        const bool missing = found->offers_tls && !need.covered;
        wrapped(theme, theme.sans, missing ? theme.colour.bad : theme.colour.faint,
              need.name + ": " + need.why + (missing ? "; NOT in the certificate" : ""));
    }
}

void Host::draw(View& view) {
    const Theme& theme = view.theme;
    if (view.player.setup().hosts.empty()) return;
    view.host = std::min<std::uint32_t>(view.host,
                                        static_cast<std::uint32_t>(view.player.setup().hosts.size() - 1));
    const bool wide = ImGui::GetContentRegionAvail().x > theme.px(900);
    if (wide) {
        ImGui::BeginChild("hosts", {theme.px(140), 0});
        heading(theme, "Hosts");
        hosts(view);
        ImGui::EndChild();
        ImGui::SameLine(0, theme.px(14));
    } else {
        ImGui::SetNextItemWidth(theme.px(260));
        if (ImGui::BeginCombo("##hosts", view.player.setup().hosts[view.host].name.c_str())) {
            hosts(view);
            ImGui::EndCombo();
        }
    }
    ImGui::BeginChild("host", {0, 0});
    services(view);
    if (!wide) {
        queue(view);
        mailboxes(view);
        certificates(view);
        cache(view);
        sessions(view);
        ImGui::EndChild();
        return;
    }
    const float left = ImGui::GetContentRegionAvail().x * 0.6F;
    ImGui::BeginChild("sessions", {left, 0});
    sessions(view);
    ImGui::EndChild();
    ImGui::SameLine(0, theme.px(14));
    ImGui::BeginChild("store", {0, 0});
    queue(view);
    ImGui::Dummy({0, theme.px(4)});
    mailboxes(view);
    ImGui::Dummy({0, theme.px(4)});
    certificates(view);
    ImGui::Dummy({0, theme.px(4)});
    cache(view);
    ImGui::EndChild();
    ImGui::EndChild();
}

}  // namespace

std::unique_ptr<Panel> make_host() { return std::make_unique<Host>(); }

}  // namespace postroad::viz

// A host at this moment: its services, sessions and the machines they run; what it keeps is drawn by
// the files beside this one.
#include "viz/panels/host.hpp"

#include <algorithm>

#include "protocols/rpc/services.hpp"
#include "sim/rpc/rpc.hpp"
#include "sim/views/ladder_words.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/panels/panel.hpp"

namespace postroad::viz {
namespace {

using sim::nothing;

class Host : public Panel {
  public:
    const char* name() const override { return "Host"; }
    const char* about() const override { return "queue, mailboxes, sessions and their machine"; }
    void draw(View& view) override;

  private:
    Certificates certificates_;
};

void hosts(View& view) {
    const Theme& theme = view.theme;
    const sim::Setup& setup = view.player.setup();
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(setup.hosts.size()));
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const auto host = static_cast<std::uint32_t>(i);
            if (choice(theme, setup.hosts[host].name, i, host == view.host)) view.host = host;
        }
}

void services(View& view) {
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
    const Ports ports = ports_of(world, view.host);
    if (!ports.listening.empty()) faint(theme, ports.listening);
    if (!ports.stopped.empty()) wrapped(theme, theme.sans, theme.colour.bad, ports.stopped);
}

// Who listens at ports that only the endpoint mapper knows, and since this start alone.
void mapped(View& view) {
    const auto all = sim::rpc_layer::listeners(view.player.world(), view.host);
    if (all.empty()) return;
    heading(view.theme, "RPC, as the endpoint mapper knows it");
    for (const sim::rpc_layer::Listener& one : all) {
        std::string text = "TCP " + std::to_string(one.port) + (one.dynamic ? ", drawn: " : ": ");
        for (const rpc::Syntax& interface : one.interfaces)
            text += (text.back() == ' ' ? "" : ", ") + rpc::word_of(interface);
        wrapped(view.theme, view.theme.mono, view.theme.colour.text, text);
    }
    ImGui::Dummy({0, view.theme.px(4)});
}

void connections(View& view) {
    const Theme& theme = view.theme;
    const sim::World& world = view.player.world();
    heading(theme, "Connections");
    bool any = false;
    for (std::uint32_t i = 0; i < world.tcp.tcbs.size(); ++i) {
        const sim::Tcb& tcb = world.tcp.tcbs[i];
        if (tcb.conversation == 0 || tcb.node != view.host || tcb.state == sim::TcpState::closed) continue;
        std::string text = "connection " + std::to_string(view.run.index().number_of(tcb.conversation));
        const sim::views::Conversation* const talk = view.run.index().conversation(tcb.conversation);
        if (talk != nullptr) {
            const bool mine = talk->initiator == view.host;
            text += (mine ? " to " : " from ") +
                    view.run.index().node_name(mine ? talk->acceptor : talk->initiator) + ", " +
                    sim::views::service_name(talk->protocol, talk->target_port);
        }
        text += ": TCP " + std::string(sim::name_of(tcb.state));
        if (const std::string word = state_word(world, tcb); !word.empty()) text += ", " + word;
        wrapped(theme, theme.mono, theme.colour.text, text);
        any = true;
    }
    if (!any) faint(theme, "None at this moment.");
}

// Session Contexts (MS-OXCRPC §3.1.1): they outlive the connections that they are spoken of on.
void mapi_sessions(View& view) {
    const Theme& theme = view.theme;
    const sim::World& world = view.player.world();
    const auto& sessions = world.mail.mapi.sessions;
    bool any = false;
    for (std::uint32_t i = 0; i < sessions.size(); ++i) {
        const sim::MapiSession& one = sessions[i];
        if (one.person == nothing || one.host != view.host) continue;
        if (!any) heading(theme, "MAPI sessions");
        any = true;
        bool logged_on = false;
        for (std::uint32_t o = one.first_object; o != nothing; o = world.mail.mapi.objects[o].next)
            logged_on = logged_on || world.mail.mapi.objects[o].kind == sim::MapiKind::logon;
        std::string text = view.player.setup().people[one.person].address +
                           (logged_on ? ": logged on, " : ": connected, ") +
                           std::to_string(one.objects) + (one.objects == 1 ? " object" : " objects");
        if (one.anonymous != 0) text += ", anonymous";
        if (one.waits != nothing) text += ", a call waits for news";
        if (one.push_port != 0) text += ", is called by datagram";
        if (one.sent != 0) text += ", has sent " + std::to_string(one.sent);
        wrapped(theme, theme.mono, theme.colour.text, text);
    }
    if (any) ImGui::Dummy({0, theme.px(4)});
}

void sessions(View& view) {
    mapped(view);
    for (const TitledMachine& one : machines_of(view.player.world(), view.host))
        draw_machine(view.theme, one.machine, one.title);
    mapi_sessions(view);
    connections(view);
}

void Host::draw(View& view) {
    const Theme& theme = view.theme;
    if (view.player.setup().hosts.empty()) return;
    view.host = std::min<std::uint32_t>(view.host,
                                        static_cast<std::uint32_t>(view.player.setup().hosts.size() - 1));
    const bool wide = ImGui::GetContentRegionAvail().x > theme.px(900);
    if (wide) {
        begin_region("hosts", {theme.px(140), 0});
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
    begin_region("host", {0, 0});
    services(view);
    if (!wide) {
        draw_queue(view);
        draw_mailboxes(view);
        certificates_.draw(view);
        draw_cache(view);
        sessions(view);
        ImGui::EndChild();
        return;
    }
    const float left = ImGui::GetContentRegionAvail().x * 0.6F;
    begin_region("sessions", {left, 0});
    sessions(view);
    ImGui::EndChild();
    ImGui::SameLine(0, theme.px(14));
    begin_region("store", {0, 0});
    draw_queue(view);
    ImGui::Dummy({0, theme.px(4)});
    draw_mailboxes(view);
    ImGui::Dummy({0, theme.px(4)});
    certificates_.draw(view);
    ImGui::Dummy({0, theme.px(4)});
    draw_cache(view);
    ImGui::EndChild();
    ImGui::EndChild();
}

}  // namespace

std::unique_ptr<Panel> make_host() { return std::make_unique<Host>(); }

}  // namespace postroad::viz

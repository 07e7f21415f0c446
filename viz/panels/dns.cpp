// DNS: what was looked up and how it was answered, what resolvers have cached, who serves which zone.
#include <algorithm>

#include "protocols/dns/name.hpp"
#include "protocols/dns/types.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/panels/panel.hpp"

namespace postroad::viz {
namespace {

class Dns : public Panel {
  public:
    const char* name() const override { return "DNS"; }
    const char* about() const override { return "look-ups, caches, zones"; }
    void draw(View& view) override;

  private:
    void lookups(View& view);
    void cache(View& view, float part);
    void zones(View& view);
};

// Each look-up, and under it the questions that its resolver had to ask.
void Dns::lookups(View& view) {
    const Theme& theme = view.theme;
    heading(theme, "Look-ups, the latest first");
    ImGui::BeginChild("lookups", {0, 0});
    unsigned shown = 0;
    for (std::size_t i = view.player.happened(); i-- > 0 && shown < 200;) {
        const Kind kind = view.run.entries.kind(i);
        if (kind != Kind::lookup && kind != Kind::datagram) continue;
        const RowWords said = words_at(view.run, view.run.entries[i]);
        if (said.protocol != Protocol::dns) continue;
        ImGui::PushID(static_cast<int>(i));
        const bool now = view.spoken_at() == i;
        if (kind == Kind::lookup) {
            constexpr std::string_view label = "look-up: ";
            const std::size_t skip = said.text.starts_with(label) ? label.size() : 0;
            const ImU32 ink = said.ink == sim::views::Ink::why ? theme.colour.text : theme.of(said.ink);
            wrapped(theme, theme.sans, now ? theme.colour.accent : ink,
                  view.run.index().node_name(said.from) + ":  " + said.text.substr(skip));
        } else {
            ImGui::Indent(theme.px(18));
            wrapped(theme, theme.mono, now ? theme.colour.accent : theme.of(said.ink),
                  view.run.index().node_name(said.from) + " → " + view.run.index().node_name(said.to) +
                      "  " + said.text);
            ImGui::Unindent(theme.px(18));
        }
        if (ImGui::IsItemClicked()) view.player.go_to_entry(i);
        ImGui::PopID();
        ++shown;
    }
    if (shown == 0) faint(theme, "Nobody has looked anything up by this moment.");
    ImGui::EndChild();
}

// `part`: of the height there is.
void Dns::cache(View& view, float part) {
    const Theme& theme = view.theme;
    const sim::World& world = view.player.world();
    heading(theme, "Caches, with the time that is left");
    if (!ImGui::BeginTable("cache", 4, ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerH |
                                           ImGuiTableFlags_ScrollY,
                           {0, ImGui::GetContentRegionAvail().y * part}))
        return;
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn("at", ImGuiTableColumnFlags_WidthStretch, 1);
    ImGui::TableSetupColumn("name and type", ImGuiTableColumnFlags_WidthStretch, 2.4F);
    ImGui::TableSetupColumn("what", ImGuiTableColumnFlags_WidthStretch, 1);
    ImGui::TableSetupColumn("left", ImGuiTableColumnFlags_WidthStretch, 1.1F);
    ImGui::TableHeadersRow();
    constexpr const char* kinds[] = {"records", "no such type", "no such name", "failure"};
    unsigned shown = 0;
    for (std::uint32_t i = 0; i < world.dns.entries.size() && shown < 300; ++i) {
        const sim::CacheEntry& entry = world.dns.entries[i];
        if (entry.name.empty() || entry.expires <= view.player.now()) continue;
        const std::string_view name = world.heap.view(entry.name);
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        words(theme, theme.sans, theme.colour.text, view.run.index().node_name(entry.host));
        ImGui::TableNextColumn();
        std::string text = dns::to_text(
            dns::Bytes(reinterpret_cast<const std::uint8_t*>(name.data()), name.size()));
        if (entry.type != 0) text += " " + dns::to_text(static_cast<dns::Type>(entry.type));
        words(theme, theme.mono, theme.colour.command, text);
        ImGui::TableNextColumn();
        const auto kind = std::min<std::size_t>(static_cast<std::size_t>(entry.kind), 3);
        words(theme, theme.sans, kind == 0 ? theme.colour.good : theme.colour.later,
              entry.kind == sim::CacheKind::records && entry.rank != sim::CacheRank::answer ? "referral"
                                                                                             : kinds[kind]);
        ImGui::TableNextColumn();
        words(theme, theme.sans, theme.colour.text,
              sim::duration_words((entry.expires - view.player.now()) / second * second));
        ++shown;
    }
    ImGui::EndTable();
    if (shown == 0) faint(theme, "Nothing is cached at this moment.");
}

void Dns::zones(View& view) {
    const Theme& theme = view.theme;
    const sim::Setup& setup = view.player.setup();
    heading(theme, "Zones, and who answers for them");
    ImGui::BeginChild("zones", {0, 0});
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(setup.zones.size()));
    while (clipper.Step())
        for (int at = clipper.DisplayStart; at < clipper.DisplayEnd; ++at) {
            const sim::ZoneSetup& zone = setup.zones[static_cast<std::size_t>(at)];
            std::string text = (zone.origin == "." ? "the root" : zone.origin) + "   ";
            for (std::size_t i = 0; i < zone.served_by.size(); ++i)
                text += (i == 0 ? "" : ", ") + setup.hosts[zone.served_by[i]].name;
            words(theme, theme.sans, theme.colour.text, text);
        }
    ImGui::EndChild();
}

void Dns::draw(View& view) {
    const float width = ImGui::GetContentRegionAvail().x, between = view.theme.px(14);
    if (width < view.theme.px(800)) {  // no room beside each other
        ImGui::BeginChild("dns-above", {0, ImGui::GetContentRegionAvail().y * 0.52F});
        lookups(view);
        ImGui::EndChild();
        ImGui::Separator();
        cache(view, 1);
        return;
    }
    const float left = (width - between) * 0.54F;
    ImGui::BeginChild("dns-left", {left, 0});
    lookups(view);
    ImGui::EndChild();
    ImGui::SameLine(0, between);
    ImGui::BeginChild("dns-right", {0, 0});
    cache(view, 0.62F);
    ImGui::Dummy({0, view.theme.px(4)});
    zones(view);
    ImGui::EndChild();
}

}  // namespace

std::unique_ptr<Panel> make_dns() { return std::make_unique<Dns>(); }

}  // namespace postroad::viz

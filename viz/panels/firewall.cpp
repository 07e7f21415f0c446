// Firewalls: each rule, how often it was met by this moment, and what it decided last.
#include <algorithm>

#include "sim/net/border_counts.hpp"
#include "sim/net/ruleset.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/panels/panel.hpp"

namespace postroad::viz {
namespace {

class Firewall : public Panel {
  public:
    const char* name() const override { return "Firewall"; }
    const char* about() const override { return "rules, how often each was met, and the verdicts"; }
    void draw(View& view) override;

  private:
    void rules(View& view, const sim::FirewallSetup& firewall);
    void verdicts(View& view);
};

// Where a firewall stands, in words.
std::string places_of(const sim::Setup& setup, std::uint32_t firewall) {
    std::string out;
    const auto put = [&](const std::string& word) { out += (out.empty() ? "" : ", ") + word; };
    for (const sim::NetworkSetup& network : setup.networks)
        if (network.firewall == firewall) put("the border of " + network.name);
    for (const sim::HostSetup& host : setup.hosts)
        if (host.firewall == firewall) put("host " + host.name);
    return out.empty() ? "nowhere" : out;
}

void Firewall::rules(View& view, const sim::FirewallSetup& firewall) {
    const Theme& theme = view.theme;
    if (firewall.rules == nullptr) return;
    if (!ImGui::BeginTable("rules", 4, ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerH))
        return;
    ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthFixed, theme.px(30));
    ImGui::TableSetupColumn("rule", ImGuiTableColumnFlags_WidthStretch, 3);
    ImGui::TableSetupColumn("packets", ImGuiTableColumnFlags_WidthFixed, theme.px(80));
    ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthStretch, 1);
    ImGui::TableHeadersRow();
    const auto count = static_cast<std::int32_t>(firewall.rules->rules.size());
    std::uint64_t most = 1;
    for (std::int32_t rule = -1; rule < count; ++rule)
        most = std::max(most, sim::border::count_of(view.player.world(), view.firewall, rule).packets);
    // The rule that has just decided.
    std::int32_t just = -2;
    if (const Entry* const now = view.spoken(); now != nullptr && now->kind() == Kind::verdict) {
        const auto& fact = view.run.trace().at(now->position()).as<sim::VerdictFact>();
        if (fact.firewall == view.firewall) just = fact.rule;
    }
    for (std::int32_t i = 0; i <= count; ++i) {
        const std::int32_t rule = i == count ? -1 : i;
        const sim::RuleCount met = sim::border::count_of(view.player.world(), view.firewall, rule);
        ImGui::TableNextRow();
        if (rule == just)
            ImGui::TableSetBgColor(ImGuiTableBgTarget_RowBg0, faded(theme.colour.accent, 0.25F));
        ImGui::TableNextColumn();
        faint(theme, rule < 0 ? "" : std::to_string(rule + 1));
        ImGui::TableNextColumn();
        const net::Action action = rule < 0 ? firewall.rules->policy
                                            : firewall.rules->rules[static_cast<std::size_t>(rule)].action;
        const bool stops = action == net::Action::drop || action == net::Action::reject;
        const std::string text =
            rule < 0 ? "policy " + std::string(stops ? "drop" : "accept")
                     : sim::views::visible(net::print_rule(*firewall.rules, static_cast<std::size_t>(rule)));
        words(theme, theme.mono, stops ? theme.colour.bad : theme.colour.good, text);
        ImGui::TableNextColumn();
        words(theme, theme.mono, met.packets == 0 ? theme.colour.faint : theme.colour.text,
              std::to_string(met.packets));
        ImGui::TableNextColumn();
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float part = static_cast<float>(met.packets) / static_cast<float>(most);
        if (met.packets > 0)
            ImGui::GetWindowDrawList()->AddRectFilled(
                {at.x, at.y + theme.px(3)},
                {at.x + std::max(theme.px(3), ImGui::GetContentRegionAvail().x * part),
                 at.y + theme.sans->FontSize},
                stops ? theme.colour.bad_fill : theme.colour.pop3, theme.px(2));
    }
    ImGui::EndTable();
}

void Firewall::verdicts(View& view) {
    const Theme& theme = view.theme;
    heading(theme, "Verdicts, the latest first");
    ImGui::BeginChild("verdicts", {0, 0});
    unsigned shown = 0;
    for (std::size_t i = view.player.happened(); i-- > 0 && shown < 60;) {
        if (view.run.entries[i].kind() != Kind::verdict) continue;
        const sim::RowView row = view.run.trace().at(view.run.entries[i].position());
        if (row.as<sim::VerdictFact>().firewall != view.firewall) continue;
        const RowWords said = words_at(view.run, view.run.entries[i]);
        words(theme, theme.mono, theme.of(said.ink),
              sim::views::clock_time(view.run.setup(), row.head().time) + "  " + said.text);
        if (ImGui::IsItemClicked()) view.player.go_to_entry(i);
        ++shown;
    }
    if (shown == 0) faint(theme, "It has not had to decide anything by this moment.");
    ImGui::EndChild();
}

void Firewall::draw(View& view) {
    const Theme& theme = view.theme;
    const sim::Setup& setup = view.player.setup();
    if (setup.firewalls.empty()) {
        heading(theme, "There is no firewall in this scenario");
        faint(theme, "Everything passes. labs/README.md shows how to write one: [firewalls.NAME].");
        return;
    }
    view.firewall = std::min<std::uint32_t>(view.firewall, static_cast<std::uint32_t>(setup.firewalls.size() - 1));
    for (std::uint32_t i = 0; i < setup.firewalls.size(); ++i) {
        if (i > 0 && i % 6 != 0) ImGui::SameLine(0, theme.px(4));
        if (toggle(theme, setup.firewalls[i].name.c_str(), i == view.firewall, theme.colour.dns))
            view.firewall = i;
    }
    const sim::FirewallSetup& firewall = setup.firewalls[view.firewall];
    heading(theme, "Firewall " + firewall.name + ", at " + places_of(setup, view.firewall));
    rules(view, firewall);
    ImGui::Dummy({0, theme.px(6)});
    verdicts(view);
}

}  // namespace

std::unique_ptr<Panel> make_firewall() { return std::make_unique<Firewall>(); }

}  // namespace postroad::viz

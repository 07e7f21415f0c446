// Firewalls: each rule, how often it was met by this moment, the last packets it decided on, and what
// it has opened; for an edited rule, who breaks: the world is forked with it, run on and compared.
#include <algorithm>
#include <cstring>

#include "sim/net/border_counts.hpp"
#include "sim/net/ruleset.hpp"
#include "sim/views/exposure.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/model/consequences.hpp"
#include "viz/model/what_if.hpp"
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
    void opened(View& view);
    void edit(View& view, const sim::FirewallSetup& firewall);
    void try_it(View& view, const sim::FirewallSetup& firewall, const char* how, bool with_rule);
    void broken(View& view);
    std::int32_t chosen_ = -2;             // a rule, -1: the policy, -2: none
    std::uint32_t chosen_in_ = 0;          // of this firewall
    char typed_[300] = {};
    bool from_start_ = true;
    Trial trial_;
    bool tried_ = false;  // its answer is there
    std::vector<sim::views::Exposure> opened_;
    std::size_t opened_at_ = 0;            // the moment they are of, by what has happened, and 1
    std::uint32_t opened_by_ = 0;          // and this firewall's
};

constexpr std::size_t verdicts_shown = 60;
constexpr std::size_t services_shown = 12;
constexpr std::size_t rows_back_max = 200'000;  // that a frame looks at

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
    if (const auto now = view.spoken(); now && now->kind() == Kind::verdict) {
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
        ImGui::PushID(i);
        if (ImGui::Selectable(rule < 0 ? "  " : std::to_string(rule + 1).c_str(), rule == chosen_,
                              ImGuiSelectableFlags_SpanAllColumns)) {
            chosen_ = chosen_ == rule ? -2 : rule;
            const std::string now =
                rule < 0 ? "" : net::print_rule(*firewall.rules, static_cast<std::size_t>(rule));
            if (chosen_ >= 0) {
                std::strncpy(typed_, now.c_str(), sizeof typed_ - 1);
                typed_[sizeof typed_ - 1] = 0;
            }
        }
        ImGui::PopID();
        ImGui::TableNextColumn();
        const net::Action action = rule < 0 ? firewall.rules->policy
                                            : firewall.rules->rules[static_cast<std::size_t>(rule)].action;
        const bool stops = action == net::Action::drop || action == net::Action::reject;
        const std::string text =
            rule < 0 ? "policy " + std::string(stops ? "drop" : "accept")
                     : sim::views::visible(net::print_rule(*firewall.rules, static_cast<std::size_t>(rule)));
        wrapped(theme, theme.mono, stops ? theme.colour.bad : theme.colour.good, text);
        ImGui::TableNextColumn();
        wrapped(theme, theme.mono, met.packets == 0 ? theme.colour.faint : theme.colour.text,
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
    ImGui::BeginChild("last", {0, 0});
    heading(theme, chosen_ == -2 ? "Last packets, the latest first"
                   : chosen_ < 0 ? "Last packets that no rule decided"
                                 : "Last packets that rule " + std::to_string(chosen_ + 1) + " decided");
    ImGui::BeginChild("verdicts", {0, 0});
    std::size_t shown = 0, looked_at = 0;
    for (std::size_t i = view.player.happened();
         i-- > 0 && shown < verdicts_shown && looked_at < rows_back_max; ++looked_at) {
        if (view.run.entries.kind(i) != Kind::verdict) continue;
        const Entry entry = view.run.entries[i];
        const sim::RowView row = view.run.trace().at(entry.position());
        const auto& fact = row.as<sim::VerdictFact>();
        if (fact.firewall != view.firewall || (chosen_ != -2 && fact.rule != chosen_)) continue;
        const RowWords said = words_at(view.run, entry);
        // Which firewall it is stands above.
        const std::string own = "firewall " + view.player.setup().firewalls[view.firewall].name + " ";
        wrapped(theme, theme.mono, theme.of(said.ink),
                sim::views::clock_time(view.run.setup(), row.head().time) + "  " +
                    said.text.substr(said.text.starts_with(own) ? own.size() : 0));
        if (ImGui::IsItemClicked()) view.player.go_to_entry(i);
        ++shown;
    }
    if (shown == 0) faint(theme, "None by this moment.");
    ImGui::EndChild();
    ImGui::EndChild();
}

// What listens where strangers may connect at this moment, and how much is open for nothing.
void Firewall::opened(View& view) {
    const Theme& theme = view.theme;
    const std::size_t at = view.player.happened() + 1;
    if (opened_at_ != at || opened_by_ != view.firewall) {
        opened_ = sim::views::exposure_of(view.player.world(), view.firewall);
        opened_at_ = at;
        opened_by_ = view.firewall;
    }
    heading(theme, "Open to strangers by now");
    std::size_t shown = 0, more = 0;
    std::uint64_t idle = 0;
    for (const sim::views::Exposure& place : opened_) {
        idle += place.idle;
        for (const sim::views::ExposedService& one : place.services) {
            if (!one.stopped_by.empty()) continue;
            if (shown == services_shown) {
                ++more;
                continue;
            }
            ++shown;
            wrapped(theme, theme.mono, one.mail ? theme.colour.good : theme.colour.bad,
                  sim::views::visible(sim::views::words_for(view.player.world(), one)) +
                      (one.helper.empty() ? "" : ", by a helper") +
                      (one.anywhere ? "" : ", from some addresses"));
            if (ImGui::IsItemHovered() && !one.can.empty())
                ImGui::SetTooltip("a caller can %s", one.can.c_str());
        }
    }
    if (more != 0) faint(theme, "and " + std::to_string(more) + " more");
    if (shown == 0) faint(theme, "Nothing that listens.");
    if (idle != 0)
        faint(theme, std::to_string(idle) + (idle == 1 ? " port is" : " ports are") +
                         " open where nothing listens.");
}

// Tries an edit on a copy of the world.
void Firewall::try_it(View& view, const sim::FirewallSetup& firewall, const char* how, bool with_rule) {
    std::string change = "firewall = { firewall = \"" + firewall.name + "\", edit = \"" + how + "\"";
    if (std::strcmp(how, "append") != 0)
        change += ", position = " + std::to_string(std::max(0, chosen_) + 1);
    if (with_rule) {
        change += ", rule = \"";
        for (const char* c = typed_; *c != 0; ++c) {
            if (*c == '"' || *c == '\\') change += '\\';
            change += *c;
        }
        change += '"';
    }
    change += " }";
    tried_ = false;
    trial_.begin(view.player, change, from_start_, true);
}

void Firewall::edit(View& view, const sim::FirewallSetup& firewall) {
    const Theme& theme = view.theme;
    const bool on_rule = chosen_ >= 0;
    heading(theme, on_rule ? "Change rule " + std::to_string(chosen_ + 1) + ", and see who breaks"
                           : "Add a rule, or click one to change it, and see who breaks");
    ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x);
    const bool enter =
        ImGui::InputTextWithHint("##rule", "tcp dport 25 reject", typed_, sizeof typed_,
                                 ImGuiInputTextFlags_EnterReturnsTrue);
    const bool rule = typed_[0] != 0;
    const auto button = [&](const char* label, const char* how, bool with_rule) {
        if (ImGui::Button(label)) try_it(view, firewall, how, with_rule);
        ImGui::SameLine(0, theme.px(4));
    };
    if (on_rule && rule) button("replace it", "replace", true);
    if (on_rule) button("remove it", "remove", false);
    if (rule) button(on_rule ? "insert before" : "insert first", "insert", true);
    if (rule) button("append", "append", true);
    if (enter && rule) try_it(view, firewall, on_rule ? "replace" : "insert", true);
    if (toggle(theme, from_start_ ? "from the start" : "from this moment", from_start_, theme.colour.dns))
        from_start_ = !from_start_;
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip("where the changed world parts from this one");
    if (trial_.arrived(view.player)) tried_ = trial_.error.empty();
    if (!trial_.error.empty()) wrapped(theme, theme.mono, theme.colour.bad, trial_.error);
    if (trial_.busy()) working(theme, trial_.share(), "Who breaks? A copy runs with the rule");
    if (tried_) broken(view);
}

void Firewall::broken(View& view) {
    const Theme& theme = view.theme;
    std::size_t worse = 0;
    for (const Consequence& one : trial_.who) worse += one.worse ? 1 : 0;
    wrapped(theme, theme.sans, worse == 0 ? theme.colour.good : theme.colour.bad,
            trial_.who.empty() ? "Nobody breaks: every message and connection ends as it did."
            : worse == 0 ? "Nobody breaks."
                         : std::to_string(worse) + (worse == 1 ? " breaks" : " break") + " with `" +
                               trial_.change + "`");
    if (trial_.who.empty()) return;
    if (!ImGui::BeginTable("who", 3, ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerH |
                                         ImGuiTableFlags_ScrollY,
                           {0, std::min(theme.px(30) + static_cast<float>(trial_.who.size()) * theme.px(27),
                                        ImGui::GetContentRegionAvail().y * 0.55F)}))
        return;
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn("who", ImGuiTableColumnFlags_WidthStretch, 1.3F);
    ImGui::TableSetupColumn("as it was", ImGuiTableColumnFlags_WidthStretch, 1.2F);
    ImGui::TableSetupColumn("with the change", ImGuiTableColumnFlags_WidthStretch, 1.4F);
    ImGui::TableHeadersRow();
    for (std::size_t i = 0; i < trial_.who.size(); ++i) {
        const Consequence& one = trial_.who[i];
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::PushID(static_cast<int>(i));
        std::string what = one.who;
        if (!one.what.empty()) what += one.person ? ": \"" + one.what + "\"" : ", " + one.what;
        wrapped(theme, theme.sans, theme.colour.text, what);
        if (one.was_at != 0 && ImGui::IsItemClicked())
            view.player.go_to_entry(view.run.entry_at(one.was_at - 1));
        ImGui::TableNextColumn();
        wrapped(theme, theme.sans, theme.colour.faint, one.was);
        ImGui::TableNextColumn();
        wrapped(theme, theme.sans, one.worse ? theme.colour.bad : theme.colour.good, one.is);
        ImGui::PopID();
    }
    ImGui::EndTable();
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
    if (chosen_in_ != view.firewall) {
        chosen_in_ = view.firewall;
        chosen_ = -2;
        tried_ = false;
        trial_.drop();
    }
    const float width = ImGui::GetContentRegionAvail().x, between = theme.px(14);
    if (width < theme.px(800)) {
        rules(view, firewall);
        edit(view, firewall);
        opened(view);
        verdicts(view);
        return;
    }
    ImGui::BeginChild("rules-and-edit", {(width - between) * 0.54F, 0});
    rules(view, firewall);
    ImGui::Dummy({0, theme.px(6)});
    edit(view, firewall);
    ImGui::Dummy({0, theme.px(6)});
    opened(view);
    ImGui::EndChild();
    ImGui::SameLine(0, between);
    verdicts(view);
}

}  // namespace

std::unique_ptr<Panel> make_firewall() { return std::make_unique<Firewall>(); }

}  // namespace postroad::viz

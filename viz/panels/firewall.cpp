// Firewalls: each rule, how often it was met by this moment, the last packets it decided on, and what
// it has opened; for an edited rule or policy, who breaks: the world is forked with it, run on and
// compared.
#include <algorithm>
#include <cstring>

#include "sim/net/border_counts.hpp"
#include "sim/net/ruleset.hpp"
#include "sim/scenario/names.hpp"
#include "sim/views/exposure.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/model/consequences.hpp"
#include "viz/model/passed.hpp"
#include "viz/model/proposals.hpp"
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
    void follow(const View& view, const sim::FirewallSetup& firewall);
    void verdicts(View& view, const sim::FirewallSetup& firewall);
    void untold(const Theme& theme, const sim::FirewallSetup& firewall, std::uint64_t counted,
                std::uint64_t listed);
    void opened(View& view);
    void edit(View& view, const sim::FirewallSetup& firewall);
    void edit_policy(View& view, const sim::FirewallSetup& firewall);
    void try_it(View& view, const std::string& change);
    std::string rule_change(const sim::FirewallSetup& firewall, const char* how, bool with_rule) const;
    void broken(View& view);
    std::int32_t chosen_ = -2;             // a rule, -1: the policy, -2: none
    std::uint32_t chosen_in_ = 0;          // of this firewall
    char typed_[300] = {};
    std::int32_t typed_for_ = -2;          // what was chosen, and its words, when they were put there
    std::string typed_from_;
    DecidedPackets decided_;
    bool from_start_ = true;
    Trial trial_;
    bool tried_ = false;  // its answer is there
    std::vector<sim::views::Exposure> opened_;
    std::size_t opened_at_ = 0;            // the moment they are of, by what has happened, and 1
    std::uint32_t opened_by_ = 0;          // and this firewall's
};

constexpr std::size_t verdicts_shown = 60;
constexpr std::size_t services_shown = 12;
constexpr std::size_t sources_shown = 4;

// A policy that rejects is a last rule, which stands in no line.
bool is_policy(const sim::FirewallSetup& firewall, std::int32_t rule) {
    return rule == -1 || (rule >= 0 && firewall.rules->lines[static_cast<std::size_t>(rule)] == 0);
}

std::string policy_of(const sim::FirewallSetup& firewall) {
    const auto& lines = firewall.rules->lines;
    if (!lines.empty() && lines.back() == 0) return "reject";
    return firewall.rules->policy == net::Action::drop ? "drop" : "accept";
}

// Whether the rules themselves say it, in a line of theirs: then the key in the scenario has no
// say.
bool says_policy(const sim::Setup& setup, const std::string& firewall) {
    for (const scenario::Firewall& one : setup.scenario.firewalls) {
        if (one.name != firewall) continue;
        const std::string& text = one.rules.text;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find_first_of("\n;", at), text.size());
            const std::size_t word = text.find_first_not_of(" \t", at);
            if (word < end && std::string_view(text).substr(word, end - word).starts_with("policy "))
                return true;
            at = end + 1;
        }
    }
    return false;
}

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
            follow(view, firewall);
        }
        ImGui::PopID();
        ImGui::TableNextColumn();
        const net::Action action = rule < 0 ? firewall.rules->policy
                                            : firewall.rules->rules[static_cast<std::size_t>(rule)].action;
        const bool stops = action == net::Action::drop || action == net::Action::reject;
        std::string text =
            rule < 0 ? "policy " + std::string(stops ? "drop" : "accept")
                     : sim::views::visible(net::print_rule(*firewall.rules, static_cast<std::size_t>(rule)));
        if (rule >= 0 && is_policy(firewall, rule)) text += "   (policy reject)";
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

// The line for a rule has the words of the rule that is chosen, until somebody writes there.
void Firewall::follow(const View& view, const sim::FirewallSetup& firewall) {
    if (chosen_in_ != view.firewall) {
        chosen_in_ = view.firewall;
        chosen_ = typed_for_ = -2;
        typed_[0] = 0;
        typed_from_.clear();
        tried_ = false;
        trial_.drop();
    }
    const auto count =
        static_cast<std::int32_t>(firewall.rules == nullptr ? 0 : firewall.rules->rules.size());
    if (chosen_ >= count) chosen_ = -2;  // it is gone by now
    std::string now;
    if (chosen_ >= 0 && !is_policy(firewall, chosen_))
        now = net::print_rule(*firewall.rules, static_cast<std::size_t>(chosen_));
    if (chosen_ == typed_for_ && (now == typed_from_ || typed_from_ != typed_)) return;
    std::strncpy(typed_, now.c_str(), sizeof typed_ - 1);
    typed_[sizeof typed_ - 1] = 0;
    typed_for_ = chosen_;
    typed_from_ = typed_;
}

// What a rule has counted and this panel cannot list.
void Firewall::untold(const Theme& theme, const sim::FirewallSetup& firewall, std::uint64_t counted,
                      std::uint64_t listed) {
    if (counted <= listed) return;
    const std::string more = std::to_string(counted - listed);
    const net::Action action = chosen_ < 0 ? firewall.rules->policy
                                           : firewall.rules->rules[static_cast<std::size_t>(chosen_)].action;
    const bool decides = action == net::Action::accept || action == net::Action::drop ||
                         action == net::Action::reject;
    const std::string packets = counted - listed == 1 ? " packet is" : " packets are";
    faint(theme, !decides ? more + packets + " counted; the rule does not decide on them, another one does."
                 : listed == 0
                     ? more + packets + " counted, of connections already open, and not listed one by one."
                     : more + " more" + packets + " counted, of connections already open, and not "
                              "listed one by one.");
}

void Firewall::verdicts(View& view, const sim::FirewallSetup& firewall) {
    const Theme& theme = view.theme;
    decided_.go_to(view.run, view.firewall, firewall, view.player.happened());
    const auto& packets = decided_.packets();
    begin_region("last", {0, 0});
    wrapped(theme, theme.bold, theme.colour.text,
            chosen_ == -2  ? "New connections, and what was stopped, the latest first"
            : chosen_ < 0 ? "Packets that no rule decided on, the latest first"
                          : "Packets that rule " + std::to_string(chosen_ + 1) +
                                " decided on, the latest first");
    begin_region("verdicts", {0, 0});
    const auto wanted = [&](const DecidedPacket& one) {
        return chosen_ == -2 ? one.by_verdict : one.rule == chosen_;
    };
    const auto listed = static_cast<std::uint64_t>(std::count_if(packets.begin(), packets.end(), wanted));
    std::uint64_t early = 0;  // packets that have left, and are not here yet
    if (chosen_ != -2 && firewall.rules != nullptr) {
        const std::uint64_t counted =
            sim::border::count_of(view.player.world(), view.firewall, chosen_).packets;
        early = listed - std::min(listed, counted);
        untold(theme, firewall, counted, listed);
    }
    std::size_t shown = 0;
    for (std::size_t i = packets.size(); i-- > 0 && shown < verdicts_shown;) {
        if (!wanted(packets[i])) continue;
        if (!packets[i].by_verdict && early > 0) {
            --early;
            continue;
        }
        const Entry entry = view.run.entries[packets[i].entry];
        const RowWords said = words_at(view.run, entry);
        std::string text = said.text;
        if (packets[i].by_verdict) {  // which firewall it is stands above
            const std::string own = "firewall " + firewall.name + " ";
            if (text.starts_with(own)) text.erase(0, own.size());
        } else {
            const auto& index = view.run.index();
            text = index.node_name(said.from) + " → " + index.node_name(said.to) + ": " + text;
        }
        if (pressable(theme, theme.mono, theme.of(said.ink),
                      sim::views::clock_time(view.run.setup(), view.run.time_of(packets[i].entry)) + "  " + text,
                      static_cast<int>(i)))
            view.player.go_to_entry(packets[i].entry);
        ++shown;
    }
    if (listed == 0) faint(theme, chosen_ == -2 ? "None by this moment." : "None is listed by this moment.");
    if (listed > shown && shown == verdicts_shown)
        faint(theme, std::to_string(listed - shown) + " came before these.");
    ImGui::EndChild();
    ImGui::EndChild();
}

// Where a stranger must come from.
std::string from_words(const sim::views::ExposedService& one) {
    if (one.anywhere) return {};
    std::string out;
    std::size_t told = 0;
    for (const std::string& range : one.from) {
        if (told++ == sources_shown) break;
        out += (out.empty() ? ", from " : ", ") + range;
    }
    const std::size_t more = one.from.size() - std::min(one.from.size(), sources_shown);
    if (more != 0) out += " and " + std::to_string(more) + " more";
    return out;
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
                      from_words(one));
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
void Firewall::try_it(View& view, const std::string& change) {
    tried_ = false;
    trial_.begin(view.player, change, from_start_, true);
}

std::string Firewall::rule_change(const sim::FirewallSetup& firewall, const char* how,
                                  bool with_rule) const {
    std::string change = "firewall = { firewall = " + scenario::toml_string(firewall.name) +
                         ", edit = \"" + how + "\"";
    if (std::strcmp(how, "append") != 0)
        change += ", position = " + std::to_string(std::max(0, chosen_) + 1);
    if (with_rule) change += ", rule = " + scenario::toml_string(typed_);
    return change + " }";
}

void Firewall::edit_policy(View& view, const sim::FirewallSetup& firewall) {
    const Theme& theme = view.theme;
    wrapped(theme, theme.bold, theme.colour.text, "Change the policy, and see who breaks");
    if (says_policy(view.player.setup(), firewall.name)) {
        faint(theme, "It stands in a line of the rules: only the scenario can change it.");
        return;
    }
    const std::string now = policy_of(firewall);
    for (const char* const policy : {"accept", "drop", "reject"}) {
        if (toggle(theme, ("policy " + std::string(policy)).c_str(), now == policy, theme.colour.dns) &&
            now != policy)
            try_it(view, policy_change(firewall, policy));
        ImGui::SameLine(0, theme.px(4));
    }
}

void Firewall::edit(View& view, const sim::FirewallSetup& firewall) {
    const Theme& theme = view.theme;
    if (firewall.rules == nullptr) return;
    const bool on_policy = chosen_ != -2 && is_policy(firewall, chosen_);
    const bool on_rule = chosen_ >= 0 && !on_policy;
    if (on_policy) {
        edit_policy(view, firewall);
    } else {
        wrapped(theme, theme.bold, theme.colour.text,
                on_rule ? "Change rule " + std::to_string(chosen_ + 1) + ", and see who breaks"
                        : "Add a rule, or click one to change it, and see who breaks");
        ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x);
        const bool enter =
            ImGui::InputTextWithHint("##rule", "tcp dport 25 reject", typed_, sizeof typed_,
                                     ImGuiInputTextFlags_EnterReturnsTrue);
        const bool rule = typed_[0] != 0;
        const auto button = [&](const char* label, const char* how, bool with_rule) {
            if (ImGui::Button(label)) try_it(view, rule_change(firewall, how, with_rule));
            ImGui::SameLine(0, theme.px(4));
        };
        if (on_rule && rule) button("replace it", "replace", true);
        if (on_rule) button("remove it", "remove", false);
        if (rule) button(on_rule ? "insert before" : "insert first", "insert", true);
        if (rule) button("append", "append", true);
        if (enter && rule) try_it(view, rule_change(firewall, on_rule ? "replace" : "insert", true));
    }
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
            trial_.who.empty() && !trial_.done->parts()
                ? "Nobody breaks: with " + trial_.change + " everything happens as it did."
            : trial_.who.empty() ? "Nobody breaks with " + trial_.change + ": what came through still does."
            : worse == 0         ? "Nobody breaks with " + trial_.change + "."
                         : std::to_string(worse) + (worse == 1 ? " breaks" : " break") + " with " +
                               trial_.change + "");
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
        if (pressable(theme, theme.sans, theme.colour.text, what, 0) && one.was_at != 0)
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
    follow(view, firewall);
    const float width = ImGui::GetContentRegionAvail().x, between = theme.px(14);
    if (width < theme.px(800)) {
        rules(view, firewall);
        edit(view, firewall);
        opened(view);
        verdicts(view, firewall);
        return;
    }
    begin_region("rules-and-edit", {(width - between) * 0.54F, 0});
    rules(view, firewall);
    ImGui::Dummy({0, theme.px(6)});
    edit(view, firewall);
    ImGui::Dummy({0, theme.px(6)});
    opened(view);
    ImGui::EndChild();
    ImGui::SameLine(0, between);
    verdicts(view, firewall);
}

}  // namespace

std::unique_ptr<Panel> make_firewall() { return std::make_unique<Firewall>(); }

}  // namespace postroad::viz

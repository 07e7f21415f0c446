// DNS: what was looked up and how it was answered, what resolvers have cached, who serves which zone.
#include <algorithm>

#include "protocols/dns/name.hpp"
#include "protocols/dns/types.hpp"
#include "sim/views/ladder_words.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/model/lookups.hpp"
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
    void lookup(View& view, std::size_t at, unsigned depth);
    void line(View& view, ImFont* font, ImU32 colour, const std::string& text, std::size_t entry,
              unsigned depth, int id);
    void cache(View& view, float part);
    void zones(View& view);
    std::vector<Lookup> lookups_;
    std::size_t lookups_at_ = ~std::size_t{0};
    // Of the zone that is unfolded: its number, and its records as they were in this Setup.
    std::size_t unfolded_ = ~std::size_t{0};
    std::vector<std::string> records_;
    const dns::Zone* records_of_ = nullptr;
};

constexpr std::size_t lookups_shown = 60, cache_shown = 300, records_shown = 500;
constexpr unsigned depth_max = 12;

// A line of the tree, `depth` steps in, with a mark from the line it belongs to. A click goes there.
void Dns::line(View& view, ImFont* font, ImU32 colour, const std::string& text, std::size_t entry,
               unsigned depth, int id) {
    const Theme& theme = view.theme;
    const float in = theme.px(16) * static_cast<float>(depth);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    if (depth > 0) {
        const float x = at.x + in - theme.px(10), y = at.y + theme.sans->FontSize * 0.55F;
        ImDrawList* const list = ImGui::GetWindowDrawList();
        list->AddLine({x, at.y - theme.px(3)}, {x, y}, theme.colour.edge, theme.px(1.5F));
        list->AddLine({x, y}, {x + theme.px(7), y}, theme.colour.edge, theme.px(1.5F));
    }
    ImGui::Indent(in + 0.01F);
    if (pressable(theme, font, view.spoken_at() == entry ? theme.colour.accent : colour, text, id))
        view.player.go_to_entry(entry);
    ImGui::Unindent(in + 0.01F);
}

void Dns::lookup(View& view, std::size_t at, unsigned depth) {
    const Theme& theme = view.theme;
    const Lookup& one = lookups_[at];
    const auto& index = view.run.index();
    ImGui::PushID(static_cast<int>(at));
    line(view, theme.sans, theme.colour.text, index.node_name(one.host) + " looks up " + one.what,
         one.begun, depth, 0);
    if (depth < depth_max) {
        for (const Lookup::Step& step : one.steps) {
            const bool answered = step.answer != Lookup::none;
            line(view, theme.mono, step.words.empty() ? theme.colour.later : theme.of(step.ink),
                 "asks " + index.node_name(step.asked) + (step.words.empty() ? "" : ": " + step.words),
                 answered && view.spoken_at() != step.question ? step.answer : step.question, depth + 1,
                 static_cast<int>(&step - one.steps.data()) + 2);
            for (const std::size_t below : step.below) lookup(view, below, depth + 2);
        }
        for (const std::size_t below : one.below) lookup(view, below, depth + 1);
    }
    if (one.result != Lookup::none) {
        std::string text = one.words;
        if (one.result != one.begun)
            text += ", " + sim::duration_words(view.run.time_of(one.result) - view.run.time_of(one.begun));
        line(view, theme.mono, theme.of(one.ink), text, one.result, depth + 1, 1);
    }
    ImGui::PopID();
}

// Each look-up, and under it whom its host had to ask.
void Dns::lookups(View& view) {
    const Theme& theme = view.theme;
    if (lookups_at_ != view.player.happened()) {
        lookups_at_ = view.player.happened();
        lookups_ = lookups_before(view.run, lookups_at_);
    }
    heading(theme, "Look-ups, the latest first");
    begin_region("lookups", {0, 0});
    std::size_t shown = 0;
    for (std::size_t i = lookups_.size(); i-- > 0 && shown < lookups_shown;) {
        if (lookups_[i].nested) continue;
        lookup(view, i, 0);
        ++shown;
    }
    if (shown == 0) faint(theme, "Nobody has looked anything up by this moment.");
    ImGui::EndChild();
}

// `part`: of the height there is, at the most.
void Dns::cache(View& view, float part) {
    const Theme& theme = view.theme;
    const sim::World& world = view.player.world();
    heading(theme, "Caches, with the time that is left");
    const auto is_live = [&](const sim::CacheEntry& entry) {
        return !entry.name.empty() && entry.expires > view.player.now();
    };
    std::size_t live = 0;
    for (std::uint32_t i = 0; i < world.dns.entries.size() && live < cache_shown; ++i)
        if (is_live(world.dns.entries[i])) ++live;
    if (live == 0) {
        faint(theme, "Nothing is cached at this moment.");
        return;
    }
    const float row = ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().CellPadding.y;
    const float high = std::min(ImGui::GetContentRegionAvail().y * part,
                                row * (static_cast<float>(live) + 1) + theme.px(6));
    if (!ImGui::BeginTable("cache", 4, ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerH |
                                           ImGuiTableFlags_ScrollY,
                           {0, high}))
        return;
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn("at", ImGuiTableColumnFlags_WidthStretch, 1);
    ImGui::TableSetupColumn("name and type", ImGuiTableColumnFlags_WidthStretch, 2.4F);
    ImGui::TableSetupColumn("what", ImGuiTableColumnFlags_WidthStretch, 1);
    ImGui::TableSetupColumn("left", ImGuiTableColumnFlags_WidthStretch, 1.1F);
    ImGui::TableHeadersRow();
    constexpr const char* kinds[] = {"records", "no such type", "no such name", "failure"};
    std::size_t shown = 0;
    for (std::uint32_t i = 0; i < world.dns.entries.size() && shown < cache_shown; ++i) {
        const sim::CacheEntry& entry = world.dns.entries[i];
        if (!is_live(entry)) continue;
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
}

// A click unfolds one: its records, as a master file has them.
void Dns::zones(View& view) {
    const Theme& theme = view.theme;
    const sim::Setup& setup = view.player.setup();
    heading(theme, "Zones, and who answers for them");
    begin_region("zones", {0, 0});
    for (std::size_t at = 0; at < setup.zones.size(); ++at) {
        const sim::ZoneSetup& zone = setup.zones[at];
        const bool unfolded = at == unfolded_;
        std::string text = std::string(unfolded ? "▼ " : "▶ ") +
                           (zone.origin == "." ? "the root" : zone.origin) + "   ";
        for (std::size_t i = 0; i < zone.served_by.size(); ++i)
            text += (i == 0 ? "" : ", ") + setup.hosts[zone.served_by[i]].name;
        if (zone.is_signed) text += "   signed";
        if (pressable(theme, theme.sans, theme.colour.text, text, static_cast<int>(at)))
            unfolded_ = unfolded ? ~std::size_t{0} : at;
        if (!unfolded) continue;
        if (records_of_ != zone.zone.get()) {
            records_of_ = zone.zone.get();
            records_.clear();
            std::string file = zone.zone->to_text();
            std::replace(file.begin(), file.end(), '\t', ' ');
            for (std::string_view rest = file; !rest.empty() && records_.size() < records_shown;)
                records_.emplace_back(sim::views::visible(sim::views::take_line(rest)));
        }
        ImGui::Indent(theme.px(16));
        for (const std::string& record : records_)
            wrapped(theme, theme.mono, theme.colour.command, record);
        if (records_.size() == records_shown) faint(theme, "and more");
        ImGui::Unindent(theme.px(16));
    }
    ImGui::EndChild();
}

void Dns::draw(View& view) {
    const float width = ImGui::GetContentRegionAvail().x, between = view.theme.px(14);
    if (width < view.theme.px(800)) {  // no room beside each other
        begin_region("dns-above", {0, ImGui::GetContentRegionAvail().y * 0.5F});
        lookups(view);
        ImGui::EndChild();
        ImGui::Separator();
        cache(view, 0.6F);
        zones(view);
        return;
    }
    const float left = (width - between) * 0.54F;
    begin_region("dns-left", {left, 0});
    lookups(view);
    ImGui::EndChild();
    ImGui::SameLine(0, between);
    begin_region("dns-right", {0, 0});
    cache(view, 0.62F);
    ImGui::Dummy({0, view.theme.px(4)});
    zones(view);
    ImGui::EndChild();
}

}  // namespace

std::unique_ptr<Panel> make_dns() { return std::make_unique<Dns>(); }

}  // namespace postroad::viz

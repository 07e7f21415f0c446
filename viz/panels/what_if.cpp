// What if: one change at this moment, and the two runs side by side from where they part.
#include "viz/model/what_if.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "viz/draw/widgets.hpp"
#include "viz/model/decided.hpp"
#include "viz/model/proposals.hpp"
#include "viz/panels/panel.hpp"
#include "viz/panels/reasons.hpp"

namespace postroad::viz {
namespace {

constexpr std::size_t alike_shown = 3;  // rows before the runs part
constexpr std::size_t ticks_max = 1'500;

class Fork : public Panel {
  public:
    const char* name() const override { return "What if"; }
    const char* about() const override { return "change something now, and compare"; }
    void draw(View& view) override;

  private:
    void ask(View& view);
    void compare(View& view);
    void timelines(View& view);
    void column(View& view, const char* title, const Recording& run,
                const std::vector<std::size_t>& rows, const WhatIf::Counts& counts, bool own);
    void whole(const Theme& theme, const Recording& run, std::size_t entry) const;
    void chosen(View& view);
    void try_it(View& view) {
        trial_.begin(view.player, typed_, false, false);
        chosen_.reset();
    }
    char typed_[400] = {};
    Trial trial_;
    std::optional<std::size_t> chosen_;  // an entry of the changed run
    std::vector<Proposal> proposals_;
    std::optional<std::uint32_t> proposed_for_;  // Setup::version
};

void Fork::ask(View& view) {
    const Theme& theme = view.theme;
    heading(theme, "What if, at " + sim::views::clock_time(view.run.setup(), view.player.now()) + ":");
    float x = 0;
    if (proposed_for_ != view.player.setup().version) {
        proposed_for_ = view.player.setup().version;
        proposals_ = proposals(view.player.setup());
    }
    for (const Proposal& one : proposals_) {
        const float need = ImGui::CalcTextSize(one.label.c_str()).x + theme.px(26);
        if (x > 0 && x + need < ImGui::GetContentRegionAvail().x) ImGui::SameLine(0, theme.px(4));
        else x = 0;
        x += need;
        if (ImGui::Button(one.label.c_str())) {
            std::strncpy(typed_, one.change.c_str(), sizeof typed_ - 1);
            typed_[sizeof typed_ - 1] = 0;
        }
        if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", one.change.c_str());
    }
    const float button = theme.px(110);
    ImGui::SetNextItemWidth(std::max(theme.px(80), ImGui::GetContentRegionAvail().x - button - theme.px(8)));
    const bool enter =
        ImGui::InputTextWithHint("##change", "a [[timeline]] change: choose one above, or write your own",
                                 typed_, sizeof typed_, ImGuiInputTextFlags_EnterReturnsTrue);
    ImGui::SameLine(0, theme.px(8));
    if (ImGui::Button("Compare", {button, 0}) || enter) {
        if (typed_[0] == 0) trial_.drop();
        else try_it(view);
    }
    if (!trial_.error.empty()) wrapped(theme, theme.mono, theme.colour.bad, trial_.error);
}

void Fork::column(View& view, const char* title, const Recording& run,
                  const std::vector<std::size_t>& rows, const WhatIf::Counts& counts, bool own) {
    const Theme& theme = view.theme;
    heading(theme, title);
    wrapped(theme, theme.sans, theme.colour.text,
          std::to_string(counts.delivered) + " delivered, " + std::to_string(counts.bounced) +
              " bounced, " + std::to_string(counts.failures) + " failures, " +
              std::to_string(counts.lines) + " lines");
    const std::size_t first = trial_.done->same > alike_shown ? trial_.done->same - alike_shown : 0;
    // Whole rows, so that none is cut.
    const float row = theme.mono->FontSize + ImGui::GetStyle().ItemSpacing.y;
    begin_region(title, {0, std::max(1.0F, std::floor(ImGui::GetContentRegionAvail().y / row)) * row});
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(rows.size() - std::min(first, rows.size())), row);
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const std::size_t at = first + static_cast<std::size_t>(i);
            const RowWords said = words_at(run, run.entries[rows[at]]);
            const bool alike = at < trial_.done->same, parts = at == trial_.done->same;
            if (parts) {
                const ImVec2 from = ImGui::GetCursorScreenPos();
                ImGui::GetWindowDrawList()->AddRectFilled(
                    {from.x, from.y - 2},
                    {from.x + ImGui::GetContentRegionAvail().x, from.y + theme.mono->FontSize + 2},
                    faded(theme.colour.accent, 0.28F), theme.px(3));
            }
            std::string text = sim::views::clock_time(run.setup(), run.time_of(rows[at])) + "  ";
            if (said.from != sim::nothing) text += run.index().node_name(said.from) + ": ";
            const ImVec2 from = ImGui::GetCursorScreenPos();
            ImGui::PushID(i);
            if (ImGui::Selectable("##row", !own && chosen_ == rows[at], 0, {0, theme.mono->FontSize})) {
                if (own) view.player.go_to_entry(rows[at]);
                else if (chosen_ == rows[at]) chosen_.reset();
                else chosen_ = rows[at];
            }
            if (ImGui::IsItemHovered()) {
                ImGui::SetNextWindowSize({theme.mono->FontSize * 40, 0});
                ImGui::BeginTooltip();
                whole(theme, run, rows[at]);
                ImGui::EndTooltip();
            }
            ImGui::PopID();
            put_text(ImGui::GetWindowDrawList(), theme.mono, from,
                     alike ? theme.colour.faint : theme.of(said.ink), text + said.text,
                     ImGui::GetContentRegionAvail().x);
        }
    if (trial_.done->same == rows.size()) faint(theme, "Nothing more happens here.");
    ImGui::EndChild();
}

// A row's words whole, and why it came to be.
void Fork::whole(const Theme& theme, const Recording& run, std::size_t entry) const {
    const RowWords said = words_at(run, run.entries[entry]);
    wrapped(theme, theme.bold, theme.colour.text,
            sim::views::clock_time(run.setup(), run.time_of(entry)) + "   " + who_words(run, said));
    wrapped(theme, theme.mono, theme.of(said.ink), said.text);
    if (run.entries.kind(entry) != Kind::decision)
        reasons(theme, decided_before(run, entry));
}

// Below the columns: nobody can go to a moment of the changed run, so that it is told here.
void Fork::chosen(View& view) {
    const Theme& theme = view.theme;
    ImGui::Separator();
    faint(theme, "With the change; another click on the row closes this.");
    whole(theme, *trial_.done->other, *chosen_);
}

// Both runs from the change on, one above the other by the same clock, and where they part.
void Fork::timelines(View& view) {
    const Theme& theme = view.theme;
    ImDrawList* const list = ImGui::GetWindowDrawList();
    const float label = width_of(theme.small, "with the change") + theme.px(14);
    const float high = theme.px(20), gap = theme.px(4), width = ImGui::GetContentRegionAvail().x - label;
    if (width < theme.px(80)) return;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const StoryClock& clock = view.run.story.length() > trial_.done->other->story.length()
                                  ? view.run.story
                                  : trial_.done->other->story;
    const double from = clock.seconds_at(trial_.done->at);
    const double length = std::max(clock.length() - from, 1e-6);
    const auto x_of = [&](Time moment) {
        const double part = std::clamp((clock.seconds_at(moment) - from) / length, 0.0, 1.0);
        return at.x + label + static_cast<float>(part) * (width - theme.px(3));
    };
    const auto strip = [&](const char* name, const Recording& run, const std::vector<std::size_t>& rows,
                           float y) {
        put_text(list, theme.small, {at.x, y + theme.px(2)}, theme.colour.faint, name);
        list->AddRectFilled({at.x + label, y}, {at.x + label + width, y + high}, theme.colour.raised,
                            theme.px(3));
        const std::size_t stride = std::max<std::size_t>(1, rows.size() / ticks_max);
        for (std::size_t i = 0; i < rows.size(); i += stride) {
            const Entry& entry = run.entries[rows[i]];
            const float x = x_of(run.time_of(rows[i]));
            const ImU32 colour =
                entry.failure() ? theme.colour.bad_fill : theme.of(who_at(run, entry).protocol);
            list->AddRectFilled({x, y + (entry.failure() ? high * 0.55F : high * 0.2F)},
                                {x + theme.px(2), y + high * (entry.failure() ? 1.0F : 0.8F)}, colour);
        }
    };
    strip("as it was", view.run, trial_.done->was, at.y);
    strip("with the change", *trial_.done->other, trial_.done->is, at.y + high + gap);
    const Recording& first = trial_.done->same < trial_.done->is.size() ? *trial_.done->other : view.run;
    const auto& rows = trial_.done->same < trial_.done->is.size() ? trial_.done->is : trial_.done->was;
    const float x = x_of(first.time_of(rows[trial_.done->same]));
    list->AddLine({x, at.y - theme.px(2)}, {x, at.y + 2 * high + gap + theme.px(2)}, theme.colour.accent,
                  theme.px(2));
    ImGui::Dummy({width, 2 * high + gap + theme.px(6)});
}

void Fork::compare(View& view) {
    const Theme& theme = view.theme;
    const std::string at = sim::views::clock_time(view.run.setup(), trial_.done->at);
    if (!trial_.done->parts()) {
        wrapped(theme, theme.sans, theme.colour.good,
                "From " + at + " on, " + trial_.done->change + " changes nothing that happens: both runs are alike.");
        return;
    }
    wrapped(theme, theme.sans, theme.colour.text,
            "With " + trial_.done->change + " at " + at + " the first " + std::to_string(trial_.done->same) +
                " rows stay as they were; the marked ones are where the runs part.");
    timelines(view);
    const float width = (ImGui::GetContentRegionAvail().x - theme.px(14)) / 2;
    const float below = chosen_ ? ImGui::GetContentRegionAvail().y * 0.36F : 0;
    begin_region("was", {width, -below});
    column(view, "As it was", view.run, trial_.done->was, trial_.done->was_counts, true);
    ImGui::EndChild();
    ImGui::SameLine(0, theme.px(14));
    begin_region("is", {0, -below});
    column(view, "With the change", *trial_.done->other, trial_.done->is, trial_.done->is_counts, false);
    ImGui::EndChild();
    if (!chosen_) return;
    begin_region("chosen", {0, 0});
    chosen(view);
    ImGui::EndChild();
}

void Fork::draw(View& view) {
    if (!view.proposed.empty()) {
        std::strncpy(typed_, view.proposed.c_str(), sizeof typed_ - 1);
        typed_[sizeof typed_ - 1] = 0;
        view.proposed.clear();
        try_it(view);
    }
    ask(view);
    trial_.arrived(view.player);
    ImGui::Separator();
    if (trial_.done != nullptr) compare(view);
    else if (trial_.busy()) working(view.theme, trial_.share(), "The copy runs on with " + trial_.change + "");
    else
        faint(view.theme, "The world is copied at this moment, changed, and run on; this run stays as it is.");
}

}  // namespace

std::unique_ptr<Panel> make_what_if() { return std::make_unique<Fork>(); }

}  // namespace postroad::viz

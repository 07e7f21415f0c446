// Search: every row whose words contain what is typed. The search runs on a thread of its own;
// drawing takes what has been found by then.
#include <algorithm>
#include <cmath>

#include "viz/draw/widgets.hpp"
#include "viz/panels/panel.hpp"

namespace postroad::viz {
namespace {

constexpr std::size_t kept_max = 200'000;

class Search : public Panel {
  public:
    const char* name() const override { return "Search"; }
    const char* about() const override { return "finds words in everything that happened"; }
    void draw(View& view) override;

  private:
    void look(View& view);
    char typed_[200] = {};
    std::string for_;
    bool failures_ = false;
    bool asked_failures_ = false;
    std::shared_ptr<Inquiry> inquiry_;
    EntrySet found_;
};

void Search::look(View& view) {
    if (for_ != typed_ || failures_ != asked_failures_) {
        for_ = typed_;
        asked_failures_ = failures_;
        found_.clear();
        inquiry_ = nullptr;
        if (for_.empty()) return;
        Wanted wanted;
        wanted.words = for_;
        wanted.failures = failures_;
        wanted.found_max = kept_max;
        inquiry_ = view.finder.ask(wanted);
    }
    if (inquiry_ == nullptr) return;
    if (view.patient) inquiry_->wait();
    inquiry_->take(found_);
}

void Search::draw(View& view) {
    const Theme& theme = view.theme;
    heading(theme, "Search in all that is said, decided, looked up, dropped");
    ImGui::SetNextItemWidth(std::min(theme.px(420), ImGui::GetContentRegionAvail().x));
    if (view.focus_search) ImGui::SetKeyboardFocusHere();
    view.focus_search = false;
    const bool enter = ImGui::InputTextWithHint("##search", "RCPT TO, 550, 5321 §4.5, mx1", typed_,
                                                sizeof typed_, ImGuiInputTextFlags_EnterReturnsTrue);
    if (ImGui::GetContentRegionAvail().x > theme.px(560)) ImGui::SameLine(0, theme.px(8));
    if (toggle(theme, "failures alone", failures_, theme.colour.bad_fill)) failures_ = !failures_;
    look(view);
    if (for_.empty()) {
        faint(theme, "Type words, a reply code, a section, a host. Click a line to go to its moment.");
        return;
    }
    const std::uint64_t count = inquiry_->count();
    std::string told = std::to_string(count) + (count == 1 ? " line" : " lines");
    if (!inquiry_->done()) told += ", looking on …";
    else if (count > found_.size()) told += ", of which these are the first " + std::to_string(found_.size());
    faint(theme, told);
    if (enter && !found_.empty()) {
        // The next one behind this moment, or the first.
        const std::size_t next = found_.below(view.player.happened());
        view.player.go_to_entry(found_[next == found_.size() ? 0 : next]);
    }
    const float row = theme.mono->FontSize + theme.px(8);  // whole rows, so that none is cut
    ImGui::BeginChild("found", {0, std::max(1.0F, std::floor(ImGui::GetContentRegionAvail().y / row)) * row});
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(found_.size()), row);
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const std::size_t entry = found_[static_cast<std::size_t>(i)];
            const RowWords said = words_at(view.run, view.run.entries[entry]);
            const ImVec2 at = ImGui::GetCursorScreenPos();
            const float width = ImGui::GetContentRegionAvail().x;
            ImGui::PushID(i);
            if (ImGui::Selectable("##row", entry + 1 == view.player.happened(), 0, {width, row - theme.px(6)}))
                view.player.go_to_entry(entry);
            const bool hovered = ImGui::IsItemHovered();
            ImGui::PopID();
            ImDrawList* const list = ImGui::GetWindowDrawList();
            float x = at.x + put_text(list, theme.mono, at, theme.colour.faint,
                                      sim::views::clock_time(view.run.setup(), view.run.time_of(entry)));
            x += theme.px(14);
            std::string who = said.from == sim::nothing ? "" : view.run.index().node_name(said.from);
            if (said.to != sim::nothing) who += " → " + view.run.index().node_name(said.to);
            const float wide = std::min(theme.px(180), width * 0.26F);
            put_text(list, theme.sans, {x, at.y}, theme.colour.text, who, wide);
            x += wide + theme.px(10);
            put_text(list, theme.mono, {x, at.y}, theme.of(said.ink), said.text, at.x + width - x);
            if (!hovered) continue;
            // Whole, where the row had no room.
            ImGui::BeginTooltip();
            ImGui::PushTextWrapPos(ImGui::GetFontSize() * 40);
            ImGui::TextUnformatted((who + (who.empty() ? "" : ": ") + said.text).c_str());
            ImGui::PopTextWrapPos();
            ImGui::EndTooltip();
        }
    ImGui::EndChild();
}

}  // namespace

std::unique_ptr<Panel> make_search() { return std::make_unique<Search>(); }

}  // namespace postroad::viz

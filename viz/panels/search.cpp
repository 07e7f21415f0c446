// Search: every row whose words contain what is typed. The search goes on over frames, so that
// drawing never waits for it.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "protocols/base/ascii.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/panels/panel.hpp"

namespace postroad::viz {
namespace {

constexpr std::size_t rows_a_frame = 8'000;
constexpr std::size_t found_max = 20'000;

bool contains(std::string_view text, std::string_view part) {
    if (part.size() > text.size()) return false;
    for (std::size_t i = 0; i + part.size() <= text.size(); ++i)
        if (equals_ignoring_case(text.substr(i, part.size()), part)) return true;
    return false;
}

class Search : public Panel {
  public:
    const char* name() const override { return "Search"; }
    const char* about() const override { return "finds words in everything that happened"; }
    void draw(View& view) override;

  private:
    void look(const View& view);
    char typed_[200] = {};
    std::string for_;
    std::size_t at_ = 0;
    std::vector<std::uint32_t> found_;
};

void Search::look(const View& view) {
    if (for_ != typed_) {
        for_ = typed_;
        at_ = 0;
        found_.clear();
    }
    if (for_.empty()) return;
    const std::size_t end = std::min(view.run.entries.size(), at_ + rows_a_frame);
    for (; at_ < end && found_.size() < found_max; ++at_) {
        if (view.run.entries[at_].kind() == Kind::segment) continue;
        const RowWords said = words_at(view.run, view.run.entries[at_]);
        if (contains(said.text, for_) || contains(to_string(said.section), for_) ||
            (said.from != sim::nothing && contains(view.run.index().node_name(said.from), for_)))
            found_.push_back(static_cast<std::uint32_t>(at_));
    }
}

void Search::draw(View& view) {
    const Theme& theme = view.theme;
    heading(theme, "Search in all that is said, decided, looked up, dropped");
    ImGui::SetNextItemWidth(std::min(theme.px(420), ImGui::GetContentRegionAvail().x));
    if (view.focus_search) ImGui::SetKeyboardFocusHere();
    view.focus_search = false;
    const bool enter = ImGui::InputTextWithHint("##search", "RCPT TO, 550, 5321 §4.5, mx1 …", typed_,
                                                sizeof typed_, ImGuiInputTextFlags_EnterReturnsTrue);
    look(view);
    if (for_.empty()) {
        faint(theme, "Type words, a reply code, a section, a host. Click a line to go to its moment.");
        return;
    }
    const bool looking = at_ < view.run.entries.size() && found_.size() < found_max;
    faint(theme, std::to_string(found_.size()) + (found_.size() == 1 ? " line" : " lines") +
                     (looking ? ", looking on …" : found_.size() == found_max ? ", and more" : ""));
    if (enter && !found_.empty()) {
        // The next one behind this moment, or the first.
        auto next = std::lower_bound(found_.begin(), found_.end(),
                                     static_cast<std::uint32_t>(view.player.happened()));
        view.player.go_to_entry(next == found_.end() ? found_.front() : *next);
    }
    const float row = theme.mono->FontSize + theme.px(8);  // whole rows, so that none is cut
    ImGui::BeginChild("found", {0, std::max(1.0F, std::floor(ImGui::GetContentRegionAvail().y / row)) * row});
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(found_.size()), row);
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const std::uint32_t entry = found_[static_cast<std::size_t>(i)];
            const RowWords said = words_at(view.run, view.run.entries[entry]);
            const ImVec2 at = ImGui::GetCursorScreenPos();
            const float width = ImGui::GetContentRegionAvail().x;
            ImGui::PushID(i);
            if (ImGui::Selectable("##row", entry + 1 == view.player.happened(), 0, {width, row - theme.px(6)}))
                view.player.go_to_entry(entry);
            ImGui::PopID();
            ImDrawList* const list = ImGui::GetWindowDrawList();
            float x = at.x + put_text(list, theme.mono, at, theme.colour.faint,
                                      sim::views::clock_time(view.run.setup(), view.run.time_of(entry)));
            x += theme.px(14);
            std::string who = said.from == sim::nothing ? "" : view.run.index().node_name(said.from);
            if (said.to != sim::nothing) who += " → " + view.run.index().node_name(said.to);
            put_text(list, theme.sans, {x, at.y}, theme.colour.text, who, theme.px(180));
            x += theme.px(190);
            put_text(list, theme.mono, {x, at.y}, theme.of(said.ink), said.text, at.x + width - x);
        }
    ImGui::EndChild();
}

}  // namespace

std::unique_ptr<Panel> make_search() { return std::make_unique<Search>(); }

}  // namespace postroad::viz

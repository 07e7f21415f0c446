// Search: every row whose words contain what is typed, or which a filter lets through. The search
// runs on a thread of its own; drawing takes what has been found by then.
#include <algorithm>
#include <cmath>

#include "viz/draw/widgets.hpp"
#include "viz/model/kind_groups.hpp"
#include "viz/panels/panel.hpp"

namespace postroad::viz {
namespace {

constexpr std::size_t kept_max = 200'000;

// "2,418"
std::string in_thousands(std::uint64_t number) {
    std::string out = std::to_string(number);
    for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, ",");
    return out;
}

class Search : public Panel {
  public:
    const char* name() const override { return "Search"; }
    const char* about() const override { return "finds words in everything that happened"; }
    void draw(View& view) override;

  private:
    void field(View& view);
    void filters(View& view);
    bool filtered() const;
    void look(View& view);
    void go(View& view);
    void count(const View& view) const;
    void rows(View& view);
    void row(View& view, std::size_t entry, ImVec2 at, float width, float height);

    char typed_[200] = {};
    Wanted wanted_, asked_for_;  // of the latter nothing has been asked while there is no inquiry
    bool going_ = false;         // Enter was pressed, and what it goes to is not found yet
    std::shared_ptr<Inquiry> inquiry_;
    EntrySet found_;
};

// Escape leaves the field and what is typed in it, where ImGui would take back the letters.
void Search::field(View& view) {
    const Theme& theme = view.theme;
    ImGui::SetNextItemWidth(std::min(theme.px(420), ImGui::GetContentRegionAvail().x));
    if (view.focus_search) ImGui::SetKeyboardFocusHere();
    view.focus_search = false;
    const std::string before = typed_;
    if (ImGui::InputTextWithHint("##search", "RCPT TO, 550, 5321 §4.5, mx1", typed_, sizeof typed_,
                                 ImGuiInputTextFlags_EnterReturnsTrue))
        going_ = true;
    if (ImGui::IsItemDeactivated() && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Escape)))
        before.copy(typed_, before.size() + 1);
    wanted_.words = typed_;
}

void Search::filters(View& view) {
    const Theme& theme = view.theme;
    const sim::views::TraceIndex& index = view.run.index();
    bool first = true;
    // Gives whether it was clicked; to the next line where it does not fit beside the others.
    const auto flow = [&](const std::string& label, const char* id, bool on, ImU32 colour) {
        const float need = ImGui::CalcTextSize(label.c_str()).x + 2 * ImGui::GetStyle().FramePadding.x;
        const float right = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x;
        if (!first && ImGui::GetItemRectMax().x + theme.px(4) + need <= right)
            ImGui::SameLine(0, theme.px(4));
        first = false;
        return toggle(theme, (label + "###" + id).c_str(), on, colour);
    };
    for (const KindGroup& group : kind_groups) {
        const bool on = (wanted_.kinds & group.kinds) == group.kinds;
        if (flow(group.label, group.label, on, theme.colour.smtp)) wanted_.kinds ^= group.kinds;
    }
    if (flow("failures alone", "failures", wanted_.failures, theme.colour.bad_fill))
        wanted_.failures = !wanted_.failures;
    // What is chosen by now stays in the filter until it is clicked again, whatever is chosen later.
    const sim::Setup& setup = view.player.setup();
    const NodeId host = wanted_.hosts.empty() ? view.host : wanted_.hosts.front();
    if (host < setup.hosts.size() &&
        flow("only " + setup.hosts[host].name, "host", !wanted_.hosts.empty(), theme.colour.dns)) {
        if (wanted_.hosts.empty()) wanted_.hosts = {host};
        else wanted_.hosts.clear();
    }
    const bool for_message = wanted_.journey != sim::nothing;
    const std::uint32_t journey = for_message ? wanted_.journey : view.journey;
    if (journey < index.journeys.size() &&
        flow("only message " + std::to_string(journey + 1), "message", for_message, theme.colour.dns))
        wanted_.journey = for_message ? sim::nothing : journey;
    std::uint32_t talk = wanted_.talk;
    if (const auto now = view.spoken(); talk == 0 && now)
        talk = index.number_of(who_at(view.run, *now).subject);
    if (talk != 0 &&
        flow("only connection " + std::to_string(talk), "talk", wanted_.talk != 0, theme.colour.dns))
        wanted_.talk = wanted_.talk == 0 ? talk : 0;
}

bool Search::filtered() const {
    return wanted_.kinds != kinds_at_first || wanted_.failures || !wanted_.hosts.empty() ||
           wanted_.journey != sim::nothing || wanted_.talk != 0;
}

void Search::look(View& view) {
    wanted_.found_max = kept_max;
    if (wanted_ != asked_for_) {
        asked_for_ = wanted_;
        found_.clear();
        inquiry_ = nullptr;
        if (!wanted_.words.empty() || filtered()) inquiry_ = view.finder.ask(wanted_);
    }
    if (inquiry_ == nullptr) return;
    if (view.patient) inquiry_->wait();
    inquiry_->take(found_);
}

// To the next one behind this moment, or else to the first, as soon as it is known which that is.
void Search::go(View& view) {
    if (!going_) return;
    if (inquiry_ == nullptr) {
        going_ = false;
        return;
    }
    const bool whole = inquiry_->done();
    if (whole) inquiry_->take(found_);
    const std::size_t next = found_.below(view.player.happened());
    if (next == found_.size() && !whole) return;
    going_ = false;
    if (!found_.empty()) view.player.go_to_entry(found_[next == found_.size() ? 0 : next]);
}

void Search::count(const View& view) const {
    const std::uint64_t count = inquiry_->count();
    std::string told = in_thousands(count) + " of " + in_thousands(view.run.entries.size()) + " rows";
    if (!inquiry_->done()) told += ", looking on …";
    else if (count > found_.size()) told += ", of which these are the first " + in_thousands(found_.size());
    faint(view.theme, told);
}

void Search::row(View& view, std::size_t entry, ImVec2 at, float width, float height) {
    const Theme& theme = view.theme;
    const RowWords said = words_at(view.run, view.run.entries[entry]);
    if (ImGui::Selectable("##row", entry + 1 == view.player.happened(), 0, {width, height - theme.px(6)}))
        view.player.go_to_entry(entry);
    const bool hovered = ImGui::IsItemHovered();
    ImDrawList* const list = ImGui::GetWindowDrawList();
    const std::string when = sim::views::clock_time(view.run.setup(), view.run.time_of(entry));
    float x = at.x + put_text(list, theme.mono, at, theme.colour.faint, when) + theme.px(14);
    std::string who = said.from == sim::nothing ? "" : view.run.index().node_name(said.from);
    if (said.to != sim::nothing) who += " → " + view.run.index().node_name(said.to);
    const float wide = std::min(theme.px(180), width * 0.26F);
    put_text(list, theme.sans, {x, at.y}, theme.colour.text, who, wide);
    x += wide + theme.px(10);
    put_text(list, theme.mono, {x, at.y}, theme.of(said.ink), said.text, at.x + width - x);
    if (!hovered) return;
    // Whole, where the row had no room.
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(ImGui::GetFontSize() * 40);
    ImGui::TextUnformatted((when + (who.empty() ? "" : "  " + who)).c_str());
    ImGui::TextUnformatted(said.text.c_str());
    if (!to_string(said.section).empty())
        ImGui::TextColored(ImGui::ColorConvertU32ToFloat4(theme.colour.faint), "%s",
                           to_string(said.section).c_str());
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

void Search::rows(View& view) {
    const float height = view.theme.mono->FontSize + view.theme.px(8);
    // Whole rows, so that none is cut.
    const float room = std::floor(ImGui::GetContentRegionAvail().y / height) * height;
    begin_region("found", {0, std::max(1.0F, room)});
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(found_.size()), height);
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            ImGui::PushID(i);
            row(view, found_[static_cast<std::size_t>(i)], ImGui::GetCursorScreenPos(),
                ImGui::GetContentRegionAvail().x, height);
            ImGui::PopID();
        }
    ImGui::EndChild();
}

void Search::draw(View& view) {
    if (wanted_.kinds == all_kinds) wanted_.kinds = asked_for_.kinds = kinds_at_first;
    heading(view.theme, "Search in all that is said, decided, looked up, dropped");
    field(view);
    filters(view);
    look(view);
    go(view);
    if (inquiry_ == nullptr) {
        faint(view.theme, "Type words, a reply code, a section, a host, or choose a filter. Click a row to "
                          "go to its moment.");
        return;
    }
    count(view);
    rows(view);
}

}  // namespace

std::unique_ptr<Panel> make_search() { return std::make_unique<Search>(); }

}  // namespace postroad::viz

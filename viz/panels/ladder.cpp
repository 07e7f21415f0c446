// The ladder: who said what to whom, by which section, and why. A row that is clicked is gone to.
#include <algorithm>
#include <cmath>

#include "sim/views/content.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/panels/panel.hpp"

namespace postroad::viz {
namespace {

using sim::nothing;

struct Group {
    const char* label;
    std::uint32_t kinds;
};
constexpr Group groups[] = {
    {"Lines", bit(Kind::connection) | bit(Kind::line) | bit(Kind::change)},
    {"Reasons", bit(Kind::decision)},
    {"DNS", bit(Kind::lookup) | bit(Kind::datagram)},
    {"Mail", bit(Kind::queue) | bit(Kind::custody) | bit(Kind::mailbox)},
    {"Firewall", bit(Kind::verdict) | bit(Kind::lost)},
    {"Segments", bit(Kind::segment)},
};
constexpr std::size_t lanes_max = 8;

class Ladder : public Panel {
  public:
    const char* name() const override { return "Ladder"; }
    const char* about() const override { return "every line, its RFC section and its reason"; }
    void draw(View& view) override;

  private:
    struct Filter {
        std::uint32_t kinds = groups[0].kinds | groups[1].kinds | groups[2].kinds |
                              groups[3].kinds | groups[4].kinds;
        NodeId host = nothing;
        std::uint32_t journey = nothing;
        std::uint32_t talk = 0;  // number of a conversation; 0: all
        bool operator==(const Filter&) const = default;
    };
    void controls(View& view);
    void choose(View& view);
    std::uint32_t talk_now(const View& view) const;
    bool wanted(const View& view, const Entry& entry) const;
    void lanes_of(const View& view);
    void head(const View& view, float width);
    void rows(View& view, float height);
    void row(View& view, std::size_t index, ImVec2 at, float width);
    void arrow(const View& view, const RowWords& said, ImVec2 at, float strength);
    void why(View& view);
    void content(View& view, const Entry& entry);
    int lane(NodeId node) const {
        const auto found = std::find(lanes_.begin(), lanes_.end(), node);
        return found == lanes_.end() ? -1 : static_cast<int>(found - lanes_.begin());
    }

    Filter filter_, made_for_;
    bool made_ = false;
    std::vector<std::uint32_t> chosen_;  // indices into Recording::entries
    std::vector<NodeId> lanes_;
    float time_width_ = 0, lane_width_ = 0, text_x_ = 0, section_width_ = 0, row_height_ = 0;
    bool scroll_ = false;
};

bool Ladder::wanted(const View& view, const Entry& entry) const {
    if ((filter_.kinds & bit(entry.kind())) == 0) return false;
    if (filter_.host == nothing && filter_.journey == nothing && filter_.talk == 0) return true;
    const RowWords said = words_at(view.run, entry);
    if (filter_.talk != 0 && view.run.index().number_of(said.subject) != filter_.talk) return false;
    if (filter_.host != nothing && said.from != filter_.host && said.to != filter_.host) return false;
    if (filter_.journey != nothing) {
        const sim::views::Journey& journey = view.run.index().journeys[filter_.journey];
        if (journey.has(said.subject)) return true;
        const auto& custody = view.run.index().custody;
        return std::any_of(journey.steps.begin(), journey.steps.end(), [&](std::uint32_t step) {
            return said.subject != 0 && custody[step].fact.conversation == said.subject;
        });
    }
    return true;
}

// The conversation of this moment's row, by number; 0 when it has none.
std::uint32_t Ladder::talk_now(const View& view) const {
    const Entry* const now = view.spoken();
    return now == nullptr ? 0 : view.run.index().number_of(words_at(view.run, *now).subject);
}

void Ladder::choose(View& view) {
    filter_.host = view.only_host ? view.host : nothing;
    filter_.journey =
        view.only_journey && view.journey < view.run.index().journeys.size() ? view.journey : nothing;
    if (!view.only_talk) filter_.talk = 0;
    else if (filter_.talk == 0) filter_.talk = talk_now(view);
    if (made_ && made_for_ == filter_) return;
    made_ = true;
    made_for_ = filter_;
    chosen_.clear();
    for (std::size_t i = 0; i < view.run.entries.size(); ++i)
        if (wanted(view, view.run.entries[i])) chosen_.push_back(static_cast<std::uint32_t>(i));
    lanes_of(view);
    scroll_ = true;
}

// A lane each for the hosts that say something, the busiest first met at the left.
void Ladder::lanes_of(const View& view) {
    lanes_.clear();
    std::size_t looked_at = 0;
    for (const std::uint32_t one : chosen_) {
        if (++looked_at > 20'000) break;
        const RowWords said = words_at(view.run, view.run.entries[one]);
        for (const NodeId node : {said.from, said.to})
            if (node != nothing && lane(node) < 0) lanes_.push_back(node);
        if (lanes_.size() > lanes_max) break;
    }
}

void Ladder::controls(View& view) {
    const Theme& theme = view.theme;
    for (const Group& group : groups) {
        const bool on = (filter_.kinds & group.kinds) == group.kinds;
        if (toggle(theme, group.label, on, theme.colour.smtp))
            filter_.kinds = on ? filter_.kinds & ~group.kinds : filter_.kinds | group.kinds;
        ImGui::SameLine(0, theme.px(4));
    }
    const sim::Setup& setup = view.player.setup();
    const auto flow = [&](const std::string& label) {
        // To the next line when it does not fit beside the others.
        const float need = ImGui::CalcTextSize(label.c_str()).x + theme.px(26);
        if (ImGui::GetContentRegionAvail().x < need) ImGui::NewLine();
    };
    if (view.host < setup.hosts.size()) {
        const std::string label = "only " + setup.hosts[view.host].name;
        flow(label);
        if (toggle(theme, label.c_str(), view.only_host, theme.colour.dns))
            view.only_host = !view.only_host;
        ImGui::SameLine(0, theme.px(4));
    }
    const std::uint32_t talk = filter_.talk != 0 ? filter_.talk : talk_now(view);
    if (talk != 0) {
        const std::string label = "only connection " + std::to_string(talk) + "###talk";
        flow(label.substr(0, label.find('#')));
        if (toggle(theme, label.c_str(), view.only_talk, theme.colour.dns)) view.only_talk = !view.only_talk;
        ImGui::SameLine(0, theme.px(4));
    }
    if (!view.run.index().journeys.empty()) {
        const std::string label = "only message " + std::to_string(view.journey + 1);
        flow(label);
        if (toggle(theme, label.c_str(), view.only_journey, theme.colour.dns))
            view.only_journey = !view.only_journey;
        ImGui::SameLine(0, theme.px(4));
    }
    ImGui::NewLine();
}

void Ladder::head(const View& view, float width) {
    const Theme& theme = view.theme;
    time_width_ = width_of(theme.mono, "00:00:00.000") + theme.px(14);
    section_width_ = width < theme.px(560) ? 0 : width_of(theme.small, "RFC 5321 §4.1.1.10") + theme.px(14);
    const float room = (width - time_width_ - section_width_) * 0.48F;
    const auto count = static_cast<float>(lanes_.size());
    lane_width_ = lanes_.empty() ? 0 : std::min(theme.px(104), room / count);
    if (lane_width_ < theme.px(52)) lane_width_ = 0;  // no room: names beside the words instead
    text_x_ = time_width_ + (lane_width_ > 0 ? lane_width_ * count + theme.px(8) : 0);
    row_height_ = std::floor(theme.mono->FontSize + theme.px(7));

    ImDrawList* const list = ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float size = theme.small->FontSize;
    put_text(list, theme.small, at, theme.colour.faint, "time, UTC");
    for (std::size_t i = 0; i < lanes_.size() && lane_width_ > 0; ++i) {
        const std::string name =
            fitted(theme.small, view.run.index().node_name(lanes_[i]), lane_width_ - theme.px(6));
        const float x = at.x + time_width_ + (static_cast<float>(i) + 0.5F) * lane_width_;
        put_text(list, theme.small, {x - width_of(theme.small, name) / 2, at.y}, theme.colour.text, name);
    }
    put_text(list, theme.small, {at.x + text_x_, at.y}, theme.colour.faint,
             lane_width_ > 0 ? "what is said, done, decided" : "from → to: what is said, done, decided");
    if (section_width_ > 0)
        put_text(list, theme.small, {at.x + width - section_width_ + theme.px(8), at.y},
                 theme.colour.faint, "section");
    ImGui::Dummy({width, size + theme.px(3)});
}

void Ladder::arrow(const View& view, const RowWords& said, ImVec2 at, float strength) {
    const Theme& theme = view.theme;
    ImDrawList* const list = ImGui::GetWindowDrawList();
    const float y = at.y + row_height_ / 2;
    const auto x_of = [&](int which) {
        return at.x + time_width_ + (static_cast<float>(which) + 0.5F) * lane_width_;
    };
    const int from = lane(said.from), to = lane(said.to);
    ImU32 colour = said.ink == sim::views::Ink::bad ? theme.colour.bad_fill : theme.of(said.protocol);
    if (said.ink == sim::views::Ink::why) colour = theme.colour.why;
    colour = faded(colour, strength);
    if (from >= 0 && (to < 0 || from == to)) {
        list->AddCircleFilled({x_of(from), y}, theme.px(4.5F), colour);
        return;
    }
    if (from < 0 || to < 0) return;
    const float a = x_of(from), b = x_of(to), way = b > a ? 1.0F : -1.0F;
    const float head = theme.px(7);
    list->AddCircleFilled({a, y}, theme.px(2.5F), colour);
    if (said.arrives) {
        list->AddLine({a, y}, {b - way * head, y}, colour, theme.px(2));
        list->AddTriangleFilled({b, y}, {b - way * head, y - head * 0.6F},
                                {b - way * head, y + head * 0.6F}, colour);
        return;
    }
    // It never arrives: it ends half-way, at a cross.
    const float end = (a + b) / 2, w = theme.px(4);
    list->AddLine({a, y}, {end, y}, colour, theme.px(2));
    list->AddLine({end - w, y - w}, {end + w, y + w}, colour, theme.px(2));
    list->AddLine({end - w, y + w}, {end + w, y - w}, colour, theme.px(2));
}

void Ladder::row(View& view, std::size_t index, ImVec2 at, float width) {
    const Theme& theme = view.theme;
    const Palette& c = theme.colour;
    const std::size_t entry = chosen_[index];
    const RowWords said = words_at(view.run, view.run.entries[entry]);
    const bool happened = entry < view.player.happened();
    const bool last = index + 1 == chosen_.size() || chosen_[index + 1] >= view.player.happened();
    const bool current = happened && last;
    const float strength = happened ? 1 : 0.45F;
    ImDrawList* const list = ImGui::GetWindowDrawList();
    const ImVec2 end{at.x + width, at.y + row_height_};
    ImGui::PushID(static_cast<int>(entry));
    ImGui::SetCursorScreenPos(at);
    if (ImGui::InvisibleButton("row", {width, row_height_})) view.player.go_to_entry(entry);
    const bool hovered = ImGui::IsItemHovered();
    ImGui::PopID();
    if (current) {
        list->AddRectFilled(at, end, faded(c.accent, theme.dark ? 0.17F : 0.14F), theme.px(3));
        list->AddRectFilled(at, {at.x + theme.px(3), end.y}, c.accent);
    } else if (hovered) {
        list->AddRectFilled(at, end, faded(c.raised, 0.8F), theme.px(3));
    }
    const Time time = view.run.time_of(entry);
    const bool again = index > 0 && view.run.time_of(chosen_[index - 1]) == time;
    const float y = at.y + theme.px(3);
    if (!again || current)
        put_text(list, theme.mono, {at.x + theme.px(7), y}, faded(current ? c.text : c.faint, strength),
                 sim::views::clock_time(view.run.setup(), time));
    if (lane_width_ > 0) {
        for (std::size_t i = 0; i < lanes_.size(); ++i) {
            const float x = at.x + time_width_ + (static_cast<float>(i) + 0.5F) * lane_width_;
            list->AddLine({x, at.y}, {x, end.y}, faded(c.edge, 0.8F), theme.px(1));
        }
        arrow(view, said, at, strength);
    }
    std::string text = said.text;
    if (lane_width_ <= 0 || (said.from != nothing && lane(said.from) < 0) ||
        (said.to != nothing && lane(said.to) < 0)) {
        std::string who = said.from == nothing ? "" : view.run.index().node_name(said.from);
        if (said.to != nothing) who += " → " + view.run.index().node_name(said.to);
        if (!who.empty()) text = who + ": " + text;
    }
    put_text(list, theme.mono, {at.x + text_x_, y}, faded(theme.of(said.ink), strength), text,
             width - text_x_ - section_width_ - theme.px(4));
    if (section_width_ > 0)
        put_text(list, theme.small, {at.x + width - section_width_ + theme.px(8), y + theme.px(1)},
                 faded(c.faint, strength), to_string(said.section));
    if (!hovered) return;
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(theme.px(460));
    ImGui::TextUnformatted(text.c_str());
    if (said.section.known()) {
        ImGui::PushStyleColor(ImGuiCol_Text, c.faint);
        ImGui::TextUnformatted((to_string(said.section) + ", click to go there and see why").c_str());
        ImGui::PopStyleColor();
    }
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

void Ladder::rows(View& view, float height) {
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    ImGui::BeginChild("rows", {0, height});
    const float width = ImGui::GetContentRegionAvail().x;
    if (view.moved || scroll_) {
        // The moment stays in sight, a third from the top.
        const auto at = std::lower_bound(chosen_.begin(), chosen_.end(),
                                         static_cast<std::uint32_t>(view.player.happened()));
        const auto line = static_cast<float>(at - chosen_.begin()) - 1;
        const float top = line * row_height_, seen = ImGui::GetWindowHeight();
        if (scroll_ || top < ImGui::GetScrollY() + row_height_ ||
            top > ImGui::GetScrollY() + seen - 3 * row_height_)
            ImGui::SetScrollY(std::max(0.0F, std::floor((top - seen * 0.45F) / row_height_) * row_height_));
        scroll_ = false;
    }
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(chosen_.size()), row_height_);
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
            row(view, static_cast<std::size_t>(i), ImGui::GetCursorScreenPos(), width);
    ImGui::EndChild();
    ImGui::PopStyleVar();
}

// Of a message that crosses: its text, as the wire had it.
void Ladder::content(View& view, const Entry& entry) {
    const sim::RowView row = view.run.trace().at(entry.position());
    if (row.head().fact != sim::Fact::line) return;
    const auto& line = row.as<sim::LineFact>();
    const sim::views::Conversation* const talk = view.run.index().conversation(line.conversation);
    if (line.speech != Speech::content || talk == nullptr) return;
    const std::string octets = sim::views::octets_of_line(view.run.trace(), *talk, entry.position());
    for (std::size_t at = 0; at < octets.size();) {
        const std::size_t end = std::min(octets.find('\n', at), octets.size());
        std::string text = sim::views::visible(std::string_view(octets).substr(at, end - at));
        if (text.ends_with("\\r")) text.resize(text.size() - 2);
        words(view.theme, view.theme.mono, view.theme.colour.text, text.empty() ? " " : text);
        at = end + 1;
    }
}

// The row that is now, whole, and the decisions that led to it.
void Ladder::why(View& view) {
    const Theme& theme = view.theme;
    const Entry* const current = view.spoken();
    if (current == nullptr) {
        faint(theme, "Nothing has happened yet. → steps on, Space plays.");
        return;
    }
    const RowWords said = words_at(view.run, *current);
    std::string who = said.from == nothing ? "" : view.run.index().node_name(said.from);
    if (said.to != nothing) who += " → " + view.run.index().node_name(said.to);
    if (said.section.known()) who += "   " + to_string(said.section);
    words(theme, theme.bold, theme.colour.text,
          sim::views::clock_time(view.run.setup(), view.player.now()) + "   " + who);
    ImGui::PushFont(theme.mono);
    ImGui::PushStyleColor(ImGuiCol_Text, theme.of(said.ink));
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(said.text.c_str());
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
    ImGui::PopFont();
    if (current->kind() == Kind::decision) return;
    content(view, *current);
    unsigned shown = 0;
    const Time time = view.player.now();
    for (std::size_t i = view.player.happened() - 1; i-- > 0 && shown < 3;) {
        const Entry& entry = view.run.entries[i];
        if (entry.kind() != Kind::decision && entry.kind() != Kind::verdict) continue;
        if (view.run.time_of(i) + 50 * millisecond < time) break;
        const RowWords reason = words_at(view.run, entry);
        if (reason.from != said.from && reason.subject != said.subject) continue;
        if (shown++ == 0) words(theme, theme.small, theme.colour.faint, "decided before it");
        std::string text = reason.text;
        if (reason.section.known()) text += "  (" + to_string(reason.section) + ")";
        words(theme, theme.sans, theme.of(reason.ink), text);
    }
}

void Ladder::draw(View& view) {
    controls(view);
    choose(view);
    const float width = ImGui::GetContentRegionAvail().x;
    head(view, width - ImGui::GetStyle().ScrollbarSize);
    const float below =
        std::min(view.theme.mono->FontSize * 9.3F, ImGui::GetContentRegionAvail().y * 0.4F);
    // Whole rows, so that none is cut.
    const float room = std::floor((ImGui::GetContentRegionAvail().y - below) / row_height_);
    rows(view, std::max(3.0F, room) * row_height_);
    ImGui::Separator();
    ImGui::BeginChild("why", {0, 0});
    why(view);
    ImGui::EndChild();
}

}  // namespace

std::unique_ptr<Panel> make_ladder() { return std::make_unique<Ladder>(); }

}  // namespace postroad::viz

// The ladder: who said what to whom, by which section, and why. A row that is clicked is gone to;
// segments between lines fold.
#include "viz/panels/ladder.hpp"

#include <cmath>

#include "sim/net/packet.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/model/decided.hpp"
#include "viz/model/flights.hpp"
#include "viz/model/kind_groups.hpp"

namespace postroad::viz {
namespace {

using sim::nothing;

constexpr std::size_t lanes_max = 8;
constexpr std::size_t lanes_looked_at = 20'000;  // rows

// The column of the fold marks, and how far what is unfolded is moved in.
constexpr float fold_width = 16;

}  // namespace

// The conversation of this moment's row, by number; 0 when it has none.
std::uint32_t Ladder::talk_now(const View& view) const {
    const auto now = view.spoken();
    return !now ? 0 : view.run.index().number_of(words_at(view.run, *now).subject);
}

void Ladder::choose(View& view) {
    if (wanted_.kinds == all_kinds) wanted_.kinds = kinds_at_first;
    wanted_.hosts.assign(view.only_hosts.begin(), view.only_hosts.end());
    wanted_.journey =
        view.only_journey && view.journey < view.run.index().journeys.size() ? view.journey : nothing;
    if (!view.only_talk) wanted_.talk = 0;
    else if (wanted_.talk == 0) wanted_.talk = talk_now(view);
    if (inquiry_ == nullptr || asked_for_ != wanted_) {
        asked_for_ = wanted_;
        inquiry_ = view.finder.ask(wanted_);
        chosen_.clear();
        lanes_.clear();
        shown_.clear();
        opened_.clear();
        folded_for_ = ~std::size_t{0};
        scroll_ = 3;
    }
    if (view.patient) inquiry_->wait();
    const std::size_t before = chosen_.size();
    if (inquiry_->take(chosen_)) {
        if (before <= lanes_looked_at) lanes_of(view);
        if (before == 0) scroll_ = 3;
    }
    fold(view);
}

// Behind the last of the segments that stand together with the one at `begin`.
std::size_t Ladder::group_end(const View& view, std::size_t begin) const {
    const auto conversation = [&](std::size_t at) {
        return view.run.trace().at(view.run.entries.position(chosen_[at])).as<sim::PacketFact>().conversation;
    };
    const sim::Id own = conversation(begin);
    std::size_t end = begin + 1;
    while (end < chosen_.size() && view.run.entries.kind(chosen_[end]) == Kind::segment &&
           conversation(end) == own)
        ++end;
    return end;
}

// With segments, those that stand together become one row, until it is opened.
void Ladder::fold(const View& view) {
    grouped_ = (wanted_.kinds & bit(Kind::segment)) != 0;
    if (all_folded_ != view.folded) {
        all_folded_ = view.folded;
        opened_.clear();
        folded_for_ = ~std::size_t{0};
    }
    if (!grouped_ || folded_for_ == chosen_.size()) return;
    folded_for_ = chosen_.size();
    shown_.clear();
    for (std::size_t at = 0; at < chosen_.size();) {
        if (view.run.entries.kind(chosen_[at]) != Kind::segment) {
            shown_.push_back(static_cast<std::uint32_t>(at++));
            continue;
        }
        const std::size_t end = group_end(view, at);
        shown_.push_back(static_cast<std::uint32_t>(at) | head_bit);
        if (is_open(chosen_[at]))
            for (std::size_t i = at; i < end; ++i) shown_.push_back(static_cast<std::uint32_t>(i));
        at = end;
    }
}

// A lane each for the hosts that say something, the busiest first met at the left.
void Ladder::lanes_of(const View& view) {
    lanes_.clear();
    std::size_t looked_at = 0;
    for (const std::size_t one : chosen_) {
        if (++looked_at > lanes_looked_at) break;
        const Who said = who_at(view.run, view.run.entries[one]);
        for (const NodeId node : {said.from, said.to})
            if (node != nothing && lane(node) < 0) lanes_.push_back(node);
        if (lanes_.size() > lanes_max) break;
    }
}

void Ladder::controls(View& view) {
    const Theme& theme = view.theme;
    for (const KindGroup& group : kind_groups) {
        const bool on = (wanted_.kinds & group.kinds) == group.kinds;
        if (toggle(theme, group.label, on, theme.colour.smtp))
            wanted_.kinds = on ? wanted_.kinds & ~group.kinds : wanted_.kinds | group.kinds;
        ImGui::SameLine(0, theme.px(4));
    }
    const sim::Setup& setup = view.player.setup();
    const auto flow = [&](const std::string& label) {
        // To the next line when it does not fit beside the others.
        const float need = ImGui::CalcTextSize(label.c_str()).x + theme.px(26);
        if (ImGui::GetContentRegionAvail().x < need) ImGui::NewLine();
    };
    if (view.host < setup.hosts.size()) {
        std::string label = "hosts: all";
        if (view.only_hosts.size() == 1) label = "only " + setup.hosts[*view.only_hosts.begin()].name;
        else if (!view.only_hosts.empty()) label = std::to_string(view.only_hosts.size()) + " hosts";
        flow(label);
        if (toggle(theme, (label + "###hosts").c_str(), !view.only_hosts.empty(), theme.colour.dns))
            ImGui::OpenPopup("choose hosts");
        choose_hosts(view);
        ImGui::SameLine(0, theme.px(4));
    }
    const std::uint32_t talk = wanted_.talk != 0 ? wanted_.talk : talk_now(view);
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
    const auto turn = [&](const char* label, bool& what, const char* about) {
        flow(label);
        if (toggle(theme, label, what, theme.colour.pop3)) what = !what;
        if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", about);
        ImGui::SameLine(0, theme.px(4));
    };
    if (grouped_) turn("folded", view.folded, "segments that stand together are one row (J)");
    turn("on the wire", view.on_the_wire, "what is encrypted stays so, as somebody on a link sees it (W)");
    turn("hex", view.hex, "the octets of the row that is now (V)");
    ImGui::NewLine();
}

// Any set of hosts.
void Ladder::choose_hosts(View& view) {
    if (!ImGui::BeginPopup("choose hosts")) return;
    const sim::Setup& setup = view.player.setup();
    if (ImGui::Selectable("all", view.only_hosts.empty())) view.only_hosts.clear();
    begin_region("list", {view.theme.px(220), view.theme.px(240)});
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(setup.hosts.size()));
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const auto host = static_cast<NodeId>(i);
            bool on = view.only_hosts.count(host) != 0;
            const std::string label = setup.hosts[host].name + "##" + std::to_string(i);
            if (!ImGui::Checkbox(label.c_str(), &on)) continue;
            if (on) view.only_hosts.insert(host);
            else view.only_hosts.erase(host);
        }
    ImGui::EndChild();
    ImGui::EndPopup();
}

// What the row says; on the wire, what somebody between the two hosts could read of it.
RowWords Ladder::words_for(const View& view, std::size_t entry) {
    const Entry one = view.run.entries[entry];
    RowWords said = words_at(view.run, one);
    said.arrives = said.arrives && arrives(view.run, one);
    if (one.kind() == Kind::segment) {
        for (const TlsRecord& record : records_.in(view.run, said.subject, one.position()))
            said.text += "; " + words_of(record);
    } else if (view.on_the_wire && one.kind() == Kind::line &&
               view.run.encrypted(said.subject, one.position())) {
        const auto& line = view.run.trace().at(one.position()).as<sim::LineFact>();
        said.text = "TLS application data: " + std::to_string(line.octets) + " octets, encrypted";
        said.ink = sim::views::Ink::faint;
        said.section = Section("8446 §5.2");
    }
    return said;
}

void Ladder::head(const View& view, float width) {
    const Theme& theme = view.theme;
    time_width_ = width_of(theme.mono, "00:00:00.000") + theme.px(14);
    section_width_ = width < theme.px(560) ? 0 : width_of(theme.small, "RFC 5321 §4.1.1.10") + theme.px(14);
    const float room = (width - time_width_ - section_width_) * 0.48F;
    const auto count = static_cast<float>(lanes_.size());
    lane_width_ = lanes_.empty() ? 0 : std::min(theme.px(104), room / count);
    if (lane_width_ < theme.px(30)) lane_width_ = 0;  // no room: names beside the words instead
    text_x_ = time_width_ + (lane_width_ > 0 ? lane_width_ * count + theme.px(8) : 0);
    row_height_ = std::floor(theme.mono->FontSize + theme.px(7));

    ImDrawList* const list = ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float size = theme.small->FontSize;
    put_text(list, theme.small, at, theme.colour.faint, "time, UTC");
    // A name that is wider than its lane stands on the first line where it has room.
    constexpr std::size_t lines_max = 4;
    float free_from[lines_max] = {at.x, at.x, at.x, at.x};
    std::size_t lines = 1;
    for (std::size_t i = 0; i < lanes_.size() && lane_width_ > 0; ++i) {
        const std::string name = view.run.index().node_name(lanes_[i]);
        const float middle = at.x + time_width_ + (static_cast<float>(i) + 0.5F) * lane_width_;
        const float half = width_of(theme.small, name) / 2;
        const float until = i + 1 == lanes_.size() ? at.x + text_x_ : middle + lane_width_ * 3;
        const float left = std::max(at.x, std::min(middle, until - half) - half);
        std::size_t line = 0;
        while (line + 1 < lines_max && (left < free_from[line] || (line == 0 && left < at.x + time_width_)))
            ++line;
        lines = std::max(lines, line + 1);
        const float from = std::max(left, free_from[line]);
        put_text(list, theme.small, {from, at.y + size * 1.1F * static_cast<float>(line)},
                 theme.colour.text, name, until - from);
        free_from[line] = left + 2 * half + theme.px(6);
    }
    put_text(list, theme.small, {at.x + text_x_, at.y}, theme.colour.faint,
             lane_width_ > 0 ? "what is said, done, decided" : "from → to: what is said, done, decided");
    if (section_width_ > 0)
        put_text(list, theme.small, {at.x + width - section_width_ + theme.px(8), at.y},
                 theme.colour.faint, "section");
    ImGui::Dummy({width, size * (1 + 1.1F * static_cast<float>(lines - 1)) + theme.px(3)});
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
    // It never arrives: it ends at a cross, on no host's lane.
    const float end = a + way * lane_width_ * 0.5F, w = theme.px(4);
    list->AddLine({a, y}, {end, y}, colour, theme.px(2));
    list->AddLine({end - w, y - w}, {end + w, y + w}, colour, theme.px(2));
    list->AddLine({end - w, y + w}, {end + w, y - w}, colour, theme.px(2));
}

void Ladder::row(View& view, std::size_t index, ImVec2 at, float width) {
    const Theme& theme = view.theme;
    const Palette& c = theme.colour;
    if (grouped_ && (shown_[index] & head_bit) != 0) {
        group(view, shown_[index] & ~head_bit, at, width);
        return;
    }
    const std::size_t place = grouped_ ? shown_[index] : index;
    const std::size_t entry = chosen_[place];
    const RowWords said = words_for(view, entry);
    const bool happened = entry < view.player.happened();
    const bool last = place + 1 == chosen_.size() || chosen_[place + 1] >= view.player.happened();
    const bool current = happened && last;
    const float strength = happened ? 1 : 0.45F;
    ImDrawList* const list = ImGui::GetWindowDrawList();
    const ImVec2 end{at.x + width, at.y + row_height_};
    if (!happened && !view.future) {
        ImGui::SetCursorScreenPos(at);
        ImGui::Dummy({width, row_height_});
        return;
    }
    ImGui::PushID(static_cast<int>(entry));
    ImGui::SetCursorScreenPos(at);
    if (ImGui::InvisibleButton("row", {width, row_height_})) view.player.go_to_entry(entry);
    const bool hovered = ImGui::IsItemHovered();
    if (is_in_hand()) list->AddRect(at, end, c.accent, theme.px(3), 0, theme.px(1.5F));
    ImGui::PopID();
    if (current) {
        list->AddRectFilled(at, end, faded(c.accent, theme.dark ? 0.17F : 0.14F), theme.px(3));
        list->AddRectFilled(at, {at.x + theme.px(3), end.y}, c.accent);
    } else if (hovered) {
        list->AddRectFilled(at, end, faded(c.raised, 0.8F), theme.px(3));
    }
    const Time time = view.run.time_of(entry);
    const bool again = place > 0 && view.run.time_of(chosen_[place - 1]) == time;
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
    float x = at.x + text_x_;
    const Kind kind = view.run.entries.kind(entry);
    if (grouped_ && kind == Kind::segment) x += theme.px(fold_width);
    if (kind == Kind::line && view.run.encrypted(said.subject, view.run.entries.position(entry)))
        x += put_lock(list, theme, {x, y}, strength);
    put_text(list, theme.mono, {x, y}, faded(theme.of(said.ink), strength), text,
             at.x + width - x - section_width_ - theme.px(4));
    if (section_width_ > 0)
        put_text(list, theme.small, {at.x + width - section_width_ + theme.px(8), y + theme.px(1)},
                 faded(c.faint, strength), to_string(said.section));
    if (!hovered) return;
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(theme.px(460));
    ImGui::TextUnformatted(text.c_str());
    ImGui::PushStyleColor(ImGuiCol_Text, c.faint);
    if (said.section.known()) ImGui::TextUnformatted(to_string(said.section).c_str());
    ImGui::PopStyleColor();
    ImGui::PushStyleColor(ImGuiCol_Text, c.why);
    for (const RowWords& reason : decided_before(view.run, entry))
        ImGui::TextUnformatted(reason.text.c_str());
    ImGui::PopStyleColor();
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

// The head of segments that stand together.
void Ladder::group(View& view, std::size_t first, ImVec2 at, float width) {
    const Theme& theme = view.theme;
    const std::size_t end = group_end(view, first);
    std::uint64_t octets = 0;
    for (std::size_t i = first; i < end; ++i)
        octets += view.run.trace().at(view.run.entries.position(chosen_[i])).as<sim::PacketFact>().payload_octets;
    const bool open = is_open(chosen_[first]);
    const Who who = who_at(view.run, view.run.entries[chosen_[first]]);
    const float strength = chosen_[first] < view.player.happened() ? 1 : 0.45F;
    ImDrawList* const list = ImGui::GetWindowDrawList();
    ImGui::PushID(static_cast<int>(chosen_[first]));
    ImGui::SetCursorScreenPos(at);
    if (ImGui::InvisibleButton("group", {width, row_height_})) {
        if (!opened_.erase(chosen_[first])) opened_.insert(chosen_[first]);
        folded_for_ = ~std::size_t{0};
    }
    if (ImGui::IsItemHovered())
        list->AddRectFilled(at, {at.x + width, at.y + row_height_}, faded(theme.colour.raised, 0.8F),
                            theme.px(3));
    if (is_in_hand())
        list->AddRect(at, {at.x + width, at.y + row_height_}, theme.colour.accent, theme.px(3), 0,
                      theme.px(1.5F));
    ImGui::PopID();
    for (std::size_t i = 0; i < lanes_.size() && lane_width_ > 0; ++i) {
        const float x = at.x + time_width_ + (static_cast<float>(i) + 0.5F) * lane_width_;
        list->AddLine({x, at.y}, {x, at.y + row_height_}, faded(theme.colour.edge, 0.8F), theme.px(1));
    }
    std::string text = std::string(open ? "▾ " : "▸ ") + std::to_string(end - first) +
                       (end - first == 1 ? " segment" : " segments") + " of connection " +
                       std::to_string(view.run.index().number_of(who.subject));
    text += octets == 0 ? ", no payload" : ", " + std::to_string(octets) + " octets";
    put_text(list, theme.small, {at.x + text_x_, at.y + theme.px(4)},
             faded(theme.colour.faint, strength), text, width - text_x_ - theme.px(4));
}

void Ladder::rows(View& view, float height) {
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    begin_region("rows", {0, height});
    const float width = ImGui::GetContentRegionAvail().x;
    if (view.moved || scroll_ > 0) {
        // The moment stays in sight, a third from the top.
        const std::size_t happened = view.player.happened();
        std::size_t behind = 0;
        if (grouped_) {
            behind = static_cast<std::size_t>(
                std::lower_bound(shown_.begin(), shown_.end(), happened,
                                 [&](std::uint32_t one, std::size_t b) {
                                     return chosen_[one & ~head_bit] < b;
                                 }) -
                shown_.begin());
        } else {
            behind = chosen_.below(happened);
        }
        const auto line = static_cast<float>(behind) - 1;
        const float top = line * row_height_, seen = ImGui::GetWindowHeight();
        if (scroll_ > 0 || top < ImGui::GetScrollY() + row_height_ ||
            top > ImGui::GetScrollY() + seen - 3 * row_height_)
            ImGui::SetScrollY(std::max(0.0F, std::floor((top - seen * 0.45F) / row_height_) * row_height_));
        scroll_ = std::max(0, scroll_ - 1);
    }
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(rows_shown()), row_height_);
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
            row(view, static_cast<std::size_t>(i), ImGui::GetCursorScreenPos(), width);
    ImGui::EndChild();
    ImGui::PopStyleVar();
}

void Ladder::draw(View& view) {
    controls(view);
    choose(view);
    const float width = ImGui::GetContentRegionAvail().x;
    head(view, width - ImGui::GetStyle().ScrollbarSize);
    const float lines = view.hex ? 16 : 9.3F;
    const float below = std::min(view.theme.mono->FontSize * lines,
                                 ImGui::GetContentRegionAvail().y * (view.hex ? 0.5F : 0.4F));
    // Whole rows, so that none is cut.
    const float room = std::floor((ImGui::GetContentRegionAvail().y - below) / row_height_);
    rows(view, std::max(3.0F, room) * row_height_);
    ImGui::Separator();
    begin_region("why", {0, 0});
    why(view);
    ImGui::EndChild();
}

std::unique_ptr<Panel> make_ladder() { return std::make_unique<Ladder>(); }

}  // namespace postroad::viz

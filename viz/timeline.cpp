// The timeline at the window's foot: play, step, speed, and a strip of all that happens.
#include <algorithm>
#include <cmath>

#include "viz/app.hpp"
#include "viz/draw/reach.hpp"
#include "viz/draw/widgets.hpp"

namespace postroad::viz {
namespace {

std::string speed_words(double speed) {
    if (speed <= 0) return "as a story";
    if (speed >= 1) return "× " + std::to_string(static_cast<long>(speed));
    std::string out = std::to_string(speed);
    while (out.back() == '0') out.pop_back();
    return "× " + out;
}

}  // namespace

void App::timeline() {
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {view_.theme.px(10), view_.theme.px(6)});
    begin_region("timeline", {0, 0},
                 ImGuiWindowFlags_AlwaysUseWindowPadding | ImGuiWindowFlags_NoScrollbar);
    transport();
    scrub();
    ImGui::EndChild();
    ImGui::PopStyleVar();
}

void App::transport() {
    const Theme& theme = view_.theme;
    Player& player = view_.player;
    const auto button = [&](const char* label, const char* tip) {
        const bool clicked = ImGui::Button(label, {theme.px(34), 0});
        if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", tip);
        ImGui::SameLine(0, theme.px(4));
        return clicked;
    };
    if (button("◀◀", "the start (Home)")) player.go_to_start();
    if (button("◀", "step back (←)")) step(step_, false);
    if (button(player.playing ? "❚❚" : "▶", "play and pause (P)")) player.playing = !player.playing;
    if (button("▶❙", "step forward (→)")) step(step_, true);
    if (button("▶▶", "the end (End)")) player.go_to_end();
    ImGui::SetNextItemWidth(theme.px(112));
    if (ImGui::BeginCombo("##step", name_of(step_))) {
        for (int i = 0; i < count_of_steps; ++i)
            if (ImGui::Selectable(name_of(static_cast<Step>(i)), static_cast<Step>(i) == step_))
                step_ = static_cast<Step>(i);
        ImGui::EndCombo();
    }
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("what a step goes to");
    ImGui::SameLine(0, theme.px(4));
    ImGui::SetNextItemWidth(theme.px(118));
    if (ImGui::BeginCombo("##speed", speed_words(player.speed).c_str())) {
        for (const double speed : {0.0, 0.01, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6})
            if (ImGui::Selectable(speed_words(speed).c_str(), speed == player.speed))
                player.speed = speed;
        ImGui::EndCombo();
    }
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("simulated seconds a second, or a story's pace");
    ImGui::SameLine(0, theme.px(14));
    const std::string when = sim::views::clock_time(view_.run.setup(), player.now()) + "  " +
                             moment_words(player.now());
    ImGui::AlignTextToFramePadding();
    ImGui::PushFont(theme.mono);
    ImGui::TextUnformatted(when.c_str());
    ImGui::PopFont();
    ImGui::SameLine(0, theme.px(14));
    if (view_.player.away()) {
        faint(theme, "on the way: the world of that moment is being made again …");
        return;
    }
    if (hands_) {
        words(theme, theme.sans, theme.colour.accent, "arrows move, Space presses, Escape: back to the keys");
        return;
    }
    if (view_.notice_s > 0) {
        words(theme, theme.sans, theme.colour.accent, view_.notice);
        return;
    }
    const auto current = view_.spoken();
    const RowWords said = !current ? RowWords{} : words_at(view_.run, *current);
    words(theme, theme.sans, theme.of(said.ink),
          !current ? "nothing has happened yet" : said.text);
}

void App::scrub() {
    const Theme& theme = view_.theme;
    const Palette& c = theme.colour;
    Player& player = view_.player;
    const Recording& run = view_.run;
    ImDrawList* const list = ImGui::GetWindowDrawList();
    const ImVec2 min = ImGui::GetCursorScreenPos();
    const ImVec2 size = ImGui::GetContentRegionAvail();
    const float label = theme.small->FontSize * 1.25F;
    const float bottom = min.y + std::max(theme.px(20), size.y - label);
    const double length = std::max(run.story.length(), 1e-6);
    const auto x_of = [&](Time moment) {
        return min.x + size.x * static_cast<float>(run.story.seconds_at(moment) / length);
    };
    list->AddRectFilled(min, {min.x + size.x, bottom}, c.raised, theme.px(4));

    // How much happens where: a column for every few pixels, by protocol; failures below as ticks.
    const float step = theme.px(3);
    const auto columns = static_cast<std::size_t>(size.x / step) + 1;
    std::vector<std::uint32_t> counts(columns * 4, 0);
    std::vector<bool> failures(columns, false);
    for (std::size_t i = 0; i < Strip::parts; ++i) {
        const std::size_t column = std::min(columns - 1, i * columns / Strip::parts);
        for (std::size_t p = 0; p < 4; ++p) counts[column * 4 + p] += run.strip.packets[i][p];
        if (run.strip.failure[i]) failures[column] = true;
    }
    std::uint32_t most = 1;
    for (std::size_t i = 0; i < columns; ++i)
        most = std::max(most, counts[i * 4] + counts[i * 4 + 1] + counts[i * 4 + 2] + counts[i * 4 + 3]);
    const float tall = bottom - min.y - theme.px(10);
    for (std::size_t i = 0; i < columns; ++i) {
        float y = bottom - theme.px(6);
        const float x = min.x + static_cast<float>(i) * step;
        for (std::size_t p = 0; p < 4; ++p) {
            if (counts[i * 4 + p] == 0) continue;
            const float h = std::max(theme.px(2), tall * std::sqrt(static_cast<float>(counts[i * 4 + p]) /
                                                                   static_cast<float>(most)) * 0.8F);
            const float top = std::max(min.y + theme.px(3), y - h);
            list->AddRectFilled({x, top}, {x + step - 1, y}, theme.of(static_cast<Protocol>(p)));
            y = top;
        }
        if (failures[i])
            list->AddRectFilled({x, bottom - theme.px(5)}, {x + step, bottom}, c.bad_fill);
    }
    // Labels where there is room: the clock.
    float free = min.x;
    for (std::size_t i = 0; i <= 10; ++i) {
        const Time moment = run.story.moment_at(length * static_cast<double>(i) / 10);
        const std::string text = sim::views::clock_time(run.setup(), moment).substr(0, 12);
        const float width = width_of(theme.small, text);
        const float x = std::min(x_of(moment), min.x + size.x - width);
        if (x < free) continue;
        put_text(list, theme.small, {x, bottom + theme.px(1)}, c.faint, text);
        free = x + width + theme.px(16);
    }
    for (const auto& [mark, name] : player.bookmarks) {
        const float x = x_of(mark == 0 ? 0 : run.time_of(mark - 1));
        list->AddTriangleFilled({x - theme.px(6), min.y}, {x + theme.px(6), min.y},
                                {x, min.y + theme.px(10)}, c.why);
    }
    const float x = x_of(player.now());
    list->AddRectFilled({x - theme.px(1), min.y - theme.px(2)}, {x + theme.px(1), bottom}, c.accent);
    list->AddTriangleFilled({x - theme.px(6), min.y - theme.px(3)}, {x + theme.px(6), min.y - theme.px(3)},
                            {x, min.y + theme.px(6)}, c.accent);
    const NoKeyboard mouse_alone;
    ImGui::InvisibleButton("scrub", {size.x, bottom - min.y});
    // A hand near a bookmark means it.
    for (const auto& [mark, name] : player.bookmarks) {
        const float there = x_of(mark == 0 ? 0 : run.time_of(mark - 1));
        const ImVec2 mouse = ImGui::GetIO().MousePos;
        if (!ImGui::IsItemHovered() || std::abs(mouse.x - there) > theme.px(6) || mouse.y > min.y + theme.px(12))
            continue;
        ImGui::SetTooltip("%s", name.empty() ? "your bookmark" : name.c_str());
        if (ImGui::IsItemClicked()) {
            player.playing = false;
            if (mark == 0) player.go_to_start();
            else player.go_to_entry(mark - 1);
        }
        if (!ImGui::IsMouseDragging(ImGuiMouseButton_Left)) return;
    }
    if (ImGui::IsItemActive() && size.x > 0) {
        const float part = std::clamp((ImGui::GetIO().MousePos.x - min.x) / size.x, 0.0F, 1.0F);
        player.playing = false;
        player.go_to(run.story.moment_at(static_cast<double>(part) * length));
    }
}

}  // namespace postroad::viz

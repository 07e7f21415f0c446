// Header, panels, walkthrough, and a frame of it all. What keys do is in app_keys.cpp.
#include "viz/app.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "viz/draw/reach.hpp"
#include "viz/draw/widgets.hpp"

namespace postroad::viz {
namespace {

bool same_name(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const char x = a[i] == '-' ? ' ' : a[i], y = b[i] == '-' ? ' ' : b[i];
        if (!equals_ignoring_case({&x, 1}, {&y, 1})) return false;
    }
    return true;
}

constexpr float keys_wide = 250;  // units of the walkthrough's card, at its right

// As much as the longest of its texts needs, so that nothing above the card jumps between stops.
float height_of_card(const Theme& theme, const Walkthrough& walkthrough, float width) {
    float text = 0;
    for (const Stop& stop : walkthrough.stops)
        text = std::max(text, ImGui::CalcTextSize(stop.text.c_str(), nullptr, false,
                                                  width - theme.px(keys_wide + 50)).y);
    return std::max(theme.px(64), text + theme.bold->FontSize + theme.px(28));
}

}  // namespace

App::App(Recording& run, std::string title, std::optional<Walkthrough> walkthrough)
    : view_(run), title_(std::move(title)), walkthrough_(std::move(walkthrough)),
      panels_(make_panels()) {
    // The chosen host is one that does mail.
    const sim::Setup& setup = run.setup();
    for (std::uint32_t host = 0; host < setup.hosts.size(); ++host)
        if (rank_of(setup.hosts[host]) == Rank::mail) {
            view_.host = host;
            break;
        }
    if (walkthrough_) go_to_stop(0);
}

std::size_t App::find(std::string_view panel) const {
    for (std::size_t i = 0; i < panels_.size(); ++i)
        if (same_name(panels_[i]->name(), panel)) return i;
    return panels_.size();
}

std::vector<std::string> App::panel_names() const {
    std::vector<std::string> out;
    for (const auto& panel : panels_) out.emplace_back(panel->name());
    return out;
}

bool App::show_only(std::string_view panel) {
    const std::size_t found = find(panel);
    if (found == panels_.size()) return false;
    left_ = found;
    split_ = false;
    return true;
}

void App::show_beside(std::string_view left, std::string_view right) {
    const std::size_t a = find(left), b = find(right);
    if (a == panels_.size() || b == panels_.size()) return;
    left_ = a;
    right_ = b;
    split_ = true;
}

bool App::go_to_stop(std::size_t stop) {
    if (!walkthrough_ || stop >= walkthrough_->stops.size()) return false;
    in_walkthrough_ = true;
    stop_ = stop;
    const Stop& here = walkthrough_->stops[stop];
    if (here.at && *here.at > 0) view_.player.go_to(*here.at);
    else if (here.entry == 0) view_.player.go_to_start();
    else view_.player.go_to_entry(here.entry - 1);
    view_.player.playing = false;
    view_.lit = here.lit;
    view_.proposed = here.change;
    if (here.journey != sim::nothing) view_.journey = here.journey;
    const std::uint32_t host = view_.run.setup().find_host(here.lit);
    if (host != sim::nothing) view_.host = host;
    for (std::uint32_t i = 0; i < view_.run.setup().firewalls.size(); ++i)
        if (view_.run.setup().firewalls[i].name == here.lit) view_.firewall = i;
    if (!here.panel.empty() && !here.beside.empty()) show_beside(here.panel, here.beside);
    else if (!here.panel.empty()) show_only(here.panel);
    return true;
}

void App::header() {
    const Theme& theme = view_.theme;
    ImGui::PushFont(theme.bold);
    ImGui::AlignTextToFramePadding();
    const float rest = theme.px(15) * 50;
    const float room = std::max(theme.px(90), ImGui::GetContentRegionAvail().x - rest);
    const bool narrow = ImGui::GetContentRegionAvail().x < rest + theme.px(90);  // numbers must do
    const std::string title = fitted(theme.bold, title_, room);
    ImGui::TextUnformatted(title.c_str());
    ImGui::PopFont();
    for (std::size_t i = 0; i < panels_.size(); ++i) {
        ImGui::SameLine(0, i == 0 ? theme.px(18) : theme.px(4));
        std::string label = std::to_string(i + 1);
        if (!narrow) label += std::string(" ") + panels_[i]->name();
        const bool shown = i == left_ || (split_ && i == right_);
        if (toggle(theme, label.c_str(), shown, theme.colour.smtp)) {
            if (ImGui::GetIO().KeyShift) {
                right_ = i;
                split_ = true;
            } else {
                left_ = i;
            }
        }
        if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", panels_[i]->about());
    }
    const float right = ImGui::CalcTextSize("F1 keys").x + theme.px(22);
    ImGui::SameLine(ImGui::GetWindowContentRegionMax().x - right);
    if (ImGui::Button("F1 keys")) help_ = !help_;
}

void App::body(float height) {
    const float width = ImGui::GetContentRegionAvail().x, between = view_.theme.px(8);
    const bool two = split_ && left_ != right_;
    const float left = two ? (width - between) * share_ : width;
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {view_.theme.px(10), view_.theme.px(8)});
    const auto pane = [&](const char* id, std::size_t which, float wide) {
        begin_region(id, {wide, height},
                     ImGuiWindowFlags_AlwaysUseWindowPadding | ImGuiWindowFlags_NoScrollWithMouse);
        panels_[which]->draw(view_);
        ImGui::EndChild();
    };
    pane("left", left_, left);
    if (two) {
        const ImVec2 right = ImGui::GetItemRectMax();
        divider({right.x, right.y - height}, height, width - between);
        ImGui::SameLine(0, between);
        pane("right", right_, width - left - between);
    }
    ImGui::PopStyleVar();
}

// Between two panels, for a hand to move.
void App::divider(ImVec2 at, float height, float whole) {
    const ImVec2 back = ImGui::GetCursorPos();
    ImGui::SetCursorScreenPos(at);
    const NoKeyboard mouse_alone;
    ImGui::InvisibleButton("divider", {view_.theme.px(8), height});
    if (ImGui::IsItemHovered() || ImGui::IsItemActive()) {
        ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
        const float x = at.x + view_.theme.px(4);
        ImGui::GetWindowDrawList()->AddLine({x, at.y}, {x, at.y + height}, view_.theme.colour.accent,
                                            view_.theme.px(2));
    }
    if (ImGui::IsItemActive() && whole > 0)
        share_ = std::clamp(share_ + ImGui::GetIO().MouseDelta.x / whole, 0.2F, 0.8F);
    ImGui::SetCursorPos(back);
    ImGui::SetCursorScreenPos({at.x - 1, at.y});
    ImGui::Dummy({1, height});
}

void App::recall(const Remembered& what) {
    if (!in_walkthrough_) {  // whose stops say what is shown
        if (const std::size_t found = find(what.left); found < panels_.size()) left_ = found;
        if (const std::size_t found = find(what.right); found < panels_.size()) right_ = found;
        split_ = what.split;
    }
    share_ = static_cast<float>(what.share);
    view_.player.speed = what.speed;
}

void App::remember(Remembered& what) const {
    if (!in_walkthrough_) {
        what.left = panels_[left_]->name();
        what.right = panels_[right_]->name();
        what.split = split_;
    }
    what.share = static_cast<double>(share_);
    what.scale = static_cast<double>(view_.theme.scale);
    what.dark = view_.theme.dark;
    what.speed = view_.player.speed;
}

// The walkthrough's words, above the timeline.
void App::card(float width) {
    const Theme& theme = view_.theme;
    const Stop& here = walkthrough_->stops[stop_];
    const std::string counted =
        std::to_string(stop_ + 1) + " of " + std::to_string(walkthrough_->stops.size());
    ImGui::PushStyleColor(ImGuiCol_ChildBg, theme.colour.raised);
    const float keys = theme.px(keys_wide), height = height_of_card(theme, *walkthrough_, width);
    ImGui::BeginChild("card", {width, height}, false, ImGuiWindowFlags_AlwaysUseWindowPadding);
    const ImVec2 at = ImGui::GetWindowPos();
    ImGui::GetWindowDrawList()->PushClipRectFullScreen();
    ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + theme.px(4), at.y + height}, theme.colour.accent);
    ImGui::GetWindowDrawList()->PopClipRect();
    ImGui::BeginChild("text", {width - keys - theme.px(30), 0});
    heading(theme, counted + "   " + here.title);
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(here.text.c_str());
    ImGui::PopTextWrapPos();
    ImGui::EndChild();
    ImGui::SameLine(width - keys);
    ImGui::BeginGroup();
    const bool last = stop_ + 1 == walkthrough_->stops.size();
    ImGui::PushStyleColor(ImGuiCol_Button, faded(theme.colour.smtp, 0.4F));
    if (ImGui::Button(last ? "Space: explore" : "Space: go on", {keys - theme.px(20), 0}))
        press({Key::space, 0, false, false});
    ImGui::PopStyleColor();
    faint(theme, last ? "Backspace: back, later too" : "Backspace: back, Escape: leave");
    ImGui::EndGroup();
    ImGui::EndChild();
    ImGui::PopStyleColor();
}

// The chosen message is the one that this moment is about, if it is about one.
void App::follow() {
    const auto now = view_.spoken();
    if (!now) return;
    const std::uint32_t journey = view_.run.index().journey_of(who_at(view_.run, *now).subject);
    if (journey != sim::nothing) view_.journey = journey;
}

void App::frame(float seconds) {
    ImGuiIO& io = ImGui::GetIO();
    if (hands_) io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
    else io.ConfigFlags &= ~ImGuiConfigFlags_NavEnableKeyboard;
    view_.player.patient = view_.patient;
    view_.player.tick(static_cast<double>(seconds));
    view_.player.arrive();
    view_.notice_s = std::max(0.0, view_.notice_s - static_cast<double>(seconds));
    view_.by_packet = step_ == Step::packet || stepped_packet_;
    view_.moved = seen_position_ != view_.player.position() || seen_now_ != view_.player.now();
    seen_position_ = view_.player.position();
    seen_now_ = view_.player.now();
    if (view_.moved && !in_walkthrough_) follow();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
    ImGui::Begin("postroad", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                     ImGuiWindowFlags_NoScrollWithMouse);
    if (hands_ && !held_) ImGui::SetWindowFocus();
    held_ = hands_;
    header();
    const Theme& theme = view_.theme;
    const float width = ImGui::GetContentRegionAvail().x;
    float below = theme.px(124);
    if (in_walkthrough_) below += height_of_card(theme, *walkthrough_, width) + theme.px(8);
    body(ImGui::GetContentRegionAvail().y - below);
    if (in_walkthrough_) card(width);
    timeline();
    ImGui::End();
    if (help_) help();
}

}  // namespace postroad::viz

// Header, panels, walkthrough, keys.
#include "viz/app.hpp"

#include <algorithm>
#include <cstdio>

#include "protocols/base/ascii.hpp"
#include "viz/draw/reach.hpp"
#include "viz/draw/widgets.hpp"
#include "viz/panels/map.hpp"

namespace postroad::viz {
namespace {

// Keys, for the cheat sheet. What press() does and what is told here stand side by side.
struct Told {
    const char *key, *what;
};
constexpr Told told[] = {
    {"Space", "play and pause; in a walkthrough: go on"},
    {"Backspace", "walkthrough: a stop back, or back into it"},
    {"Escape", "leave the walkthrough, close this sheet"},
    {"Enter", "into the panels: arrows move, Space presses"},
    {"Page ↑  ↓", "scroll the left panel; Shift: the right one"},
    {"→  ←", "step forward, step back"},
    {"Shift →  ←", "by packet"},
    {"L  Shift L", "next line, line before"},
    {"D  Shift D", "next decision, decision before"},
    {"C  Shift C", "next change of custody, one before"},
    {"E  Shift E", "next failure of any kind, one before"},
    {"R  Shift R", "next bounce, one before"},
    {"X  Shift X", "next packet dropped or lost, one before"},
    {"F  Shift F", "next TLS failure, one before"},
    {",  .", "what → and ← go to: anything, a line, …"},
    {";", "what is to come: faintly, or not at all"},
    {"Home  End", "the start, the end"},
    {"↑  ↓", "faster, slower"},
    {"P", "play and pause, always"},
    {"B", "set or take away a bookmark"},
    {"N  Shift N", "next bookmark, one before"},
    {"1 … 8  Shift", "a panel at the left; at the right"},
    {"S  Tab", "one panel or two; change their sides"},
    {"[  ]", "the left panel narrower, wider"},
    {"H  Shift H", "choose the next host, the one before"},
    {"M  Shift M", "choose the next message, the one before"},
    {"O  U  I", "ladder: this host, connection, message alone"},
    {"Shift O", "ladder: this host, too, or no longer"},
    {"W", "ladder: decrypted, or as on the wire"},
    {"J", "ladder: fold segments and records"},
    {"V", "ladder: the octets of this line, in hex"},
    {"G  Shift G", "choose the next firewall, the one before"},
    {"A", "map: arrows to mail exchangers, or none"},
    {"Ctrl ← ↑ → ↓", "map: move the chosen host; Shift, too: the map"},
    {"Ctrl +  -  0", "map: nearer, farther, all of it"},
    {"Z", "map: hosts back to places of their own"},
    {"/", "search; Enter: to the next that was found"},
    {"T", "dark, light"},
    {"+  -", "larger, smaller letters"},
    {"Y", "copy the line that is now"},
    {"K", "keep a picture: postroad-1.png, …"},
    {"Shift K", "keep the walkthrough as a film"},
    {"F1", "this sheet"},
    {"Q", "quit"},
};

constexpr double speeds[] = {0, 0.01, 0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6};

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

void App::press(const KeyPress& key) {
    view_.player.arrive();  // from where the key before has led
    Player& player = view_.player;
    if (hands_ && key.key != Key::f1) {  // the rest is ImGui's, and Escape until its lists are closed
        if (key.key == Key::escape && !ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup)) hands_ = false;
        return;
    }
    switch (key.key) {
        case Key::space:
            if (in_walkthrough_) {
                if (!go_to_stop(stop_ + 1)) in_walkthrough_ = false;
            } else {
                player.playing = !player.playing;
            }
            return;
        case Key::backspace:
            if (!in_walkthrough_) go_to_stop(stop_);  // where it was left
            else if (stop_ > 0) go_to_stop(stop_ - 1);
            return;
        case Key::right:
        case Key::left:
            if (key.control) {
                const float way = key.key == Key::right ? 1.0F : -1.0F;
                if (key.shift) view_.map_pan.x -= way * view_.theme.px(60);
                else nudge_host(view_, way * 20, 0);
                return;
            }
            step(key.shift ? Step::packet : step_, key.key == Key::right);
            stepped_packet_ = key.shift;
            return;
        case Key::home: player.go_to_start(); return;
        case Key::end: player.go_to_end(); return;
        case Key::up:
        case Key::down: {
            if (key.control) {
                const float way = key.key == Key::down ? 1.0F : -1.0F;
                if (key.shift) view_.map_pan.y -= way * view_.theme.px(60);
                else nudge_host(view_, 0, way * 20);
                return;
            }
            std::size_t at = 0;
            while (at + 1 < std::size(speeds) && speeds[at] < player.speed) ++at;
            if (key.key == Key::up && at + 1 < std::size(speeds)) ++at;
            if (key.key == Key::down && at > 0) --at;
            player.speed = speeds[at];
            return;
        }
        case Key::escape:
            if (help_) help_ = false;
            else in_walkthrough_ = false;
            return;
        case Key::tab: std::swap(left_, right_); return;
        case Key::f1: help_ = !help_; return;
        case Key::enter:
            hands_ = true;
            ImGui::SetWindowFocus("postroad");
            return;
        case Key::page_up:
        case Key::page_down:
            scroll_windows(key.shift && split_ ? "postroad/right_" : "postroad/left_",
                           key.key == Key::page_down ? 0.85F : -0.85F);
            return;
        case Key::letter: letter(key); return;
        case Key::none: return;
    }
}

void App::step(Step kind, bool forward) {
    if (!view_.player.step(kind, forward) && !view_.player.away())
        view_.tell(std::string("no ") + name_of(kind) + (forward ? " comes any more" : " before"));
}

void App::letter(const KeyPress& key) {
    Player& player = view_.player;
    const auto cycle = [&](std::uint32_t& what, std::size_t count) {
        if (count == 0) return;
        const auto n = static_cast<std::uint32_t>(count);
        what = key.shift ? (what + n - 1) % n : (what + 1) % n;
    };
    if (key.letter >= '1' && key.letter < '1' + static_cast<char>(panels_.size())) {
        (key.shift ? right_ : left_) = static_cast<std::size_t>(key.letter - '1');
        if (key.shift) split_ = true;
        return;
    }
    if (key.control) {
        switch (key.letter) {
            case '+':
            case '=': view_.map_zoom *= 1.25F; break;
            case '-': view_.map_zoom /= 1.25F; break;
            case '0': view_.map_whole = true; break;
            default: break;
        }
        return;
    }
    switch (key.letter) {
        case ',':
        case '.': {
            const int way = key.letter == '.' ? 1 : count_of_steps - 1;
            step_ = static_cast<Step>((static_cast<int>(step_) + way) % count_of_steps);
            view_.tell(std::string("a step goes to: ") + name_of(step_));
            break;
        }
        case ';': view_.future = !view_.future; break;
        case 'p': player.playing = !player.playing; break;
        case 'l': step(Step::line, !key.shift); break;
        case 'd': step(Step::decision, !key.shift); break;
        case 'c': step(Step::message, !key.shift); break;
        case 'e': step(Step::failure, !key.shift); break;
        case 'b': player.toggle_bookmark(); break;
        case 'n':
            if (player.bookmarks.empty()) view_.tell("there is no bookmark: B sets one");
            else if (!player.go_to_bookmark(!key.shift))
                view_.tell(key.shift ? "no bookmark before" : "no bookmark behind");
            break;
        case 's': split_ = !split_; break;
        case 'h': cycle(view_.host, view_.run.setup().hosts.size()); break;
        case 'm': cycle(view_.journey, view_.run.index().journeys.size()); break;
        case 'o': {
            // Alone; with Shift beside the others.
            const bool there = view_.only_hosts.count(view_.host) != 0;
            if (!key.shift) {
                const bool alone = there && view_.only_hosts.size() == 1;
                view_.only_hosts.clear();
                if (!alone) view_.only_hosts.insert(view_.host);
            } else if (there) {
                view_.only_hosts.erase(view_.host);
            } else {
                view_.only_hosts.insert(view_.host);
            }
            break;
        }
        case 'u': view_.only_talk = !view_.only_talk; break;
        case 'i': view_.only_journey = !view_.only_journey; break;
        case 'r': step(Step::bounce, !key.shift); break;
        case 'x': step(Step::drop, !key.shift); break;
        case 'f': step(Step::tls_failure, !key.shift); break;
        case 'g': cycle(view_.firewall, view_.run.setup().firewalls.size()); break;
        case 'w': view_.on_the_wire = !view_.on_the_wire; break;
        case 'j': view_.folded = !view_.folded; break;
        case 'v': view_.hex = !view_.hex; break;
        case 'a': view_.mx_arrows = !view_.mx_arrows; break;
        case 'z':
            view_.layout = make_layout(view_.run.setup());
            view_.upright = make_layout(view_.run.setup(), true);
            if (!view_.places_file.empty()) std::remove(view_.places_file.c_str());
            view_.tell("hosts stand where they stand by themselves");
            break;
        case '[': share_ = std::max(0.2F, share_ - 0.04F); break;
        case ']': share_ = std::min(0.8F, share_ + 0.04F); break;
        case 't': view_.theme.dark = !view_.theme.dark; break;
        case '+':
        case '=': view_.theme.scale = std::min(4.0F, view_.theme.scale * 1.125F); break;
        case '-': view_.theme.scale = std::max(0.6F, view_.theme.scale / 1.125F); break;
        case '/':
            left_ = find("Search");
            view_.focus_search = true;
            break;
        case '?': help_ = !help_; break;
        case 'y':
            if (const auto now = view_.spoken()) {
                ImGui::SetClipboardText(words_at(view_.run, *now).text.c_str());
                view_.tell("the line is copied");
            }
            break;
        case 'k': (key.shift ? film_ : picture_) = true; break;
        case 'q': quit_ = true; break;
        default: break;
    }
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

void App::help() {
    const Theme& theme = view_.theme;
    const ImVec2 screen = ImGui::GetIO().DisplaySize;
    constexpr std::size_t count = std::size(told), half = (count + 1) / 2;
    // As large as letters are, but no larger than the window.
    const float row = theme.sans->FontSize * 1.42F, key = theme.px(118), what = theme.px(345);
    const ImVec2 whole{2 * (key + what) + theme.px(50), static_cast<float>(half) * row + theme.px(62)};
    const float fit = std::min({1.0F, (screen.x - theme.px(8)) / whole.x, (screen.y - theme.px(8)) / whole.y});
    const auto px = [&](float units) { return theme.px(units) * fit; };
    const ImVec2 min{(screen.x - whole.x * fit) / 2, (screen.y - whole.y * fit) / 2};
    const ImVec2 max{min.x + whole.x * fit, min.y + whole.y * fit};
    ImDrawList* const list = ImGui::GetForegroundDrawList();
    list->AddRectFilled({0, 0}, screen, IM_COL32(0, 0, 0, 140));
    list->AddRectFilled(min, max, theme.colour.surface, px(8));
    list->AddRect(min, max, theme.colour.edge, px(8));
    const auto put = [&](ImFont* font, ImVec2 at, ImU32 ink, const char* words, float room) {
        put_text(list, font, at, ink, words, room, font->FontSize * fit);
    };
    put(theme.bold, {min.x + px(20), min.y + px(16)}, theme.colour.text, "Keys", whole.x);
    for (std::size_t i = 0; i < count; ++i) {
        const float x = min.x + px(20) + (i < half ? 0 : (key + what) * fit);
        const float y = min.y + px(46) + static_cast<float>(i % half) * row * fit;
        put(theme.bold, {x, y}, theme.colour.command, told[i].key, (key - theme.px(6)) * fit);
        put(theme.sans, {x + key * fit, y}, theme.colour.text, told[i].what, (what - theme.px(8)) * fit);
    }
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

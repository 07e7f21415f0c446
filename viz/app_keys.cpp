// What keys do, and the sheet that tells it.
#include <algorithm>
#include <cstdio>

#include "viz/app.hpp"
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

}  // namespace

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

}  // namespace postroad::viz

// Measuring before drawing, so that nothing is ever cut through the middle of a letter.
#include "viz/draw/widgets.hpp"

#include <algorithm>
#include <cmath>

#include "sim/core/reasons.hpp"
#include "viz/draw/reach.hpp"

namespace postroad::viz {

float width_of(ImFont* font, std::string_view text, float size) {
    if (size <= 0) size = font->FontSize;
    return font->CalcTextSizeA(size, 1e9F, 0, text.data(), text.data() + text.size()).x;
}

std::string fitted(ImFont* font, std::string_view text, float width, float size) {
    if (size <= 0) size = font->FontSize;
    if (text.size() > 1000) text = text.substr(0, 1000);
    if (width_of(font, text, size) <= width) return std::string(text);
    constexpr std::string_view dots = "…";
    const float room = width - width_of(font, dots, size);
    if (room <= 0) return {};
    const char* rest = nullptr;
    font->CalcTextSizeA(size, room, 0, text.data(), text.data() + text.size(), &rest);
    std::size_t keep = static_cast<std::size_t>(rest - text.data());
    while (keep > 0 && (static_cast<unsigned char>(text[keep]) & 0xc0) == 0x80) --keep;
    while (keep > 0 && text[keep - 1] == ' ') --keep;
    return std::string(text.substr(0, keep)) + std::string(dots);
}

float put_text(ImDrawList* list, ImFont* font, ImVec2 at, ImU32 colour, std::string_view text,
               float width, float size) {
    if (size <= 0) size = font->FontSize;
    const std::string shown = width < 1e8F ? fitted(font, text, width, size) : std::string(text);
    list->AddText(font, size, {std::floor(at.x), std::floor(at.y)}, colour, shown.data(),
                  shown.data() + shown.size());
    return width_of(font, shown, size);
}

std::string broken(ImFont* font, std::string_view text, float width) {
    std::string out;
    out.reserve(text.size() + 8);
    float at = 0;
    const float space = width_of(font, " ");
    while (!text.empty()) {
        std::size_t end = std::min(text.find_first_of(" \n"), text.size());
        if (text.substr(end).starts_with(" §"))  // a document and its section stay together
            end = std::min(text.find_first_of(" \n", end + 1), text.size());
        std::string_view word = text.substr(0, end);
        float wide = width_of(font, word);
        if (at > 0 && at + wide > width) {
            while (!out.empty() && out.back() == ' ') out.pop_back();
            out += '\n';
            at = 0;
        }
        while (wide > width && word.size() > 1) {
            const char* rest = nullptr;
            font->CalcTextSizeA(font->FontSize, width, 0, word.data(), word.data() + word.size(), &rest);
            std::size_t keep = std::max<std::size_t>(1, static_cast<std::size_t>(rest - word.data()));
            while (keep < word.size() && (static_cast<unsigned char>(word[keep]) & 0xc0) == 0x80) ++keep;
            if (keep >= word.size()) break;
            out += word.substr(0, keep);
            out += '\n';
            word.remove_prefix(keep);
            wide = width_of(font, word);
        }
        out += word;
        at += wide;
        if (end == text.size()) break;
        out += text[end];
        at = text[end] == '\n' ? 0 : at + space;
        text.remove_prefix(end + 1);
    }
    return out;
}

ImVec2 put_wrapped(ImDrawList* list, ImFont* font, ImVec2 at, ImU32 colour, const std::string& text,
                   float width, int lines_max, bool measure_only) {
    const float size = font->FontSize;
    float widest = 0, y = at.y;
    const std::string whole = broken(font, text, width);
    std::string_view rest = whole;
    for (int line = 0; !rest.empty() && line < lines_max; ++line) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string shown(rest.substr(0, end));
        if (line + 1 == lines_max && end < rest.size())  // what has no room goes with dots
            shown = fitted(font, shown + " " + std::string(rest.substr(end + 1)), width);
        widest = std::max(widest, width_of(font, shown));
        if (!measure_only)
            list->AddText(font, size, {std::floor(at.x), std::floor(y)}, colour, shown.data(),
                          shown.data() + shown.size());
        y += size * 1.2F;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {widest, y - at.y};
}

float put_pill(ImDrawList* list, const Theme& theme, ImVec2 at, ImU32 colour, std::string_view text,
               bool filled, float size) {
    if (size <= 0) size = theme.small->FontSize;
    const float side = size * 0.45F;
    const float width = width_of(theme.small, text, size) + 2 * side;
    const ImVec2 end{at.x + width, at.y + size * 1.3F};
    if (filled) list->AddRectFilled(at, end, colour, size * 0.4F);
    else list->AddRectFilled(at, end, faded(colour, 0.22F), size * 0.4F);
    put_text(list, theme.small, {at.x + side, at.y + size * 0.12F},
             filled ? theme.colour.on_fill : theme.colour.text, text, 1e9F, size);
    return width;
}

void dashes(ImDrawList* list, ImVec2 from, ImVec2 to, ImU32 colour, float thick, float dash) {
    const float length = std::hypot(to.x - from.x, to.y - from.y);
    if (length < 1) return;
    const ImVec2 way{(to.x - from.x) / length, (to.y - from.y) / length};
    for (float at = 0; at < length; at += 2 * dash) {
        const float end = std::min(length, at + dash);
        list->AddLine({from.x + way.x * at, from.y + way.y * at},
                      {from.x + way.x * end, from.y + way.y * end}, colour, thick);
    }
}

float put_lock(ImDrawList* list, const Theme& theme, ImVec2 at, float strength) {
    const float size = theme.small->FontSize;
    const ImU32 ink = faded(theme.colour.good, strength);
    const float left = at.x + size * 0.1F, right = left + size * 0.6F;
    list->AddRectFilled({left, at.y + size * 0.55F}, {right, at.y + size * 1.05F}, ink, size * 0.1F);
    list->PathArcTo({(left + right) / 2, at.y + size * 0.55F}, size * 0.2F, 3.1416F, 6.2832F, 10);
    list->PathStroke(ink, ImDrawFlags_None, size * 0.12F);
    return size * 0.9F;
}

bool seen_whole(ImVec2 size) {
    const ImDrawList* const list = ImGui::GetWindowDrawList();
    const ImVec2 low = list->GetClipRectMin(), high = list->GetClipRectMax();
    const float y = ImGui::GetCursorScreenPos().y;
    const bool cut = (y < low.y - 1 && y + size.y > low.y) || (y < high.y && y + size.y > high.y + 1);
    if (!cut || size.y > high.y - low.y) return true;
    ImGui::Dummy(size);
    return false;
}

void begin_region(const char* id, ImVec2 size, ImGuiWindowFlags flags) {
    ImGui::BeginChild(id, size, false, flags | ImGuiWindowFlags_NavFlattened);
}

bool is_in_hand() { return ImGui::GetIO().NavVisible && ImGui::IsItemFocused(); }

namespace {

void put(ImFont* font, ImU32 colour, const std::string& text) {
    ImGui::PushFont(font);
    if (seen_whole(ImGui::CalcTextSize(text.c_str()))) {
        ImGui::PushStyleColor(ImGuiCol_Text, colour);
        ImGui::TextUnformatted(text.data(), text.data() + text.size());
        ImGui::PopStyleColor();
    }
    ImGui::PopFont();
}

}  // namespace

void words(const Theme&, ImFont* font, ImU32 colour, std::string_view text) {
    const std::string shown = fitted(font, text, ImGui::GetContentRegionAvail().x);
    put(font, colour, shown);
    if (shown.size() != text.size() && ImGui::IsItemHovered()) {
        ImGui::BeginTooltip();
        ImGui::TextUnformatted(broken(font, text, font->FontSize * 40).c_str());
        ImGui::EndTooltip();
    }
}

void wrapped(const Theme& theme, ImFont* font, ImU32 colour, std::string_view text) {
    put(font, colour, broken(font, text, in_tooltip() ? theme.px(460) : ImGui::GetContentRegionAvail().x));
}

bool pressable(const Theme& theme, ImFont* font, ImU32 colour, std::string_view text, int id) {
    ImGui::PushFont(font);
    const std::string shown = broken(font, text, ImGui::GetContentRegionAvail().x);
    const ImVec2 size = ImGui::CalcTextSize(shown.c_str()), at = ImGui::GetCursorScreenPos();
    bool pressed = false;
    if (seen_whole(size)) {
        ImGui::PushID(id);
        pressed = ImGui::InvisibleButton("pressable", {std::max(size.x, 1.0F), std::max(size.y, 1.0F)});
        const bool focused = is_in_hand();
        ImGui::PopID();
        ImDrawList* const list = ImGui::GetWindowDrawList();
        const float side = theme.px(2);
        if (ImGui::IsItemHovered())
            list->AddRectFilled({at.x - side, at.y}, {at.x + size.x + side, at.y + size.y},
                                faded(theme.colour.accent, 0.12F), side);
        if (focused)
            list->AddRect({at.x - side, at.y - 1}, {at.x + size.x + side, at.y + size.y + 1},
                          theme.colour.accent, side, 0, theme.px(1.5F));
        list->AddText(font, font->FontSize, at, colour, shown.data(), shown.data() + shown.size());
    }
    ImGui::PopFont();
    return pressed;
}

bool choice(const Theme& theme, std::string_view text, int id, bool chosen) {
    const ImVec2 room{ImGui::GetContentRegionAvail().x, ImGui::GetTextLineHeight()};
    if (!seen_whole(room)) return false;
    const std::string label = fitted(theme.sans, text, room.x) + "##" + std::to_string(id);
    return ImGui::Selectable(label.c_str(), chosen);
}

void heading(const Theme& theme, std::string_view text) {
    words(theme, theme.bold, theme.colour.text, text);
}

void faint(const Theme& theme, std::string_view text) {
    wrapped(theme, theme.sans, theme.colour.faint, text);
}

bool toggle(const Theme& theme, const char* label, bool on, ImU32 colour) {
    ImGui::PushStyleColor(ImGuiCol_Button, on ? faded(colour, 0.35F) : theme.colour.raised);
    ImGui::PushStyleColor(ImGuiCol_Text, on ? theme.colour.text : theme.colour.faint);
    const bool clicked = ImGui::Button(label);
    ImGui::PopStyleColor(2);
    return clicked;
}

std::string moment_words(Time moment) {
    const std::string part = std::to_string(moment / millisecond % 1000);
    const std::string seconds = "." + std::string(3 - part.size(), '0') + part + " s";
    if (moment < minute) return "+" + std::to_string(moment / second) + seconds;
    if (moment < hour)
        return "+" + std::to_string(moment / minute) + " min " + std::to_string(moment / second % 60) + seconds;
    return "+" + sim::duration_words(moment / second * second);
}

void working(const Theme& theme, double share, const std::string& what) {
    faint(theme, what + " …");
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float wide = std::min(theme.px(240), ImGui::GetContentRegionAvail().x), high = theme.px(4);
    ImDrawList* const list = ImGui::GetWindowDrawList();
    list->AddRectFilled(at, {at.x + wide, at.y + high}, theme.colour.raised, high / 2);
    list->AddRectFilled(at, {at.x + wide * static_cast<float>(share), at.y + high}, theme.colour.accent,
                        high / 2);
    ImGui::Dummy({wide, high});
}

}  // namespace postroad::viz

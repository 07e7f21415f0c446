// Measuring before drawing, so that nothing is ever cut through the middle of a letter.
#include "viz/draw/widgets.hpp"

#include <algorithm>
#include <cmath>

#include "sim/core/reasons.hpp"

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

ImVec2 put_wrapped(ImDrawList* list, ImFont* font, ImVec2 at, ImU32 colour, const std::string& text,
                   float width, int lines_max, bool measure_only) {
    const float size = font->FontSize;
    float widest = 0, y = at.y;
    const char* from = text.data();
    const char* const end = from + text.size();
    for (int line = 0; from < end && line < lines_max; ++line) {
        const char* to = font->CalcWordWrapPositionA(1, from, end, width);
        if (to == from) ++to;
        std::string_view piece(from, static_cast<std::size_t>(to - from));
        if (line + 1 == lines_max) piece = {from, static_cast<std::size_t>(end - from)};
        const std::string shown = fitted(font, piece, width);
        widest = std::max(widest, width_of(font, shown));
        if (!measure_only)
            list->AddText(font, size, {std::floor(at.x), std::floor(y)}, colour, shown.data(),
                          shown.data() + shown.size());
        y += size * 1.2F;
        from = to;
        while (from < end && (*from == ' ' || *from == '\n')) ++from;
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

float put_lock(ImDrawList* list, const Theme& theme, ImVec2 at, float strength) {
    const float size = theme.small->FontSize;
    const ImU32 ink = faded(theme.colour.good, strength);
    const float left = at.x + size * 0.1F, right = left + size * 0.6F;
    list->AddRectFilled({left, at.y + size * 0.55F}, {right, at.y + size * 1.05F}, ink, size * 0.1F);
    list->PathArcTo({(left + right) / 2, at.y + size * 0.55F}, size * 0.2F, 3.1416F, 6.2832F, 10);
    list->PathStroke(ink, ImDrawFlags_None, size * 0.12F);
    return size * 0.9F;
}

void words(const Theme&, ImFont* font, ImU32 colour, std::string_view text) {
    ImGui::PushFont(font);
    const std::string shown = fitted(font, text, ImGui::GetContentRegionAvail().x);
    ImGui::PushStyleColor(ImGuiCol_Text, colour);
    ImGui::TextUnformatted(shown.data(), shown.data() + shown.size());
    ImGui::PopStyleColor();
    ImGui::PopFont();
    if (shown.size() != text.size() && ImGui::IsItemHovered()) {
        ImGui::BeginTooltip();
        ImGui::PushTextWrapPos(font->FontSize * 40);
        ImGui::TextUnformatted(text.data(), text.data() + text.size());
        ImGui::PopTextWrapPos();
        ImGui::EndTooltip();
    }
}

void wrapped(const Theme&, ImFont* font, ImU32 colour, std::string_view text) {
    ImGui::PushFont(font);
    ImGui::PushStyleColor(ImGuiCol_Text, colour);
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
    ImGui::PopFont();
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
    if (moment < minute) {
        std::string out = std::to_string(moment / second) + ".";
        const std::string part = std::to_string(moment / millisecond % 1000);
        return "+" + out + std::string(3 - part.size(), '0') + part + " s";
    }
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

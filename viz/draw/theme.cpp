// Two themes, one palette.
#include "viz/draw/theme.hpp"

#include <filesystem>

namespace postroad::viz {
namespace {

constexpr ImU32 rgb(unsigned hex) {
    return IM_COL32(hex >> 16 & 255, hex >> 8 & 255, hex & 255, 255);
}

constexpr Palette dark_palette = {
    rgb(0x11151a), rgb(0x191f26), rgb(0x262e38), rgb(0x3d4855), rgb(0xeceff2), rgb(0xa3aebb),
    rgb(0xf0e442),
    rgb(0x56b4e9), rgb(0x12a67c), rgb(0xe69f00), rgb(0x8b96a3),
    rgb(0x4cd1a5), rgb(0xf2b233), rgb(0xff8d4d), rgb(0xe3a0c5), rgb(0x7cc8f2),
    rgb(0xd55e00), rgb(0x0b0e12)};
constexpr Palette light_palette = {
    rgb(0xf4f5f7), rgb(0xffffff), rgb(0xe7eaee), rgb(0xb9c1ca), rgb(0x14191f), rgb(0x56616d),
    rgb(0x0072b2),
    rgb(0x0072b2), rgb(0x00805d), rgb(0xb87a00), rgb(0x6b7683),
    rgb(0x006b4e), rgb(0x7d5600), rgb(0xb34700), rgb(0x8a3f6c), rgb(0x005a8d),
    rgb(0xd55e00), rgb(0xffffff)};

ImVec4 vec(ImU32 colour, float alpha = 1) {
    ImVec4 out = ImGui::ColorConvertU32ToFloat4(colour);
    out.w = alpha;
    return out;
}

}  // namespace

ImU32 Theme::of(Protocol protocol) const {
    switch (protocol) {
        case Protocol::smtp: return colour.smtp;
        case Protocol::pop3: return colour.pop3;
        case Protocol::dns: return colour.dns;
        case Protocol::other: return colour.other;
    }
    return colour.other;
}

ImU32 Theme::of(sim::views::Ink ink) const {
    using sim::views::Ink;
    switch (ink) {
        case Ink::plain:
        case Ink::host: return colour.text;
        case Ink::faint:
        case Ink::section: return colour.faint;
        case Ink::time: return colour.later;
        case Ink::command: return colour.command;
        case Ink::good: return colour.good;
        case Ink::later: return colour.later;
        case Ink::bad: return colour.bad;
        case Ink::why: return colour.why;
    }
    return colour.text;
}

void set_colours(Theme& theme, bool dark) {
    theme.dark = dark;
    theme.colour = dark ? dark_palette : light_palette;
    const Palette& c = theme.colour;
    ImGuiStyle style;
    if (dark) ImGui::StyleColorsDark(&style);
    else ImGui::StyleColorsLight(&style);
    style.WindowPadding = {12, 10};
    style.FramePadding = {9, 4};
    style.ItemSpacing = {8, 6};
    style.CellPadding = {6, 3};
    style.ScrollbarSize = 13;
    style.WindowRounding = style.ChildRounding = 6;
    style.FrameRounding = style.PopupRounding = style.GrabRounding = style.TabRounding = 4;
    style.WindowBorderSize = 0;
    style.ScaleAllSizes(theme.scale);
    const auto set = [&](ImGuiCol which, ImVec4 value) { style.Colors[which] = value; };
    set(ImGuiCol_WindowBg, vec(c.ground));
    set(ImGuiCol_ChildBg, vec(c.surface));
    set(ImGuiCol_PopupBg, vec(c.surface));
    set(ImGuiCol_Border, vec(c.edge));
    set(ImGuiCol_Text, vec(c.text));
    set(ImGuiCol_TextDisabled, vec(c.faint));
    set(ImGuiCol_FrameBg, vec(c.raised));
    set(ImGuiCol_FrameBgHovered, vec(c.edge));
    set(ImGuiCol_FrameBgActive, vec(c.edge));
    set(ImGuiCol_Button, vec(c.raised));
    set(ImGuiCol_ButtonHovered, vec(c.edge));
    set(ImGuiCol_ButtonActive, vec(c.smtp, 0.6F));
    set(ImGuiCol_Header, vec(c.smtp, 0.25F));
    set(ImGuiCol_HeaderHovered, vec(c.smtp, 0.18F));
    set(ImGuiCol_HeaderActive, vec(c.smtp, 0.35F));
    set(ImGuiCol_TableHeaderBg, vec(c.raised));
    set(ImGuiCol_TableBorderLight, vec(c.edge, 0.5F));
    set(ImGuiCol_TableBorderStrong, vec(c.edge));
    set(ImGuiCol_TableRowBgAlt, vec(c.raised, 0.35F));
    set(ImGuiCol_Separator, vec(c.edge));
    set(ImGuiCol_ScrollbarBg, vec(c.surface, 0));
    set(ImGuiCol_ScrollbarGrab, vec(c.edge));
    set(ImGuiCol_CheckMark, vec(c.smtp));
    ImGui::GetStyle() = style;
}

bool load_fonts(Theme& theme) {
    // Latin, Greek, Cyrillic, punctuation, arrows, shapes and marks: what our words need.
    static const ImWchar ranges[] = {0x20,   0x17f,  0x391,  0x3c9,  0x400,  0x45f,  0x2010,
                                     0x2044, 0x2190, 0x21ff, 0x2200, 0x2265, 0x25a0, 0x25ff,
                                     0x2700, 0x27bf, 0};
    const std::filesystem::path folder = POSTROAD_FONT_DIR;
    ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    atlas.Clear();
    atlas.TexDesiredWidth = 2048;
    ImFontConfig config;
    config.OversampleH = theme.scale > 1.5F ? 1 : 2;
    config.OversampleV = 1;
    const auto add = [&](const char* name, float size) -> ImFont* {
        std::error_code error;
        const std::filesystem::path file = folder / name;
        if (!std::filesystem::is_regular_file(file, error)) return nullptr;
        return atlas.AddFontFromFileTTF(file.c_str(), size * theme.scale, &config, ranges);
    };
    theme.sans = add("DejaVuSans.ttf", 15);
    theme.bold = add("DejaVuSans-Bold.ttf", 15);
    theme.mono = add("DejaVuSansMono.ttf", 14);
    theme.small = add("DejaVuSans.ttf", 12.5F);
    const bool all = theme.sans != nullptr && theme.bold != nullptr && theme.mono != nullptr &&
                     theme.small != nullptr;
    if (!all) {
        atlas.Clear();
        config.SizePixels = 13 * theme.scale;
        theme.sans = theme.bold = theme.mono = theme.small = atlas.AddFontDefault(&config);
    }
    return all;
}

}  // namespace postroad::viz

// Colours and letters. The palette is Okabe and Ito's, which people with any of the common kinds of
// colour vision can tell apart; no meaning rests on colour alone.
#pragma once

#include <imgui.h>

#include "sim/views/text.hpp"
#include "viz/model/recording.hpp"

namespace postroad::viz {

struct Palette {
    ImU32 ground, surface, raised, edge, text, faint;
    ImU32 accent;                       // what is now, what is chosen
    ImU32 smtp, pop3, dns, other;       // fills
    ImU32 good, later, bad, why, command;  // words
    ImU32 bad_fill, on_fill;
};

struct Theme {
    bool dark = true;
    float scale = 1;
    Palette colour{};
    ImFont *sans = nullptr, *bold = nullptr, *mono = nullptr, *small = nullptr;

    float px(float units) const { return units * scale; }
    ImU32 of(Protocol protocol) const;
    ImU32 of(sim::views::Ink ink) const;
};

// Colours, and ImGui's style by them.
void set_colours(Theme& theme, bool dark);
// Letters of the theme's scale into ImGui's atlas; false when the fonts were not found and ImGui's
// own is used.
bool load_fonts(Theme& theme);

inline ImU32 faded(ImU32 colour, float part) {
    const auto alpha = static_cast<ImU32>(static_cast<float>(colour >> IM_COL32_A_SHIFT & 255) * part);
    return (colour & ~IM_COL32_A_MASK) | alpha << IM_COL32_A_SHIFT;
}

}  // namespace postroad::viz

// Small things that several panels draw: texts that end in "…" where there is no room, pills, tables.
#pragma once

#include <imgui.h>

#include <string>
#include <string_view>

#include "viz/draw/theme.hpp"

namespace postroad::viz {

// How wide a text is in a font at a size; 0: the font's own.
float width_of(ImFont* font, std::string_view text, float size = 0);
// The text as it fits, ending in "…" when something had to go.
std::string fitted(ImFont* font, std::string_view text, float width, float size = 0);
// Draws it so, from its upper left corner. Gives how wide it is.
float put_text(ImDrawList* list, ImFont* font, ImVec2 at, ImU32 colour, std::string_view text,
               float width = 1e9F, float size = 0);
// Wraps to so many lines at the most; gives the size.
ImVec2 put_wrapped(ImDrawList* list, ImFont* font, ImVec2 at, ImU32 colour, const std::string& text,
                   float width, int lines_max, bool measure_only = false);
// A word in a rounded outline; gives its width.
float put_pill(ImDrawList* list, const Theme& theme, ImVec2 at, ImU32 colour, std::string_view text,
               bool filled = false, float size = 0);

void dashes(ImDrawList* list, ImVec2 from, ImVec2 to, ImU32 colour, float thick, float dash);
// A padlock as high as small letters; gives the room it takes.
float put_lock(ImDrawList* list, const Theme& theme, ImVec2 at, float strength = 1);

// The text with line breaks at spaces, so that it fits; a word that is too long is broken inside.
std::string broken(ImFont* font, std::string_view text, float width);

// Room for something of this height at the cursor, seen whole; false when a scrolling region would
// cut it: then that room has been taken and nothing is to be drawn.
bool seen_whole(ImVec2 size);

// A part of a panel that scrolls by itself, and that arrow keys walk into and out of. It ends by
// ImGui::EndChild().
void begin_region(const char* id, ImVec2 size, ImGuiWindowFlags flags = 0);

// Whether the arrow keys stand at the thing that was drawn last.
bool is_in_hand();

// ImGui text in a font and colour, cut to the room there is, whole in a tooltip.
void words(const Theme& theme, ImFont* font, ImU32 colour, std::string_view text);
// The same over as many lines as it needs.
void wrapped(const Theme& theme, ImFont* font, ImU32 colour, std::string_view text);
// The same for mouse and keyboard to press; `id` within the panel. True when it was.
bool pressable(const Theme& theme, ImFont* font, ImU32 colour, std::string_view text, int id);
// A line of a list to choose from, shortened where there is no room. True when it was chosen now.
bool choice(const Theme& theme, std::string_view text, int id, bool chosen);
void heading(const Theme& theme, std::string_view text);
void faint(const Theme& theme, std::string_view text);
// A switch that looks like a button; true when it was clicked.
bool toggle(const Theme& theme, const char* label, bool on, ImU32 colour);

// "…" for a long moment: "+12.345 s", "+3 min 4 s".
std::string moment_words(Time moment);

// What is being worked out on another thread, and how much of it is done, 0 to 1.
void working(const Theme& theme, double share, const std::string& what);

}  // namespace postroad::viz

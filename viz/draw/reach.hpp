// What a keyboard reaches: regions that it scrolls, and things that only a mouse is meant for.
#pragma once

namespace postroad::viz {

// Scrolls the largest region among the windows whose names begin so, by a part of its height.
void scroll_windows(const char* prefix, float part);

// Whether what is drawn now goes into a tooltip, which is as wide as what is in it.
bool in_tooltip();

// While it lives, things that are drawn are passed over by the arrow keys.
class NoKeyboard {
  public:
    NoKeyboard();
    ~NoKeyboard();
    NoKeyboard(const NoKeyboard&) = delete;
    NoKeyboard& operator=(const NoKeyboard&) = delete;
};

}  // namespace postroad::viz

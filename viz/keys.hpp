// A key as the panels know it, whoever it came from: a window, or a test.
#pragma once

namespace postroad::viz {

enum class Key { none, letter, space, left, right, up, down, home, end, escape, backspace, tab, f1,
                 enter, page_up, page_down };

struct KeyPress {
    Key key = Key::none;
    char letter = 0;  // Key::letter: lower case, or a digit or sign
    bool shift = false, control = false;
};

}  // namespace postroad::viz

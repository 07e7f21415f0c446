// What the window remembers from one start to the next: size, panels, letters, colours, speed.
#pragma once

#include <string>
#include <string_view>

namespace postroad::viz {

struct Remembered {
    int width = 0, height = 0;  // of the window, in pixels; 0: never opened
    int x = 0, y = 0;           // of its corner
    bool placed = false;        // x and y are known
    bool maximised = false;
    std::string left, right;  // panels, by name
    bool split = true;
    double share = 0.54;  // of the width that the left panel has
    double scale = 1;
    bool dark = true;
    double speed = 0;  // Player::speed
    bool operator==(const Remembered&) const = default;
};

std::string print_remembered(const Remembered& what);
// Anything that is not understood, or out of bounds, is left as it is: a window must open.
Remembered read_remembered(std::string_view text);

// "view.toml" in the user's state folder; empty when there is none.
std::string remembered_file();

}  // namespace postroad::viz

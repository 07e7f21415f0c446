// A window on a display (GLFW), in which the visualiser runs until it is closed.
#pragma once

#include <string>

#include "viz/app.hpp"

namespace postroad::viz {

// Whether GLFW can open a window here.
bool display_found();

struct WindowOptions {
    unsigned width = 0, height = 0;
    std::string title;
    Remembered remembered;            // place and size apply where `at_its_place`
    bool at_its_place = false;
    std::string remembered_file;      // written when the window is closed; empty: nowhere
    std::vector<std::string> film;    // the command that makes a film, but for its last word
};

// False with a sentence in `error` when no window could be opened.
bool run_window(App& app, WindowOptions options, std::string& error);

}  // namespace postroad::viz

// A window on a display (GLFW), in which the visualiser runs until it is closed.
#pragma once

#include <string>

#include "viz/app.hpp"

namespace postroad::viz {

// Whether GLFW can open a window here.
bool display_found();

// False with a sentence in `error` when no window could be opened.
bool run_window(App& app, unsigned width, unsigned height, const std::string& title,
                std::string& error);

}  // namespace postroad::viz

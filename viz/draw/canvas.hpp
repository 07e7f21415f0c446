// ImGui with our letters and colours: a frame at a time, drawn by OpenGL or not at all.
#pragma once

#include "viz/draw/theme.hpp"

namespace postroad::viz {

class Canvas {
  public:
    // `with_gl`: an OpenGL context is current. Without, frames are built and thrown away, which
    // measures what we cost.
    Canvas(Theme& theme, bool with_gl);
    ~Canvas();
    Canvas(const Canvas&) = delete;
    Canvas& operator=(const Canvas&) = delete;

    // Takes up a changed scale or set of colours, then begins. Size 0: somebody else (GLFW) has
    // told ImGui size and time.
    void begin(float width, float height, float seconds);
    void end(ImU32 ground);

  private:
    void load();
    Theme& theme_;
    float scale_ = 0;
    bool dark_ = true;
    bool gl_;
};

}  // namespace postroad::viz

// Drawing without any display: EGL's surfaceless platform and a framebuffer of our own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace postroad::viz {

class Offscreen {
  public:
    Offscreen() = default;
    ~Offscreen();
    Offscreen(const Offscreen&) = delete;
    Offscreen& operator=(const Offscreen&) = delete;

    // False with a sentence in `error`.
    bool open(unsigned width, unsigned height, std::string& error);
    void bind() const;
    // Red, green and blue, an octet each, the top row first.
    std::vector<std::uint8_t> pixels() const;
    unsigned width() const { return width_; }
    unsigned height() const { return height_; }

  private:
    void* display_ = nullptr;
    void* context_ = nullptr;
    unsigned frame_ = 0, colour_ = 0;
    unsigned width_ = 0, height_ = 0;
};

// The framebuffer that is bound, as Offscreen::pixels gives it.
std::vector<std::uint8_t> read_pixels(unsigned width, unsigned height);

// False, with errno as the system left it.
bool write_png(const std::string& path, unsigned width, unsigned height,
               const std::vector<std::uint8_t>& rgb);

}  // namespace postroad::viz

// Mesa draws in software where there is no GPU, byte for byte the same from run to run.
#include "viz/draw/offscreen.hpp"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#define GL_GLEXT_PROTOTYPES
#include <GL/gl.h>
#include <GL/glext.h>
#include <png.h>

#include <cstdio>
#include <cstring>

namespace postroad::viz {

bool Offscreen::open(unsigned width, unsigned height, std::string& error) {
    width_ = width;
    height_ = height;
    const auto get_display = reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(
        eglGetProcAddress("eglGetPlatformDisplayEXT"));
    if (get_display == nullptr) {
        error = "this EGL has no platforms (libegl1 is too old)";
        return false;
    }
    EGLDisplay display = get_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
    if (display == EGL_NO_DISPLAY || eglInitialize(display, nullptr, nullptr) == EGL_FALSE) {
        error = "EGL cannot draw without a display here (is libgl1-mesa-dri installed?)";
        return false;
    }
    display_ = display;
    eglBindAPI(EGL_OPENGL_API);
    const EGLint wanted[] = {EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 3,
                             EGL_CONTEXT_OPENGL_PROFILE_MASK,
                             EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
    EGLContext context = eglCreateContext(display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, wanted);
    if (context == EGL_NO_CONTEXT ||
        eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context) == EGL_FALSE) {
        error = "EGL gives no OpenGL 3.3";
        return false;
    }
    context_ = context;
    glGenFramebuffers(1, &frame_);
    glBindFramebuffer(GL_FRAMEBUFFER, frame_);
    glGenRenderbuffers(1, &colour_);
    glBindRenderbuffer(GL_RENDERBUFFER, colour_);
    glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, static_cast<GLsizei>(width),
                          static_cast<GLsizei>(height));
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, colour_);
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
        error = "a picture of this size cannot be drawn";
        return false;
    }
    return true;
}

Offscreen::~Offscreen() {
    if (context_ != nullptr) {
        glDeleteRenderbuffers(1, &colour_);
        glDeleteFramebuffers(1, &frame_);
        eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
        eglDestroyContext(display_, context_);
    }
    if (display_ != nullptr) eglTerminate(display_);
}

void Offscreen::bind() const {
    glBindFramebuffer(GL_FRAMEBUFFER, frame_);
    glViewport(0, 0, static_cast<GLsizei>(width_), static_cast<GLsizei>(height_));
}

std::vector<std::uint8_t> Offscreen::pixels() const {
    bind();
    return read_pixels(width_, height_);
}

std::vector<std::uint8_t> read_pixels(unsigned width, unsigned height) {
    const std::size_t row = std::size_t{width} * 3;
    std::vector<std::uint8_t> upside_down(row * height), out(row * height);
    glFinish();
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, static_cast<GLsizei>(width), static_cast<GLsizei>(height), GL_RGB,
                 GL_UNSIGNED_BYTE, upside_down.data());
    for (std::size_t y = 0; y < height; ++y)
        std::memcpy(out.data() + y * row, upside_down.data() + (height - 1 - y) * row, row);
    return out;
}

bool write_png(const std::string& path, unsigned width, unsigned height,
               const std::vector<std::uint8_t>& rgb) {
    // To a name beside it first: a picture appears whole or not at all.
    const std::string part = path + ".part";
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = PNG_FORMAT_RGB;
    if (png_image_write_to_file(&image, part.c_str(), 0, rgb.data(), 0, nullptr) == 0) {
        std::remove(part.c_str());
        return false;
    }
    return std::rename(part.c_str(), path.c_str()) == 0;
}

}  // namespace postroad::viz

// The part of ImGui's life that window, picture and test have in common.
#include "viz/draw/canvas.hpp"

#include <backends/imgui_impl_opengl3.h>
#define GL_GLEXT_PROTOTYPES
#include <GL/gl.h>

#include <cstdio>

namespace postroad::viz {

Canvas::Canvas(Theme& theme, bool with_gl) : theme_(theme), gl_(with_gl) {
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    if (gl_) ImGui_ImplOpenGL3_Init("#version 330");
    load();
}

Canvas::~Canvas() {
    if (gl_) ImGui_ImplOpenGL3_Shutdown();
    ImGui::DestroyContext();
}

void Canvas::load() {
    if (scale_ != theme_.scale) {
        if (!load_fonts(theme_) && scale_ == 0)
            std::fputs("postroad: the DejaVu fonts are missing: letters will look coarse\n", stderr);
        scale_ = theme_.scale;
        if (gl_) {
            ImGui_ImplOpenGL3_DestroyFontsTexture();
            ImGui_ImplOpenGL3_CreateFontsTexture();
        } else {
            unsigned char* pixels = nullptr;
            int width = 0, height = 0;
            ImGui::GetIO().Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
        }
        ImGui::GetIO().FontDefault = theme_.sans;
    }
    set_colours(theme_, theme_.dark);
    dark_ = theme_.dark;
}

void Canvas::begin(float width, float height, float seconds) {
    if (scale_ != theme_.scale || dark_ != theme_.dark) load();
    if (gl_) ImGui_ImplOpenGL3_NewFrame();
    if (width > 0) {
        ImGuiIO& io = ImGui::GetIO();
        io.DisplaySize = {width, height};
        io.DeltaTime = seconds > 0 ? seconds : 1.0F / 60;
    }
    ImGui::NewFrame();
}

void Canvas::end(ImU32 ground) {
    ImGui::Render();
    if (!gl_) return;
    const ImVec4 colour = ImGui::ColorConvertU32ToFloat4(ground);
    glClearColor(colour.x, colour.y, colour.z, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

}  // namespace postroad::viz

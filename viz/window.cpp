// GLFW's events as our keys, and a frame whenever something may have changed.
#include "viz/window.hpp"

#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <imgui.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "viz/draw/canvas.hpp"
#include "viz/draw/offscreen.hpp"

namespace postroad::viz {
namespace {

Key key_of(int key) {
    switch (key) {
        case GLFW_KEY_SPACE: return Key::space;
        case GLFW_KEY_LEFT: return Key::left;
        case GLFW_KEY_RIGHT: return Key::right;
        case GLFW_KEY_UP: return Key::up;
        case GLFW_KEY_DOWN: return Key::down;
        case GLFW_KEY_HOME: return Key::home;
        case GLFW_KEY_END: return Key::end;
        case GLFW_KEY_ESCAPE: return Key::escape;
        case GLFW_KEY_BACKSPACE: return Key::backspace;
        case GLFW_KEY_TAB: return Key::tab;
        case GLFW_KEY_F1: return Key::f1;
        default: return Key::none;
    }
}

// Keys that write a character depend on the keyboard's layout.
char letter_of(int key, int scancode) {
    if (key >= GLFW_KEY_1 && key <= GLFW_KEY_9) return static_cast<char>('1' + key - GLFW_KEY_1);
    if (key == GLFW_KEY_KP_ADD) return '+';
    if (key == GLFW_KEY_KP_SUBTRACT) return '-';
    const char* const name = glfwGetKeyName(key, scancode);
    if (name == nullptr || name[0] == 0 || name[1] != 0) return 0;
    return name[0] >= 'A' && name[0] <= 'Z' ? static_cast<char>(name[0] - 'A' + 'a') : name[0];
}

void on_key(GLFWwindow* window, int key, int scancode, int action, int mods) {
    if (action == GLFW_RELEASE) return;
    auto* const app = static_cast<App*>(glfwGetWindowUserPointer(window));
    if (ImGui::GetIO().WantTextInput && key != GLFW_KEY_F1 && key != GLFW_KEY_ESCAPE) return;
    KeyPress press;
    press.key = key_of(key);
    press.shift = (mods & GLFW_MOD_SHIFT) != 0;
    press.control = (mods & GLFW_MOD_CONTROL) != 0;
    if (press.key == Key::none) {
        press.letter = letter_of(key, scancode);
        if (press.letter != 0) press.key = Key::letter;
    }
    app->press(press);
}

// Beside whatever pictures are there already.
void keep_picture(GLFWwindow* window) {
    int width = 0, height = 0;
    glfwGetFramebufferSize(window, &width, &height);
    unsigned number = 1;
    std::string path;
    do path = "postroad-" + std::to_string(number++) + ".png";
    while (std::filesystem::exists(path));
    const auto w = static_cast<unsigned>(width), h = static_cast<unsigned>(height);
    const bool kept = write_png(path, w, h, read_pixels(w, h));
    std::fprintf(stderr, kept ? "postroad: %s written\n" : "postroad: cannot write %s\n", path.c_str());
}

}  // namespace

bool display_found() {
    const auto set = [](const char* name) {
        const char* const value = std::getenv(name);
        return value != nullptr && *value != 0;
    };
    if (!set("DISPLAY") && !set("WAYLAND_DISPLAY")) return false;
    return glfwInit() == GLFW_TRUE;
}

bool run_window(App& app, unsigned width, unsigned height, const std::string& title,
                std::string& error) {
    if (glfwInit() != GLFW_TRUE) {
        error = "there is no display";
        return false;
    }
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    GLFWwindow* const window = glfwCreateWindow(static_cast<int>(width), static_cast<int>(height),
                                                title.c_str(), nullptr, nullptr);
    if (window == nullptr) {
        error = "the display offers no OpenGL 3.3";
        glfwTerminate();
        return false;
    }
    glfwMakeContextCurrent(window);
    glfwSwapInterval(1);
    glfwSetWindowUserPointer(window, &app);
    glfwSetKeyCallback(window, on_key);  // ImGui's backend calls it behind its own
    {
        Canvas canvas(app.view().theme, true);
        ImGui_ImplGlfw_InitForOpenGL(window, true);
        while (glfwWindowShouldClose(window) == GLFW_FALSE && !app.wants_quit()) {
            // At rest a frame now and then is enough.
            if (app.view().player.playing) glfwPollEvents();
            else glfwWaitEventsTimeout(0.1);
            ImGui_ImplGlfw_NewFrame();
            canvas.begin(0, 0, 0);
            app.frame(ImGui::GetIO().DeltaTime);
            canvas.end(app.view().theme.colour.ground);
            if (app.take_picture()) keep_picture(window);
            glfwSwapBuffers(window);
        }
        ImGui_ImplGlfw_Shutdown();
    }
    glfwDestroyWindow(window);
    glfwTerminate();
    return true;
}

}  // namespace postroad::viz

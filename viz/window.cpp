// GLFW's events as our keys, and a frame whenever something may have changed.
#include "viz/window.hpp"

#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <imgui.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "viz/draw/canvas.hpp"
#include "viz/draw/offscreen.hpp"
#include "viz/film.hpp"
#include "viz/model/state_folder.hpp"

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
        case GLFW_KEY_ENTER:
        case GLFW_KEY_KP_ENTER: return Key::enter;
        case GLFW_KEY_PAGE_UP: return Key::page_up;
        case GLFW_KEY_PAGE_DOWN: return Key::page_down;
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
    // What is typed is a field's, and so is Escape, which leaves it.
    if (ImGui::GetIO().WantTextInput && key != GLFW_KEY_F1) return;
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

// A name that is not taken.
std::string fresh_name(const std::string& stem, const std::string& end) {
    for (unsigned number = 1;; ++number) {
        const std::string out = stem + std::to_string(number) + end;
        if (!std::filesystem::exists(out) && !std::filesystem::exists(out + ".frames")) return out;
    }
}

// Gives what to tell.
std::string keep_picture(GLFWwindow* window) {
    int width = 0, height = 0;
    glfwGetFramebufferSize(window, &width, &height);
    const std::string path = fresh_name("postroad-", ".png");
    const auto w = static_cast<unsigned>(width), h = static_cast<unsigned>(height);
    const bool kept = write_png(path, w, h, read_pixels(w, h));
    std::fprintf(stderr, kept ? "postroad: %s written\n" : "postroad: cannot write %s\n", path.c_str());
    return kept ? "kept in " + path : "cannot write " + path;
}

// A film is drawn by a process of its own: this window goes on.
std::string begin_film(const App& app, const std::vector<std::string>& command) {
    if (app.walkthrough() == nullptr || command.empty())
        return "there is no walkthrough here to make a film of";
    std::string target = fresh_name("postroad-film-", ".webm");
    std::string how;
    if (!film_refused(target).empty()) {
        target = fresh_name("postroad-film-", "");
        how = " (pictures: there is no ffmpeg to join them)";
    }
    std::vector<std::string> words = command;
    words.insert(words.end(), {"--animate", target});
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    // Twice, so that nobody has to wait for it.
    const pid_t child = fork();
    if (child == 0) {
        if (fork() == 0) execv(pointers[0], pointers.data());
        _exit(0);
    }
    if (child < 0) return std::string("cannot make a film: ") + std::strerror(errno);
    waitpid(child, nullptr, 0);
    return "a film is being made: " + target + how;
}

// Where the window was, if some of it would be seen there.
void take_place(GLFWwindow* window, const Remembered& was) {
    if (was.maximised) {
        glfwMaximizeWindow(window);
        return;
    }
    if (!was.placed) return;
    int count = 0;
    GLFWmonitor** const monitors = glfwGetMonitors(&count);
    for (int i = 0; i < count; ++i) {
        int x = 0, y = 0;
        glfwGetMonitorPos(monitors[i], &x, &y);
        const GLFWvidmode* const mode = glfwGetVideoMode(monitors[i]);
        if (mode == nullptr || was.x < x || was.y < y || was.x > x + mode->width - 80 ||
            was.y > y + mode->height - 80)
            continue;
        glfwSetWindowPos(window, was.x, was.y);
        return;
    }
}

void keep_place(GLFWwindow* window, Remembered& what) {
    what.maximised = glfwGetWindowAttrib(window, GLFW_MAXIMIZED) == GLFW_TRUE;
    if (what.maximised) return;  // the size it had before is the one to go back to
    glfwGetWindowSize(window, &what.width, &what.height);
    glfwGetWindowPos(window, &what.x, &what.y);
    what.placed = true;
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

bool run_window(App& app, WindowOptions options, std::string& error) {
    if (glfwInit() != GLFW_TRUE) {
        error = "there is no display";
        return false;
    }
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    GLFWwindow* const window =
        glfwCreateWindow(static_cast<int>(options.width), static_cast<int>(options.height),
                         options.title.c_str(), nullptr, nullptr);
    if (window == nullptr) {
        error = "the display offers no OpenGL 3.3";
        glfwTerminate();
        return false;
    }
    if (options.at_its_place) take_place(window, options.remembered);
    glfwMakeContextCurrent(window);
    glfwSwapInterval(1);
    glfwSetWindowUserPointer(window, &app);
    glfwSetKeyCallback(window, on_key);  // ImGui's backend calls it behind its own
    app.view().patient = false;
    app.view().finder.prepare();
    {
        Canvas canvas(app.view().theme, true);
        ImGui_ImplGlfw_InitForOpenGL(window, true);
        while (glfwWindowShouldClose(window) == GLFW_FALSE && !app.wants_quit()) {
            // At rest a frame now and then is enough.
            if (app.view().player.playing) glfwPollEvents();
            else glfwWaitEventsTimeout(app.view().finder.busy() || app.view().player.away() ? 0.02 : 0.1);
            ImGui_ImplGlfw_NewFrame();
            canvas.begin(0, 0, 0);
            app.frame(ImGui::GetIO().DeltaTime);
            canvas.end(app.view().theme.colour.ground);
            if (app.take_picture()) app.view().tell(keep_picture(window));
            if (app.take_film()) app.view().tell(begin_film(app, options.film));
            glfwSwapBuffers(window);
        }
        keep_place(window, options.remembered);
        app.remember(options.remembered);
        if (!options.remembered_file.empty() &&
            !write_whole_file(options.remembered_file, print_remembered(options.remembered)))
            std::fprintf(stderr, "postroad: cannot write %s\n", options.remembered_file.c_str());
        ImGui_ImplGlfw_Shutdown();
    }
    glfwDestroyWindow(window);
    glfwTerminate();
    return true;
}

}  // namespace postroad::viz

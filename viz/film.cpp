// Only what changes is drawn: a stop that is read for eight seconds is one picture.
#include "viz/film.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "viz/draw/canvas.hpp"
#include "viz/draw/offscreen.hpp"

extern char** environ;

namespace postroad::viz {
namespace {

namespace fs = std::filesystem;

constexpr double pictures_a_second = 10;
constexpr double way_s_max = 2.5;  // from stop to stop

double reading_s(const Stop& stop) {
    const auto letters = static_cast<double>(stop.text.size() + stop.title.size());
    return 2 + letters / 18;  // somebody who also looks at the picture
}

std::string kind_of(const std::string& target) {
    for (const char* kind : {".gif", ".webm", ".mp4"})
        if (fs::path(target).extension() == kind) return kind;
    return {};
}

std::string find_ffmpeg() {
    const char* const path = std::getenv("PATH");
    std::string_view folders = path == nullptr ? std::string_view{} : path;
    while (!folders.empty()) {
        const std::size_t end = std::min(folders.find(':'), folders.size());
        const fs::path file = fs::path(folders.substr(0, end)) / "ffmpeg";
        if (end > 0 && access(file.c_str(), X_OK) == 0) return file.string();
        folders.remove_prefix(std::min(folders.size(), end + 1));
    }
    return {};
}

// Runs it with its words in a file; 0 when it did its work.
int run_quietly(const std::vector<std::string>& words, const std::string& log) {
    std::vector<char*> pointers;
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t child = 0;
    const int failed =
        posix_spawn(&child, pointers[0], &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return failed;
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

class Shooting {
public:
    Shooting(App& app, unsigned width, unsigned height, fs::path folder)
        : app_(app), width_(width), height_(height), folder_(std::move(folder)) {}

    bool open(std::string& error) {
        if (!screen_.open(width_, height_, error)) return false;
        canvas_ = std::make_unique<Canvas>(app_.view().theme, true);
        return true;
    }

    bool all(std::string& error) {
        const std::size_t stops = app_.walkthrough()->stops.size();
        Player& player = app_.view().player;
        const StoryClock& story = app_.view().run.story;
        for (std::size_t i = 0; i < stops; ++i) {
            const double from = story.seconds_at(player.now());
            app_.go_to_stop(i);
            const double to = story.seconds_at(player.now());
            const double way = std::min(way_s_max, to - from);
            for (double s = 1 / pictures_a_second; i > 0 && s < way; s += 1 / pictures_a_second) {
                app_.view().proposed.clear();  // what if: at the stop itself
                player.go_to(story.moment_at(from + (to - from) * s / way));
                if (!shoot(1 / pictures_a_second, 1, error)) return false;
            }
            app_.go_to_stop(i);
            if (!shoot(reading_s(app_.walkthrough()->stops[i]), 3, error)) return false;
        }
        // The last one once more: the encoder takes its time from the next.
        list_ += "file '" + last_ + "'\n";
        std::ofstream file(folder_ / "frames.txt");
        file << "ffconcat version 1.0\n" << list_;
        file.flush();
        if (file) return true;
        error = "cannot write into \"" + folder_.string() + "\": " + std::strerror(errno);
        return false;
    }
    std::size_t pictures() const { return count_; }
    double seconds() const { return seconds_; }

private:
    bool shoot(double shown_s, int frames, std::string& error) {
        for (int i = 0; i < frames; ++i) {
            screen_.bind();
            canvas_->begin(static_cast<float>(width_), static_cast<float>(height_), 0);
            app_.frame(0);
            canvas_->end(app_.view().theme.colour.ground);
        }
        char name[32];
        std::snprintf(name, sizeof name, "%05zu.png", ++count_);
        last_ = name;
        if (!write_png((folder_ / name).string(), width_, height_, screen_.pixels())) {
            error = "cannot write into \"" + folder_.string() + "\": " + std::strerror(errno);
            return false;
        }
        char line[80];
        std::snprintf(line, sizeof line, "file '%s'\nduration %.2f\n", name, shown_s);
        list_ += line;
        seconds_ += shown_s;
        return true;
    }

    App& app_;
    unsigned width_, height_;
    fs::path folder_;
    Offscreen screen_;
    std::unique_ptr<Canvas> canvas_;
    std::string list_, last_;
    std::size_t count_ = 0;
    double seconds_ = 0;
};

bool encode(const fs::path& folder, const std::string& target, std::string& error) {
    const std::string kind = kind_of(target), part = target + ".part" + kind;
    const std::string log = (folder / "ffmpeg.log").string();
    std::vector<std::string> words = {
        find_ffmpeg(), "-y",    "-loglevel", "error", "-f",
        "concat",      "-safe", "0",         "-i",    (folder / "frames.txt").string()};
    const auto put = [&](std::initializer_list<const char*> more) {
        words.insert(words.end(), more.begin(), more.end());
    };
    if (kind == ".gif")
        put({"-vf", "fps=10,split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none"});
    else
        put({"-vf", "fps=10,pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p"});
    if (kind == ".webm")
        put({"-c:v", "libvpx-vp9", "-crf", "32", "-b:v", "0", "-deadline", "realtime", "-cpu-used",
             "8"});
    words.push_back(part);
    if (run_quietly(words, log) == 0 && std::rename(part.c_str(), target.c_str()) == 0) return true;
    std::remove(part.c_str());
    std::string said;
    std::ifstream file(log);
    std::getline(file, said);
    error = "ffmpeg could not make \"" + target + "\"" + (said.empty() ? "" : ": " + said);
    return false;
}

}  // namespace

std::string film_refused(const std::string& target) {
    const std::string kind = kind_of(target);
    const fs::path path(target);
    if (kind.empty() && path.has_extension() && !fs::is_directory(path))
        return "\"" + target +
               "\" is no film that can be made: write .gif, .webm, .mp4, or a folder "
               "for its pictures";
    if (!kind.empty() && find_ffmpeg().empty())
        return "there is no ffmpeg here to make \"" + target +
               "\": install it (apt-get install "
               "ffmpeg), or name a folder, which gets the pictures";
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (access(folder.c_str(), W_OK) != 0)
        return "cannot write \"" + target + "\": " + std::strerror(errno);
    return {};
}

bool make_film(App& app, const std::string& target, unsigned width, unsigned height,
               std::string& told, std::string& error) {
    const bool film = !kind_of(target).empty();
    const fs::path folder = film ? fs::path(target + ".frames") : fs::path(target);
    std::error_code failed;
    const bool made = fs::create_directory(folder, failed);
    if (failed) {
        error = "cannot make the folder \"" + folder.string() + "\": " + failed.message();
        return false;
    }
    bool good = false;
    {
        Shooting shooting(app, width, height, folder);
        good =
            shooting.open(error) && shooting.all(error) && (!film || encode(folder, target, error));
        char line[120];
        std::snprintf(line, sizeof line, ": %zu stops, %zu pictures, %.0f s",
                      app.walkthrough()->stops.size(), shooting.pictures(), shooting.seconds());
        told = target + line;
    }
    if (film || (!good && made)) fs::remove_all(folder, failed);
    return good;
}

}  // namespace postroad::viz

// Another process, so that the command links no interpreter and starts as fast without one.
#include "command/python.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <ostream>

extern char** environ;

namespace postroad::command {
namespace {

namespace fs = std::filesystem;

bool has_package(const fs::path& python) {
    std::error_code error;
    if (access(python.c_str(), X_OK) != 0) return false;
    const fs::path lib = python.parent_path().parent_path() / "lib";
    for (const auto& one : fs::directory_iterator(lib, error))
        if (fs::exists(one.path() / "site-packages/postroad/checks.py", error)) return true;
    return false;
}

// Everything that comes out of it, up to its end.
std::string read_all(int from) {
    std::string out;
    std::array<char, 4096> piece;
    for (;;) {
        const ssize_t got = read(from, piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return out;
        out.append(piece.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace

std::string find_python(Io& io) {
    std::error_code error;
    const fs::path own = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const fs::path& place :
         {own / "python3", io.labs.parent_path() / "build/venv/bin/python3"})
        if (has_package(place)) return place.lexically_normal().string();
    refuse(
        io, "this needs the Python package, which is not there",
        "./postroad python -c 'import postroad' installs it in a clone, `pip install .` elsewhere");
    return {};
}

std::optional<std::string> run_python(const std::string& module, std::vector<std::string> words,
                                      Io& io) {
    const std::string python = find_python(io);
    if (python.empty()) return std::nullopt;
    words.insert(words.begin(), {python, "-I", "-m", module});
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    std::array<int, 2> pipe_ends{};
    if (pipe(pipe_ends.data()) != 0) {
        refuse(io, fmt::format("cannot start {}: {}", python, std::strerror(errno)));
        return std::nullopt;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
    pid_t child = 0;
    io.out.flush();
    io.err.flush();
    const int failed =
        posix_spawn(&child, python.c_str(), &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_ends[1]);
    const std::string said = failed == 0 ? read_all(pipe_ends[0]) : std::string();
    close(pipe_ends[0]);
    int status = failed;
    while (failed == 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (failed != 0) {
        refuse(io, fmt::format("cannot start {}: {}", python, std::strerror(failed)));
        return std::nullopt;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        refuse(io, fmt::format("{} of the Python package failed", module));
        return std::nullopt;
    }
    return said;
}

}  // namespace postroad::command

// Finds the folder by the environment, as other programs do.
#include "viz/model/state_folder.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace postroad::viz {

std::string state_folder() {
    // The specification: a path that is not absolute is to be ignored.
    const char* const state = std::getenv("XDG_STATE_HOME");
    if (state != nullptr && state[0] == '/') return std::string(state) + "/postroad";
    const char* const home = std::getenv("HOME");
    if (home == nullptr || home[0] != '/') return {};
    return std::string(home) + "/.local/state/postroad";
}

bool write_whole_file(const std::string& path, const std::string& text) {
    std::error_code error;
    const auto folder = std::filesystem::path(path).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, error);
    const std::string part = path + "." + std::to_string(getpid()) + ".part";
    {
        std::ofstream file(part, std::ios::binary);
        file << text;
        file.flush();
        if (!file) {
            const int why = errno;
            std::remove(part.c_str());
            errno = why;
            return false;
        }
    }
    return std::rename(part.c_str(), path.c_str()) == 0;
}

}  // namespace postroad::viz

// Files of results; devices and pipes are written as they are.
#include "command/output_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace postroad::command {

namespace fs = std::filesystem;

OutputFile::~OutputFile() { forget(); }

void OutputFile::forget() {
    if (file_ != nullptr) std::fclose(file_);
    file_ = nullptr;
    if (!temporary_.empty() && temporary_ != path_) ::unlink(temporary_.c_str());
    temporary_.clear();
}

bool OutputFile::prepare(const std::string& path, Io& io) {
    if (path.empty()) return true;
    path_ = path;
    std::error_code error;
    const fs::path place(path);
    if (fs::is_directory(place, error)) {
        refuse(io, "cannot write \"" + path + "\": it is a folder", "name a file in it");
        return false;
    }
    const bool special = fs::exists(place, error) && !fs::is_regular_file(place, error);
    temporary_ = special ? path : path + ".part-" + std::to_string(::getpid());
    file_ = std::fopen(temporary_.c_str(), "wb");
    if (file_ != nullptr) return true;
    const int why = errno;
    temporary_.clear();
    const fs::path folder = place.parent_path();
    refuse(io, "cannot write \"" + path + "\": " + std::strerror(why),
           why == ENOENT ? "there is no folder \"" + folder.string() + "\"" : std::string());
    return false;
}

void OutputFile::put(std::string_view octets) {
    if (file_ == nullptr || octets.empty()) return;
    failed_ = std::fwrite(octets.data(), 1, octets.size(), file_) != octets.size() || failed_;
}

sim::views::Sink OutputFile::sink() {
    return [this](std::string_view octets) { put(octets); };
}

bool OutputFile::keep(Io& io) {
    if (!wanted()) return true;
    errno = 0;
    failed_ = std::fclose(file_) != 0 || failed_;
    file_ = nullptr;
    if (!failed_ && temporary_ != path_)
        failed_ = std::rename(temporary_.c_str(), path_.c_str()) != 0;
    if (failed_) {
        const int why = errno;
        forget();
        refuse(io, "cannot write \"" + path_ + "\"" +
                       (why == 0 ? std::string() : ": " + std::string(std::strerror(why))));
        return false;
    }
    temporary_.clear();
    return true;
}

}  // namespace postroad::command

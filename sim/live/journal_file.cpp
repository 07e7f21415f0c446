// Appends whole lines; what a crash cuts in two, Journal::parse leaves out.
#include "sim/live/journal_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace postroad::sim::live {

JournalFile::~JournalFile() {
    if (file_ < 0) return;
    flush();
    ::close(file_);
}

bool JournalFile::create(const std::string& path) {
    file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (file_ < 0) return false;
    lines_ = Journal::heading();
    return flush();
}

void JournalFile::put(const JournalEntry& entry) {
    if (wanted()) lines_ += Journal::to_line(entry);
}

bool JournalFile::flush() {
    std::size_t at = 0;
    while (!failed_ && at < lines_.size()) {
        const ssize_t wrote = ::write(file_, lines_.data() + at, lines_.size() - at);
        if (wrote >= 0) at += static_cast<std::size_t>(wrote);
        else if (errno != EINTR) failed_ = true;
    }
    lines_.clear();
    return !failed_;
}

}  // namespace postroad::sim::live

// A journal that survives its writer: each entry is in the file before anybody hears an answer to
// it, so that a killed process loses only what nobody was told it had.
#pragma once

#include <string>

#include "sim/core/journal.hpp"

namespace postroad::sim::live {

class JournalFile {
  public:
    JournalFile() = default;
    ~JournalFile();
    JournalFile(const JournalFile&) = delete;
    JournalFile& operator=(const JournalFile&) = delete;

    // A new file; one that exists is not overwritten. False with errno as the system left it.
    bool create(const std::string& path);
    bool wanted() const { return file_ >= 0; }

    void put(const JournalEntry& entry);  // in memory, until the next flush
    // Hands what was put to the system. False, for ever, once that has failed (disk full).
    bool flush();

  private:
    int file_ = -1;
    bool failed_ = false;
    std::string lines_;
};

}  // namespace postroad::sim::live

// A file that appears whole or not at all: written under a temporary name beside it, then renamed.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "command/io.hpp"
#include "sim/views/text.hpp"

namespace postroad::command {

class OutputFile {
  public:
    OutputFile() = default;
    ~OutputFile();  // what was not kept is removed
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    // Makes the temporary file, so that an unwritable place is known before anything has run.
    // False, and told on io.err, when that fails. An empty path asks for nothing and succeeds.
    bool prepare(const std::string& path, Io& io);
    bool wanted() const { return !path_.empty(); }

    // Where somebody else writes it; what has been put here so far is not in it.
    const std::string& temporary() const { return temporary_; }
    sim::views::Sink sink();
    void put(std::string_view octets);

    // Gives it its name. False, and told, when something could not be written. Nothing asked for
    // is kept with success.
    bool keep(Io& io);

  private:
    void forget();
    std::string path_, temporary_;
    std::FILE* file_ = nullptr;
    bool failed_ = false;
};

}  // namespace postroad::command

// What every row says, in lower case and each text once, so that a search looks at a few megabytes
// instead of the Trace. Most texts of a long run are said many times.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "viz/model/recording.hpp"

namespace postroad::viz {

class Texts {
  public:
    static constexpr std::uint32_t none = 0xffffffff;  // a bare segment: nobody searches those

    explicit Texts(const Recording& run) : run_(run) {}
    // Takes up so many entries more.
    void add(std::size_t count);
    std::size_t entries() const { return texts_of_.size(); }
    bool whole() const { return entries() == run_.entries.size(); }
    std::size_t texts() const { return begins_.size(); }
    std::uint32_t text_of(std::size_t entry) const { return texts_of_[entry]; }
    std::string_view text(std::uint32_t number) const;
    std::size_t bytes() const;

    // Notes in `hit`, by number, which of the texts from its size on contain the words, which are
    // in lower case.
    void match(std::string_view words, std::vector<std::uint8_t>& hit) const;

  private:
    std::uint32_t number_of(std::string_view text);
    void grow();
    const Recording& run_;
    std::string all_;                      // a line feed behind each
    std::vector<std::uint64_t> begins_;    // of text, in all_
    std::vector<std::uint32_t> texts_of_;  // by entry
    std::vector<std::uint32_t> slots_;     // of the table: number + 1
};

std::string lower_case(std::string_view text);

// The first place of `words` at or behind `from`; npos when there is none.
std::size_t find_words(std::string_view text, std::string_view words, std::size_t from);

}  // namespace postroad::viz

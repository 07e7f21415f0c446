// Strings, each once and by number, one behind the other so that a search runs through them as
// through one text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::viz {

class Interner {
public:
    std::uint32_t number_of(std::string_view text);  // without a line feed in it
    std::string_view text(std::uint32_t number) const;
    std::size_t size() const { return begins_.size(); }
    const std::string& all() const { return all_; }  // a line feed behind each
    // The number of the text that the place in all() lies in, not before `from`.
    std::uint32_t at(std::size_t place, std::uint32_t from) const;
    std::size_t begin(std::uint32_t number) const { return begins_[number]; }
    void close();  // nothing comes any more
    std::size_t bytes() const;

private:
    void grow();
    std::string all_;
    std::vector<std::uint32_t> begins_;
    std::vector<std::uint32_t> slots_;  // number + 1
};

std::string lower_case(std::string_view text);

// The first place of `words` at or behind `from`; npos when there is none.
std::size_t find_words(std::string_view text, std::string_view words, std::size_t from);

}  // namespace postroad::viz

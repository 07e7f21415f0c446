// What every row says, in lower case and each text once, so that a search looks at a few megabytes
// instead of the Trace. What differs between like texts (ids, names, numbers) is taken out of them.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "viz/model/recording.hpp"

namespace postroad::viz {

// Strings by number, each once.
class Interner {
public:
    std::uint32_t number_of(std::string_view text);
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
    std::vector<std::uint64_t> begins_;
    std::vector<std::uint32_t> slots_;  // number + 1
};

class Texts {
public:
    static constexpr std::uint32_t none = 0xffffffff;  // a bare segment: nobody searches those

    explicit Texts(const Recording& run) : run_(run) {}
    // Takes up so many entries more.
    void add(std::size_t count);
    std::size_t entries() const { return texts_of_.size(); }
    bool whole() const { return entries() == run_.entries.size(); }
    std::size_t size() const { return texts_.size(); }
    std::uint32_t text_of(std::size_t entry) const { return texts_of_[entry]; }
    std::string text(std::uint32_t number) const;
    std::size_t bytes() const;

    // Which texts contain the words; goes on where it stopped when there are more.
    struct Match {
        std::string words;  // in lower case, not empty
        std::vector<std::uint8_t> forms, parts;
        std::vector<std::uint8_t> hit;  // by text
    };
    void match(Match& match) const;

private:
    // A text is a form with two gaps, and what stands in them; 0: nothing.
    struct Text {
        std::uint32_t form = 0, first = 0, second = 0;
        bool operator==(const Text&) const = default;
    };
    std::uint32_t number_of(std::string_view text);
    static std::uint64_t hash_of(const Text& one);
    void grow();
    const Recording& run_;
    Interner forms_, parts_;
    std::vector<Text> texts_;
    std::vector<std::uint32_t> texts_of_;  // by entry
    std::vector<std::uint32_t> slots_;     // of the table of texts: number + 1
};

std::string lower_case(std::string_view text);

// The first place of `words` at or behind `from`; npos when there is none.
std::size_t find_words(std::string_view text, std::string_view words, std::size_t from);

}  // namespace postroad::viz

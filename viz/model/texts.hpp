// What every row says and who says it, in lower case and each once, so that a search looks at a few
// megabytes instead of the Trace. Names, ids and numbers are taken out of the texts: those that only
// differ in them are one form.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "viz/model/interner.hpp"
#include "viz/model/recording.hpp"
#include "viz/model/who_keys.hpp"

namespace postroad::viz {

class Texts {
public:
    explicit Texts(const Recording& run) : run_(run), reader_(run.entries, 0) {}
    // Takes up so many entries more.
    void add(std::size_t count);
    std::size_t entries() const { return reader_.at(); }
    bool whole() const { return entries() == run_.entries.size(); }
    std::uint32_t size() const { return size_; }
    std::size_t bytes() const;
    // Of the entries that have been taken up.
    const WhoKeys& who() const { return who_; }

    // Bare segments say nothing that anybody searches for.
    static bool speaks(Kind kind) { return kind != Kind::segment; }

    // The texts of entries that speak, one after the other from the first.
    class Walk {
    public:
        std::uint32_t next(const Texts& texts) {
            const std::uint64_t back = take_number(texts.stream_.data(), at_);
            return back == 0 ? fresh_++ : fresh_ - static_cast<std::uint32_t>(back);
        }

    private:
        friend class Texts;
        std::size_t at_ = 0;       // in the stream
        std::uint32_t fresh_ = 0;  // texts met so far
    };

    // Walks may begin at each of so many entries: two of them look at twice as many.
    static constexpr std::size_t mark_every = 64 * 16'384;
    const Walk& walk_at(std::size_t entry) const { return marks_[entry / mark_every]; }

    // Which texts contain the words, or are said by one of the hosts; goes on where it stopped when
    // there are more.
    struct Match {
        std::string words;                // in lower case, not empty
        std::vector<std::uint8_t> hosts;  // by node: 1 for those whose texts are all meant
        bool has(std::uint32_t text) const { return (hit[text / 64] >> (text % 64) & 1) != 0; }
        // Below: match()'s own.
        std::vector<std::uint8_t> forms, parts, numbers;
        std::vector<std::uint64_t> hit;   // a bit a text
        std::uint32_t texts = 0;          // so many are known
        std::size_t at = 0;               // and so many octets of records
        bool any = false;
    };
    void match(Match& match) const;

private:
    // Seven bits an octet, the lowest first; the highest bit says that another follows.
    static std::uint64_t take_number(const char* from, std::size_t& at) {
        const auto first = static_cast<std::uint8_t>(from[at++]);
        if (first < 0x80) return first;
        std::uint64_t out = first & 0x7fU;
        for (unsigned shift = 7;; shift += 7) {
            const auto octet = static_cast<std::uint8_t>(from[at++]);
            out |= std::uint64_t{octet & 0x7fU} << shift;
            if (octet < 0x80) return out;
        }
    }
    static void put_number(std::string& to, std::uint64_t number);

    std::uint32_t number_of(NodeId node, std::string_view text);
    void put_part(std::string_view part);
    void grow();
    std::string text_at(std::size_t at) const;
    // Looks at the texts from `text`, whose record is at `at`, to `end`; gives where that one begins.
    std::size_t look(Match& match, std::uint32_t text, std::size_t at, std::uint32_t end,
                     bool& any) const;

    const Recording& run_;
    Entries::Reader reader_;
    WhoKeys who_;
    Interner forms_, parts_;
    std::vector<std::uint8_t> gaps_;     // of each form
    // A text is a record: its node and 1, its form, and what stands in the form's gaps: twice the
    // number of a part, or twice a number and 1.
    std::string records_;
    std::uint32_t size_ = 0, numbers_ = 0;  // texts; the highest number in a gap, and 1
    // Of each entry that speaks how far back its text was new; 0: it is now.
    std::string stream_;
    std::vector<Walk> marks_;
    std::uint32_t middle_ = 0;           // a text, of whole words of Match::hit; when all are there
    std::size_t middle_at_ = 0;          // and its record
    // While texts come:
    std::vector<std::uint32_t> starts_;  // of the records
    std::vector<std::uint32_t> slots_;   // number + 1
    std::string form_, record_;
};

}  // namespace postroad::viz

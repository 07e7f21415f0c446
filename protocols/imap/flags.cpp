// System flags by name.
#include "protocols/imap/flags.hpp"

#include <array>

#include "protocols/base/ascii.hpp"

namespace postroad::imap {
namespace {

struct Named {
    std::string_view word;
    std::uint32_t bit;
};
constexpr std::array names = std::to_array<Named>({{"\\Answered", flag::answered},
                                                   {"\\Flagged", flag::flagged},
                                                   {"\\Deleted", flag::deleted},
                                                   {"\\Seen", flag::seen},
                                                   {"\\Draft", flag::draft},
                                                   {"\\Recent", flag::recent}});

}  // namespace

std::uint32_t flag_bit(std::string_view word) {
    for (const Named& one : names)
        if (equals_ignoring_case(word, one.word)) return one.bit;
    return 0;
}

void put_flags(std::string& out, std::uint32_t bits, std::string_view keywords) {
    bool space = false;
    const auto put = [&](std::string_view words) {
        if (space) out += ' ';
        space = true;
        out += words;
    };
    for (const Named& one : names)
        if (bits & one.bit) put(one.word);
    if (!keywords.empty()) put(keywords);
}

bool has_keyword(std::string_view keywords, std::string_view keyword) {
    while (!keywords.empty()) {
        const std::size_t space = keywords.find(' ');
        if (equals_ignoring_case(keywords.substr(0, space), keyword)) return true;
        if (space == std::string_view::npos) return false;
        keywords.remove_prefix(space + 1);
    }
    return false;
}

}  // namespace postroad::imap

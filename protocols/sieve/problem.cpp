// Shows problems the way compilers do; a hostile line (endless, or with terminal escapes in it) is
// clipped and cleaned before it is shown.
#include "protocols/sieve/problem.hpp"

#include <algorithm>
#include <cstddef>

#include "protocols/message/mime.hpp"

namespace postroad::sieve {
namespace {

constexpr std::size_t shown_max = 96;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

// One entry a character; what would move a terminal's cursor becomes harmless.
std::vector<std::string> characters(std::string_view line) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < line.size();) {
        std::size_t end = i + 1;
        while (end < line.size() && end < i + 4 && is_continuation(line[end])) ++end;
        const std::string_view one = line.substr(i, end - i);
        const auto first = static_cast<unsigned char>(one[0]);
        const bool c1 =
            first == 0xc2 && one.size() > 1 && static_cast<unsigned char>(one[1]) < 0xa0;
        if (first == '\t') {
            out.emplace_back(" ");
        } else if (first < 0x20 || first == 0x7f || c1 || !message::is_utf8(one)) {
            out.emplace_back("?");
        } else {
            out.emplace_back(one);
        }
        i = end;
    }
    return out;
}

std::string clean(std::string_view text) {
    std::string out;
    for (const std::string& one : characters(text)) out += one;
    return out;
}

std::string excerpt(const Problem& problem) {
    const std::vector<std::string> line = characters(problem.source_line);
    const std::size_t column = std::min<std::size_t>(problem.column, line.size() + 1);
    const std::size_t at = column == 0 ? 0 : column - 1;
    std::size_t first = 0;
    if (line.size() > shown_max && at > shown_max / 2)
        first = std::min(at - shown_max / 2, line.size() - shown_max);
    const std::size_t end = std::min(line.size(), first + shown_max);
    const std::string number = std::to_string(problem.line);
    std::string out = "  " + number + " | " + (first > 0 ? "..." : "");
    for (std::size_t i = first; i < end; ++i) out += line[i];
    if (end < line.size()) out += "...";
    out += "\n  " + std::string(number.size(), ' ') + " | ";
    out += std::string(at - first + (first > 0 ? 3 : 0), ' ');
    const std::size_t room = end > at ? end - at : 1;
    const std::size_t length = std::clamp<std::size_t>(problem.length, 1, room);
    return out + "^" + std::string(length - 1, '~') + "\n";
}

}  // namespace

std::string to_text(const Problem& problem, std::string_view name) {
    std::string out = clean(name) + ":" + std::to_string(problem.line) + ":" +
                      std::to_string(problem.column) + ": error: " + clean(problem.what) + "\n" +
                      excerpt(problem);
    if (!problem.why.empty()) out += "  " + clean(problem.why) + "\n";
    if (!problem.suggestion.empty()) out += "  " + clean(problem.suggestion) + "\n";
    return out;
}

std::string to_text(const std::vector<Problem>& problems, std::string_view name) {
    std::string out;
    for (const Problem& one : problems) out += to_text(one, name);
    return out;
}

}  // namespace postroad::sieve

// Shows problems the way compilers do; a hostile line (endless, or with terminal escapes in it)
// is clipped and cleaned before it is shown.
#include "sim/scenario/problems.hpp"

#include <algorithm>
#include <cstddef>

namespace postroad::scenario {
namespace {

constexpr std::size_t shown_max = 96;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

// Splits into characters; control characters and stray bytes become harmless ones.
std::vector<std::string> characters(std::string_view line) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < line.size();) {
        std::size_t end = i + 1;
        while (end < line.size() && end < i + 4 && is_continuation(line[end])) ++end;
        const auto first = static_cast<unsigned char>(line[i]);
        if (find_bad_utf8(line.substr(i, end - i)) != std::string_view::npos) {
            out.emplace_back("?");
            end = i + 1;
        } else if (first < 0x20) {
            out.emplace_back(first == '\t' ? " " : "?");
        } else if (first == 0x7f ||
                   (first == 0xc2 && static_cast<unsigned char>(line[i + 1]) < 0xa0)) {
            out.emplace_back("?");
        } else {
            out.emplace_back(line.substr(i, end - i));
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

std::string excerpt(const Problem& problem, const char* caret_on, const char* off) {
    const std::vector<std::string> line = characters(problem.source_line);
    const std::size_t column = std::min<std::size_t>(problem.place.column, line.size() + 1);
    const std::size_t at = column == 0 ? 0 : column - 1;
    std::size_t first = 0;
    if (line.size() > shown_max && at > shown_max / 2)
        first = std::min(at - shown_max / 2, line.size() - shown_max);
    const std::size_t end = std::min(line.size(), first + shown_max);
    const std::string number = std::to_string(problem.place.line);
    std::string out = "  " + number + " | " + (first > 0 ? "..." : "");
    for (std::size_t i = first; i < end; ++i) out += line[i];
    if (end < line.size()) out += "...";
    out += "\n  " + std::string(number.size(), ' ') + " | ";
    out += std::string(at - first + (first > 0 ? 3 : 0), ' ');
    const std::size_t room = end > at ? end - at : 1;
    const std::size_t length = std::clamp<std::size_t>(problem.length, 1, room);
    return out + caret_on + "^" + std::string(length - 1, '~') + off + "\n";
}

}  // namespace

bool Problems::any_error() const {
    return std::any_of(list_.begin(), list_.end(),
                       [](const Problem& one) { return one.severity == Severity::error; });
}

void Problems::sort() {
    std::vector<std::string> files;
    for (const Problem& one : list_)
        if (std::find(files.begin(), files.end(), one.place.file) == files.end())
            files.push_back(one.place.file);
    const auto rank = [&](const std::string& file) {
        return std::find(files.begin(), files.end(), file) - files.begin();
    };
    std::stable_sort(list_.begin(), list_.end(), [&](const Problem& a, const Problem& b) {
        if (a.place.file != b.place.file) return rank(a.place.file) < rank(b.place.file);
        if (a.place.line != b.place.line) return a.place.line < b.place.line;
        return a.place.column < b.place.column;
    });
    list_.erase(std::unique(list_.begin(), list_.end()), list_.end());
}

std::string to_text(const Problem& problem, bool colour) {
    const char* bold = colour ? "\x1b[1m" : "";
    const char* red = colour ? "\x1b[1;31m" : "";
    const char* yellow = colour ? "\x1b[1;33m" : "";
    const char* green = colour ? "\x1b[1;32m" : "";
    const char* off = colour ? "\x1b[0m" : "";
    std::string out = bold + clean(problem.place.file);
    if (problem.place.line > 0)
        out +=
            ":" + std::to_string(problem.place.line) + ":" + std::to_string(problem.place.column);
    out += out.size() > std::string_view(bold).size() ? ": " : "";
    out += off;
    const bool error = problem.severity == Severity::error;
    out += std::string(error ? red : yellow) + (error ? "error: " : "warning: ") + off;
    out += clean(problem.what) + "\n";
    if (problem.place.line > 0) out += excerpt(problem, green, off);
    if (!problem.why.empty()) out += "  " + clean(problem.why) + "\n";
    if (!problem.suggestion.empty()) out += "  " + clean(problem.suggestion) + "\n";
    return out;
}

std::string to_text(const Problems& problems, bool colour) {
    std::string out;
    for (const Problem& one : problems.list()) out += to_text(one, colour);
    return out;
}

std::string_view line_of(std::string_view text, std::uint32_t number) {
    for (std::uint32_t i = 1; i < number; ++i) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return {};
        text.remove_prefix(end + 1);
    }
    text = text.substr(0, text.find('\n'));
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    return text;
}

std::size_t find_bad_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
        const unsigned first = byte(i);
        std::size_t more = 0;
        unsigned low = 0x80;
        unsigned high = 0xbf;
        if (first >= 0xc2 && first <= 0xdf)
            more = 1;
        else if (first >= 0xe0 && first <= 0xef)
            more = 2;
        else if (first >= 0xf0 && first <= 0xf4)
            more = 3;
        else if (first >= 0x80)
            return i;
        if (first == 0xe0) low = 0xa0;  // RFC 3629 §4: the shortest form, no surrogates
        if (first == 0xed) high = 0x9f;
        if (first == 0xf0) low = 0x90;
        if (first == 0xf4) high = 0x8f;
        for (std::size_t k = 1; k <= more; ++k) {
            if (i + k >= text.size() || byte(i + k) < low || byte(i + k) > high) return i;
            low = 0x80;
            high = 0xbf;
        }
        i += more + 1;
    }
    return std::string_view::npos;
}

}  // namespace postroad::scenario

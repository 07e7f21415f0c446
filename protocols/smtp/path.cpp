// RFC 5321 §4.1.2 read by hand: a path is short and comes once a recipient.
#include "protocols/smtp/path.hpp"

#include "protocols/base/ascii.hpp"

namespace postroad::smtp {
namespace {

constexpr bool is_atext(char c) {  // RFC 5322 §3.2.3, and UTF-8 octets of RFC 6531
    if (is_alpha(c) || is_digit(c) || static_cast<unsigned char>(c) > 127) return true;
    return std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// Where the local part ends: at the unquoted '@' or at the end. npos: malformed.
std::size_t local_part_end(std::string_view text) {
    if (text.empty()) return std::string_view::npos;
    std::size_t at = 0;
    if (text[0] == '"') {
        for (at = 1; at < text.size() && text[at] != '"'; ++at) {
            if (text[at] == '\\') ++at;
        }
        return at < text.size() ? at + 1 : std::string_view::npos;
    }
    bool atom_began = false;
    for (; at < text.size() && text[at] != '@'; ++at) {
        if (text[at] == '.') {
            if (!atom_began) return std::string_view::npos;
            atom_began = false;
        } else if (is_atext(text[at])) {
            atom_began = true;
        } else {
            return std::string_view::npos;
        }
    }
    return atom_began ? at : std::string_view::npos;
}

}  // namespace

bool is_address_literal(std::string_view text) {
    if (text.size() < 3 || text.front() != '[' || text.back() != ']') return false;
    for (const char c : text.substr(1, text.size() - 2))
        if (c < 33 || c > 126 || c == '[' || c == ']' || c == '\\') return false;
    return true;
}

bool is_domain(std::string_view text) {
    if (text.empty() || text.size() > 255) return false;  // §4.5.3.1.2
    if (text.front() == '[') return is_address_literal(text);
    char before = '.';
    std::size_t label = 0;
    for (const char c : text) {
        if (c == '.') {
            if (label == 0 || before == '-') return false;
            label = 0;
        } else if (is_alpha(c) || is_digit(c) || c == '_' || static_cast<unsigned char>(c) > 127) {
            ++label;
        } else if (c == '-' && label > 0) {
            ++label;
        } else {
            return false;
        }
        if (label > 63) return false;
        before = c;
    }
    return label > 0 && before != '-';
}

Path parse_path(std::string_view keyword, std::string_view argument) {
    Path path;
    if (!starts_ignoring_case(argument, keyword)) {
        path.error = keyword == "FROM:" ? "write MAIL FROM:<name@domain>"
                                        : "write RCPT TO:<name@domain>";
        return path;
    }
    // A space behind the colon is not in the grammar; it is so common that it is let pass.
    std::string_view rest = trimmed(argument.substr(keyword.size()));
    if (rest.empty() || rest.front() != '<') {
        path.error = "a path stands between < and >";
        return path;
    }
    std::size_t end = 1;
    for (bool quoted = false; end < rest.size() && (quoted || rest[end] != '>'); ++end) {
        if (rest[end] == '\\' && quoted) ++end;
        else if (rest[end] == '"') quoted = !quoted;
    }
    if (end >= rest.size()) {
        path.error = "the path's > is missing";
        return path;
    }
    std::string_view inside = rest.substr(1, end - 1);
    const std::string_view behind = rest.substr(end + 1);
    if (!behind.empty() && behind.front() != ' ') {
        path.error = "a space goes between a path and its parameters";
        return path;
    }
    path.parameters = trimmed(behind);
    if (inside.empty()) {
        if (keyword != "FROM:") path.error = "a forward-path is never empty";
        return path;
    }
    if (inside.front() == '@') {  // a source route, ignored (§3.6.1)
        const std::size_t colon = inside.find(':');
        if (colon == std::string_view::npos) {
            path.error = "a source route ends with a colon";
            return path;
        }
        inside.remove_prefix(colon + 1);
    }
    if (inside.size() > 254) {  // §4.5.3.1.3: 256 with the brackets
        path.error = "a path has 256 octets at the most";
        return path;
    }
    path.mailbox = inside;
    const std::size_t split = local_part_end(inside);
    if (split == std::string_view::npos || split > 64) {  // §4.5.3.1.1
        path.error = split == std::string_view::npos ? "the local part is malformed"
                                                     : "a local part has 64 octets at the most";
        return path;
    }
    path.local_part = inside.substr(0, split);
    if (split == inside.size()) {
        // §4.1.1.3: only the postmaster may be named without a domain.
        if (keyword != "TO:" || !equals_ignoring_case(inside, "postmaster"))
            path.error = "a mailbox is written name@domain";
        return path;
    }
    if (inside[split] != '@') {
        path.error = "the local part is malformed";
        return path;
    }
    path.domain = inside.substr(split + 1);
    if (!is_domain(path.domain)) path.error = "the domain is malformed";
    return path;
}

bool take_parameter(std::string_view& parameters, Parameter& out) {
    out = {};
    const std::string_view word = take_word(parameters);
    if (word.empty()) return false;
    const std::size_t equals = word.find('=');
    out.keyword = word.substr(0, equals);
    if (equals != std::string_view::npos) out.value = word.substr(equals + 1);
    out.malformed = out.keyword.empty() || (equals != std::string_view::npos && out.value.empty());
    for (const char c : out.keyword)
        if (!is_alpha(c) && !is_digit(c) && c != '-') out.malformed = true;
    for (const char c : out.value)
        if (c < 33 || c > 126 || c == '=') out.malformed = out.malformed || c != '=';
    return true;
}

}  // namespace postroad::smtp

// Encoded characters (RFC 5228 §2.4.2.4) and references (RFC 5229 §3) in one pass over the text: a
// "${" that leads nowhere is looked at once more from the next octet, and a name ends at the first
// octet that no name has.
#include "protocols/sieve/expand.hpp"

#include "protocols/base/ascii.hpp"

namespace postroad::sieve {
namespace {

constexpr bool is_name_start(char c) { return is_alpha(c) || c == '_'; }
constexpr bool is_name(char c) { return is_name_start(c) || is_digit(c); }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

constexpr int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void put_utf8(std::uint32_t c, std::string& out) {
    const auto octet = [&](std::uint32_t value) { out += static_cast<char>(value); };
    if (c < 0x80) return octet(c);
    if (c < 0x800) {
        octet(0xc0U | c >> 6U);
    } else {
        if (c < 0x10000) {
            octet(0xe0U | c >> 12U);
        } else {
            octet(0xf0U | c >> 18U);
            octet(0x80U | (c >> 12U & 0x3fU));
        }
        octet(0x80U | (c >> 6U & 0x3fU));
    }
    octet(0x80U | (c & 0x3fU));
}

enum class Encoded { no, yes, no_character };

// The sequence that begins at `at`, behind "${hex:" or "${unicode:"; `at` moves behind its brace.
Encoded take_numbers(std::string_view text, std::size_t& at, bool unicode, std::string& out) {
    std::size_t i = at;
    std::string decoded;
    bool any = false;
    bool wrong = false;
    while (true) {
        const std::size_t gap = i;
        while (i < text.size() && is_blank(text[i])) ++i;
        if (i < text.size() && text[i] == '}') break;
        if (i >= text.size() || hex_value(text[i]) < 0 || (any && gap == i)) return Encoded::no;
        std::uint32_t value = 0;
        std::size_t digits = 0;
        for (; i < text.size() && hex_value(text[i]) >= 0; ++i, ++digits)
            if (value < 0x1000000)
                value = value << 4U | static_cast<std::uint32_t>(hex_value(text[i]));
        if (!unicode && digits > 2) return Encoded::no;
        any = true;
        if (!unicode) {
            decoded += static_cast<char>(value);
        } else if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
            wrong = true;
        } else {
            put_utf8(value, decoded);
        }
    }
    if (!any) return Encoded::no;
    if (wrong) return Encoded::no_character;
    at = i + 1;
    out += decoded;
    return Encoded::yes;
}

}  // namespace

bool decode_characters(std::string_view text, std::string& out) {
    bool good = true;
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view rest = text.substr(at);
        const bool hex = starts_ignoring_case(rest, "${hex:");
        const bool unicode = starts_ignoring_case(rest, "${unicode:");
        if (hex || unicode) {
            std::size_t behind = at + (hex ? 6 : 10);
            const Encoded result = take_numbers(text, behind, unicode, out);
            if (result == Encoded::yes) {
                at = behind;
                continue;
            }
            good = good && result != Encoded::no_character;
        }
        out += text[at++];
    }
    return good;
}

std::optional<Reference> next_reference(std::string_view text, std::size_t from) {
    for (std::size_t at = text.find("${", from); at != std::string_view::npos;
         at = text.find("${", at + 1)) {
        Reference found;
        found.begin = at;
        std::size_t i = at + 2;
        bool good = true;
        // namespace = identifier "." *sub-namespace; the last part is a name or a number.
        while (good) {
            const std::size_t part = i;
            while (i < text.size() && is_name(text[i])) ++i;
            const std::string_view word = text.substr(part, i - part);
            if (word.empty() || i >= text.size()) {
                good = false;
            } else if (text[i] == '}') {
                found.is_number = is_digit(word[0]);
                for (const char c : word) {
                    if (!found.is_number) break;
                    good = good && is_digit(c);
                    if (found.number < 100'000'000)
                        found.number = found.number * 10 + static_cast<std::uint32_t>(c - '0');
                }
                break;
            } else if (text[i] == '.' && is_name_start(word[0])) {
                found.has_namespace = true;
                ++i;
            } else {
                good = false;
            }
        }
        if (!good) continue;
        found.name = text.substr(at + 2, i - at - 2);
        found.end = i + 1;
        return found;
    }
    return std::nullopt;
}

bool is_variable_name(std::string_view name) {
    if (name.empty() || !is_name_start(name[0])) return false;
    for (const char c : name)
        if (!is_name(c)) return false;
    return true;
}

std::size_t next_character(std::string_view text, std::size_t at) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t size = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    std::size_t end = at + 1;
    while (end < text.size() && end < at + size &&
           (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U)
        ++end;
    return end;
}

std::string_view cut(std::string_view text, std::size_t octets) {
    if (text.size() <= octets) return text;
    while (octets > 0 && (static_cast<unsigned char>(text[octets]) & 0xc0U) == 0x80U) --octets;
    return text.substr(0, octets);
}

}  // namespace postroad::sieve

// The octet classes of RFC 5322 §3.2 and the few text helpers that every file of this folder
// uses. Nothing here allocates or depends on a locale.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postroad::message {

// Anything that text can be appended to: std::string, or a buffer of the caller's own.
template <class T>
concept Appender = requires(T out, const char* data, std::size_t size) { out.append(data, size); };

template <Appender Out>
inline void put(Out& out, std::string_view text) {
    out.append(text.data(), text.size());
}

// Decimal digits of `value`, at least `width` of them (zeros in front).
template <Appender Out>
inline void put_number(Out& out, std::uint64_t value, int width = 1) {
    char digits[24];
    int at = 24;
    do {
        digits[--at] = static_cast<char>('0' + value % 10);
        value /= 10;
        --width;
    } while (value != 0 || (width > 0 && at > 0));
    out.append(digits + at, static_cast<std::size_t>(24 - at));
}

constexpr bool is_wsp(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_8bit(char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; }
constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// RFC 5322 §3.6.8: what a field name is made of.
constexpr bool is_ftext(char c) { return c > 32 && c < 127 && c != ':'; }

// RFC 5322 §3.2.3 with RFC 6532 §3.2: octets of UTF-8 are atom text too.
constexpr bool is_atext(char c) {
    constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~";
    return is_alpha(c) || is_digit(c) || is_8bit(c) || others.find(c) != std::string_view::npos;
}

// Equal when the case of ASCII letters is ignored.
constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (to_lower(a[i]) != to_lower(b[i])) return false;
    return true;
}

constexpr bool is_blank(char c) { return is_wsp(c) || c == '\r' || c == '\n'; }

// Without white space and line ends at both ends.
constexpr std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

constexpr bool is_ascii(std::string_view text) {
    for (const char c : text)
        if (is_8bit(c)) return false;
    return true;
}

// The position after the comment that opens at `at` (RFC 5322 §3.2.2), or npos when it never
// closes. Comments nest; counting instead of recursion keeps hostile nesting harmless.
constexpr std::size_t skip_comment(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    for (; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '(') {
            ++depth;
        } else if (text[at] == ')' && --depth == 0) {
            return at + 1;
        }
    }
    return std::string_view::npos;
}

// The position of the first octet that is neither folding white space nor comment (CFWS).
// An unclosed comment is not skipped.
constexpr std::size_t skip_cfws(std::string_view text, std::size_t at) {
    while (at < text.size()) {
        if (is_blank(text[at])) {
            ++at;
        } else if (text[at] == '(') {
            const std::size_t after = skip_comment(text, at);
            if (after == std::string_view::npos) return at;
            at = after;
        } else {
            break;
        }
    }
    return at;
}

} // namespace postroad::message

// $GENERATE's little language, and TTLs with units: both are BIND's, both widely used.
#include "protocols/dns/master_file.hpp"

#include "protocols/dns/message.hpp"

#include <algorithm>

namespace postroad::dns {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A decimal number of at most nine digits off the front of `text`.
std::optional<std::uint32_t> take_number(std::string_view& text) {
    std::size_t size = 0;
    std::uint32_t value = 0;
    while (size < text.size() && is_digit(text[size])) {
        if (size == 9) return std::nullopt;
        value = value * 10 + static_cast<std::uint32_t>(text[size++] - '0');
    }
    if (size == 0) return std::nullopt;
    text.remove_prefix(size);
    return value;
}

std::string digits(std::uint32_t value, std::uint32_t base, bool capitals) {
    std::string out;
    do {
        const std::uint32_t digit = value % base;  // g++ 12's UBSan miscompiles it as an index
        out += digit < 10 ? static_cast<char>('0' + digit)
                          : static_cast<char>((capitals ? 'A' : 'a') + (digit - 10));
        value /= base;
    } while (value != 0);
    std::reverse(out.begin(), out.end());
    return out;
}

// The inside of "${...}": offset[,width[,base]], base one of d o x X n N (n: nibbles for ip6.arpa).
std::optional<std::string> expand(std::string_view modifiers, std::uint32_t value) {
    bool negative = false;
    if (!modifiers.empty() && (modifiers[0] == '-' || modifiers[0] == '+')) {
        negative = modifiers[0] == '-';
        modifiers.remove_prefix(1);
    }
    const auto offset = take_number(modifiers);
    if (!offset || (negative && *offset > value)) return std::nullopt;
    value = negative ? value - *offset : value + *offset;
    std::uint32_t width = 0;
    char base = 'd';
    if (!modifiers.empty()) {
        if (modifiers[0] != ',') return std::nullopt;
        modifiers.remove_prefix(1);
        const auto number = take_number(modifiers);
        if (!number || *number > 255) return std::nullopt;
        width = *number;
    }
    if (!modifiers.empty()) {
        if (modifiers.size() != 2 || modifiers[0] != ',') return std::nullopt;
        base = modifiers[1];
    }
    std::string out;
    switch (base) {
        case 'd': out = digits(value, 10, false); break;
        case 'o': out = digits(value, 8, false); break;
        case 'x': case 'n': out = digits(value, 16, false); break;
        case 'X': case 'N': out = digits(value, 16, true); break;
        default: return std::nullopt;
    }
    if (base == 'n' || base == 'N') {  // the width counts the dots too
        std::string nibbles;
        for (std::size_t i = out.size(); i-- > 0;) {
            if (!nibbles.empty()) nibbles += '.';
            nibbles += out[i];
        }
        while (nibbles.size() + 1 < width) nibbles += ".0";
        return nibbles;
    }
    if (out.size() < width) out.insert(0, width - out.size(), '0');
    return out;
}

}  // namespace

std::optional<GenerateRange> parse_generate_range(std::string_view text) {
    GenerateRange range;
    const auto start = take_number(text);
    if (!start || text.empty() || text[0] != '-') return std::nullopt;
    text.remove_prefix(1);
    const auto stop = take_number(text);
    if (!stop || *stop < *start) return std::nullopt;
    range.start = *start;
    range.stop = *stop;
    if (!text.empty()) {
        if (text[0] != '/') return std::nullopt;
        text.remove_prefix(1);
        const auto step = take_number(text);
        if (!step || *step == 0 || !text.empty()) return std::nullopt;
        range.step = *step;
    }
    return range;
}

std::optional<std::string> generate_text(std::string_view pattern, std::uint32_t value) {
    std::string out;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        const char c = pattern[at];
        const char next = at + 1 < pattern.size() ? pattern[at + 1] : '\0';
        if (c == '\\' && next != '\0') {  // an escape, "\$" among them, is left to the next reader
            out += c;
            out += next;
            ++at;
        } else if (c != '$') {
            out += c;
        } else if (next == '$') {
            out += '$';
            ++at;
        } else if (next != '{') {
            out += std::to_string(value);
        } else {
            const std::size_t end = pattern.find('}', at);
            if (end == std::string_view::npos) return std::nullopt;
            const auto text = expand(pattern.substr(at + 2, end - at - 2), value);
            if (!text) return std::nullopt;
            out += *text;
            at = end;
        }
    }
    return out;
}

ParsedTtl parse_ttl(std::string_view text) {
    ParsedTtl result;
    std::uint64_t total = 0, number = 0;
    bool digits_seen = false, too_big = false, unit_seen = false;
    if (text.empty() || !is_digit(text[0])) return result;
    for (const char c : text) {
        if (is_digit(c)) {
            number = number * 10 + static_cast<std::uint64_t>(c - '0');
            digits_seen = true;
        } else {
            std::uint64_t unit = 0;
            switch (c) {
                case 's': case 'S': unit = 1; break;
                case 'm': case 'M': unit = 60; break;
                case 'h': case 'H': unit = 3600; break;
                case 'd': case 'D': unit = 86400; break;
                case 'w': case 'W': unit = 604800; break;
                default: return result;
            }
            if (!digits_seen) return result;
            total += number * unit;
            number = 0;
            digits_seen = false;
            unit_seen = true;
        }
        too_big = too_big || number > ttl_s_max || total > ttl_s_max;
        if (too_big) number = total = 0;  // keeps the sums from wrapping on a long run of digits
    }
    if (digits_seen && unit_seen) return result;  // "1h30": a unit is missing
    total += number;
    result.looks_like_ttl = true;
    if (!too_big && total <= ttl_s_max) result.ttl_s = static_cast<std::uint32_t>(total);
    return result;
}

}  // namespace postroad::dns

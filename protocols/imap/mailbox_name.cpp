// Modified UTF-7 by RFC 3501 §5.1.3, and what a mailbox name may be.
#include "protocols/imap/mailbox_name.hpp"

#include <cstdint>

#include "protocols/base/ascii.hpp"

namespace postroad::imap {
namespace {

// Takes one character; nothing where the octets are not UTF-8.
std::optional<char32_t> take_character(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x80) {
        text.remove_prefix(1);
        return first;
    }
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) return std::nullopt;
    char32_t value = first & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xc0U) != 0x80) return std::nullopt;
        value = value << 6 | (next & 0x3fU);
    }
    const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
    if (overlong || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return std::nullopt;
    text.remove_prefix(size);
    return value;
}

void put_character(std::string& out, char32_t c) {
    const auto octet = [&](char32_t value) { out += static_cast<char>(value); };
    if (c < 0x80) return octet(c);
    if (c < 0x800) {
        octet(0xc0 | c >> 6);
    } else if (c < 0x10000) {
        octet(0xe0 | c >> 12);
        octet(0x80 | (c >> 6 & 0x3f));
    } else {
        octet(0xf0 | c >> 18);
        octet(0x80 | (c >> 12 & 0x3f));
        octet(0x80 | (c >> 6 & 0x3f));
    }
    octet(0x80 | (c & 0x3f));
}

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

// UTF-16BE units in base64 without padding.
class Shifted {
public:
    explicit Shifted(std::string& out) : out_(out) {}
    void put(char32_t c) {
        if (!open_) out_ += '&';
        open_ = true;
        if (c >= 0x10000) {
            unit(0xd800 | (c - 0x10000) >> 10);
            unit(0xdc00 | ((c - 0x10000) & 0x3ff));
        } else {
            unit(c);
        }
    }
    void close() {
        if (!open_) return;
        if (count_ > 0) out_ += alphabet[bits_ << (6 - count_) & 63];
        out_ += '-';
        open_ = false;
        bits_ = count_ = 0;
    }

private:
    void unit(char32_t value) {
        bits_ = (bits_ & 0x3f) << 16 | value;
        for (count_ += 16; count_ >= 6; count_ -= 6) out_ += alphabet[bits_ >> (count_ - 6) & 63];
    }
    std::string& out_;
    bool open_ = false;
    std::uint32_t bits_ = 0, count_ = 0;
};

bool is_direct(char32_t c) { return c >= 0x20 && c < 0x7f; }

// What stands between "&" and "-", into UTF-8.
bool put_shifted(std::string& out, std::string_view text) {
    std::uint32_t bits = 0, count = 0;
    char32_t high = 0;
    for (const char c : text) {
        const std::size_t value = alphabet.find(c);
        if (value == alphabet.npos) return false;
        bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xffffff;
        count += 6;
        if (count < 16) continue;
        count -= 16;
        const char32_t unit = bits >> count & 0xffff;
        if (high != 0) {
            if (unit < 0xdc00 || unit > 0xdfff) return false;
            put_character(out, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
            high = 0;
        } else if (unit >= 0xd800 && unit < 0xdc00) {
            high = unit;
        } else {
            if ((unit >= 0xdc00 && unit < 0xe000) || is_direct(unit)) return false;
            put_character(out, unit);
        }
    }
    return high == 0 && count < 6 && (bits & ((1U << count) - 1)) == 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty())
        if (!take_character(text)) return false;
    return true;
}

std::string to_modified_utf7(std::string_view utf8) {
    std::string out;
    Shifted shifted(out);
    while (!utf8.empty()) {
        const auto c = take_character(utf8);
        if (!c) break;  // names are UTF-8 before they come here
        if (!is_direct(*c)) {
            shifted.put(*c);
            continue;
        }
        shifted.close();
        out += static_cast<char>(*c);
        if (*c == '&') out += '-';
    }
    shifted.close();
    return out;
}

std::optional<std::string> from_modified_utf7(std::string_view text) {
    std::string out;
    bool just_shifted = false;
    for (std::size_t at = 0; at < text.size();) {
        const auto octet = static_cast<unsigned char>(text[at]);
        if (!is_direct(octet)) return std::nullopt;
        if (octet != '&') {
            out += text[at++];
            just_shifted = false;
            continue;
        }
        const std::size_t end = text.find('-', at);
        if (end == text.npos) return std::nullopt;
        const std::string_view inside = text.substr(at + 1, end - at - 1);
        if (inside.empty()) {
            out += '&';
        } else if (just_shifted || !put_shifted(out, inside)) {
            return std::nullopt;
        }
        just_shifted = !inside.empty();
        at = end + 1;
    }
    return out;
}

std::string canonical_mailbox(std::string_view utf8) {
    return equals_ignoring_case(utf8, "INBOX") ? "INBOX" : std::string(utf8);
}

bool is_good_mailbox(std::string_view utf8, char delimiter) {
    if (utf8.empty() || utf8.size() > 1024 || !is_utf8(utf8)) return false;
    char before = delimiter;
    for (const char c : utf8) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x20 || octet == 0x7f || c == '%' || c == '*') return false;
        if (c == delimiter && before == delimiter) return false;
        before = c;
    }
    return before != delimiter;
}

}  // namespace postroad::imap

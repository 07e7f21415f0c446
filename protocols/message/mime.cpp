// Quoted-printable, encoded words and Content-Type.
#include "protocols/message/mime.hpp"

#include <cstdint>

#include "protocols/message/characters.hpp"

namespace postroad::message {

namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";
constexpr std::size_t line_octets_max = 76;  // RFC 2045 §6.7 (5)
constexpr std::size_t word_octets_max = 75;  // RFC 2047 §2
constexpr std::size_t plain_word_max = 900;  // a longer word cannot be folded below 998 octets

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The octet of "=XY" at `at`, or -1.
int escaped_octet(std::string_view text, std::size_t at) {
    if (at + 2 >= text.size() || text[at] != '=') return -1;
    const int high = hex_value(text[at + 1]);
    const int low = hex_value(text[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void put_escaped(std::string& out, char c) {
    const auto octet = static_cast<unsigned char>(c);
    out += '=';
    out += hex_digits[octet >> 4];
    out += hex_digits[octet & 15U];
}

// One line, without its line end.
void encode_line(std::string_view line, std::string& out) {
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const bool last = i + 1 == line.size();
        const bool plain = (c > 32 && c < 127 && c != '=') || (is_wsp(c) && !last);
        const std::size_t size = plain ? 1 : 3;
        // The last octet may use the column that a soft break would need.
        if (column + size > (last ? line_octets_max : line_octets_max - 1)) {
            out += "=\r\n";
            column = 0;
        }
        if (plain) {
            out += c;
        } else {
            put_escaped(out, c);
        }
        column += size;
    }
}

// Length of the UTF-8 character at `at`; an octet that begins none counts as one.
std::size_t character_size(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    std::size_t size = lead >= 0xf0 ? 4U : lead >= 0xe0 ? 3U : lead >= 0xc0 ? 2U : 1U;
    if (size > text.size() - at) size = text.size() - at;
    for (std::size_t i = 1; i < size; ++i)
        if ((static_cast<unsigned char>(text[at + i]) & 0xc0U) != 0x80U) return i;
    return size;
}

// RFC 2047 §5 (3): the octets that Q may leave alone within a phrase.
bool plain_in_q(char c) {
    constexpr std::string_view others = "!*+-/";
    return is_alpha(c) || is_digit(c) || others.find(c) != std::string_view::npos;
}

std::size_t q_size(std::string_view text) {
    std::size_t size = 0;
    for (const char c : text) size += plain_in_q(c) || c == ' ' ? 1 : 3;
    return size;
}

std::size_t b_size(std::string_view text) { return (text.size() + 2) / 3 * 4; }

void put_q(std::string_view text, std::string& out) {
    for (const char c : text) {
        if (c == ' ') {
            out += '_';
        } else if (plain_in_q(c)) {
            out += c;
        } else {
            put_escaped(out, c);
        }
    }
}

// One encoded word found in a value.
struct Word {
    std::size_t size = 0; // 0: none begins here
    std::string_view charset;
    char encoding = 'q';
    std::string_view text;
};

Word word_at(std::string_view value, std::size_t at) {
    if (value.substr(at, 2) != "=?") return {};
    const std::size_t charset_end = value.find('?', at + 2);
    if (charset_end == std::string_view::npos || charset_end + 2 >= value.size()) return {};
    const char encoding = to_lower(value[charset_end + 1]);
    if ((encoding != 'q' && encoding != 'b') || value[charset_end + 2] != '?') return {};
    const std::size_t text_begin = charset_end + 3;
    const std::size_t text_end = value.find('?', text_begin);
    if (text_end == std::string_view::npos || text_end + 1 >= value.size() ||
        value[text_end + 1] != '=')
        return {};
    std::string_view charset = value.substr(at + 2, charset_end - at - 2);
    const std::string_view text = value.substr(text_begin, text_end - text_begin);
    for (const char c : charset)
        if (c <= 32 || c == 127) return {};
    for (const char c : text)
        if (is_blank(c)) return {};
    charset = charset.substr(0, charset.find('*')); // RFC 2231 §5: a language may follow
    return {text_end + 2 - at, charset, encoding, text};
}

std::string decode_q(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int octet = escaped_octet(text, i);
        if (octet >= 0) {
            out += static_cast<char>(octet);
            i += 2;
        } else {
            out += text[i] == '_' ? ' ' : text[i];
        }
    }
    return out;
}

// Appends the word's text as UTF-8. False when the charset is not ours or the text is not of it.
bool put_decoded(const Word& word, std::string& out) {
    const std::string text =
        word.encoding == 'b' ? base64_decode_lenient(word.text) : decode_q(word.text);
    if (equal_ignoring_case(word.charset, "iso-8859-1")) {
        for (const char c : text) {
            const auto octet = static_cast<unsigned char>(c);
            if (octet < 0x80) {
                out += c;
            } else {
                out += static_cast<char>(0xc0U | octet >> 6);
                out += static_cast<char>(0x80U | (octet & 0x3fU));
            }
        }
        return true;
    }
    const bool utf8 = equal_ignoring_case(word.charset, "utf-8");
    if (!utf8 && !equal_ignoring_case(word.charset, "us-ascii")) return false;
    if (utf8 ? !is_utf8(text) : !is_ascii(text)) return false;
    out += text;
    return true;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = to_lower(c);
    return out;
}

// RFC 2045 §5.1: a token; stops at white space, specials and "=".
std::string_view token_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    constexpr std::string_view tspecials = "()<>@,;:\\\"/[]?=";
    while (end < text.size() && text[end] > 32 && text[end] < 127 &&
           tspecials.find(text[end]) == std::string_view::npos)
        ++end;
    return text.substr(at, end - at);
}

} // namespace

void quoted_printable_encode(std::string_view text, std::string& out) {
    while (true) {
        const std::size_t end = text.find("\r\n");
        encode_line(text.substr(0, end), out);
        if (end == std::string_view::npos) return;
        out += "\r\n";
        text.remove_prefix(end + 2);
    }
}

std::string quoted_printable_decode(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t lf = text.find('\n');
        const bool ended = lf != std::string_view::npos;
        std::string_view line = text.substr(0, lf);
        text.remove_prefix(ended ? lf + 1 : text.size());
        const bool crlf = ended && line.ends_with('\r');
        if (crlf) line.remove_suffix(1);
        // §6.7 (3): white space at the end of a line was added on the way.
        while (!line.empty() && is_wsp(line.back())) line.remove_suffix(1);
        const bool soft = line.ends_with('=');
        if (soft) line.remove_suffix(1);
        for (std::size_t i = 0; i < line.size(); ++i) {
            const int octet = escaped_octet(line, i);
            out += octet >= 0 ? static_cast<char>(octet) : line[i];
            if (octet >= 0) i += 2;
        }
        if (ended && !soft) out += crlf ? "\r\n" : "\n";
    }
    return out;
}

bool needs_encoded_words(std::string_view text) {
    std::size_t word = 0;
    for (const char c : text) {
        if ((c < 32 && c != '\t') || c == 127 || is_8bit(c)) return true;
        word = is_wsp(c) ? 0 : word + 1;
        if (word > plain_word_max) return true;
    }
    return text.find("=?") != std::string_view::npos;
}

void encode_words(std::string_view text, std::string& out) {
    const bool q = q_size(text) <= b_size(text);
    const std::string_view open = q ? "=?UTF-8?Q?" : "=?UTF-8?B?";
    const std::size_t room = word_octets_max - open.size() - 2;
    std::size_t begin = 0;
    while (begin < text.size()) {
        std::size_t end = begin;
        while (end < text.size()) {
            const std::size_t next = end + character_size(text, end);
            const std::string_view part = text.substr(begin, next - begin);
            if ((q ? q_size(part) : b_size(part)) > room) break;
            end = next;
        }
        if (begin != 0) out += ' ';
        out += open;
        if (q) {
            put_q(text.substr(begin, end - begin), out);
        } else {
            base64_encode(text.substr(begin, end - begin), out);
        }
        out += "?=";
        begin = end;
    }
}

std::string decode_words(std::string_view value) {
    std::string out;
    std::size_t at = 0;
    std::size_t gap_begin = std::string::npos; // in `out`: white space behind a decoded word
    while (at < value.size()) {
        const Word word = word_at(value, at);
        if (word.size != 0) {
            // RFC 2047 §6.2: white space between two encoded words is not shown.
            const std::size_t size_before = out.size();
            if (gap_begin != std::string::npos) out.resize(gap_begin);
            std::string text;
            if (put_decoded(word, text)) {
                out += text;
                at += word.size;
                gap_begin = out.size();
                continue;
            }
            out.resize(size_before, ' ');
        }
        if (!is_blank(value[at])) gap_begin = std::string::npos;
        out += value[at++];
    }
    return out;
}

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::size_t size = character_size(text, at);
        if (lead < 0x80) {
            ++at;
            continue;
        }
        const std::size_t wanted = lead >= 0xf0 ? 4U : lead >= 0xe0 ? 3U : 2U;
        if (lead < 0xc2 || lead > 0xf4 || size != wanted) return false;
        const auto second = static_cast<unsigned char>(text[at + 1]);
        if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
            (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
            return false;
        at += size;
    }
    return true;
}

std::string_view ContentType::parameter(std::string_view name) const {
    for (const Parameter& parameter : parameters)
        if (equal_ignoring_case(parameter.name, name)) return parameter.value;
    return {};
}

std::optional<ContentType> parse_content_type(std::string_view value) {
    std::size_t at = skip_cfws(value, 0);
    ContentType content;
    const std::string_view type = token_at(value, at);
    if (type.empty()) return std::nullopt;
    content.type = lower(type);
    content.subtype.clear();
    at = skip_cfws(value, at + type.size());
    if (at < value.size() && value[at] == '/') {
        at = skip_cfws(value, at + 1);
        const std::string_view subtype = token_at(value, at);
        content.subtype = lower(subtype);
        at += subtype.size();
    }
    constexpr std::size_t parameters_max = 100;
    while (content.parameters.size() < parameters_max) {
        at = value.find(';', at);
        if (at == std::string_view::npos) break;
        at = skip_cfws(value, at + 1);
        const std::string_view name = token_at(value, at);
        at = skip_cfws(value, at + name.size());
        if (name.empty() || at >= value.size() || value[at] != '=') continue;
        at = skip_cfws(value, at + 1);
        std::string text;
        if (at < value.size() && value[at] == '"') {
            for (++at; at < value.size() && value[at] != '"'; ++at) {
                if (value[at] == '\\' && at + 1 < value.size()) ++at;
                if (value[at] != '\r' && value[at] != '\n') text += value[at];
            }
            if (at < value.size()) ++at;
        } else {
            const std::string_view token = token_at(value, at);
            text = token;
            at += token.size();
        }
        content.parameters.push_back({lower(name), std::move(text)});
    }
    return content;
}

} // namespace postroad::message

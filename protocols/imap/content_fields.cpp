// Content-* fields by name, and the joining and decoding of their parameters.
#include "protocols/imap/content_fields.hpp"

#include <utility>

#include "protocols/imap/charset.hpp"
#include "protocols/message/characters.hpp"

namespace postroad::imap {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = message::to_lower(c);
    return out;
}

std::string unfolded_value(const message::Field& field) {
    std::string scratch;
    return std::string(message::unfolded(field, scratch));
}

// The first word of a value, comments left out: "base64 (as ever)".
std::string first_word(std::string_view value) {
    const std::size_t begin = message::skip_cfws(value, 0);
    std::size_t end = begin;
    while (end < value.size() && !message::is_blank(value[end]) && value[end] != '(' &&
           value[end] != ';')
        ++end;
    return lower(value.substr(begin, end - begin));
}

// RFC 3282 §2: tags with commas between.
std::vector<std::string> language_tags(std::string_view value) {
    constexpr std::size_t tags_max = 50;
    std::vector<std::string> tags;
    for (std::size_t at = 0; at < value.size() && tags.size() < tags_max;) {
        at = message::skip_cfws(value, at);
        std::size_t end = at;
        while (end < value.size() && value[end] != ',' && value[end] != '(') ++end;
        const std::string_view tag = message::trim(value.substr(at, end - at));
        if (!tag.empty()) tags.emplace_back(tag);
        at = value.find(',', end);
        if (at == std::string_view::npos) break;
        ++at;
    }
    return tags;
}

// "name*3*" taken apart (RFC 2231 §7).
struct Piece {
    std::string_view base;
    int number = -1;  // -1: not a piece of several
    bool extended = false;
};

Piece take_apart(std::string_view name) {
    Piece piece;
    if (name.size() > 1 && name.back() == '*') {
        piece.extended = true;
        name.remove_suffix(1);
    }
    piece.base = name;
    const std::size_t star = name.find('*');
    if (star == std::string_view::npos || star == 0) return piece;
    const std::string_view digits = name.substr(star + 1);
    if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0'))
        return piece;
    int number = 0;
    for (const char c : digits) {
        if (!message::is_digit(c)) return piece;
        number = number * 10 + (c - '0');
    }
    piece.base = name.substr(0, star);
    piece.number = number;
    return piece;
}

constexpr std::string_view hex_digits = "0123456789ABCDEF";

// RFC 2231 §7 attribute-char; the other octets as %XY.
void put_extended(std::string& out, std::string_view value) {
    constexpr std::string_view specials = "*'%()<>@,;:\\\"/[]?=";
    for (const char c : value) {
        if (c > 32 && c < 127 && specials.find(c) == std::string_view::npos) {
            out += c;
        } else {
            const auto octet = static_cast<unsigned char>(c);
            out += '%';
            out += hex_digits[octet >> 4];
            out += hex_digits[octet & 15U];
        }
    }
}

int hex_value(char c) {
    const std::size_t at = hex_digits.find(c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::string percent_decoded(std::string_view value) {
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const int high = value[i] == '%' && i + 2 < value.size() ? hex_value(value[i + 1]) : -1;
        const int low = high < 0 ? -1 : hex_value(value[i + 2]);
        if (low < 0) {
            out += value[i];
        } else {
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return out;
}

// All pieces of one parameter, in their order by number.
Parameter joined(const std::vector<Parameter>& all, std::string_view base) {
    std::vector<std::pair<Piece, std::string_view>> pieces;
    bool extended = false;
    for (int wanted = 0;; ++wanted) {
        const Parameter* found = nullptr;
        for (const Parameter& one : all) {
            const Piece piece = take_apart(one.name);
            if (found == nullptr && piece.number == wanted && piece.base == base) found = &one;
        }
        if (found == nullptr) break;
        pieces.emplace_back(take_apart(found->name), found->value);
        extended |= pieces.back().first.extended;
    }
    Parameter out{std::string(base) + (extended ? "*" : ""), {}};
    if (extended && !pieces.front().first.extended) out.value = "''";  // no charset was named
    for (const auto& [piece, value] : pieces) {
        if (extended && !piece.extended) {
            put_extended(out.value, value);
        } else {
            out.value += value;
        }
    }
    return out;
}

void read_type(MimePart& part, std::string_view value) {
    auto read = message::parse_content_type(value);
    if (!read || read->subtype.empty()) return;  // RFC 2045 §5.2: as if there were none
    part.type = std::move(read->type);
    part.subtype = std::move(read->subtype);
    part.parameters = join_continuations(std::move(read->parameters));
}

void read_disposition(MimePart& part, std::string_view value) {
    auto read = message::parse_content_type(value);
    if (!read) return;
    part.disposition = std::move(read->type);
    part.disposition_parameters = join_continuations(std::move(read->parameters));
}

}  // namespace

void read_content_fields(MimePart& part, const message::Fields& fields) {
    bool typed = false;
    bool encoded = false;
    for (const message::Field& field : fields) {
        if (field.name.size() < 10 ||
            !message::equal_ignoring_case(field.name.substr(0, 8), "content-"))
            continue;
        if (field.is("Content-Type")) {
            if (!std::exchange(typed, true)) read_type(part, field.value);
        } else if (field.is("Content-Transfer-Encoding")) {
            const std::string word = first_word(field.value);
            if (!std::exchange(encoded, true) && !word.empty()) part.encoding = word;
        } else if (field.is("Content-ID")) {
            if (!part.id) part.id = unfolded_value(field);
        } else if (field.is("Content-Description")) {
            if (!part.description) part.description = unfolded_value(field);
        } else if (field.is("Content-MD5")) {  // RFC 1864
            if (!part.md5) part.md5 = unfolded_value(field);
        } else if (field.is("Content-Disposition")) {
            if (!part.disposition) read_disposition(part, field.value);
        } else if (field.is("Content-Language")) {
            if (part.languages.empty()) part.languages = language_tags(field.value);
        } else if (field.is("Content-Location")) {  // RFC 2557 §4.2
            if (!part.location) part.location = unfolded_value(field);
        }
    }
    if (part.is("text", "plain") && !typed)  // RFC 2045 §5.2
        part.parameters = {{"charset", "us-ascii"}};
}

std::vector<Parameter> join_continuations(std::vector<Parameter> parameters) {
    bool any = false;
    for (const Parameter& one : parameters) any |= take_apart(one.name).number >= 0;
    if (!any) return parameters;
    std::vector<Parameter> out;
    for (const Parameter& one : parameters) {
        const Piece piece = take_apart(one.name);
        if (piece.number < 0) {
            out.push_back(one);
        } else if (piece.number == 0) {
            Parameter whole = joined(parameters, piece.base);
            bool twice = false;
            for (const Parameter& other : out) twice |= other.name == whole.name;
            if (!twice) out.push_back(std::move(whole));
        }
    }
    return out;
}

std::string_view find_parameter(const std::vector<Parameter>& parameters, std::string_view name) {
    for (const Parameter& one : parameters)
        if (one.name == name) return one.value;
    return {};
}

std::string decoded_parameter(const std::vector<Parameter>& parameters, std::string_view name) {
    const std::string_view extended = find_parameter(parameters, std::string(name) + '*');
    const std::size_t first = extended.find('\'');
    const std::size_t second =
        first == std::string_view::npos ? first : extended.find('\'', first + 1);
    if (second != std::string_view::npos)
        return to_utf8(extended.substr(0, first), percent_decoded(extended.substr(second + 1)));
    if (!extended.empty()) return to_utf8("", percent_decoded(extended));
    return decode_header(find_parameter(parameters, name));
}

std::string file_name(const MimePart& part) {
    std::string name = decoded_parameter(part.disposition_parameters, "filename");
    return name.empty() ? decoded_parameter(part.parameters, "name") : name;
}

}  // namespace postroad::imap

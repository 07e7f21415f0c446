// As much MIME as composing a message and showing its structure take: quoted-printable, encoded
// words (RFC 2047) and Content-Type. Base64 has its own file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/message/base64.hpp"

namespace postroad::message {

// RFC 2045 §6.7, for text: CRLF stays a line end, any other CR or LF is encoded, lines are at
// most 76 octets, and white space at a line's end is encoded.
void quoted_printable_encode(std::string_view text, std::string& out);

// The reverse; malformed escapes stay as they are written.
std::string quoted_printable_decode(std::string_view text);

// Whether `text` can stand in a header field as it is: printable ASCII that nobody would take for
// an encoded word, in words short enough to fold between.
bool needs_encoded_words(std::string_view text);

// UTF-8 as encoded words of at most 75 octets with one space between; never splits a character.
// Safe in phrases too (RFC 2047 §5 (3)). Of Q and B the shorter is taken.
void encode_words(std::string_view text, std::string& out);

// Replaces the encoded words in an unfolded value by UTF-8. Charsets: UTF-8, US-ASCII,
// ISO-8859-1; words of others stay as they are, and so do malformed ones.
std::string decode_words(std::string_view value);

// Well-formed UTF-8 (RFC 3629): no overlong forms, surrogates, or values past U+10FFFF.
bool is_utf8(std::string_view text);

struct Parameter {
    std::string name;  // lower case
    std::string value; // without quotes
};

// RFC 2045 §5.1. Also fits Content-Disposition (then `subtype` is empty).
struct ContentType {
    std::string type = "text"; // lower case, like subtype
    std::string subtype = "plain";
    std::vector<Parameter> parameters;

    bool is(std::string_view full) const { return type + "/" + subtype == full; }
    // The parameter's value, or "".
    std::string_view parameter(std::string_view name) const;
};

// Parses a field value, folded or not. Nothing when it has no type; bad parameters are left out.
std::optional<ContentType> parse_content_type(std::string_view value);

} // namespace postroad::message

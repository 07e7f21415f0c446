// A message as a tree of MIME parts (RFC 2045, RFC 2046) with the octet range of each part's header
// and body in the source text, as IMAP's BODY[1.2] and BODYSTRUCTURE need them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/message/mime.hpp"

namespace postroad::imap {

using message::Parameter;

// Octets [begin, end) of the source text.
struct Octets {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t size() const { return end - begin; }
    std::string_view in(std::string_view text) const { return text.substr(begin, size()); }
    bool operator==(const Octets&) const = default;
};

enum class PartKind : std::uint8_t {
    leaf,       // neither of the others
    multipart,  // its children are its parts; none if there is no boundary or no line with it
    message,    // message/rfc822 or message/global: its one child is the message inside
};

constexpr std::uint32_t no_part = ~std::uint32_t{0};

struct MimePart {
    PartKind kind = PartKind::leaf;
    Octets header;                   // its fields and the blank line after them
    Octets body;                     // up to, not including, the line end before a boundary line
    std::uint32_t parent = no_part;  // positions in MimeTree::parts
    std::uint32_t next = no_part;    // the next child of the same parent
    std::uint32_t first = no_part;   // the first child
    std::uint32_t depth = 0;         // 0 for the message itself

    // Content-* fields, lower case where case means nothing. Defaults (RFC 2045 §5.2, RFC 2046
    // §5.1.5) are filled in; what is optional is absent when the field is. Parameters are those of
    // RFC 2231 §3 with continuations joined (§6: IMAP servers must); a value in a charset stays
    // encoded as it is and its name keeps its asterisk, because §6 asks for no more.
    std::string type = "text";
    std::string subtype = "plain";
    std::vector<Parameter> parameters;
    std::string encoding = "7bit";
    std::optional<std::string> id;
    std::optional<std::string> description;  // unfolded, encoded words kept
    std::optional<std::string> md5;
    std::optional<std::string> disposition;  // "attachment"
    std::vector<Parameter> disposition_parameters;
    std::vector<std::string> languages;
    std::optional<std::string> location;

    bool is(std::string_view main, std::string_view sub) const {
        return type == main && subtype == sub;
    }
    std::string_view parameter(std::string_view name) const;  // "" when there is none
};

// A part whose children would lie deeper or beyond is a leaf: application/octet-stream.
struct MimeLimits {
    std::uint32_t depth_max = 50;
    std::uint32_t parts_max = 10'000;
};

// parts[0] is the message; a part comes before its children. Never empty.
struct MimeTree {
    std::vector<MimePart> parts;
    bool limit_reached = false;

    const MimePart& root() const { return parts[0]; }
    // The part with an IMAP part number (RFC 3501 §6.4.5), nothing if there is none. An empty path
    // is the message itself. Part 1 of a message that is no multipart is its body: then the part
    // given is the message, and `body` is what counts.
    const MimePart* find(const std::vector<std::uint32_t>& path) const;
};

// Any octets are accepted, in one pass: their number times the depth at worst. Texts beyond 4 GiB
// are cut there. Line ends may be CRLF or LF.
MimeTree parse_mime(std::string_view text, const MimeLimits& limits = {});

// Line ends in octets. RFC 3501 §7.4.2 shows that a last line without one does not count: there
// 4554 octets of base64 in lines of 60 are 73 lines and 28 octets.
std::uint32_t count_lines(std::string_view octets);

// The body without its Content-Transfer-Encoding (RFC 2045 §6). Nothing if the encoding is none
// that we know (RFC 9051: BINARY answers UNKNOWN-CTE).
std::optional<std::string> decoded_body(std::string_view text, const MimePart& part);

// The name of a file that the part offers (RFC 2183 §2.3, else Content-Type's `name`), decoded by
// RFC 2231 and RFC 2047 to UTF-8; "" if it offers none.
std::string file_name(const MimePart& part);

}  // namespace postroad::imap

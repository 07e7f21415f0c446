// What the body test compares (RFC 5173): the body as it is, or the decoded contents of the MIME
// parts (RFC 2045, RFC 2046) whose types are asked for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::sieve {

struct MimeLimits {
    std::size_t depth_max = 16;
    std::size_t parts_max = 256;
};

// A part that is no multipart, decoded; or the prologue and epilogue of one that is, or the header
// of a message within (§5.2). Text of a charset we know is UTF-8.
struct BodyPart {
    std::string type;  // "text/plain"
    std::string text;
};

// All parts of a message, in their order. `header` has whole fields. What lies deeper or further
// than the limits is left out.
std::vector<BodyPart> body_parts(std::string_view header, std::string_view body,
                                 const MimeLimits& limits);

// §5.2: "" is every type, "text" every subtype; "text/" and "a/b/c" are none.
bool type_is(std::string_view type, std::string_view wanted);

}  // namespace postroad::sieve

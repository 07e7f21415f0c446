// The Content-* fields of one part (RFC 2045, RFC 2183, RFC 3282, RFC 2557, RFC 1864) and their
// parameters in several pieces (RFC 2231).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/imap/mime_tree.hpp"
#include "protocols/message/header.hpp"

namespace postroad::imap {

// Fills in what the fields say; what they do not say stays. The first field of a name counts.
void read_content_fields(MimePart& part, const message::Fields& fields);

// RFC 2231 §3: "title*0*=us-ascii'en'This%20; title*1=that" becomes "title*" with
// "us-ascii'en'This%20that". Pieces behind a missing one are left out.
std::vector<Parameter> join_continuations(std::vector<Parameter> parameters);

// The value of the first parameter of that name (lower case), or "".
std::string_view find_parameter(const std::vector<Parameter>& parameters, std::string_view name);

// The value in UTF-8: of "name*" by RFC 2231 §4, else of "name", encoded words decoded, which
// RFC 2047 §5 forbids there and many write all the same.
std::string decoded_parameter(const std::vector<Parameter>& parameters, std::string_view name);

}  // namespace postroad::imap

// PREVIEW (RFC 8970 §3): the first words of a message, for a list of messages.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/imap/mime_tree.hpp"

namespace postroad::imap {

// At most 200 characters of UTF-8 in one line: of the first part that is text to be read, HTML
// without its tags; quoted lines are left out. "" if there is none.
std::string preview(std::string_view text, const MimeTree& tree);

// A text part's words in UTF-8: encoding and charset undone. Nothing of an unknown encoding.
std::optional<std::string> text_of_part(std::string_view text, const MimePart& part);

}  // namespace postroad::imap

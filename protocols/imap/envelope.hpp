// ENVELOPE, BODY and BODYSTRUCTURE (RFC 3501 §7.4.2, RFC 9051 §7.5.2) as they stand on the wire.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/imap/mime_tree.hpp"

namespace postroad::imap {

// A string or NIL (RFC 3501 §4.3, §4.5): quoted where that can say it, else a literal. NUL, which
// neither can hold, becomes 0x80, so that octet counts stay true.
void put_string(std::string& out, std::string_view text);
void put_nstring(std::string& out, const std::optional<std::string>& text);
void put_literal(std::string& out, std::string_view text);

// `header` is the fields of a message, its blank line or not. Appends
// `("date" "subject" from sender reply-to to cc bcc in-reply-to message-id)`: values unfolded and
// not decoded; groups are marked by NIL hosts; Sender and Reply-To default to From.
void put_envelope(std::string& out, std::string_view header);

// Appends the structure of a part and all inside it. `extended` is BODYSTRUCTURE: it adds MD5,
// disposition, language, location, and parameters of multiparts.
void put_body_structure(std::string& out, std::string_view text, const MimeTree& tree,
                        bool extended);

}  // namespace postroad::imap

// ENVELOPE, BODY and BODYSTRUCTURE (RFC 3501 §7.4.2, RFC 9051 §7.5.2) as they stand on the wire.
#pragma once

#include <string>
#include <string_view>

#include "protocols/imap/mime_tree.hpp"

namespace postroad::imap {

// `header` is the fields of a message, its blank line or not. Appends
// `("date" "subject" from sender reply-to to cc bcc in-reply-to message-id)`: values unfolded and
// not decoded; groups are marked by NIL hosts; Sender and Reply-To default to From.
void put_envelope(std::string& out, std::string_view header);

// Appends the structure of the message and all inside it. `extended` is BODYSTRUCTURE: it adds MD5,
// disposition, language, location, and parameters of multiparts.
void put_body_structure(std::string& out, std::string_view text, const MimeTree& tree,
                        bool extended);

// The same text with 0x80 for each NUL, which no string of IMAP can hold: octet counts stay true.
// A view of `text` where there is none.
std::string_view without_nul(std::string_view text, std::string& scratch);

}  // namespace postroad::imap

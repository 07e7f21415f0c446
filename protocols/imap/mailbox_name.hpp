// Mailbox names: in memory they are UTF-8; on the wire IMAP4rev1 has modified UTF-7 (RFC 3501
// §5.1.3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postroad::imap {

// Well-formed UTF-8 (RFC 3629): no surrogate, nothing overlong, nothing over U+10FFFF.
bool is_utf8(std::string_view text);

// "~peter/mail/&U,BTFw-" to and from UTF-8. Decoding gives nothing for what an encoder would not
// write: base64 of printable ASCII, bits left over, two shifts in a row, a lone surrogate.
std::string to_modified_utf7(std::string_view utf8);
std::optional<std::string> from_modified_utf7(std::string_view text);

// A name as the store knows it: INBOX in upper case whatever the client wrote (RFC 9051 §5.1).
std::string canonical_mailbox(std::string_view utf8);

// A name that may be created: UTF-8, no control, no empty level, at most 1024 octets, no "%" or
// "*".
bool is_good_mailbox(std::string_view utf8, char delimiter);

}  // namespace postroad::imap

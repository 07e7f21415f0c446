// Charsets for search, sort and display: the edge to GMime, iconv and GLib. Nothing here depends on
// locale or environment, and all of it may be called from several threads.
#pragma once

#include <string>
#include <string_view>

namespace postroad::imap {

// Whether octets of this charset can be read (RFC 3501 §6.4.4: BADCHARSET otherwise).
bool is_known_charset(std::string_view charset);

// UTF-8 of octets in a charset. What cannot be read becomes U+FFFD; an unknown charset is read as
// UTF-8 where it is that, else as ISO-8859-1 (which reads anything).
std::string to_utf8(std::string_view charset, std::string_view octets);

// A header field's value as people read it: unfolded, encoded words of any charset decoded
// (RFC 2047), raw 8-bit octets as `to_utf8` reads an unknown charset.
std::string decode_header(std::string_view value);

// What texts are compared by, a substring of it found octet by octet: RFC 5051's purpose (case and
// composition do not matter) by Unicode's full case folding of the NFKD form, as GLib's tables have
// them.
std::string fold(std::string_view utf8);

}  // namespace postroad::imap

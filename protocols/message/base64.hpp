// Base64 (RFC 4648 §4), strict as SASL wants it and lenient as MIME wants it (RFC 2045 §6.8).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postroad::message {

// Appends the encoding of `octets`. With a line length, CRLF follows each full line and the last
// one; MIME's maximum is 76. 0 means one unbroken line without line end.
void base64_encode(std::string_view octets, std::string& out, std::size_t line_octets = 0);

// Nothing unless `text` is exactly what an encoder writes: no other characters, padding in place,
// unused bits zero (RFC 4648 §3.3, §3.5).
std::optional<std::string> base64_decode(std::string_view text);

// Skips what is no base64 character; stops at padding. Never fails.
std::string base64_decode_lenient(std::string_view text);

} // namespace postroad::message

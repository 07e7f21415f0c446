// What NTLM is made of (MS-NLMP §6): MD4 (RFC 1320) and RC4, which OpenSSL keeps in its attic, and
// UTF-16 in the order of a PC's memory.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postroad::ntlm {

std::string md4(std::string_view octets);                         // 16 octets
std::string rc4(std::string_view key, std::string_view octets);   // either way

std::string utf16(std::string_view utf8);                         // little-endian, no mark
std::optional<std::string> utf8(std::string_view utf16);          // nothing for half a character
std::string upper(std::string_view utf8);                         // ASCII and Latin-1

}  // namespace postroad::ntlm

// What NTLM is made of (MS-NLMP §6): MD4 (RFC 1320) and RC4, which OpenSSL keeps in its attic, and
// UTF-16 in the order of a PC's memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postroad::ntlm {

std::string md4(std::string_view octets);                         // 16 octets
// RC4 in the middle of its stream, for whoever goes on from packet to packet (§3.4).
struct Rc4 {
    std::uint8_t s[256] = {};
    std::uint8_t i = 0, j = 0;
    std::uint8_t unused[2] = {};
};
Rc4 start_rc4(std::string_view key);
void apply(Rc4& stream, char* octets, std::size_t count);
std::string rc4(std::string_view key, std::string_view octets);   // either way

std::string utf16(std::string_view utf8);                         // little-endian, no mark
std::optional<std::string> utf8(std::string_view utf16);          // nothing for half a character
std::string upper(std::string_view utf8);                         // ASCII and Latin-1

}  // namespace postroad::ntlm

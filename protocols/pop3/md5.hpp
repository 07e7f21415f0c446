// MD5 (RFC 1321), which APOP is made of. It is broken as a signature and must guard nothing else.
#pragma once

#include <string>
#include <string_view>

namespace postroad::pop3 {

// 32 lower-case hexadecimal digits.
std::string md5_hex(std::string_view octets);

}  // namespace postroad::pop3

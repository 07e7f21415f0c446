// Texts of octets: what a client that asks for PtypString8 gets of our UTF-8, and back. The code
// page is Latin-1, which is Windows-1252 but for its signs of punctuation.
#pragma once

#include <string>
#include <string_view>

namespace postroad::mapi {

std::string to_octets(std::string_view utf8);      // "?" for what there is not
std::string from_octets(std::string_view octets);  // to UTF-8

}  // namespace postroad::mapi

// What guards a file's octets (MS-PST §5.3, §5.5), and what hides them from whoever does not look
// twice (§5.1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postroad::pst {

// §5.3: the polynomial of Ethernet, but from 0 and not inverted at the end.
std::uint32_t crc(std::string_view octets);

// §5.5: of a block or page at this place in the file.
constexpr std::uint16_t signature(std::uint64_t offset, std::uint64_t bid) {
    const auto mixed = static_cast<std::uint32_t>(offset ^ bid);
    return static_cast<std::uint16_t>(mixed >> 16 ^ (mixed & 0xffff));
}

// §5.1: every octet for another.
void permute(std::string& octets);
void permute_back(std::string& octets);

}  // namespace postroad::pst

// Extended buffers (MS-OXCRPC §2.2.2.1): what an EcDoRpcExt2 carries, compressed or obfuscated, one
// or several in a row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::mapi {

// §3.1.4.1.1.2: LZ77 with the encoding DIRECT2 (MS-XCA §2.3 and §2.4, "plain LZ77").
std::string compress(std::string_view octets);
// Nothing when it comes to more than `octets_max`, or reaches back before its beginning.
std::optional<std::string> decompress(std::string_view octets, std::size_t octets_max);

// §3.1.4.1.1.3: so that nothing on the way takes the text for what it is. It hides nothing.
std::string obfuscate(std::string_view octets);  // and back

namespace ext_flag {
inline constexpr std::uint16_t compressed = 1, xored = 2, last = 4;
}  // namespace ext_flag

enum class Packing : std::uint8_t { plain, compressed, xored };

// One buffer with its header, RPC_HEADER_EXT. A payload has at most 65,535 octets; `compressed` is
// left out where it would not make it shorter.
std::string write_extended(std::string_view payload, Packing packing, bool last = true);

inline constexpr std::size_t extended_buffers_max = 96;
// The payloads in their order. Nothing: a header or its sizes are wrong, or none is the last one.
std::optional<std::vector<std::string>> read_extended(std::string_view octets);

}  // namespace postroad::mapi

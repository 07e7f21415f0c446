// Versions and callback addresses.
#include "protocols/mapi/emsmdb.hpp"

namespace postroad::mapi {
namespace {

constexpr char af_inet = 2;
constexpr std::uint16_t has_four_numbers = 0x8000;

}  // namespace

std::string callback_address(std::uint32_t ipv4, std::uint16_t port) {
    std::string out{af_inet, 0};
    for (int shift = 8; shift >= 0; shift -= 8) out += static_cast<char>(port >> shift & 0xff);
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(ipv4 >> shift & 0xff);
    return out.append(8, '\0');
}

std::optional<Callback> read_callback(std::string_view octets) {
    if (octets.size() < 8 || octets[0] != af_inet || octets[1] != 0) return std::nullopt;
    Callback out;
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(octets[i]); };
    out.port = static_cast<std::uint16_t>(at(2) << 8 | at(3));
    for (std::size_t i = 4; i < 8; ++i) out.ipv4 = out.ipv4 << 8 | at(i);
    return out;
}

// §3.1.4.1.3.1: the highest bit of the second word says that the first one holds two numbers.
Version read_version(const std::uint16_t (&words)[3]) {
    if (!(words[1] & has_four_numbers)) return {words[0], 0, words[1], words[2]};
    return {static_cast<std::uint16_t>(words[0] >> 8), static_cast<std::uint16_t>(words[0] & 0xff),
            static_cast<std::uint16_t>(words[1] & ~has_four_numbers), words[2]};
}

void write_version(const Version& version, std::uint16_t (&words)[3]) {
    words[0] = static_cast<std::uint16_t>(version.major << 8 | (version.minor & 0xff));
    words[1] = static_cast<std::uint16_t>(version.build_major | has_four_numbers);
    words[2] = version.build_minor;
}

}  // namespace postroad::mapi

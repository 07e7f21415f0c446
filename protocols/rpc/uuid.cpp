// UUIDs and syntaxes as people write them.
#include "protocols/rpc/uuid.hpp"

namespace postroad::rpc {

std::string to_string(const Uuid& uuid) {
    std::string out;
    const auto put = [&](std::uint32_t value, int digits) {
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
            out += "0123456789abcdef"[value >> shift & 0xfU];
    };
    put(uuid.time_low, 8);
    out += '-';
    put(uuid.time_mid, 4);
    out += '-';
    put(uuid.time_high, 4);
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == 0 || i == 2) out += '-';
        put(uuid.rest[i], 2);
    }
    return out;
}

Uuid random_uuid(std::uint64_t high, std::uint64_t low) {
    Uuid out;
    out.time_low = static_cast<std::uint32_t>(high >> 32);
    out.time_mid = static_cast<std::uint16_t>(high >> 16);
    out.time_high = static_cast<std::uint16_t>((high & 0x0fff) | 0x4000);
    for (std::size_t i = 0; i < 8; ++i) out.rest[i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
    out.rest[0] = static_cast<std::uint8_t>((out.rest[0] & 0x3f) | 0x80);
    return out;
}

std::string to_string(const Syntax& syntax) {
    return to_string(syntax.uuid) + " " + std::to_string(syntax.major) + "." +
           std::to_string(syntax.minor);
}

}  // namespace postroad::rpc

// Base64 in both directions.
#include "protocols/message/base64.hpp"

#include <array>
#include <cstdint>

namespace postroad::message {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> values = [] {
    std::array<std::int8_t, 256> table{};
    for (auto& value : table) value = -1;
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return table;
}();

int value_of(char c) { return values[static_cast<unsigned char>(c)]; }

} // namespace

void base64_encode(std::string_view octets, std::string& out, std::size_t line_octets) {
    std::size_t column = 0;
    for (std::size_t at = 0; at < octets.size(); at += 3) {
        const std::size_t count = octets.size() - at < 3 ? octets.size() - at : 3;
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = group << 8 | (i < count ? static_cast<unsigned char>(octets[at + i]) : 0U);
        if (line_octets != 0 && column + 4 > line_octets) {
            out += "\r\n";
            column = 0;
        }
        for (std::size_t i = 0; i < 4; ++i)
            out += i <= count ? alphabet[group >> (18 - 6 * i) & 63U] : '=';
        column += 4;
    }
    if (line_octets != 0 && column != 0) out += "\r\n";
}

std::optional<std::string> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        const bool last = at + 4 == text.size();
        const std::size_t padding =
            !last || text[at + 3] != '=' ? 0U : text[at + 2] == '=' ? 2U : 1U;
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const int value = i >= 4 - padding ? 0 : value_of(text[at + i]);
            if (value < 0) return std::nullopt;
            group = group << 6 | static_cast<std::uint32_t>(value);
        }
        if ((padding == 1 && (group & 0xffU) != 0) || (padding == 2 && (group & 0xffffU) != 0))
            return std::nullopt;
        for (std::size_t i = 0; i < 3 - padding; ++i)
            out += static_cast<char>(group >> (16 - 8 * i) & 0xffU);
    }
    return out;
}

std::string base64_decode_lenient(std::string_view text) {
    std::string out;
    std::uint32_t group = 0;
    unsigned bits = 0;
    for (const char c : text) {
        if (c == '=') break;
        const int value = value_of(c);
        if (value < 0) continue;
        group = (group << 6 | static_cast<std::uint32_t>(value)) & 0xffffffU;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out += static_cast<char>(group >> bits & 0xffU);
    }
    return out;
}

} // namespace postroad::message

// Words as JSON strings (RFC 8259 §7), for the lines that --json prints.
#pragma once

#include <string>
#include <string_view>

namespace postroad::command {

// With its quotes. Octets that are not UTF-8 are passed on: what we print from files was checked.
inline std::string json_text(std::string_view words) {
    constexpr char hex[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : words) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (octet < 0x20) {
            out += "\\u00";
            out += hex[octet >> 4];
            out += hex[octet & 15];
        } else {
            out += c;
        }
    }
    return out + '"';
}

}  // namespace postroad::command

// Latin-1: the first 256 characters of Unicode, an octet each.
#include "protocols/mapi/code_page.hpp"

namespace postroad::mapi {

std::string to_octets(std::string_view utf8) {
    std::string out;
    for (std::size_t at = 0; at < utf8.size(); ++at) {
        const auto octet = static_cast<unsigned char>(utf8[at]);
        if (octet < 0x80) {
            out += utf8[at];
            continue;
        }
        if ((octet == 0xc2 || octet == 0xc3) && at + 1 < utf8.size()) {
            const auto next = static_cast<unsigned char>(utf8[++at]);
            out += static_cast<char>((octet & 3U) << 6 | (next & 0x3fU));
            continue;
        }
        out += '?';
        while (at + 1 < utf8.size() && (static_cast<unsigned char>(utf8[at + 1]) & 0xc0) == 0x80)
            ++at;
    }
    return out;
}

std::string from_octets(std::string_view octets) {
    std::string out;
    for (const char c : octets) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x80) {
            out += c;
            continue;
        }
        out += static_cast<char>(0xc0 | octet >> 6);
        out += static_cast<char>(0x80 | (octet & 0x3f));
    }
    return out;
}

}  // namespace postroad::mapi

// Big-endian throughout; each entry follows its size.
#include "protocols/kerberos/keytab.hpp"

namespace postroad::kerberos {
namespace {

void put(std::string& out, std::uint64_t value, int octets) {
    for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift & 0xff);
}
void put_counted(std::string& out, std::string_view octets) {
    put(out, octets.size(), 2);
    out += octets;
}

}  // namespace

std::string write_keytab(const std::vector<KeytabEntry>& entries) {
    std::string out("\x05\x02", 2);
    for (const KeytabEntry& one : entries) {
        std::string body;
        put(body, one.name.parts.size(), 2);
        put_counted(body, one.realm);
        for (const std::string& part : one.name.parts) put_counted(body, part);
        put(body, static_cast<std::uint32_t>(one.name.type), 4);
        put(body, static_cast<std::uint64_t>(one.written_unix_s), 4);
        put(body, one.version & 0xff, 1);
        put(body, static_cast<std::uint32_t>(one.key.type), 2);
        put_counted(body, one.key.octets);
        put(body, one.version, 4);
        put(out, body.size(), 4);
        out += body;
    }
    return out;
}

}  // namespace postroad::kerberos

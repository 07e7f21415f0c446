// Keys for each direction, and the one stream that both sealing and signing draw from (MS-NLMP §3.4).
#include "protocols/ntlm/session.hpp"

#include <algorithm>

#include "protocols/sasl/digests.hpp"

namespace postroad::ntlm {
namespace {

// The constants of §3.4.5 end with a NUL that is part of them.
constexpr std::string_view magic(bool to_server, bool sealing) {
    using std::string_view_literals::operator""sv;
    if (to_server)
        return sealing ? "session key to client-to-server sealing key magic constant\0"sv
                       : "session key to client-to-server signing key magic constant\0"sv;
    return sealing ? "session key to server-to-client sealing key magic constant\0"sv
                   : "session key to server-to-client signing key magic constant\0"sv;
}

Direction direction_of(const Agreed& agreed, bool to_server) {
    const auto md5 = [](std::string octets) { return sasl::digest(sasl::Hash::md5, octets); };
    Direction out;
    const std::string signing = md5(agreed.key + std::string(magic(to_server, false)));
    std::copy(signing.begin(), signing.end(), out.signing_key);
    // §3.4.5.3: who asked for less than 128 bits gets a key that is guessed in a day.
    const std::size_t strength = (agreed.flags & flag::key_128)  ? 16
                                 : (agreed.flags & flag::key_56) ? 7
                                                                 : 5;
    out.sealing =
        start_rc4(md5(agreed.key.substr(0, strength) + std::string(magic(to_server, true))));
    out.conceals = (agreed.flags & flag::key_exchange) ? 1 : 0;
    return out;
}

std::string little(std::uint32_t value) {
    std::string out;
    for (unsigned shift = 0; shift < 32; shift += 8)
        out += static_cast<char>(value >> shift & 0xffU);
    return out;
}

// §3.4.4.2: version, checksum, sequence number.
std::string signature_of(Direction& direction, std::string_view packet) {
    const std::string number = little(direction.next++);
    const std::string_view key(reinterpret_cast<const char*>(direction.signing_key), 16);
    std::string checksum =
        sasl::hmac(sasl::Hash::md5, key, number + std::string(packet)).substr(0, 8);
    if (direction.conceals) apply(direction.sealing, checksum.data(), checksum.size());
    return little(1) + checksum + number;
}

}  // namespace

std::optional<Session> start_session(const Agreed& agreed) {
    if (agreed.key.size() != 16 || !(agreed.flags & flag::extended_security)) return std::nullopt;
    return Session{direction_of(agreed, true), direction_of(agreed, false)};
}

std::string protect(Direction& direction, std::string& packet, std::size_t from,
                    std::size_t count) {
    const std::string plain = packet;
    // The stream seals the text first and the checksum with what comes next of it.
    apply(direction.sealing, packet.data() + from, count);
    return signature_of(direction, plain);
}

bool unprotect(Direction& direction, std::string& packet, std::size_t from, std::size_t count,
               std::string_view signature) {
    apply(direction.sealing, packet.data() + from, count);
    return signature_of(direction, packet) == signature;
}

}  // namespace postroad::ntlm

// Frames, and Wrap tokens with their sixteen octets of header.
#include "protocols/kerberos/gss.hpp"

#include <algorithm>

#include "protocols/base/der.hpp"

namespace postroad::kerberos {
namespace {

constexpr std::size_t header_octets = 16;
constexpr std::size_t checksum_octets = 24;
constexpr unsigned char by_acceptor = 1, is_sealed = 2, with_acceptor_subkey = 4;  // RFC 4121 §4.2.2

std::string token_id(GssToken token) {
    return {static_cast<char>(token >> 8), static_cast<char>(token & 0xff)};
}

// RFC 4121 §4.2.6.2: TOK_ID, flags, filler, EC, RRC, SND_SEQ.
std::string header(const SecurityContext& context, bool from_initiator, bool sealed,
                   std::uint64_t sequence, std::size_t extra) {
    unsigned char flags = 0;
    if (!from_initiator) flags |= by_acceptor;
    if (sealed) flags |= is_sealed;
    if (context.acceptor_subkey) flags |= with_acceptor_subkey;
    std::string out = token_id(gss_wrap);
    out += static_cast<char>(flags);
    out += '\xff';
    out += static_cast<char>(extra >> 8 & 0xff);
    out += static_cast<char>(extra & 0xff);
    out.append(2, '\0');
    for (int shift = 56; shift >= 0; shift -= 8)
        out += static_cast<char>(sequence >> shift & 0xff);
    return out;
}

Usage seal_usage(bool from_initiator) {
    return from_initiator ? Usage::initiator_seal : Usage::acceptor_seal;
}

std::size_t pair_at(std::string_view octets, std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(octets[at]) << 8 |
                                    static_cast<unsigned char>(octets[at + 1]));
}

}  // namespace

std::string frame(GssToken token, std::string_view inner) {
    std::string out = der::element(der::object_identifier,
                                   der::write_object_identifier(gss_mechanism));
    out += token_id(token);
    out += inner;
    return der::element(der::application(0), out);
}

std::optional<std::string_view> unframe(std::string_view octets, GssToken token) {
    const auto whole = der::take(octets, der::application(0));
    if (!whole || !octets.empty()) return std::nullopt;
    std::string_view rest = *whole;
    const auto mechanism = der::take(rest, der::object_identifier);
    if (!mechanism || der::read_object_identifier(*mechanism) != gss_mechanism ||
        !rest.starts_with(token_id(token)))
        return std::nullopt;
    return rest.substr(2);
}

std::string gss_checksum(std::uint32_t flags) {
    std::string out("\x10\0\0\0", 4);  // little-endian, unlike all the rest
    out.append(16, '\0');
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(flags >> shift & 0xff);
    return out;
}

std::optional<std::uint32_t> gss_flags(const std::optional<Checksum>& checksum) {
    if (!checksum || checksum->type != gss_checksum_type ||
        checksum->value.text.size() < checksum_octets ||
        !checksum->value.text.starts_with(std::string_view("\x10\0\0\0", 4)))
        return std::nullopt;
    std::uint32_t out = 0;
    for (std::size_t i = checksum_octets; i-- > 20;)
        out = out << 8 | static_cast<unsigned char>(checksum->value.text[i]);
    return out;
}

std::string wrap(SecurityContext& context, std::string_view text, std::string_view confounder) {
    const bool sealed = !confounder.empty();
    const Usage usage = seal_usage(context.initiator);
    const std::uint64_t sequence = context.next_sent++;
    // The header is under the checksum, or sealed behind the text, with EC and RRC zero.
    const std::string plain = header(context, context.initiator, sealed, sequence, 0);
    std::string all(text);
    all += plain;
    if (sealed) return plain + encrypt(context.key, usage, confounder, all);
    std::string out = header(context, context.initiator, false, sequence, mac_octets);
    out += text;
    return out + checksum(context.key, usage, all);
}

std::optional<std::string> unwrap(SecurityContext& context, std::string_view token) {
    if (token.size() < header_octets || !token.starts_with(token_id(gss_wrap)) ||
        static_cast<unsigned char>(token[3]) != 0xff)
        return std::nullopt;
    const auto flags = static_cast<unsigned char>(token[2]);
    const bool sealed = (flags & is_sealed) != 0;
    const bool from_initiator = (flags & by_acceptor) == 0;
    if (from_initiator == context.initiator ||
        ((flags & with_acceptor_subkey) != 0) != context.acceptor_subkey)
        return std::nullopt;
    const std::string expected =
        header(context, from_initiator, sealed, context.next_heard, 0);
    if (token.substr(8, 8) != std::string_view(expected).substr(8)) return std::nullopt;
    const std::size_t extra = pair_at(token, 4);
    std::string body(token.substr(header_octets));
    // RFC 4121 §4.2.5: turned right by RRC octets on its way out.
    if (!body.empty())
        std::rotate(body.begin(),
                    body.begin() + static_cast<std::ptrdiff_t>(pair_at(token, 6) % body.size()),
                    body.end());
    const Usage usage = seal_usage(from_initiator);
    std::string text;
    if (sealed) {
        const auto opened = decrypt(context.key, usage, body);
        if (!opened || opened->size() < extra + header_octets) return std::nullopt;
        std::string inner = expected;
        inner[4] = token[4];
        inner[5] = token[5];
        if (opened->substr(opened->size() - header_octets) != inner) return std::nullopt;
        text = opened->substr(0, opened->size() - header_octets - extra);
    } else {
        if (extra != mac_octets || body.size() < extra) return std::nullopt;
        text = body.substr(0, body.size() - extra);
        if (!same_octets(checksum(context.key, usage, text + expected), body.substr(text.size())))
            return std::nullopt;
    }
    ++context.next_heard;
    return text;
}

}  // namespace postroad::kerberos

// Frames, and tokens for messages with their sixteen octets of header.
#include "protocols/kerberos/gss.hpp"

#include <algorithm>

#include "protocols/base/assertion.hpp"
#include "protocols/base/der.hpp"

namespace postroad::kerberos {
namespace {

constexpr std::size_t header_octets = 16;
constexpr std::size_t checksum_octets = 24;
constexpr unsigned char by_acceptor = 1, is_sealed = 2, with_acceptor_subkey = 4;  // RFC 4121 §4.2.2

std::string token_id(GssToken token) {
    return {static_cast<char>(token >> 8), static_cast<char>(token & 0xff)};
}

unsigned char flags_of(const SecurityContext& context, bool from_initiator, bool sealed) {
    unsigned char flags = 0;
    if (!from_initiator) flags |= by_acceptor;
    if (sealed) flags |= is_sealed;
    if (context.acceptor_subkey) flags |= with_acceptor_subkey;
    return flags;
}

void put_sequence(std::string& out, std::uint64_t sequence) {
    for (int shift = 56; shift >= 0; shift -= 8)
        out += static_cast<char>(sequence >> shift & 0xff);
}

// RFC 4121 §4.2.6.2: TOK_ID, flags, filler, EC, RRC, SND_SEQ.
std::string header(const SecurityContext& context, bool from_initiator, bool sealed,
                   std::uint64_t sequence, std::size_t extra, std::size_t rotated = 0) {
    std::string out = token_id(gss_wrap);
    out += static_cast<char>(flags_of(context, from_initiator, sealed));
    out += '\xff';
    for (const std::size_t count : {extra, rotated}) {
        out += static_cast<char>(count >> 8 & 0xff);
        out += static_cast<char>(count & 0xff);
    }
    put_sequence(out, sequence);
    return out;
}

// §4.2.6.1: TOK_ID, flags, filler, SND_SEQ; the checksum follows.
std::string mic_header(const SecurityContext& context, bool from_initiator,
                       std::uint64_t sequence) {
    std::string out = token_id(gss_mic);
    out += static_cast<char>(flags_of(context, from_initiator, false));
    out.append(5, '\xff');
    put_sequence(out, sequence);
    return out;
}

Usage sign_usage(bool from_initiator) {
    return from_initiator ? Usage::initiator_sign : Usage::acceptor_sign;
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

std::string mic(SecurityContext& context, std::string_view message) {
    const std::string head = mic_header(context, context.initiator, context.next_sent++);
    return head + checksum(context.key, sign_usage(context.initiator), std::string(message) + head);
}

bool check_mic(SecurityContext& context, std::string_view message, std::string_view token) {
    const bool from_initiator = !context.initiator;
    const std::string head = mic_header(context, from_initiator, context.next_heard);
    if (!token.starts_with(head) ||
        !same_octets(checksum(context.key, sign_usage(from_initiator), std::string(message) + head),
                     token.substr(header_octets)))
        return false;
    ++context.next_heard;
    return true;
}

// RRC is 28 so that a block of filler, the header's copy and the HMAC stand before the confounder:
// what is turned is RRC and EC together, which is not what RFC 4121 §4.2.5 says.
std::string seal_apart(SecurityContext& context, std::string_view before, std::string& text,
                       std::string_view behind, std::string_view confounder) {
    POSTROAD_ASSERT(confounder.size() == confounder_octets);
    constexpr std::size_t filler = 16, rotated = header_octets + mac_octets;
    const std::uint64_t sequence = context.next_sent++;
    std::string tail(filler, '\0');
    tail += header(context, context.initiator, true, sequence, filler);
    std::string plain(confounder), covered(confounder);
    plain.append(text).append(tail);
    covered.append(before).append(text).append(behind).append(tail);
    std::string sealed =
        encrypt_covering(context.key, seal_usage(context.initiator), plain, covered);
    std::rotate(sealed.begin(), sealed.end() - (rotated + filler), sealed.end());
    const std::size_t apart = sealed.size() - text.size();
    text = sealed.substr(apart);
    return header(context, context.initiator, true, sequence, filler, rotated) +
           sealed.substr(0, apart);
}

bool open_apart(SecurityContext& context, std::string_view before, std::string& text,
                std::string_view behind, std::string_view token) {
    if (token.size() < header_octets) return false;
    const bool from_initiator = !context.initiator;
    const std::size_t extra = pair_at(token, 4), rotated = pair_at(token, 6);
    const std::string head =
        header(context, from_initiator, true, context.next_heard, extra, rotated);
    std::string sealed(token.substr(header_octets));
    if (!token.starts_with(head) ||
        sealed.size() != confounder_octets + extra + header_octets + mac_octets)
        return false;
    sealed += text;
    std::rotate(sealed.begin(),
                sealed.begin() + static_cast<std::ptrdiff_t>((rotated + extra) % sealed.size()),
                sealed.end());
    const auto covered_by = [&](std::string_view plain) {
        std::string out(plain.substr(0, confounder_octets));
        out.append(before).append(plain.substr(confounder_octets, text.size())).append(behind);
        return out.append(plain.substr(confounder_octets + text.size()));
    };
    const auto plain = decrypt_covering(context.key, seal_usage(from_initiator), sealed, covered_by);
    if (!plain || !plain->ends_with(header(context, from_initiator, true, context.next_heard, extra)))
        return false;
    text = plain->substr(confounder_octets, text.size());
    ++context.next_heard;
    return true;
}

}  // namespace postroad::kerberos

// SASL PLAIN in both directions.
#include "protocols/sasl/plain.hpp"

#include "protocols/message/base64.hpp"
#include "protocols/message/mime.hpp"

namespace postroad::sasl {

namespace {

bool carriable(std::string_view part) {
    return part.size() <= plain_part_octets_max && part.find('\0') == std::string_view::npos &&
           message::is_utf8(part);
}

} // namespace

std::string_view plain_error_text(PlainError error) {
    switch (error) {
    case PlainError::ok: return "";
    case PlainError::bad_base64: return "not base64";
    case PlainError::too_long: return "a part is longer than 255 octets";
    case PlainError::wrong_parts: return "there must be three parts with a NUL between them";
    case PlainError::empty_identity: return "the authentication identity is empty";
    case PlainError::empty_password: return "the password is empty";
    case PlainError::not_utf8: return "not UTF-8";
    }
    return "";
}

std::optional<std::string> encode_plain(const Plain& plain) {
    if (!carriable(plain.authorization_id) || !carriable(plain.authentication_id) ||
        !carriable(plain.password) || plain.authentication_id.empty() || plain.password.empty())
        return std::nullopt;
    std::string out = plain.authorization_id;
    out += '\0';
    out += plain.authentication_id;
    out += '\0';
    out += plain.password;
    return out;
}

PlainError decode_plain(std::string_view message, Plain& plain) {
    plain = {};
    const std::size_t first = message.find('\0');
    const std::size_t second =
        first == std::string_view::npos ? first : message.find('\0', first + 1);
    if (second == std::string_view::npos ||
        message.find('\0', second + 1) != std::string_view::npos)
        return PlainError::wrong_parts;
    const std::string_view authorization_id = message.substr(0, first);
    const std::string_view authentication_id = message.substr(first + 1, second - first - 1);
    const std::string_view password = message.substr(second + 1);
    for (const std::string_view part : {authorization_id, authentication_id, password})
        if (part.size() > plain_part_octets_max) return PlainError::too_long;
    if (authentication_id.empty()) return PlainError::empty_identity;
    if (password.empty()) return PlainError::empty_password;
    if (!message::is_utf8(message)) return PlainError::not_utf8;
    plain.authorization_id = authorization_id;
    plain.authentication_id = authentication_id;
    plain.password = password;
    return PlainError::ok;
}

std::optional<std::string> encode_plain_base64(const Plain& plain) {
    const auto octets = encode_plain(plain);
    if (!octets) return std::nullopt;
    std::string out;
    message::base64_encode(*octets, out);
    return out;
}

PlainError decode_plain_base64(std::string_view text, Plain& plain) {
    plain = {};
    // Three parts and two NULs at their longest; a longer line is not worth decoding.
    constexpr std::size_t text_octets_max = (3 * plain_part_octets_max + 2 + 2) / 3 * 4;
    if (text.size() > text_octets_max) return PlainError::too_long;
    if (text == "=") text = {};
    const auto octets = message::base64_decode(text);
    if (!octets) return PlainError::bad_base64;
    return decode_plain(*octets, plain);
}

} // namespace postroad::sasl

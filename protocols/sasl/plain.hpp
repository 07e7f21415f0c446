// SASL PLAIN (RFC 4616): the one message in which a client states who it is, in the clear.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postroad::sasl {

struct Plain {
    std::string authorization_id;  // whom to act as; empty: the one who authenticates
    std::string authentication_id; // whose password it is
    std::string password;
    bool operator==(const Plain&) const = default;
};

// Why a message was refused; `ok` has an empty text.
enum class PlainError {
    ok,
    bad_base64,
    too_long,
    wrong_parts,
    empty_identity,
    empty_password,
    not_utf8
};
std::string_view plain_error_text(PlainError error);

// RFC 4616 §2: each of the three is 1 to 255 octets of UTF-8 without NUL.
constexpr std::size_t plain_part_octets_max = 255;

// [authzid] NUL authcid NUL passwd. Nothing when a part could not be carried.
std::optional<std::string> encode_plain(const Plain& plain);
PlainError decode_plain(std::string_view message, Plain& plain);

// The same within base64, as AUTH PLAIN carries it (RFC 4954 §4). "=" is the empty message.
std::optional<std::string> encode_plain_base64(const Plain& plain);
PlainError decode_plain_base64(std::string_view text, Plain& plain);

} // namespace postroad::sasl

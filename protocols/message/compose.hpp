// Composing a plain message (RFC 5322 §3.6) as an MUA does: header fields, encoded words where
// ASCII does not do, folding, and a body within MIME's rules. Dot-stuffing is not done here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/message/address.hpp"

namespace postroad::message {

// Appends "name: value CRLF" folded at white space so that lines keep to 78 octets where the
// words allow it (RFC 5322 §2.1.1). CR, LF and NUL in `value` become spaces: no field can be
// injected.
void put_field(std::string& out, std::string_view name, std::string_view value);

// The same for text that people read: encoded words when it is not printable ASCII (RFC 2047).
void put_text_field(std::string& out, std::string_view name, std::string_view value);

// The same for addresses, folded between them.
void put_address_field(std::string& out, std::string_view name,
                       const std::vector<Address>& addresses);

struct ExtraField {
    std::string name;
    std::string value;
};

struct Draft {
    std::vector<Address> from;
    std::vector<Address> sender; // RFC 5322 §3.6.2: needed when `from` has several mailboxes
    std::vector<Address> reply_to;
    std::vector<Address> to;
    std::vector<Address> cc;
    std::vector<Address> bcc; // envelope only: never written
    std::string subject;
    std::int64_t unix_s = 0;
    std::int32_t offset_min = 0;
    std::string message_id; // without angle brackets; empty writes none
    std::string in_reply_to;
    std::vector<std::string> references;
    std::vector<ExtraField> extra;
    std::string body; // UTF-8, lines ended by LF or CRLF
    // Whether a body beyond ASCII may go out as it is (RFC 6152), or must be encoded to 7 bits.
    bool allow_8bit = false;
};

// The whole message, CRLF lines.
std::string compose(const Draft& draft);

// RFC 5321 forward-paths of To, Cc and Bcc, each once, in that order.
std::vector<std::string> envelope_recipients(const Draft& draft);

// Lines ended by LF, CR or CRLF, all made CRLF; the last line gets one too.
std::string with_crlf(std::string_view text);

} // namespace postroad::message

// The messages that Sieve sends: a vacation's reply (RFC 5230 §5), and the refusals of reject and
// ereject (RFC 5429), as SMTP text and as an MDN (RFC 8098).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/sieve/execute.hpp"

namespace postroad::sieve {

// What only the sender of a message knows. Texts that end up in the header are made harmless.
struct Sending {
    std::int64_t unix_s = 0;
    std::int32_t offset_min = 0;
    std::string message_id;  // without angle brackets
    std::string boundary;    // of an MDN; letters are added until it is in no part of it
};

// The whole message, CRLF lines, with Auto-Submitted: auto-replied (RFC 3834 §5).
std::string compose_vacation(const Reply& reply, const Sending& sending);

// The text behind "550 5.7.1 " (RFC 5429 §2.1.1), line by line: printable ASCII, CRLF between,
// at most `lines_max` lines.
std::string refusal_text(std::string_view reason, std::size_t lines_max = 10);

struct Rejection {
    std::string from;  // the recipient who rejects
    std::string to;    // the reverse-path; a null one gets no report (RFC 5429 §2.2)
    std::string final_recipient;
    std::string original_recipient;  // of ORCPT, or empty
    std::string reporting_ua;        // "mx.example.org; Postroad"
    std::string_view reason;         // UTF-8
    std::string_view original;       // the message
};

// A multipart/report of type disposition-notification: automatic-action/MDN-sent-automatically;
// deleted, and the header of the original.
std::string compose_rejection(const Rejection& rejection, const Sending& sending);

}  // namespace postroad::sieve

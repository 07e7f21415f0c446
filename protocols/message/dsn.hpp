// Delivery status notifications (RFC 3464 in the multipart/report of RFC 3462, asked for by
// RFC 3461): built from values, and read back into them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/message/enhanced_status.hpp"

namespace postroad::message {

// RFC 3464 §2.3.3.
enum class Action : std::uint8_t { failed, delayed, delivered, relayed, expanded };
std::string_view action_text(Action action);
std::optional<Action> action_from_text(std::string_view text);

// One recipient's block (RFC 3464 §2.3). Empty texts and absent times are not written.
struct DsnRecipient {
    std::string original_recipient; // as ORCPT gave it, decoded: "rfc822;bob@example.org"
    std::string final_recipient;    // "bob@example.org": type rfc822
    Action action = Action::failed;
    EnhancedStatus status{5, 0, 0};
    std::string remote_mta;      // domain name: type dns
    std::string diagnostic_code; // the reply as received, "550 5.1.1 no such user": type smtp
    std::string diagnostic_type{"smtp"}; // RFC 3464 §2.3.6
    std::optional<std::int64_t> last_attempt_unix_s;
    std::optional<std::int64_t> will_retry_until_unix_s; // delayed only
};

// What is known besides. `original` is the whole message as it was received.
struct Dsn {
    // The report's own header.
    std::string from;       // "mailer-daemon@mx.example.org"; the envelope's reverse-path is null
    std::string to;         // the reverse-path of the message it is about
    std::string message_id; // without angle brackets
    std::int64_t unix_s = 0;
    std::int32_t offset_min = 0;
    std::string boundary; // the caller's, so that a run is a value; must not occur in `original`
                          // (if it does, letters are added until it does not)
    // Per-message fields (§2.2).
    std::string original_envelope_id; // ENVID of RFC 3461 §4.4, decoded
    std::string reporting_mta;
    std::string received_from_mta;
    std::optional<std::int64_t> arrival_unix_s;
    std::vector<DsnRecipient> recipients;
    // The third part: all of the message (RET=FULL), or its header (RET=HDRS; RFC 3461 §4.3).
    bool return_whole = false;
    std::string_view original;
};

// The report as a message, CRLF lines. The first part is written for people.
std::string compose_dsn(const Dsn& dsn);

// A report read back.
struct ReadDsn {
    std::string to;
    std::string reporting_mta;
    std::string received_from_mta;
    std::string original_envelope_id;
    std::optional<std::int64_t> arrival_unix_s;
    std::vector<DsnRecipient> recipients;
    std::string_view explanation; // the part for people, still encoded
    std::string_view original;    // the returned message or header
    bool whole_returned = false;
};

// Nothing when `message` is no multipart/report of type delivery-status, or has no usable
// recipient block. Blocks and fields that are malformed are left out.
std::optional<ReadDsn> read_dsn(std::string_view message);

// RFC 3461 §4: xtext, the encoding of ENVID and ORCPT. Decoding gives nothing if malformed.
std::string xtext_encode(std::string_view text);
std::optional<std::string> xtext_decode(std::string_view text);

} // namespace postroad::message

// The table of enhanced status codes.
#include "protocols/message/enhanced_status.hpp"

#include <array>

#include "protocols/message/characters.hpp"

namespace postroad::message {

namespace {

constexpr StatusText table[] = {
    {0, 0, "Other undefined status", "RFC 3463 §3.1"},
    {1, 0, "Other address status", "RFC 3463 §3.2"},
    {1, 1, "Bad destination mailbox address", "RFC 3463 §3.2"},
    {1, 2, "Bad destination system address", "RFC 3463 §3.2"},
    {1, 3, "Bad destination mailbox address syntax", "RFC 3463 §3.2"},
    {1, 4, "Destination mailbox address ambiguous", "RFC 3463 §3.2"},
    {1, 5, "Destination address valid", "RFC 3463 §3.2"},
    {1, 6, "Destination mailbox has moved, no forwarding address", "RFC 3463 §3.2"},
    {1, 7, "Bad sender's mailbox address syntax", "RFC 3463 §3.2"},
    {1, 8, "Bad sender's system address", "RFC 3463 §3.2"},
    {1, 9, "Message relayed to non-compliant mailer", "RFC 5248 §2.4"},
    {1, 10, "Recipient address has null MX", "RFC 7505 §5"},
    {2, 0, "Other or undefined mailbox status", "RFC 3463 §3.3"},
    {2, 1, "Mailbox disabled, not accepting messages", "RFC 3463 §3.3"},
    {2, 2, "Mailbox full", "RFC 3463 §3.3"},
    {2, 3, "Message length exceeds administrative limit", "RFC 3463 §3.3"},
    {2, 4, "Mailing list expansion problem", "RFC 3463 §3.3"},
    {3, 0, "Other or undefined mail system status", "RFC 3463 §3.4"},
    {3, 1, "Mail system full", "RFC 3463 §3.4"},
    {3, 2, "System not accepting network messages", "RFC 3463 §3.4"},
    {3, 3, "System not capable of selected features", "RFC 3463 §3.4"},
    {3, 4, "Message too big for system", "RFC 3463 §3.4"},
    {3, 5, "System incorrectly configured", "RFC 3463 §3.4"},
    {3, 6, "Requested priority was changed", "RFC 6710 §4.6"},
    {4, 0, "Other or undefined network or routing status", "RFC 3463 §3.5"},
    {4, 1, "No answer from host", "RFC 3463 §3.5"},
    {4, 2, "Bad connection", "RFC 3463 §3.5"},
    {4, 3, "Directory server failure", "RFC 3463 §3.5"},
    {4, 4, "Unable to route", "RFC 3463 §3.5"},
    {4, 5, "Mail system congestion", "RFC 3463 §3.5"},
    {4, 6, "Routing loop detected", "RFC 3463 §3.5"},
    {4, 7, "Delivery time expired", "RFC 3463 §3.5"},
    {5, 0, "Other or undefined protocol status", "RFC 3463 §3.6"},
    {5, 1, "Invalid command", "RFC 3463 §3.6"},
    {5, 2, "Syntax error", "RFC 3463 §3.6"},
    {5, 3, "Too many recipients", "RFC 3463 §3.6"},
    {5, 4, "Invalid command arguments", "RFC 3463 §3.6"},
    {5, 5, "Wrong protocol version", "RFC 3463 §3.6"},
    {5, 6, "Authentication exchange line is too long", "RFC 4954 §6"},
    {6, 0, "Other or undefined media error", "RFC 3463 §3.7"},
    {6, 1, "Media not supported", "RFC 3463 §3.7"},
    {6, 2, "Conversion required and prohibited", "RFC 3463 §3.7"},
    {6, 3, "Conversion required but not supported", "RFC 3463 §3.7"},
    {6, 4, "Conversion with loss performed", "RFC 3463 §3.7"},
    {6, 5, "Conversion failed", "RFC 3463 §3.7"},
    {6, 6, "Message content not available", "RFC 4468 §5"},
    {6, 7, "Non-ASCII addresses not permitted for that sender/recipient", "RFC 6531 §3.4"},
    {6, 8, "UTF-8 string reply is required, but not permitted by the SMTP client", "RFC 6531 §3.4"},
    {6, 9, "UTF-8 header message cannot be transferred", "RFC 6531 §3.4"},
    {7, 0, "Other or undefined security status", "RFC 3463 §3.8"},
    {7, 1, "Delivery not authorized, message refused", "RFC 3463 §3.8"},
    {7, 2, "Mailing list expansion prohibited", "RFC 3463 §3.8"},
    {7, 3, "Security conversion required but not possible", "RFC 3463 §3.8"},
    {7, 4, "Security features not supported", "RFC 3463 §3.8"},
    {7, 5, "Cryptographic failure", "RFC 3463 §3.8"},
    {7, 6, "Cryptographic algorithm not supported", "RFC 3463 §3.8"},
    {7, 7, "Message integrity failure", "RFC 3463 §3.8"},
    {7, 8, "Authentication credentials invalid", "RFC 4954 §6"},
    {7, 9, "Authentication mechanism is too weak", "RFC 4954 §6"},
    {7, 10, "Encryption needed", "RFC 5248 §2.4"},
    {7, 11, "Encryption required for requested authentication mechanism", "RFC 4954 §6"},
    {7, 12, "A password transition is needed", "RFC 4954 §6"},
    {7, 13, "User account disabled", "RFC 5248 §2.4"},
    {7, 14, "Trust relationship required", "RFC 5248 §2.4"},
    {7, 15, "Priority level is too low", "RFC 6710 §4.6"},
    {7, 16, "Message is too big for the specified priority", "RFC 6710 §4.6"},
    {7, 17, "Mailbox owner has changed", "RFC 7293 §5.1"},
    {7, 18, "Domain owner has changed", "RFC 7293 §5.1"},
    {7, 20, "No passing DKIM signature found", "RFC 7372 §3.1"},
    {7, 21, "No acceptable DKIM signature found", "RFC 7372 §3.1"},
    {7, 22, "No valid author-matched DKIM signature found", "RFC 7372 §3.1"},
    {7, 23, "SPF validation failed", "RFC 7372 §3.2"},
    {7, 24, "SPF validation error", "RFC 7372 §3.2"},
    {7, 25, "Reverse DNS validation failed", "RFC 7372 §3.3"},
    {7, 26, "Multiple authentication checks failed", "RFC 7372 §3.4"},
    {7, 27, "Sender address has null MX", "RFC 7505 §5"},
    {7, 29, "ARC validation failure", "RFC 8617 §10.3"},
    {7, 30, "REQUIRETLS support required", "RFC 8689 §4.3"},
};

constexpr std::array<std::string_view, 8> subjects = {
    "Other or Undefined Status", "Addressing Status",
    "Mailbox Status",            "Mail System Status",
    "Network and Routing Status", "Mail Delivery Protocol Status",
    "Message Content or Media Status", "Security or Policy Status"};

// 1*3DIGIT without leading zeros (RFC 3463 §2). Returns octets read, 0 when there is no number.
std::size_t read_number(std::string_view text, std::uint16_t& value) {
    std::size_t size = 0;
    value = 0;
    while (size < text.size() && size < 3 && is_digit(text[size]))
        value = static_cast<std::uint16_t>(value * 10 + (text[size++] - '0'));
    return size > 1 && text[0] == '0' ? 0 : size;
}

// Returns octets read, 0 when no code begins `text`.
std::size_t read_status(std::string_view text, EnhancedStatus& status) {
    if (text.size() < 5 || (text[0] != '2' && text[0] != '4' && text[0] != '5') || text[1] != '.')
        return 0;
    status.klass = static_cast<std::uint8_t>(text[0] - '0');
    const std::size_t subject = read_number(text.substr(2), status.subject);
    const std::size_t dot = 2 + subject;
    if (subject == 0 || dot >= text.size() || text[dot] != '.') return 0;
    const std::size_t detail = read_number(text.substr(dot + 1), status.detail);
    return detail == 0 ? 0 : dot + 1 + detail;
}

} // namespace

std::optional<EnhancedStatus> parse_enhanced_status(std::string_view text) {
    EnhancedStatus status;
    const std::size_t size = read_status(text, status);
    if (size == 0 || size != text.size()) return std::nullopt;
    return status;
}

std::optional<EnhancedStatus> leading_enhanced_status(std::string_view reply_text) {
    EnhancedStatus status;
    const std::size_t size = read_status(reply_text, status);
    if (size == 0 || (size < reply_text.size() && !is_blank(reply_text[size]))) return std::nullopt;
    return status;
}

std::string format_enhanced_status(const EnhancedStatus& status) {
    std::string out;
    put_number(out, status.klass);
    put(out, ".");
    put_number(out, status.subject);
    put(out, ".");
    put_number(out, status.detail);
    return out;
}

const StatusText* status_text(const EnhancedStatus& status) {
    for (const StatusText& row : table)
        if (row.subject == status.subject && row.detail == status.detail) return &row;
    return nullptr;
}

std::string_view status_subject_text(std::uint16_t subject) {
    return subject < subjects.size() ? subjects[subject] : subjects[0];
}

} // namespace postroad::message

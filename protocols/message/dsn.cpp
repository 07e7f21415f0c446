// Writing delivery status notifications.
#include "protocols/message/dsn.hpp"

#include <array>

#include "protocols/message/characters.hpp"
#include "protocols/message/compose.hpp"
#include "protocols/message/date.hpp"
#include "protocols/message/header.hpp"
#include "protocols/message/mime.hpp"

namespace postroad::message {

namespace {

constexpr std::array<std::string_view, 5> action_names = {"failed", "delayed", "delivered",
                                                          "relayed", "expanded"};

std::string date_text(std::int64_t unix_s, std::int32_t offset_min) {
    std::string text;
    put_date(text, unix_s, offset_min);
    return text;
}

bool every(const Dsn& dsn, Action action) {
    for (const DsnRecipient& recipient : dsn.recipients)
        if (recipient.action != action) return false;
    return true;
}

std::string_view subject_of(const Dsn& dsn) {
    if (every(dsn, Action::failed)) return "Your message could not be delivered";
    if (every(dsn, Action::delayed)) return "Your message is delayed, not lost";
    if (every(dsn, Action::delivered)) return "Your message was delivered";
    if (every(dsn, Action::relayed)) return "Your message was handed on";
    if (every(dsn, Action::expanded)) return "Your message was passed to a list";
    return "What became of your message";
}

std::string_view sentence_of(Action action) {
    switch (action) {
    case Action::failed:
        return "The message was not delivered to this recipient. No further attempt is made.";
    case Action::delayed:
        return "The message has not been delivered yet. It stays in the queue and is tried again; "
               "you need not send it again.";
    case Action::delivered: return "The message was put into this recipient's mailbox.";
    case Action::relayed:
        return "The message was handed to a host that does not send reports of success. Nothing "
               "further will be reported unless delivery fails.";
    case Action::expanded:
        return "The address stands for several recipients, and the message was sent on to them.";
    }
    return "";
}

// A paragraph, broken at 72 columns.
void put_paragraph(std::string& out, std::string_view text, std::string_view indent) {
    std::size_t column = 0;
    while (!(text = trim(text)).empty()) {
        const std::string_view word = text.substr(0, text.find_first_of(" \t\r\n"));
        if (column != 0 && column + 1 + word.size() > 72) {
            out += "\r\n";
            column = 0;
        }
        out += column == 0 ? indent : std::string_view(" ");
        out += word;
        column += (column == 0 ? indent.size() : 1) + word.size();
        text.remove_prefix(word.size());
    }
    out += "\r\n";
}

std::string explanation(const Dsn& dsn) {
    std::string out;
    put_paragraph(out,
                  "This is an automatic report from the mail system at " + dsn.reporting_mta +
                      ". It was sent to the return address of your message (the reverse-path of "
                      "its envelope). Its own return address is empty, so that a report can never "
                      "cause another one.",
                  "");
    for (const DsnRecipient& recipient : dsn.recipients) {
        out += "\r\n";
        put_paragraph(out, "<" + recipient.final_recipient + ">", "");
        put_paragraph(out, sentence_of(recipient.action), "    ");
        std::string status = "Status " + format_enhanced_status(recipient.status) + ": ";
        const StatusText* text = status_text(recipient.status);
        status += text != nullptr ? text->text : status_subject_text(recipient.status.subject);
        if (text != nullptr) status += " (" + std::string(text->section) + ")";
        put_paragraph(out, status + ".", "    ");
        if (!recipient.diagnostic_code.empty()) {
            put_paragraph(out,
                          (recipient.diagnostic_type != "smtp" ? std::string("The last try: ")
                           : recipient.remote_mta.empty() ? std::string("The reply was: ")
                                                        : recipient.remote_mta + " replied: ") +
                              recipient.diagnostic_code,
                          "    ");
        }
        if (recipient.action == Action::delayed && recipient.will_retry_until_unix_s) {
            put_paragraph(out,
                          "Attempts go on until " +
                              date_text(*recipient.will_retry_until_unix_s, dsn.offset_min) + ".",
                          "    ");
        }
    }
    out += "\r\n";
    put_paragraph(out,
                  std::string("The next part of this report says the same for programs (RFC 3464). "
                              "The last part is ") +
                      (dsn.return_whole ? "your message." : "the header of your message."),
                  "");
    return out;
}

void put_recipient(std::string& out, const DsnRecipient& recipient, const Dsn& dsn) {
    out += "\r\n"; // §2.1: a blank line comes before each block
    if (!recipient.original_recipient.empty())
        put_field(out, "Original-Recipient", recipient.original_recipient);
    put_field(out, "Final-Recipient", "rfc822; " + recipient.final_recipient);
    put_field(out, "Action", action_text(recipient.action));
    put_field(out, "Status", format_enhanced_status(recipient.status));
    if (!recipient.remote_mta.empty()) put_field(out, "Remote-MTA", "dns; " + recipient.remote_mta);
    if (!recipient.diagnostic_code.empty())
        put_field(out, "Diagnostic-Code", recipient.diagnostic_type + "; " + recipient.diagnostic_code);
    if (recipient.last_attempt_unix_s)
        put_field(out, "Last-Attempt-Date",
                  date_text(*recipient.last_attempt_unix_s, dsn.offset_min));
    if (recipient.will_retry_until_unix_s && recipient.action == Action::delayed)
        put_field(out, "Will-Retry-Until",
                  date_text(*recipient.will_retry_until_unix_s, dsn.offset_min));
}

// A boundary that is within RFC 2046 §5.1.1 and begins no line of what it has to enclose.
std::string safe_boundary(const Dsn& dsn, std::string_view inner) {
    std::string boundary;
    for (const char c : dsn.boundary)
        if (boundary.size() < 40 &&
            (is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.'))
            boundary += c;
    if (boundary.empty()) boundary = "report";
    constexpr std::size_t boundary_octets_max = 70;
    while (boundary.size() < boundary_octets_max &&
           (dsn.original.find("--" + boundary) != std::string_view::npos ||
            inner.find("--" + boundary) != std::string_view::npos))
        boundary += 'x';
    return boundary;
}

} // namespace

std::string_view action_text(Action action) {
    return action_names[static_cast<std::size_t>(action)];
}

std::optional<Action> action_from_text(std::string_view text) {
    for (std::size_t i = 0; i < action_names.size(); ++i)
        if (equal_ignoring_case(text, action_names[i])) return static_cast<Action>(i);
    return std::nullopt;
}

std::string compose_dsn(const Dsn& dsn) {
    const std::string people = explanation(dsn);
    std::string status;
    if (!dsn.original_envelope_id.empty())
        put_field(status, "Original-Envelope-Id", xtext_encode(dsn.original_envelope_id));
    put_field(status, "Reporting-MTA", "dns; " + dsn.reporting_mta);
    if (!dsn.received_from_mta.empty())
        put_field(status, "Received-From-MTA", "dns; " + dsn.received_from_mta);
    if (dsn.arrival_unix_s)
        put_field(status, "Arrival-Date", date_text(*dsn.arrival_unix_s, dsn.offset_min));
    for (const DsnRecipient& recipient : dsn.recipients) put_recipient(status, recipient, dsn);

    const std::string boundary = safe_boundary(dsn, people + status);
    const std::string_view returned =
        dsn.return_whole ? dsn.original : split_message(dsn.original).header;
    // RFC 2046 §6: a part's encoding must cover what it holds.
    const bool eight_bit = !is_ascii(returned);
    const auto put_part = [&boundary](std::string& out, std::string_view type, bool wide) {
        out += "--" + boundary + "\r\n";
        put_field(out, "Content-Type", type);
        if (wide) put_field(out, "Content-Transfer-Encoding", "8bit");
        out += "\r\n";
    };

    std::string out;
    put_field(out, "Date", date_text(dsn.unix_s, dsn.offset_min));
    put_field(out, "From", "Mail Delivery Subsystem <" + dsn.from + ">");
    put_field(out, "To", "<" + dsn.to + ">");
    put_field(out, "Subject", subject_of(dsn));
    if (!dsn.message_id.empty()) put_field(out, "Message-ID", "<" + dsn.message_id + ">");
    put_field(out, "Auto-Submitted", "auto-replied"); // RFC 3834 §5
    put_field(out, "MIME-Version", "1.0");
    put_field(out, "Content-Type",
              "multipart/report; report-type=delivery-status; boundary=\"" + boundary + "\"");
    if (eight_bit || !is_ascii(people) || !is_ascii(status))
        put_field(out, "Content-Transfer-Encoding", "8bit");
    out += "\r\nThis is a delivery status notification in MIME format.\r\n\r\n";
    put_part(out, is_ascii(people) ? "text/plain; charset=us-ascii" : "text/plain; charset=utf-8",
             !is_ascii(people));
    out += people;
    out += "\r\n";
    put_part(out, "message/delivery-status", !is_ascii(status));
    out += status;
    out += "\r\n";
    put_part(out, dsn.return_whole ? "message/rfc822" : "text/rfc822-headers", eight_bit);
    out += returned;
    out += "\r\n--" + boundary + "--\r\n";
    return out;
}

std::string xtext_encode(std::string_view text) {
    constexpr std::string_view hex_digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (c > 32 && c < 127 && c != '+' && c != '=') {
            out += c;
            continue;
        }
        const auto octet = static_cast<unsigned char>(c);
        out += '+';
        out += hex_digits[octet >> 4];
        out += hex_digits[octet & 15U];
    }
    return out;
}

std::optional<std::string> xtext_decode(std::string_view text) {
    const auto value = [](char c) { // §4: upper case only
        return is_digit(c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c <= 32 || c >= 127 || c == '=') return std::nullopt;
        if (c != '+') {
            out += c;
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = value(text[i + 1]);
        const int low = value(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

} // namespace postroad::message

// Composed with the writers of protocols/message, so that nothing of a script or a sender can put a
// field or a line where it does not belong.
#include "protocols/sieve/replies.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/message/compose.hpp"
#include "protocols/message/date.hpp"
#include "protocols/message/header.hpp"
#include "protocols/message/mime.hpp"
#include "protocols/sieve/expand.hpp"

namespace postroad::sieve {
namespace {

void put_common(std::string& out, std::string_view from, std::string_view to,
                std::string_view subject, const Sending& sending) {
    out += "Date: ";
    message::put_date(out, sending.unix_s, sending.offset_min);
    out += "\r\n";
    message::put_address_field(out, "From", message::parse_addresses(from).addresses);
    message::put_address_field(out, "To", message::parse_addresses(to).addresses);
    message::put_text_field(out, "Subject", subject);
    if (!sending.message_id.empty())
        message::put_field(out, "Message-ID", "<" + sending.message_id + ">");
}

// RFC 5230 §4.4: the reason is header and body of a MIME entity. Fields that are ours stay ours.
void put_entity(std::string& out, std::string_view text) {
    const std::string whole = message::with_crlf(text);
    const message::Parts parts = message::split_message(whole);
    out += "MIME-Version: 1.0\r\n";
    for (const message::Field& field : parts.fields())
        if (starts_ignoring_case(field.name, "Content-")) out += field.raw;
    out += "\r\n";
    out += parts.body;
}

void put_text(std::string& out, std::string_view text) {
    const std::string body = message::with_crlf(text);
    out += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";
    std::size_t line = 0;
    std::size_t longest = 0;
    for (const char c : body) {
        line = c == '\n' ? 0 : line + 1;
        longest = std::max(longest, line);
    }
    if (message::is_ascii(body) && longest <= 998) {  // RFC 5322 §2.1.1
        out += "Content-Transfer-Encoding: 7bit\r\n\r\n" + body;
        return;
    }
    out += "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
    message::quoted_printable_encode(body, out);
}

// A boundary that is in no part (RFC 2046 §5.1.1).
std::string free_boundary(std::string boundary, std::string_view a, std::string_view b) {
    if (boundary.empty()) boundary = "report";
    while (a.find(boundary) != std::string_view::npos || b.find(boundary) != std::string_view::npos)
        boundary += 'x';
    return boundary;
}

std::string one_line(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
    return out;
}

}  // namespace

std::string compose_vacation(const Reply& reply, const Sending& sending) {
    std::string out;
    put_common(out, reply.from, reply.to, reply.subject, sending);
    if (!reply.in_reply_to.empty()) message::put_field(out, "In-Reply-To", reply.in_reply_to);
    if (!reply.references.empty()) message::put_field(out, "References", reply.references);
    out += "Auto-Submitted: auto-replied (vacation)\r\n";  // RFC 5230 §5.5, RFC 3834 §5.2
    if (reply.mime)
        put_entity(out, reply.text);
    else
        put_text(out, reply.text);
    if (!out.ends_with("\r\n")) out += "\r\n";
    return out;
}

std::string refusal_text(std::string_view reason, std::size_t lines_max) {
    constexpr std::size_t line_octets_max = 400;  // a reply line has 512 (RFC 5321 §4.5.3.1.5)
    std::string out;
    std::size_t lines = 0;
    while (!reason.empty() && lines < lines_max) {
        const std::size_t lf = reason.find('\n');
        std::string_view line = reason.substr(0, std::min(lf, line_octets_max));
        reason.remove_prefix(lf <= line_octets_max ? lf + 1 : line.size());
        line = message::trim(line);
        if (line.empty()) continue;
        if (lines++ > 0) out += "\r\n";
        for (std::size_t at = 0; at < line.size(); at = next_character(line, at)) {
            const char c = line[at];
            out += c >= ' ' && c < 127 ? c : c == '\t' ? ' ' : '?';  // §2.1.1: without UTF-8
        }
    }
    return out.empty() ? "the recipient does not want this message" : out;
}

// RFC 8098 §3.2: the second part is fields for programs.
std::string compose_rejection(const Rejection& rejection, const Sending& sending) {
    const message::Parts original = message::split_message(rejection.original);
    const std::string header = message::with_crlf(original.header);
    std::string text = "Your message to " + one_line(rejection.final_recipient) +
                       " was refused by its recipient.\r\nThe reason that was given:\r\n\r\n";
    text += rejection.reason;
    std::string explanation;
    put_text(explanation, text);
    const std::string boundary = free_boundary(sending.boundary, explanation, header);

    std::string out;
    put_common(out, rejection.from, rejection.to, "Rejected: your message was refused", sending);
    std::string id;
    const message::Field original_id = original.find("Message-ID");
    message::unfold(original_id.value, id);
    if (!id.empty()) {
        message::put_field(out, "In-Reply-To", id);
        message::put_field(out, "References", id);
    }
    out += "Auto-Submitted: auto-replied (rejected)\r\n";
    out += "MIME-Version: 1.0\r\nContent-Type: multipart/report;\r\n"
           " report-type=disposition-notification;\r\n boundary=\"" +
           boundary + "\"\r\n\r\n--" + boundary + "\r\n";
    out += explanation.substr(explanation.find("\r\n") + 2);  // MIME-Version is the message's
    if (!out.ends_with("\r\n")) out += "\r\n";

    out += "\r\n--" + boundary + "\r\nContent-Type: message/disposition-notification\r\n\r\n";
    if (!rejection.reporting_ua.empty())
        message::put_field(out, "Reporting-UA", one_line(rejection.reporting_ua));
    if (!rejection.original_recipient.empty())
        message::put_field(out, "Original-Recipient", one_line(rejection.original_recipient));
    message::put_field(out, "Final-Recipient", "rfc822; " + one_line(rejection.final_recipient));
    if (!id.empty()) message::put_field(out, "Original-Message-ID", id);
    // RFC 5429 §2.2.1: no person did it, and the message is gone.
    out += "Disposition: automatic-action/MDN-sent-automatically; deleted\r\n";

    out += "\r\n--" + boundary + "\r\nContent-Type: text/rfc822-headers\r\n\r\n" + header;
    if (!out.ends_with("\r\n")) out += "\r\n";
    return out + "\r\n--" + boundary + "--\r\n";
}

}  // namespace postroad::sieve

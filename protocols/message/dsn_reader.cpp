// Recognising a delivery status notification and reading it back (RFC 3464 §2).
#include "protocols/message/characters.hpp"
#include "protocols/message/date.hpp"
#include "protocols/message/dsn.hpp"
#include "protocols/message/header.hpp"
#include "protocols/message/mime.hpp"

namespace postroad::message {

namespace {

constexpr std::size_t parts_max = 16;
constexpr std::size_t recipients_max = 10'000;

// The position of the next delimiter line (RFC 2046 §5.1.1) at or after `at`; npos if none.
std::size_t find_delimiter(std::string_view body, std::string_view delimiter, std::size_t at) {
    for (; (at = body.find(delimiter, at)) != std::string_view::npos; ++at)
        if (at == 0 || body[at - 1] == '\n') return at;
    return at;
}

// The parts between delimiters, without the line end that belongs to the next delimiter.
std::vector<std::string_view> body_parts(std::string_view body, std::string_view boundary) {
    std::vector<std::string_view> parts;
    const std::string delimiter = "--" + std::string(boundary);
    std::size_t at = find_delimiter(body, delimiter, 0);
    while (at != std::string_view::npos && parts.size() < parts_max) {
        if (body.substr(at + delimiter.size(), 2) == "--") break;
        const std::size_t line_end = body.find('\n', at);
        if (line_end == std::string_view::npos) break;
        const std::size_t begin = line_end + 1;
        const std::size_t next = find_delimiter(body, delimiter, begin);
        std::size_t end = next == std::string_view::npos ? body.size() : next;
        if (next != std::string_view::npos && end > begin) {
            --end;
            if (end > begin && body[end - 1] == '\r') --end;
        }
        parts.push_back(body.substr(begin, end - begin));
        at = next;
    }
    return parts;
}

// "type; text" of §2.1.2, without the type.
std::string typed_text(std::string_view value) {
    const std::size_t semicolon = value.find(';');
    if (semicolon == std::string_view::npos) return {};
    std::string text;
    unfold(value.substr(semicolon + 1), text);
    return text;
}

std::optional<std::int64_t> date_value(std::string_view value) {
    const auto date = parse_date(value);
    return date ? std::optional<std::int64_t>(date->unix_s) : std::nullopt;
}

void read_message_fields(std::string_view block, ReadDsn& dsn) {
    std::string scratch;
    for (const Field& field : Fields(block)) {
        if (field.is("Reporting-MTA")) dsn.reporting_mta = typed_text(field.value);
        if (field.is("Received-From-MTA")) dsn.received_from_mta = typed_text(field.value);
        if (field.is("Arrival-Date")) dsn.arrival_unix_s = date_value(field.value);
        if (field.is("Original-Envelope-Id")) {
            const std::string_view id = unfolded(field, scratch);
            dsn.original_envelope_id = xtext_decode(id).value_or(std::string(id));
        }
    }
}

// §2.3: Final-Recipient, Action and Status must be there.
std::optional<DsnRecipient> read_recipient(std::string_view block) {
    DsnRecipient recipient;
    std::optional<Action> action;
    std::optional<EnhancedStatus> status;
    std::string scratch;
    for (const Field& field : Fields(block)) {
        const std::string_view value = unfolded(field, scratch);
        const std::string_view word = value.substr(0, value.find_first_of(" \t("));
        if (field.is("Original-Recipient")) recipient.original_recipient = value;
        if (field.is("Final-Recipient")) recipient.final_recipient = typed_text(value);
        if (field.is("Action")) action = action_from_text(word);
        if (field.is("Status")) status = parse_enhanced_status(word);
        if (field.is("Remote-MTA")) recipient.remote_mta = typed_text(value);
        if (field.is("Diagnostic-Code")) recipient.diagnostic_code = typed_text(value);
        if (field.is("Last-Attempt-Date")) recipient.last_attempt_unix_s = date_value(value);
        if (field.is("Will-Retry-Until")) recipient.will_retry_until_unix_s = date_value(value);
    }
    if (recipient.final_recipient.empty() || !action || !status) return std::nullopt;
    recipient.action = *action;
    recipient.status = *status;
    return recipient;
}

// Blocks of fields with blank lines between them; the first is about the message.
void read_status_part(std::string_view text, ReadDsn& dsn) {
    bool first = true;
    while (!text.empty() && dsn.recipients.size() < recipients_max) {
        const Parts block = split_message(text);
        if (block.header.empty() && block.separator.empty()) return; // a line that is no field
        if (!block.header.empty()) {
            if (first) {
                read_message_fields(block.header, dsn);
            } else if (auto recipient = read_recipient(block.header)) {
                dsn.recipients.push_back(std::move(*recipient));
            }
            first = false;
        }
        text = block.body;
    }
}

std::optional<ContentType> content_type_of(const Parts& parts) {
    const Field field = parts.find("Content-Type");
    return field.raw.empty() ? std::nullopt : parse_content_type(field.value);
}

} // namespace

std::optional<ReadDsn> read_dsn(std::string_view message) {
    const Parts parts = split_message(message);
    const auto content = content_type_of(parts);
    if (!content || !content->is("multipart/report") ||
        !equal_ignoring_case(content->parameter("report-type"), "delivery-status"))
        return std::nullopt;
    const std::string_view boundary = content->parameter("boundary");
    constexpr std::size_t boundary_octets_max = 70; // RFC 2046 §5.1.1
    if (boundary.empty() || boundary.size() > boundary_octets_max) return std::nullopt;

    ReadDsn dsn;
    const Field to = parts.find("To");
    std::string scratch;
    dsn.to = unfolded(to, scratch);
    if (dsn.to.size() >= 2 && dsn.to.front() == '<' && dsn.to.back() == '>')
        dsn.to = dsn.to.substr(1, dsn.to.size() - 2);
    bool first = true;
    for (const std::string_view text : body_parts(parts.body, boundary)) {
        const Parts part = split_message(text);
        const ContentType type = content_type_of(part).value_or(ContentType{});
        if (type.is("message/delivery-status")) {
            read_status_part(part.body, dsn);
        } else if (type.is("message/rfc822") || type.is("text/rfc822-headers")) {
            dsn.original = part.body;
            dsn.whole_returned = type.type == "message";
        } else if (first) {
            dsn.explanation = part.body;
        }
        first = false;
    }
    if (dsn.recipients.empty()) return std::nullopt;
    return dsn;
}

} // namespace postroad::message

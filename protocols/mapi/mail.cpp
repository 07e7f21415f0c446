// Fields and parts of a message, and the properties that stand for them (MS-OXCMAIL).
#include "protocols/mapi/mail.hpp"

#include <algorithm>
#include <array>

#include "protocols/base/ascii.hpp"
#include "protocols/message/address.hpp"
#include "protocols/message/compose.hpp"
#include "protocols/message/date.hpp"
#include "protocols/message/header.hpp"
#include "protocols/message/mime.hpp"
#include "protocols/sasl/digests.hpp"

namespace postroad::mapi {
namespace {

constexpr std::int64_t unix_epoch_s = 11'644'473'600;  // from 1601 on
constexpr std::uint64_t ticks_per_s = 10'000'000;

constexpr PropertyTag sent_representing_email = 0x0065001f, sender_smtp = 0x5d01001f,
                      in_reply_to = 0x1042001f, references = 0x1039001f,
                      internet_charset = 0x3fde0003;

// Fields of one line that are kept as they are, §2.1.3 and §2.2.3.
struct Plain {
    std::string_view field;
    PropertyTag tag;
};
constexpr std::array<Plain, 3> plain_fields{{{"Message-ID", tag::internet_message_id},
                                             {"In-Reply-To", in_reply_to},
                                             {"References", references}}};
// Other fields that properties or parts stand for.
constexpr std::array<std::string_view, 14> known_fields{"Subject",
                                                        "From",
                                                        "Sender",
                                                        "To",
                                                        "Cc",
                                                        "Bcc",
                                                        "Date",
                                                        "Importance",
                                                        "X-Priority",
                                                        "Priority",
                                                        "MIME-Version",
                                                        "Content-Type",
                                                        "Content-Transfer-Encoding",
                                                        "Content-Disposition"};
// Properties that fields or parts stand for, or that every store makes for itself.
constexpr std::array<PropertyTag, 24> known_properties{tag::subject,
                                                       tag::subject_prefix,
                                                       tag::normalized_subject,
                                                       tag::sent_representing_name,
                                                       sent_representing_email,
                                                       tag::sender_name,
                                                       tag::sender_email,
                                                       tag::sender_address_type,
                                                       sender_smtp,
                                                       tag::client_submit_time,
                                                       tag::delivery_time,
                                                       tag::importance,
                                                       tag::message_class,
                                                       tag::transport_message_headers,
                                                       tag::display_to,
                                                       tag::display_cc,
                                                       tag::body,
                                                       tag::html,
                                                       tag::internet_message_id,
                                                       in_reply_to,
                                                       references,
                                                       tag::has_attachments,
                                                       tag::size,
                                                       internet_charset};

bool is_known_field(const message::Field& field) {
    for (const std::string_view one : known_fields)
        if (field.is(one)) return true;
    for (const Plain& one : plain_fields)
        if (field.is(one.field)) return true;
    return field.name.empty();
}

std::string text_of(const message::Field& field) {
    std::string scratch;
    return message::decode_words(message::unfolded(field, scratch));
}
std::string name_of(const message::Mailbox& mailbox) {
    const std::string name = message::decode_words(mailbox.display_name);
    return name.empty() ? mailbox.address() : name;
}

void lose(std::vector<std::string>& lost, std::string name) {
    if (std::find(lost.begin(), lost.end(), name) == lost.end()) lost.push_back(std::move(name));
}

void take_addresses(MailItem& item, const message::Parts& parts) {
    struct Kind {
        std::string_view field;
        RecipientKind kind;
        PropertyTag display;
    };
    const std::array<Kind, 3> kinds{{{"To", RecipientKind::to, tag::display_to},
                                     {"Cc", RecipientKind::cc, tag::display_cc},
                                     {"Bcc", RecipientKind::bcc, {}}}};
    for (const Kind& one : kinds) {
        std::string display;
        for (const message::Field& field : parts.fields()) {
            if (!field.is(one.field)) continue;
            for (const auto& mailbox : message::parse_addresses(field.value).mailboxes()) {
                item.recipients.push_back({one.kind, name_of(mailbox), mailbox.address()});
                display += (display.empty() ? "" : "; ") + name_of(mailbox);
            }
        }
        if (one.display.number != 0) item.put(one.display, Value::of(display));
    }
    // §2.2.3.1: who wrote it, and who sent it for them.
    const auto from = message::parse_addresses(parts.find("From").value).mailboxes();
    const auto sender = message::parse_addresses(parts.find("Sender").value).mailboxes();
    if (from.empty()) return;
    const message::Mailbox& sent_by = sender.empty() ? from.front() : sender.front();
    item.put(tag::sent_representing_name, Value::of(name_of(from.front())));
    item.put(sent_representing_email, Value::of(from.front().address()));
    item.put(tag::sender_name, Value::of(name_of(sent_by)));
    item.put(tag::sender_address_type, Value::of("SMTP"));
    item.put(tag::sender_email, Value::of(sent_by.address()));
}

// §2.2.3.2.6: three words for it, of which the first one that is there counts.
std::uint64_t importance_of(const message::Parts& parts) {
    const std::string word = lowered(trimmed(parts.find("Importance").value));
    const std::string_view priority = trimmed(parts.find("X-Priority").value);
    const std::string old = lowered(trimmed(parts.find("Priority").value));
    if (word == "high" || (word.empty() && !priority.empty() && priority[0] <= '2')) return 2;
    if (word == "low" || (word.empty() && !priority.empty() && priority[0] >= '4')) return 0;
    if (word.empty() && priority.empty() && old == "urgent") return 2;
    if (word.empty() && priority.empty() && old == "non-urgent") return 0;
    return 1;
}

void take_fields(MailItem& item, const message::Parts& parts) {
    const std::string subject = text_of(parts.find("Subject"));
    const Subject split = split_subject(subject);
    item.put(tag::subject, Value::of(subject));
    item.put(tag::subject_prefix, Value::of(split.prefix));
    item.put(tag::normalized_subject, Value::of(split.normalized));
    for (const Plain& one : plain_fields)
        if (const auto field = parts.find(one.field); !field.raw.empty())
            item.put(one.tag, Value::of(text_of(field)));
    if (const auto date = message::parse_date(trimmed(parts.find("Date").value)))
        item.put(tag::client_submit_time,
                 Value::of(static_cast<std::uint64_t>(date->unix_s + unix_epoch_s) * ticks_per_s));
    item.put(tag::importance, Value::of(importance_of(parts)));
    item.put(tag::transport_message_headers, Value::of(parts.header));
    for (const message::Field& field : parts.fields())
        if (!is_known_field(field)) lose(item.lost, std::string(field.name));
}

std::string decoded_body(const message::Parts& part) {
    const std::string how = lowered(trimmed(part.find("Content-Transfer-Encoding").value));
    if (how == "quoted-printable") return message::quoted_printable_decode(part.body);
    if (how == "base64") return message::base64_decode_lenient(part.body);
    return std::string(part.body);
}

// RFC 2046 §5.1.1: what stands between two lines of the boundary.
std::vector<std::string_view> split_parts(std::string_view body, const std::string& boundary) {
    std::vector<std::string_view> out;
    const std::string mark = "--" + boundary;
    std::size_t begin = std::string_view::npos;
    for (std::size_t at = 0; at < body.size() && out.size() < parts_max;) {
        const std::size_t end = std::min(body.find('\n', at), body.size() - 1) + 1;
        std::string_view line = body.substr(at, end - at);
        while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ')
            line.remove_suffix(1);  // the line's end, and white space that transport padding may be
        if (line == mark || line == mark + "--") {
            if (begin != std::string_view::npos) {
                std::string_view part = body.substr(begin, at - begin);
                if (part.ends_with('\n')) part.remove_suffix(part.ends_with("\r\n") ? 2 : 1);
                out.push_back(part);
            }
            begin = end;
            if (line != mark) break;
        }
        at = end;
    }
    return out;
}

void take_part(MailItem& item, std::string_view octets, std::size_t depth) {
    const message::Parts part = message::split_message(octets);
    const auto type = message::parse_content_type(part.find("Content-Type").value)
                          .value_or(message::ContentType{});
    if (type.type == "multipart" && depth < part_nesting_max) {
        for (const auto one : split_parts(part.body, std::string(type.parameter("boundary"))))
            if (item.attachments.size() < parts_max) take_part(item, one, depth + 1);
        return;
    }
    const auto disposition = message::parse_content_type(part.find("Content-Disposition").value);
    const bool attached = disposition && disposition->type == "attachment";
    if (!attached && type.is("text/plain") && item.find(tag::body) == nullptr)
        return item.put(tag::body, Value::of(decoded_body(part)));
    if (!attached && type.is("text/html") && item.find(tag::html) == nullptr)
        return item.put(tag::html, Value::of(decoded_body(part)));
    std::string name(type.parameter("name"));
    if (disposition && !disposition->parameter("filename").empty())
        name = disposition->parameter("filename");
    item.attachments.push_back(
        {message::decode_words(name), type.type + "/" + type.subtype, decoded_body(part)});
}

}  // namespace

const Value* MailItem::find(PropertyTag tag) const {
    for (const TaggedValue& one : properties)
        if (one.tag.id() == tag.id()) return &one.value;
    return nullptr;
}
std::string_view MailItem::text(PropertyTag tag) const {
    const Value* const found = find(tag);
    return found == nullptr ? std::string_view{} : std::string_view(found->text);
}
void MailItem::put(PropertyTag tag, Value value) {
    for (TaggedValue& one : properties)
        if (one.tag.id() == tag.id()) {
            one = {tag, std::move(value)};
            return;
        }
    properties.push_back({tag, std::move(value)});
}

Subject split_subject(std::string_view subject) {
    const std::size_t colon = subject.find(": ");
    if (colon == std::string_view::npos || colon == 0 || colon > 3) return {{}, subject};
    for (const char c : subject.substr(0, colon))
        if (c >= '0' && c <= '9') return {{}, subject};
    return {subject.substr(0, colon + 2), subject.substr(colon + 2)};
}

MailItem to_properties(std::string_view octets, std::uint64_t delivered) {
    MailItem item;
    const message::Parts parts = message::split_message(octets);
    const auto type = message::parse_content_type(parts.find("Content-Type").value);
    const bool report =
        type && type->is("multipart/report") && type->parameter("report-type") == "delivery-status";
    item.put(tag::message_class, Value::of(report ? "REPORT.IPM.Note.NDR" : "IPM.Note"));
    item.put(tag::delivery_time, Value::of(delivered));
    take_fields(item, parts);
    take_addresses(item, parts);
    take_part(item, octets, 0);
    item.put(tag::has_attachments, Value::of(item.attachments.empty() ? 0U : 1U));
    item.put(tag::size, Value::of(octets.size()));
    return item;
}

namespace {

// --- from properties to a message ---

std::vector<message::Address> addresses_of(const MailItem& item, RecipientKind kind) {
    std::vector<message::Address> out;
    for (const MailRecipient& one : item.recipients) {
        if (one.kind != kind) continue;
        message::Mailbox mailbox;
        const std::size_t at = one.smtp.rfind('@');
        mailbox.local_part = one.smtp.substr(0, at);
        if (at != std::string::npos) mailbox.domain = one.smtp.substr(at + 1);
        if (one.name != one.smtp) mailbox.display_name = one.name;
        message::Address address;
        address.mailboxes.push_back(std::move(mailbox));
        out.push_back(std::move(address));
    }
    return out;
}
message::Address address_of(std::string_view name, std::string_view smtp) {
    MailItem alone;
    alone.recipients.push_back({RecipientKind::to, std::string(name), std::string(smtp)});
    return addresses_of(alone, RecipientKind::to).front();
}

void put_fields(const MailItem& item, std::string& out) {
    if (const Value* const time = item.find(tag::client_submit_time)) {
        char text[40];
        const std::int64_t unix_s =
            static_cast<std::int64_t>(time->number / ticks_per_s) - unix_epoch_s;
        message::put_field(out, "Date", {text, message::format_date(unix_s, 0, text)});
    }
    const auto author = item.text(sent_representing_email);
    const auto sender = item.text(tag::sender_email);
    if (!author.empty())
        message::put_address_field(out, "From",
                                   {address_of(item.text(tag::sent_representing_name), author)});
    if (!sender.empty() && !author.empty() && sender != author)
        message::put_address_field(out, "Sender",
                                   {address_of(item.text(tag::sender_name), sender)});
    if (const auto to = addresses_of(item, RecipientKind::to); !to.empty())
        message::put_address_field(out, "To", to);
    if (const auto cc = addresses_of(item, RecipientKind::cc); !cc.empty())
        message::put_address_field(out, "Cc", cc);
    if (!item.text(tag::subject).empty())
        message::put_text_field(out, "Subject", item.text(tag::subject));
    for (const Plain& one : plain_fields)
        if (const auto text = item.text(one.tag); !text.empty())
            message::put_field(out, one.field, text);
    if (const Value* const importance = item.find(tag::importance);
        importance != nullptr && importance->number != 1)
        message::put_field(out, "Importance", importance->number == 2 ? "high" : "low");
}

std::string text_part(std::string_view subtype, std::string_view text) {
    std::string out = "Content-Type: text/" + std::string(subtype) +
                      "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
    message::quoted_printable_encode(message::with_crlf(text), out);
    return out;
}
std::string attached_part(const MailAttachment& attachment) {
    std::string out;
    message::put_field(out, "Content-Type",
                       attachment.mime_type.empty() ? "application/octet-stream"
                                                    : attachment.mime_type);
    std::string name;
    for (const char c : attachment.file_name)
        if (c != '"' && c != '\\') name += c;
    std::string encoded;
    if (message::needs_encoded_words(name))
        message::encode_words(name, encoded);
    else
        encoded = name;
    message::put_field(out, "Content-Disposition", "attachment; filename=\"" + encoded + "\"");
    out += "Content-Transfer-Encoding: base64\r\n\r\n";
    message::base64_encode(attachment.octets, out, 76);
    return out;
}
std::string multipart(std::string_view subtype, const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& one : parts) all += one;
    const std::string boundary =
        "=_" + sasl::hex(sasl::digest(sasl::Hash::sha_256, all)).substr(0, 32);
    std::string out = "Content-Type: multipart/" + std::string(subtype) + "; boundary=\"" +
                      boundary + "\"\r\n\r\n";
    for (const std::string& one : parts) out += "--" + boundary + "\r\n" + one + "\r\n";
    return out + "--" + boundary + "--\r\n";
}

std::string content_of(const MailItem& item) {
    const bool has_html = item.find(tag::html) != nullptr;
    std::string content;
    if (has_html && item.find(tag::body) != nullptr)
        content = multipart("alternative", {text_part("plain", item.text(tag::body)),
                                            text_part("html", item.text(tag::html))});
    else if (has_html)
        content = text_part("html", item.text(tag::html));
    else
        content = text_part("plain", item.text(tag::body));
    if (item.attachments.empty()) return content;
    std::vector<std::string> parts{content};
    for (const MailAttachment& one : item.attachments) parts.push_back(attached_part(one));
    return multipart("mixed", parts);
}

}  // namespace

std::string to_message(const MailItem& item, std::vector<std::string>* lost) {
    std::string out;
    put_fields(item, out);
    out += "MIME-Version: 1.0\r\n" + content_of(item);
    if (lost == nullptr) return out;
    for (const TaggedValue& one : item.properties) {
        const bool known =
            std::any_of(known_properties.begin(), known_properties.end(),
                        [&](const PropertyTag tag) { return tag.id() == one.tag.id(); });
        if (known) continue;
        const std::string_view name = mapi::name_of(one.tag);
        std::string number = "0x";
        for (int shift = 28; shift >= 0; shift -= 4)
            number += "0123456789abcdef"[one.tag.number >> shift & 0xfU];
        lose(*lost, name.empty() ? number : std::string(name));
    }
    for (const MailRecipient& one : item.recipients)
        if (one.kind == RecipientKind::bcc) lose(*lost, "Bcc");  // in the envelope alone
    return out;
}

}  // namespace postroad::mapi

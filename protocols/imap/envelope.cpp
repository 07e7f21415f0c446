// ENVELOPE: what a list of messages shows, read from a header.
#include "protocols/imap/envelope.hpp"

#include <algorithm>
#include <array>

#include "protocols/imap/lexer.hpp"
#include "protocols/message/address.hpp"
#include "protocols/message/header.hpp"

namespace postroad::imap {
namespace {

enum Member : std::size_t { date, subject, from, sender, reply_to, to, cc, bcc, in_reply_to, id };
constexpr std::array<std::string_view, 10> names = {"Date",        "Subject",   "From", "Sender",
                                                    "Reply-To",    "To",        "Cc",   "Bcc",
                                                    "In-Reply-To", "Message-ID"};

// The members as the header has them; the first field of a name counts.
struct Values {
    std::array<message::Field, names.size()> fields;
    bool has(std::size_t member) const { return !fields[member].raw.empty(); }
};

Values read_values(std::string_view header) {
    Values values;
    for (const message::Field& field : message::Fields(header)) {
        for (std::size_t i = 0; i < names.size(); ++i)
            if (!values.has(i) && field.is(names[i])) values.fields[i] = field;
    }
    return values;
}

void put_text(std::string& out, std::string_view text) {
    std::string scratch;
    put_string(out, without_nul(text, scratch));
}

void put_text_or_nil(std::string& out, std::string_view text) {
    if (text.empty()) {
        out += "NIL";
    } else {
        put_text(out, text);
    }
}

void put_value(std::string& out, const Values& values, std::size_t member) {
    std::string scratch;
    if (values.has(member)) {
        put_text(out, message::unfolded(values.fields[member], scratch));
    } else {
        out += "NIL";
    }
}

// RFC 3501 §7.4.2: personal name, source route, mailbox, host. A NIL host marks a group, so one
// that is missing is "".
void put_mailbox_parts(std::string& out, const message::Mailbox& one) {
    std::string route;
    for (const std::string& hop : one.route) {
        if (!route.empty()) route += ',';
        route += '@';
        route += hop;
    }
    out += '(';
    put_text_or_nil(out, one.display_name.empty() ? one.comment : one.display_name);
    out += ' ';
    put_text_or_nil(out, route);
    out += ' ';
    put_text(out, one.local_part);
    out += ' ';
    put_text(out, one.domain);
    out += ')';
}

void put_addresses(std::string& out, std::string_view value) {
    constexpr std::size_t mailboxes_max = 2'000;
    const message::AddressList list = message::parse_addresses(value, mailboxes_max);
    const std::string_view bare = message::trim(value);
    if (bare.empty()) {
        out += "NIL";
        return;
    }
    out += '(';
    for (const message::Address& address : list.addresses) {
        if (address.is_group) {
            out += "(NIL NIL ";
            put_text(out, address.group_name);
            out += " NIL)";
        }
        for (const message::Mailbox& one : address.mailboxes) put_mailbox_parts(out, one);
        if (address.is_group) out += "(NIL NIL NIL NIL)";
    }
    if (list.addresses.empty()) {  // no address to be found: people still see what stands there
        message::Mailbox unread;
        message::unfold(bare, unread.local_part);
        put_mailbox_parts(out, unread);
    }
    out += ')';
}

void put_address_member(std::string& out, const Values& values, std::size_t member) {
    const bool own = values.has(member) && !message::trim(values.fields[member].value).empty();
    if (!own && (member == sender || member == reply_to)) member = from;
    if (values.has(member)) {
        put_addresses(out, values.fields[member].value);
    } else {
        out += "NIL";
    }
}

}  // namespace

std::string_view without_nul(std::string_view text, std::string& scratch) {
    if (text.find('\0') == std::string_view::npos) return text;
    scratch = text;
    std::replace(scratch.begin(), scratch.end(), '\0', '\x80');
    return scratch;
}

void put_envelope(std::string& out, std::string_view header) {
    const Values values = read_values(header);
    out += '(';
    for (std::size_t member = 0; member < names.size(); ++member) {
        if (member > 0) out += ' ';
        if (member >= from && member <= bcc) {
            put_address_member(out, values, member);
        } else {
            put_value(out, values, member);
        }
    }
    out += ')';
}

}  // namespace postroad::imap

// Received and Return-Path (RFC 5321 §4.4): what each host writes on top of a message, and what
// the custody view reads there again. Composing allocates nothing of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocols/message/characters.hpp"
#include "protocols/message/date.hpp"
#include "protocols/message/header.hpp"

namespace postroad::message {

// The "with" keywords of RFC 3848 and RFC 6531 §4.3.
enum class With : std::uint8_t {
    smtp,
    esmtp,
    esmtpa,
    esmtps,
    esmtpsa,
    lmtp,
    lmtpa,
    lmtps,
    lmtpsa,
    utf8smtp,
    utf8smtpa,
    utf8smtps,
    utf8smtpsa,
    unknown
};

// RFC 3848 §1: S when TLS was on, A when the client had authenticated.
With with_of(bool extended, bool tls, bool authenticated);
With with_of_lmtp(bool tls, bool authenticated);
std::string_view with_text(With with); // "ESMTPSA"; "" for unknown
With with_from_text(std::string_view text);

// What a Received field says. Used both ways: to compose, give what is known; parsed, the views
// point into the field's value.
struct Received {
    std::string_view from;         // the name given in EHLO or HELO
    std::string_view from_name;    // the name DNS gives to the address; may be empty
    std::string_view from_address; // "192.0.2.1" or "2001:db8::1", without brackets
    std::string_view by;
    std::string_view via; // "TCP"; parsed only
    std::string_view with; // the keyword, when it is none of With's: "MAPI"
    With protocol = With::unknown;
    std::string_view id;
    std::string_view for_path; // without angle brackets; leave empty when there are several
                               // recipients, so that no Bcc shows (RFC 5321 §7.6)
    std::int64_t unix_s = 0;
    std::int32_t offset_min = 0;
    bool has_date = false; // parsed only
};

namespace detail {
// Copies `text` without what could end the clause, the comment or the field.
template <Appender Out>
void put_safe(Out& out, std::string_view text) {
    std::size_t good = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool bad = (c >= 0 && c <= 32) || c == 127 || c == '(' || c == ')' || c == ';' ||
                         c == '<' || c == '>' || c == '\\';
        if (!bad) continue;
        out.append(text.data() + good, i - good);
        out.append("?", 1);
        good = i + 1;
    }
    out.append(text.data() + good, text.size() - good);
}

template <Appender Out>
void put_path(Out& out, std::string_view path) {
    for (std::size_t i = 0; i < path.size(); ++i) // a quoted local part may hold anything but these
        if (path[i] == '\r' || path[i] == '\n' || path[i] == '\0') path = path.substr(0, i);
    out.append(path.data(), path.size());
}
} // namespace detail

// "[192.0.2.1]" or "[IPv6:2001:db8::1]" (RFC 5321 §4.1.3).
template <Appender Out>
void put_address_literal(Out& out, std::string_view address) {
    put(out, address.find(':') != std::string_view::npos ? "[IPv6:" : "[");
    detail::put_safe(out, address);
    put(out, "]");
}

// The whole field, folded, with its CRLF. Clauses whose text is empty are left out.
template <Appender Out>
void put_received(Out& out, const Received& r) {
    put(out, "Received: from ");
    detail::put_safe(out, r.from.empty() ? std::string_view("unknown") : r.from);
    if (!r.from_address.empty()) {
        put(out, " (");
        if (!r.from_name.empty()) {
            detail::put_safe(out, r.from_name);
            put(out, " ");
        }
        put_address_literal(out, r.from_address);
        put(out, ")");
    }
    put(out, "\r\n\tby ");
    detail::put_safe(out, r.by);
    if (r.protocol != With::unknown) {
        put(out, " with ");
        put(out, with_text(r.protocol));
    } else if (!r.with.empty()) {
        put(out, " with ");
        detail::put_safe(out, r.with);
    }
    if (!r.id.empty()) {
        put(out, " id ");
        detail::put_safe(out, r.id);
    }
    if (!r.for_path.empty()) {
        put(out, "\r\n\tfor <");
        detail::put_path(out, r.for_path);
        put(out, ">");
    }
    put(out, ";\r\n\t");
    put_date(out, r.unix_s, r.offset_min);
    put(out, "\r\n");
}

// "Return-Path: <ann@example.org>": written by the host that makes final delivery (RFC 5321 §4.4).
// An empty reverse-path is the null one.
template <Appender Out>
void put_return_path(Out& out, std::string_view reverse_path) {
    put(out, "Return-Path: <");
    detail::put_path(out, reverse_path);
    put(out, ">\r\n");
}

// Reads a Received field's value, folded or not, as liberal as hosts are. Nothing when there is
// neither a known clause nor a date.
std::optional<Received> parse_received(std::string_view value);

// Reads a Return-Path's value: the path without its brackets; "" is the null reverse-path.
std::optional<std::string_view> parse_return_path(std::string_view value);

// How many Received fields a header has: RFC 5321 §6.3 takes more than a hundred for a loop.
std::size_t count_received(std::string_view header);
constexpr std::size_t received_max = 100;

} // namespace postroad::message

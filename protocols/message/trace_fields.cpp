// Reading Received fields back. The grammar of RFC 5321 §4.4 is followed where hosts follow it;
// RFC 5322 §3.6.7 allows any words, so unknown ones are passed over.
#include "protocols/message/trace_fields.hpp"

#include <array>

namespace postroad::message {

namespace {

constexpr std::array<std::string_view, 13> with_names = {
    "SMTP",  "ESMTP",  "ESMTPA",   "ESMTPS",    "ESMTPSA",   "LMTP",      "LMTPA",
    "LMTPS", "LMTPSA", "UTF8SMTP", "UTF8SMTPA", "UTF8SMTPS", "UTF8SMTPSA"};

With offset_from(With base, bool tls, bool authenticated) {
    return static_cast<With>(static_cast<unsigned>(base) + (tls ? 2U : 0U) +
                             (authenticated ? 1U : 0U));
}

// White space, comments and words of a field value; a quoted string or <path> is one word.
struct Reader {
    std::string_view text;
    std::size_t at = 0;
    std::string_view comment{}; // the comment passed last, without its parentheses

    void skip() {
        while (at < text.size() && (is_blank(text[at]) || text[at] == '(')) {
            if (text[at] != '(') {
                ++at;
                continue;
            }
            const std::size_t after = skip_comment(text, at);
            if (after == std::string_view::npos) {
                comment = text.substr(at + 1);
                at = text.size();
                return;
            }
            comment = text.substr(at + 1, after - at - 2);
            at = after;
        }
    }

    std::string_view word() {
        skip();
        comment = {};
        const std::size_t begin = at;
        bool quoted = false;
        bool in_path = false;
        for (; at < text.size(); ++at) {
            const char c = text[at];
            if (c == '\\' && quoted && at + 1 < text.size()) {
                ++at;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted) {
                if (c == '<') in_path = true;
                if (c == '>') in_path = false;
                if (is_blank(c) || (!in_path && (c == ';' || c == '('))) break;
            }
        }
        return text.substr(begin, at - begin);
    }
};

std::string_view without_brackets(std::string_view text, char open, char close) {
    if (text.size() >= 2 && text.front() == open && text.back() == close)
        return text.substr(1, text.size() - 2);
    return text;
}

std::string_view literal_address(std::string_view literal) {
    std::string_view address = without_brackets(literal, '[', ']');
    if (address.size() > 5 && equal_ignoring_case(address.substr(0, 5), "IPv6:"))
        address.remove_prefix(5);
    return address;
}

// RFC 5321 §4.4 TCP-info: "name [address]" or "[address]".
void read_tcp_info(std::string_view comment, Received& received) {
    const std::size_t open = comment.find('[');
    if (open == std::string_view::npos) return;
    const std::size_t close = comment.find(']', open);
    if (close == std::string_view::npos) return;
    received.from_address = literal_address(comment.substr(open, close + 1 - open));
    const std::string_view before = trim(comment.substr(0, open));
    const std::size_t space = before.find_last_of(" \t\r\n");
    received.from_name = space == std::string_view::npos ? before : before.substr(space + 1);
}

// Where the semicolon before the date is: the last one outside comments and quotes.
std::size_t date_separator(std::string_view value) {
    std::size_t found = std::string_view::npos;
    bool quoted = false;
    for (std::size_t at = 0; at < value.size(); ++at) {
        if (value[at] == '\\' && quoted) {
            ++at;
        } else if (value[at] == '"') {
            quoted = !quoted;
        } else if (!quoted && value[at] == '(') {
            const std::size_t after = skip_comment(value, at);
            if (after == std::string_view::npos) break;
            at = after - 1;
        } else if (!quoted && value[at] == ';') {
            found = at;
        }
    }
    return found;
}

} // namespace

With with_of(bool extended, bool tls, bool authenticated) {
    return extended ? offset_from(With::esmtp, tls, authenticated) : With::smtp;
}

With with_of_lmtp(bool tls, bool authenticated) {
    return offset_from(With::lmtp, tls, authenticated);
}

std::string_view with_text(With with) {
    return with == With::unknown ? std::string_view() : with_names[static_cast<std::size_t>(with)];
}

With with_from_text(std::string_view text) {
    for (std::size_t i = 0; i < with_names.size(); ++i)
        if (equal_ignoring_case(text, with_names[i])) return static_cast<With>(i);
    return With::unknown;
}

std::optional<Received> parse_received(std::string_view value) {
    Received received;
    const std::size_t separator = date_separator(value);
    if (separator != std::string_view::npos) {
        if (const auto date = parse_date(value.substr(separator + 1))) {
            received.unix_s = date->unix_s;
            received.offset_min = date->offset_min;
            received.has_date = true;
        }
    }
    Reader in{value.substr(0, separator)};
    bool any = received.has_date;
    while (true) {
        const std::string_view keyword = in.word();
        if (keyword.empty()) {
            if (in.at >= in.text.size()) break;
            ++in.at; // a stray semicolon
            continue;
        }
        std::string_view* clause = equal_ignoring_case(keyword, "from")   ? &received.from
                                   : equal_ignoring_case(keyword, "by")   ? &received.by
                                   : equal_ignoring_case(keyword, "via")  ? &received.via
                                   : equal_ignoring_case(keyword, "with") ? &received.with
                                   : equal_ignoring_case(keyword, "id")   ? &received.id
                                   : equal_ignoring_case(keyword, "for")  ? &received.for_path
                                                                          : nullptr;
        if (clause == nullptr || !clause->empty()) continue;
        *clause = in.word();
        any |= !clause->empty();
        if (clause == &received.from) {
            in.skip();
            read_tcp_info(in.comment, received);
            if (received.from_address.empty() && received.from.starts_with('['))
                received.from_address = literal_address(received.from);
        }
    }
    if (!any) return std::nullopt;
    received.protocol = with_from_text(received.with);
    received.for_path = without_brackets(received.for_path, '<', '>');
    return received;
}

std::optional<std::string_view> parse_return_path(std::string_view value) {
    const std::size_t begin = skip_cfws(value, 0);
    if (begin >= value.size() || value[begin] != '<') return std::nullopt;
    bool quoted = false;
    for (std::size_t at = begin + 1; at < value.size(); ++at) {
        if (value[at] == '\\' && quoted) {
            ++at;
        } else if (value[at] == '"') {
            quoted = !quoted;
        } else if (value[at] == '>' && !quoted) {
            if (skip_cfws(value, at + 1) != value.size()) return std::nullopt;
            return trim(value.substr(begin + 1, at - begin - 1));
        }
    }
    return std::nullopt;
}

std::size_t count_received(std::string_view header) {
    std::size_t count = 0;
    for (const Field& field : Fields(header)) count += field.is("Received") ? 1 : 0;
    return count;
}

} // namespace postroad::message

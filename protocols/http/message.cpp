// Strict where leniency lets two readers see two messages (RFC 9112 §11.2), else as it comes.
#include "protocols/http/message.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/message/date.hpp"

namespace postroad::http {
namespace {

constexpr bool is_token_char(char c) {
    return is_alpha(c) || is_digit(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// A line without its end; `text` keeps what follows. RFC 9112 §2.2: a bare LF may end a line, too.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

std::optional<std::uint8_t> minor_version(std::string_view text) {
    if (!text.starts_with("HTTP/1.") || text.size() != 8 || !is_digit(text[7])) return std::nullopt;
    return text[7] == '0' ? std::uint8_t{0} : std::uint8_t{1};
}

std::optional<std::uint64_t> hex_number(std::string_view text) {
    if (text.empty() || text.size() > 15) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        const char low = to_lower(c);
        if (is_digit(c)) value = value * 16 + static_cast<std::uint64_t>(c - '0');
        else if (low >= 'a' && low <= 'f') value = value * 16 + static_cast<std::uint64_t>(low - 'a' + 10);
        else return std::nullopt;
    }
    return value;
}

// The line at the front of `from`, without its end, when it is all there. `used` gets its size.
std::optional<std::string_view> whole_line(std::string_view from, std::size_t& used) {
    const std::size_t end = from.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    used = end + 1;
    std::string_view line = from.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

}  // namespace

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool Fields::next(std::string_view& name, std::string_view& value) {
    if (rest_.empty()) return false;
    const std::string_view line = take_line(rest_);
    const std::size_t colon = line.find(':');
    name = line.substr(0, colon);
    value = colon == std::string_view::npos ? std::string_view{} : trimmed(line.substr(colon + 1));
    return true;
}

std::optional<std::string_view> field(std::string_view lines, std::string_view name,
                                      std::size_t* count) {
    std::optional<std::string_view> out;
    std::size_t found = 0;
    Fields fields(lines);
    for (std::string_view one, value; fields.next(one, value);) {
        if (!equals_ignoring_case(one, name)) continue;
        if (found++ == 0) out = value;
    }
    if (count != nullptr) *count = found;
    return out;
}

bool field_has(std::string_view lines, std::string_view name, std::string_view word) {
    Fields fields(lines);
    for (std::string_view one, value; fields.next(one, value);) {
        if (!equals_ignoring_case(one, name)) continue;
        while (!value.empty()) {
            const std::size_t comma = value.find(',');
            if (equals_ignoring_case(trimmed(value.substr(0, comma)), word)) return true;
            value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
        }
    }
    return false;
}

Head split_head(std::string_view head) {
    Head out;
    out.line = take_line(head);
    out.fields = head;
    return out;
}

std::size_t head_size(std::string_view octets) {
    for (std::size_t at = 0; (at = octets.find('\n', at)) != std::string_view::npos; ++at) {
        if (octets.substr(at + 1, 1) == "\n") return at + 2;
        if (octets.substr(at + 1, 2) == "\r\n") return at + 3;
    }
    return 0;
}

bool are_fields(std::string_view lines) {
    while (!lines.empty()) {
        const std::string_view line = take_line(lines);
        const std::size_t colon = line.find(':');
        // §5.1: no space before the colon; §5.2: no line that goes on in the next one.
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
        for (const char c : line.substr(colon + 1))
            if (static_cast<unsigned char>(c) < 0x20 && c != '\t') return false;
    }
    return true;
}

RequestLine parse_request_line(std::string_view line) {
    RequestLine out;
    out.fault = 400;
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return out;
    out.method = line.substr(0, first);
    out.target = line.substr(first + 1, last - first - 1);
    if (!is_token(out.method) || out.target.empty() ||
        out.target.find(' ') != std::string_view::npos)
        return out;
    const std::string_view version = line.substr(last + 1);
    const auto minor = minor_version(version);
    if (!minor) {
        if (version.starts_with("HTTP/")) out.fault = 505;  // RFC 9110 §15.6.6
        return out;
    }
    out.minor = *minor;
    out.fault = 0;
    return out;
}

std::optional<StatusLine> parse_status_line(std::string_view line) {
    StatusLine out;
    const auto minor = minor_version(line.substr(0, 8));
    if (!minor || line.size() < 12 || line[8] != ' ') return std::nullopt;
    const auto code = parse_number(line.substr(9, 3));
    if (!code || *code < 100 || *code > 599 || (line.size() > 12 && line[12] != ' '))
        return std::nullopt;
    out.minor = *minor;
    out.code = static_cast<std::uint16_t>(*code);
    out.reason = line.size() > 13 ? line.substr(13) : std::string_view{};
    return out;
}

BodySize body_size(std::string_view fields, bool is_request) {
    BodySize out;
    std::size_t sizes = 0;
    std::size_t codings = 0;
    const auto length = field(fields, "Content-Length", &sizes);
    const auto coding = field(fields, "Transfer-Encoding", &codings);
    if (coding) {
        // §6.1: with both, somebody on the way may have read it otherwise.
        if (length || codings > 1) out.fault = 400;
        else if (!equals_ignoring_case(*coding, "chunked")) out.fault = 501;
        out.framing = Framing::chunked;
        return out;
    }
    if (!length) {
        out.framing = is_request ? Framing::none : Framing::until_close;
        return out;
    }
    const auto octets = parse_number(*length);
    out.framing = Framing::sized;
    if (!octets || sizes > 1) out.fault = 400;
    else if (*octets > body_octets_max) out.fault = 413;
    else out.octets = *octets;
    return out;
}

void begin(BodyReader& reader, const BodySize& size) {
    reader.left = size.octets;
    switch (size.framing) {
        case Framing::none: reader.state = BodyState::done; break;
        case Framing::sized:
            reader.state = size.octets == 0 ? BodyState::done : BodyState::sized;
            break;
        case Framing::chunked: reader.state = BodyState::chunk_size; break;
        case Framing::until_close: reader.state = BodyState::until_close; break;
    }
}

std::size_t take(BodyReader& reader, std::string_view from, Heap& heap) {
    std::size_t used = 0;
    const auto copy = [&](std::uint64_t most) {
        const std::string_view piece = from.substr(used, static_cast<std::size_t>(most));
        heap.append(reader.octets, piece);
        used += piece.size();
        if (reader.octets.size > body_octets_max) reader.state = BodyState::too_large;
        return piece.size();
    };
    while (used < from.size()) {
        std::size_t size = 0;
        switch (reader.state) {
            case BodyState::sized:
                reader.left -= copy(reader.left);
                if (reader.left == 0 && reader.state == BodyState::sized)
                    reader.state = BodyState::done;
                break;
            case BodyState::chunk:
                reader.left -= copy(reader.left);
                if (reader.left == 0 && reader.state == BodyState::chunk)
                    reader.state = BodyState::chunk_end;
                break;
            case BodyState::until_close: copy(from.size() - used); break;
            case BodyState::chunk_size:
            case BodyState::chunk_end:
            case BodyState::trailer: {
                const auto line = whole_line(from.substr(used), size);
                if ((line ? line->size() : from.size() - used) > line_octets_max) {
                    reader.state = BodyState::broken;
                    return used;
                }
                if (!line) return used;
                used += size;
                if (reader.state == BodyState::chunk_end) {
                    reader.state = line->empty() ? BodyState::chunk_size : BodyState::broken;
                } else if (reader.state == BodyState::trailer) {  // §7.1.2: read and let go
                    if (line->empty()) reader.state = BodyState::done;
                } else {
                    // §7.1.1: extensions are passed over.
                    const auto octets = hex_number(trimmed(line->substr(0, line->find(';'))));
                    reader.left = octets.value_or(0);
                    reader.state = !octets                        ? BodyState::broken
                                   : *octets > body_octets_max    ? BodyState::too_large
                                   : *octets == 0                 ? BodyState::trailer
                                                                  : BodyState::chunk;
                }
                break;
            }
            case BodyState::done:
            case BodyState::broken:
            case BodyState::too_large: return used;
        }
    }
    return used;
}

std::string date_text(std::int64_t unix_s) {
    char written[40];
    std::string text(written, message::format_date(unix_s, 0, written));
    text.replace(text.rfind(' '), std::string::npos, " GMT");
    // RFC 9110 §5.6.7 has two digits for the day, where mail may have one.
    if (text.size() > 6 && text[6] == ' ') text.insert(5, "0");
    return text;
}

std::string_view reason_phrase(std::uint16_t code) {
    struct Row {
        std::uint16_t code;
        std::string_view words;
    };
    constexpr Row rows[] = {
        {100, "Continue"}, {200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"},
        {206, "Partial Content"}, {301, "Moved Permanently"}, {302, "Found"}, {303, "See Other"},
        {304, "Not Modified"}, {307, "Temporary Redirect"}, {308, "Permanent Redirect"},
        {400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"},
        {405, "Method Not Allowed"}, {406, "Not Acceptable"}, {408, "Request Timeout"},
        {409, "Conflict"}, {410, "Gone"}, {411, "Length Required"}, {413, "Content Too Large"},
        {414, "URI Too Long"}, {415, "Unsupported Media Type"}, {417, "Expectation Failed"},
        {421, "Misdirected Request"}, {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"}, {500, "Internal Server Error"},
        {501, "Not Implemented"}, {502, "Bad Gateway"}, {503, "Service Unavailable"},
        {504, "Gateway Timeout"}, {505, "HTTP Version Not Supported"}};
    for (const Row& row : rows)
        if (row.code == code) return row.words;
    return "Unassigned";
}

}  // namespace postroad::http
